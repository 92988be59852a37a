internal import Glibc
internal import Synchronization

/// Runs blocking work on threads of its own: Swift's task pool is as wide as the cores, and a blocked
/// task would stall it.
public enum BlockingWork {
  /// Runs a closure on a new thread and waits for its result without blocking a task's thread. When the wait
  /// is over the thread holds nothing more of either, so that a folder that goes with its owner is gone in time.
  public static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value)
    async throws -> Value
  {
    try await withCheckedThrowingContinuation { continuation in
      let work = OneTimeWork(body)
      let isStarted = startThread { work.finish(continuation) }
      // Without a thread the work is done here, slower but done.
      if !isStarted { work.finish(continuation) }
    }
  }

  /// The same for work that can be stopped: the signal is set when the task is cancelled.
  public static func run<Value: Sendable>(
    _ body: @escaping @Sendable (StopSignal) throws -> Value
  ) async throws -> Value {
    let stop = try StopSignal()
    return try await withTaskCancellationHandler {
      try await run { try body(stop) }
    } onCancel: {
      stop.set()
    }
  }

  /// Starts a detached thread that takes no signals, so that handlers run elsewhere and a broken
  /// connection's SIGPIPE harms nothing.
  ///
  /// - Returns: false where the system gives no thread; nothing runs then.
  public static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else {
      box.release()
      return false
    }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 2 << 20)
    // A new thread inherits the mask of the one that starts it.
    var (all, former) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    var thread = pthread_t()
    guard pthread_create(&thread, &attributes, threadMain, box.toOpaque()) == 0 else {
      box.release()
      return false
    }
    return true
  }
}

/// Work that gives up its closure as it runs, and its result as it ends.
private final class OneTimeWork<Value: Sendable>: Sendable {
  private let body: Mutex<(@Sendable () throws -> Value)?>

  init(_ body: @escaping @Sendable () throws -> Value) { self.body = Mutex(body) }

  func finish(_ continuation: CheckedContinuation<Value, any Error>) {
    do { continuation.resume(returning: try value()) } catch {
      continuation.resume(throwing: error)
    }
  }

  /// Apart from the resuming, so that nothing of the closure outlives the call.
  private func value() throws -> Value {
    guard let body = body.withLock({ $0.take() }) else { preconditionFailure("done once only") }
    return try body()
  }
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body() }
  return nil
}
