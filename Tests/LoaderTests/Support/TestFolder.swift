import Glibc

/// A new folder that goes away with its owner.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/plugctl-loader-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Plugins are loaded by an unprivileged user.
    chmod(path, 0o755)
  }

  deinit {
    _ = try? run(["/bin/rm", "-rf", path])
  }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ name: String, _ bytes: some Collection<UInt8>) throws -> String {
    let path = file(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw TestFailure("open \(path)") }
    defer { close(descriptor) }
    let bytes = Array(bytes)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw TestFailure("write \(path)")
    }
    return path
  }
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs a program to its end and gives its exit code; its output goes to the test's own.
@discardableResult
func run(_ argv: [String]) throws -> Int32 {
  var pid = pid_t()
  var pointers: [UnsafeMutablePointer<CChar>?] = argv.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  pointers.append(nil)
  guard posix_spawnp(&pid, argv[0], nil, nil, pointers, environ) == 0 else {
    throw TestFailure("spawn \(argv[0])")
  }
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
}

func contents(_ path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw TestFailure("open \(path)") }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let got = read(descriptor, &buffer, buffer.count)
    guard got > 0 else { return bytes }
    bytes.append(contentsOf: buffer[..<got])
  }
}

/// SplitMix64: the same numbers on each run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
