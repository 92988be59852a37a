import Glibc
import Synchronization

/// Two threads that run closures in turn, so that blocking reads stall no task. Started with the
/// first closure.
final class ReaderThreads: Sendable {
  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var running = 0
    var isClosed = false
  }

  private static let most = 2
  private let state = Mutex(State())

  /// Runs the closure when a thread is free. False after ``close()`` or without threads; it will
  /// then never run.
  func run(_ body: @escaping @Sendable () -> Void) -> Bool {
    let (isAccepted, needsThread) = state.withLock { state -> (Bool, Bool) in
      guard !state.isClosed else { return (false, false) }
      state.waiting.append(body)
      guard state.running < Self.most else { return (true, false) }
      state.running += 1
      return (true, true)
    }
    guard needsThread, !DetachedThread.start({ self.drain() }) else { return isAccepted }
    // Without a thread of its own the closure is taken back, unless another thread has taken it.
    return state.withLock { state in
      state.running -= 1
      guard state.running == 0 else { return true }
      return state.waiting.popLast() == nil
    }
  }

  /// Refuses further closures; those that wait still run, and end early by their flags.
  func close() {
    state.withLock { $0.isClosed = true }
  }

  /// Ends when nothing waits: idle threads cost nothing, and the next closure starts a new one.
  private func drain() {
    while let body = next() { body() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.running -= 1
      return nil
    }
  }
}
