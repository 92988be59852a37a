internal import Files
internal import Glibc

/// The programs under test and the folders that hold them.
enum Programs {
  /// The repository's folder.
  static let repository: String = {
    var folder = #filePath
    for _ in 0..<4 { folder = FileSystem.folder(of: folder) }
    return folder
  }()

  /// Where `plugctl` and `plugctl-worker` lie side by side: `PLUGCTL_BIN_DIR`, or beside the tests.
  static let folder: String = {
    if let chosen = Machine.environment("PLUGCTL_BIN_DIR") { return chosen }
    let beside = FileSystem.folder(of: Machine.executable)
    return FileSystem.exists("\(beside)/plugctl") ? beside : "\(repository)/.build/debug"
  }()

  static var plugctl: String { "\(folder)/plugctl" }

  /// Real plugins that `scripts/test-plugins` unpacked; nil where they are not there.
  static let realPlugins: String? = {
    let folder = Machine.environment("PLUGCTL_TEST_CACHE") ?? "\(repository)/.build/test-plugins"
    return FileSystem.exists("\(folder)/usr/lib/nginx/modules/ndk_http_module.so") ? folder : nil
  }()

  /// The path of a program on the PATH; nil where there is none.
  static func path(of name: String) -> String? {
    let folders = (Machine.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":").map(
      String.init)
    return (folders + ["/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }.first {
      FileSystem.isExecutable($0)
    }
  }
}
