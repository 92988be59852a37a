internal import Files
internal import Formats
public import PkgCore

/// An author's manifest as it was read: what it says, and what is wrong with it.
public struct ManifestFile {
  /// The file's path.
  public let path: String
  /// What it says; nil where it can't be used.
  public let manifest: Manifest?
  /// Faults and doubts with their places.
  public let findings: Findings

  /// The names under which a manifest is looked for in a folder.
  static let names = ["plugin.yaml", "plugin.yml", "plugin.json"]

  /// Reads a manifest, or the one in a folder.
  ///
  /// - Throws: ``Diagnostic`` where there is none; faults of its content are findings.
  public init(_ path: String) throws {
    self.path = try Self.file(path)
    findings = Findings()
    do {
      let node = try YAMLReader.read(FileSystem.read(self.path, limit: YAMLReader.maximumSize))
      manifest = Manifest.read(node, findings: findings)
    } catch let error as YAMLError {
      findings.error(error.mark, "", error.sentence)
      manifest = nil
    }
  }

  /// The manifest, or a diagnostic with every fault.
  public func required() throws -> Manifest {
    guard let manifest else { throw findings.diagnostic(.manifestInvalid, file: path, what: "manifest") }
    return manifest
  }

  /// The folder to which its paths are relative.
  var folder: String { FileSystem.folder(of: path) }

  private static func file(_ path: String) throws -> String {
    guard FileSystem.target(path)?.kind == .folder else { return path }
    let prefix = path == "." ? "" : path + "/"
    if let found = names.map({ prefix + $0 }).first(where: FileSystem.exists) { return found }
    throw Diagnostic(
      .manifestInvalid, "there is no `plugin.yaml` in `\(path)`", hint: "make one with `plugctl init`")
  }
}
