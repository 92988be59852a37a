internal import Glibc

/// The words of the command line.
enum ProcessArguments {
  /// What follows the program's name.
  ///
  /// Swift finds its arguments beside the environment; a preloaded library that sets a variable moves
  /// that away (libfaketime does), and then there are none, not even the name. The kernel still knows.
  static var afterName: [String] {
    let known = CommandLine.arguments
    return Array((known.isEmpty ? ofKernel : known).dropFirst())
  }

  /// Each word ends with a zero byte (man 5 proc).
  private static var ofKernel: [String] {
    let file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
