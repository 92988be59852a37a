internal import Files
internal import Glibc
internal import Synchronization

/// Runs what reads hostile bytes where it can harm nothing: a thread of its own that may write in one folder
/// only and has no capability (Landlock and capabilities belong to threads).
public enum ConfinedThread {
  /// Runs a closure to its end on such a thread, and waits for it.
  ///
  /// - Parameter folder: an absolute path.
  public static func run<Value: Sendable>(
    in folder: String, _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let place = try FileSystem.openFolder(folder).release()
    let outcome = Outcome<Value>()
    let isStarted = BlockingWork.startThread {
      let place = Descriptor(owning: place, name: folder)
      _ = Sandbox.confine(to: place)
      outcome.set(Result { try body() })
    }
    guard isStarted else {
      throw SystemError(call: "pthread_create", object: folder, errno: EAGAIN)
    }
    return try outcome.wait().get()
  }

  /// What one thread waits for and another brings.
  private final class Outcome<Value: Sendable>: Sendable {
    private let value = Mutex<Result<Value, any Error>?>(nil)
    // SAFETY: a POSIX semaphore is made for use from several threads; it is set up once, before either
    // side can see it.
    nonisolated(unsafe) private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
      semaphore = .allocate(capacity: 1)
      semaphore.initialize(to: sem_t())
      sem_init(semaphore, 0, 0)
    }

    deinit {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }

    func set(_ result: Result<Value, any Error>) {
      value.withLock { $0 = result }
      sem_post(semaphore)
    }

    func wait() -> Result<Value, any Error> {
      while sem_wait(semaphore) != 0, errno == EINTR {}
      return value.withLock { $0 } ?? .failure(CancellationError())
    }
  }
}
