import Files
import Glibc

/// A new folder that goes away with its owner.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/plugctl-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw SystemError(call: "mkdtemp", object: "/tmp", errno: errno)
    }
    path = String(cString: made)
  }

  deinit { try? FileSystem.removeTree(path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try FileSystem.makeFolders(FileSystem.folder(of: file(name)))
    try FileSystem.replace(file(name), with: bytes, isDurable: false)
    return file(name)
  }

  /// Every path below, sorted.
  func paths(below name: String = "") throws -> [String] {
    let root = name.isEmpty ? path : file(name)
    func walk(_ folder: String, _ prefix: String) throws -> [String] {
      try FileSystem.names(in: folder).flatMap { entry -> [String] in
        let whole = "\(folder)/\(entry)"
        let below =
          try FileSystem.status(whole).kind == .folder ? walk(whole, "\(prefix)\(entry)/") : []
        return [prefix + entry] + below
      }
    }
    return try walk(root, "")
  }
}
