internal import Glibc
internal import Operations
internal import Synchronization

/// Ctrl-C and termination: the first asks the work to stop, the second ends the process at once. Both
/// are safe at any moment, by the way in which changes are committed.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// The signal that came; nil for none.
  static var signal: Int32? {
    let value = received.load(ordering: .acquiring)
    return value == 0 ? nil : value
  }

  private static let isWatched = Atomic<Bool>(false)
  private static let onFirst = Mutex<(@Sendable () -> Void)?>(nil)

  /// From here on signals are noted, and end nothing before the second. May be called again.
  static func watch() {
    // Blocked here and in all threads that start from here on, so that one thread can wait for them.
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    guard !isWatched.exchange(true, ordering: .acquiringAndReleasing) else { return }
    HiddenCommands.startThread {
      var set = signals
      var number: Int32 = 0
      while sigwait(&set, &number) == 0 {
        let (isFirst, _) = received.compareExchange(
          expected: 0, desired: number, ordering: .acquiringAndReleasing)
        guard isFirst else {
          Terminal.showInput()
          _exit(128 + number)
        }
        onFirst.withLock { $0 }?()
      }
    }
  }

  /// Runs asynchronous work on this thread's behalf and cancels it at the first signal.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws
    -> Value
  {
    watch()
    let result = ResultBox<Value>()
    let task = Task.detached {
      do { result.set(.success(try await body())) } catch { result.set(.failure(error)) }
    }
    onFirst.withLock { $0 = { task.cancel() } }
    // It may have come before anybody was to be told.
    if signal != nil { task.cancel() }
    return try result.wait()
  }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGHUP)
    return set
  }
}

/// A result that one thread waits for and another brings.
private final class ResultBox<Value: Sendable>: Sendable {
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

  func wait() throws -> Value {
    while sem_wait(semaphore) != 0, errno == EINTR {}
    guard let result = value.withLock({ $0 }) else { throw CancellationError() }
    return try result.get()
  }
}
