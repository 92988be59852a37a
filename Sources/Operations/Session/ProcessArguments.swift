internal import Files

/// The words of the command line.
public enum ProcessArguments {
  /// What follows the program's name.
  ///
  /// Swift finds its arguments beside the environment; a preloaded library that sets a variable moves
  /// that away (libfaketime does), and then there are none, not even the name. The kernel still knows
  /// (man 5 proc): each word ends with a zero byte.
  public static var afterName: [String] {
    let known = CommandLine.arguments
    guard known.isEmpty else { return Array(known.dropFirst()) }
    // ARG_MAX bounds it; without /proc there is nothing to be had.
    let bytes = (try? FileSystem.openAny("/proc/self/cmdline").readAll(limit: 8 << 20)) ?? []
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().dropFirst()
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
