import Files
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

  /// Runs the closure when a thread is free. False after ``close()``; it will then never run.
  func run(_ body: @escaping @Sendable () -> Void) -> Bool {
    let (isAccepted, needsThread) = state.withLock { state -> (Bool, Bool) in
      guard !state.isClosed else { return (false, false) }
      state.waiting.append(body)
      guard state.running < Self.most else { return (true, false) }
      state.running += 1
      return (true, true)
    }
    // Where the system gives no thread, the caller's does the work: late, but done.
    if needsThread, !BlockingWork.startThread({ self.drain() }) { drain() }
    return isAccepted
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
