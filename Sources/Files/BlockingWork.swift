internal import Glibc

/// Runs blocking work on threads of its own: Swift's task pool is as wide as the cores, and a blocked
/// task would stall it.
public enum BlockingWork {
  /// Runs a closure on a new thread and waits for its result without blocking a task's thread.
  public static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      startThread { continuation.resume(with: Result { try body() }) }
    }
  }

  /// Starts a detached thread.
  public static func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 2 << 20)
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    if pthread_create(&thread, &attributes, threadMain, box.toOpaque()) != 0 {
      // No thread is to be had: do the work here, slower but done.
      box.takeRetainedValue().body()
    }
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
