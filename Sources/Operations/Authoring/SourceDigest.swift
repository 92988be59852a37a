internal import Files
internal import PkgCore
internal import Signing

/// What a folder's sources are, so that what did not change is not built again.
enum SourceDigest {
  private static let mostFiles = 20_000
  private static let mostBytes: Int64 = 512 << 20
  private static let passedOver: Set<String> = ["build", "dist", "target", "node_modules"]

  /// The digest of all files' paths and contents; hidden ones and build results don't count.
  ///
  /// - Throws: ``Diagnostic`` with `system.too-large` beyond 20,000 files or 512 MiB.
  static func of(_ folder: String) throws -> String {
    var lines: [String] = []
    var bytes: Int64 = 0
    func walk(_ path: String, _ prefix: String) throws {
      for name in try FileSystem.names(in: path) where !name.begins(with: ".") {
        let (whole, relative) = ("\(path)/\(name)", prefix + name)
        let status = try FileSystem.status(whole)
        switch status.kind {
        case .folder where !passedOver.contains(name): try walk(whole, relative + "/")
        case .file:
          bytes += status.size
          guard lines.count < mostFiles, bytes <= mostBytes else {
            throw Diagnostic(.systemTooLarge, "`\(folder)` holds more than a plugin's sources")
          }
          let content = try FileSystem.read(whole, limit: Int(mostBytes))
          lines.append("\(JSON.string(relative).compactText) \(sha256(content).hex)")
        case .link: lines.append("\(relative) -> \(try FileSystem.linkTarget(whole))")
        default: break
        }
      }
    }
    try walk(folder, "")
    return sha256(Array(lines.joined(separator: "\n").utf8)).hex
  }
}
