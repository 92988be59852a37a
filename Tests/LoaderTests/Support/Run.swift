import Glibc

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
