import Glibc

/// A thread that ends by itself; nobody waits for it.
enum DetachedThread {
  /// Runs a closure on a new thread that takes no signals, so that handlers run elsewhere and a broken
  /// connection's SIGPIPE harms nothing. False where the system gives no thread.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else {
      box.release()
      return false
    }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var all = sigset_t()
    var old = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    var thread = pthread_t()
    guard pthread_create(&thread, &attributes, threadMain, box.toOpaque()) == 0 else {
      box.release()
      return false
    }
    return true
  }
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
  return nil
}
