internal import Files
internal import Glibc
internal import TestSupport

/// A process beside the test; ended with its owner.
final class RunningProcess: Sendable {
  let id: pid_t
  private let errorFile: TestFolder

  init(_ arguments: [String], environment: [String], folder: String) throws {
    errorFile = try TestFolder("process")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, errorFile.file("out"), O_WRONLY | O_CREAT, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errorFile.file("err"), O_WRONLY | O_CREAT, 0o644)
    // Threads of the task pool block signals, and children would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    let whole = ["env", "-C", folder, "-i"] + environment + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = whole.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, "env", &actions, &attributes, &argv, environ)
    guard code == 0 else {
      throw SystemError(call: "posix_spawn", object: arguments[0], errno: code)
    }
    id = process
  }

  deinit {
    guard kill(id, 0) == 0 else { return }
    kill(-id, SIGKILL)
    waitpid(id, nil, 0)
  }

  var errors: String {
    String(decoding: (try? FileSystem.read(errorFile.file("err"))) ?? [], as: UTF8.self)
  }
  var output: String {
    String(decoding: (try? FileSystem.read(errorFile.file("out"))) ?? [], as: UTF8.self)
  }

  func send(_ signal: Int32) { kill(id, signal) }

  /// Waits for its end: the exit code, or minus the signal.
  @discardableResult
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }
}

/// Waits until something is true, looking every few milliseconds; false once the time is over.
func eventually(_ seconds: Double = 10, _ isTrue: () throws -> Bool) rethrows -> Bool {
  let end = Machine.monotonicNanoseconds() + UInt64(seconds * 1e9)
  while try !isTrue() {
    guard Machine.monotonicNanoseconds() < end else { return false }
    usleep(5000)
  }
  return true
}
