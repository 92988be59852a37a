import Glibc

struct SystemFailure: Error {
  var call: String
  var number: Int32 = errno
}

/// A folder of its own for one test, removed with its owner.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/plugctl-transport-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure(call: "mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    if let process = try? spawn(["rm", "-rf", path]) { waitpid(process, nil, 0) }
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    guard let stream = fopen(file(name), "w") else { throw SystemFailure(call: "fopen") }
    fwrite(bytes, 1, bytes.count, stream)
    fclose(stream)
  }

  func lines(_ name: String) throws -> [Substring] {
    guard let stream = fopen(file(name), "r") else { throw SystemFailure(call: "fopen") }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, stream)
    return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
  }
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
