import Glibc
import TestSupport

struct SystemFailure: Error {
  var call: String
  var number: Int32 = errno
}

/// Starts a command found on the PATH, silent; the caller waits for it or ends it by its id.
func spawn(_ arguments: [String]) throws -> pid_t {
  var command: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
  defer { for argument in command { free(argument) } }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for stream: Int32 in [1, 2] {
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
  }
  // Threads of the task pool block signals, and children inherit that: SIGTERM would be lost.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var process: pid_t = 0
  guard posix_spawnp(&process, arguments[0], &actions, &attributes, &command, environ) == 0 else {
    throw SystemFailure(call: arguments[0])
  }
  return process
}

extension TestFolder {
  /// The lines of a file.
  func lines(_ name: String) throws -> [Substring] {
    try text(name).split(separator: "\n")
  }
}
