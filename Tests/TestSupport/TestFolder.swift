internal import Files
internal import Glibc
internal import Synchronization

/// A test's own folder, removed with its owner.
public final class TestFolder: Sendable {
  /// Where it is; others may read it, since plugins are loaded by an unprivileged user.
  public let path: String

  /// Makes an empty folder, whose name bears the label.
  public init(_ label: String = "test") throws {
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

  /// The path of a name in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, its folder made where it is missing, and answers its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  /// Writes a file, its folder made where it is missing, and answers its path.
  @discardableResult
  public func write(_ name: String, _ bytes: some Collection<UInt8>) throws -> String {
    let path = file(name)
    try FileSystem.makeFolders(FileSystem.folder(of: path))
    try FileSystem.replace(path, with: Array(bytes), isDurable: false)
    return path
  }

  /// A file's content.
  public func read(_ name: String) throws -> [UInt8] { try FileSystem.read(file(name)) }

  /// A file's content as text.
  public func text(_ name: String) throws -> String {
    String(decoding: try read(name), as: UTF8.self)
  }

  /// Every path below, sorted.
  public func paths(below name: String = "") throws -> [String] {
    func walk(_ folder: String, _ prefix: String) throws -> [String] {
      try FileSystem.names(in: folder).flatMap { entry -> [String] in
        let whole = "\(folder)/\(entry)"
        let below =
          try FileSystem.status(whole).kind == .folder ? walk(whole, "\(prefix)\(entry)/") : []
        return [prefix + entry] + below
      }
    }
    return try walk(name.isEmpty ? path : file(name), "")
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
