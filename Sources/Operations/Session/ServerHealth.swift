internal import PkgCore
internal import Synchronization

/// What one command learnt of the servers that it asked.
final class ServerHealth: Sendable {
  /// How a server failed.
  enum Failure: Sendable, Equatable {
    /// It can't be reached, is silent, or answers with errors: it is not asked again.
    case unreachable
    /// It gave other bytes than the metadata promises, or lacks some: others are asked before it.
    case wrong
  }

  private struct State {
    var failures: [String: (failure: Failure, cause: Diagnostic)] = [:]
    var named: [String] = []
  }

  private let state = Mutex(State())

  /// Servers in the order in which to ask them now; those that can't be reached are left out.
  func order(_ bases: [String]) -> [String] {
    state.withLock { state in
      bases.filter { state.failures[$0] == nil }
        + bases.filter { state.failures[$0]?.failure == .wrong }
    }
  }

  /// Why a server is not asked again.
  func cause(of base: String) -> Diagnostic? { state.withLock { $0.failures[base]?.cause } }

  /// Remembers a failure; the worse one where there was one already.
  func note(_ base: String, _ failure: Failure, _ cause: Diagnostic) {
    state.withLock { state in
      guard state.failures[base]?.failure != .unreachable else { return }
      state.failures[base] = (failure, cause)
    }
  }

  /// Whether a server is to be named now: once a command.
  func isUnnamed(_ base: String) -> Bool {
    state.withLock { state in
      guard !state.named.contains(base) else { return false }
      state.named.append(base)
      return true
    }
  }
}
