internal import Archiving
internal import Files

/// What the program needs of deeper rooms without being able to see them.
public enum HiddenCommands {
  /// The name under which the program starts itself to unpack.
  public static let unpack = UnpackChild.command

  /// The unpacking child's side.
  ///
  /// - Returns: the exit code.
  public static func serveUnpacking(_ arguments: [String]) -> Int32 { UnpackChild.serve(arguments) }

  /// The name under which the program starts itself to become a build's command.
  public static let build = BuildChild.command

  /// The building child's side; returns only where it fails.
  ///
  /// - Returns: the exit code.
  public static func serveBuilding(_ arguments: [String]) -> Int32 { BuildChild.serve(arguments) }

  /// Starts a detached thread that takes no signals; where there is none to be had, nothing runs.
  public static func startThread(_ body: @escaping @Sendable () -> Void) {
    _ = BlockingWork.startThread(body)
  }
}
