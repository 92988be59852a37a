internal import Files

/// The programs of this checkout.
public enum BuiltPrograms {
  /// The repository's folder.
  public static let repository: String = {
    var folder = #filePath
    for _ in 0..<3 { folder = FileSystem.folder(of: folder) }
    return folder
  }()

  /// Where `plugctl` and `plugctl-worker` lie side by side: `PLUGCTL_BIN_DIR`, or beside the tests.
  public static let folder: String = {
    if let chosen = Machine.environment("PLUGCTL_BIN_DIR") { return chosen }
    let beside = FileSystem.folder(of: Machine.executable)
    return FileSystem.exists("\(beside)/plugctl") ? beside : "\(repository)/.build/debug"
  }()

  /// The program under test.
  public static var plugctl: String { "\(folder)/plugctl" }
}
