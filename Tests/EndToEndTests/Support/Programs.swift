internal import Files
internal import Glibc
internal import Synchronization

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

/// A test's own folder, removed with its owner.
final class TestFolder: Sendable {
  let path: String

  init(_ label: String = "test") throws {
    var template = Array("/tmp/plugctl-\(label)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SystemError(call: "mkdtemp", object: "/tmp", errno: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try FileSystem.setMode(path, 0o755)
    Leftovers.add(path)
  }

  deinit {
    try? FileSystem.removeTree(path)
    Leftovers.drop(path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, its folder made where it is missing, and answers its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = file(name)
    try FileSystem.makeFolders(FileSystem.folder(of: path))
    try FileSystem.replace(path, with: bytes, isDurable: false)
    return path
  }
}

/// Folders of what lives as long as the process: removed when it ends.
private enum Leftovers {
  private static let paths = Mutex<Set<String>>([])
  private static let isRegistered: Bool = atexit { Leftovers.removeAll() } == 0

  static func add(_ path: String) {
    _ = isRegistered
    paths.withLock { _ = $0.insert(path) }
  }

  static func drop(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  static func removeAll() {
    for path in paths.withLock({ $0 }) { try? FileSystem.removeTree(path) }
  }
}
