internal import Files
internal import TestSupport

/// The programs under test and the folders that hold them.
enum Programs {
  static let repository = BuiltPrograms.repository
  static let folder = BuiltPrograms.folder
  static let plugctl = BuiltPrograms.plugctl

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
