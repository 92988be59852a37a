internal import Files
internal import PkgCore

/// A build's command in a sandbox: this program, started again with a hidden command, gives up what a build does not
/// need and becomes the command.
///
/// ```
/// argv    plugctl __build WRITABLE... - HIDDEN... - COMMAND ARGUMENT...
/// ```
enum BuildChild {
  /// The hidden command's name.
  static let command = "__build"
  /// The exit code where the sandbox could not be put up; what sh takes for what can't be run.
  static let notConfined: Int32 = 126
  /// The exit code where the command could not be started, as sh has it.
  static let notFound: Int32 = 127

  /// The arguments that run a command confined.
  static func arguments(_ command: [String], writable: [String], hidden: [String]) -> [String] {
    [Machine.executable, Self.command] + writable + ["-"] + hidden + ["-"] + command
  }

  /// The child's side.
  ///
  /// - Parameter arguments: what follows the hidden command's name.
  /// - Returns: the exit code; not at all where the command runs.
  static func serve(_ arguments: [String]) -> Int32 {
    let parts = arguments.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[2].isEmpty else { return 2 }
    let errors = Descriptor(owning: 2, name: "standard error")
    do {
      try Sandbox.confineBuild(writable: Array(parts[0]), hidden: Array(parts[1]))
    } catch {
      try? errors.write(Array("plugctl: \(error.diagnostic.message)\n".utf8))
      return notConfined
    }
    let fault = ChildCommand(Array(parts[2])).become()
    try? errors.write(Array("plugctl: \(fault.diagnostic.message)\n".utf8))
    return notFound
  }
}
