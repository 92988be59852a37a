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
  private let root: Node

  /// The names under which a manifest is looked for in a folder.
  static let names = ["plugin.yaml", "plugin.yml", "plugin.json"]

  /// Reads a manifest, or the one in a folder.
  ///
  /// - Throws: ``Diagnostic`` where there is none; faults of its content are findings.
  public init(_ path: String) throws {
    self.path = try Self.file(path)
    findings = Findings()
    do {
      root = try YAMLReader.read(FileSystem.read(self.path, limit: YAMLReader.maximumSize))
      let read = Manifest.read(root, findings: findings)
      read?.findNonsense(in: root, findings: findings)
      manifest = findings.hasErrors ? nil : read
    } catch let error as YAMLError {
      findings.error(error.mark, "", error.sentence)
      root = Node(.map([]), mark: error.mark)
      manifest = nil
    }
  }

  /// Where a field stands; the document's start where it is missing.
  func mark(of field: String) -> Mark { root[field]?.mark ?? root.mark }

  /// Where a variant stands.
  func mark(ofVariant place: Int) -> Mark {
    guard case .list(let variants)? = root["variants"]?.value, variants.indices.contains(place)
    else {
      return mark(of: "variants")
    }
    return variants[place].mark
  }

  /// The manifest, or a diagnostic with every fault.
  public func required() throws -> Manifest {
    guard let manifest else { throw fault }
    return manifest
  }

  /// Every fault, as a diagnostic.
  var fault: Diagnostic { findings.diagnostic(.manifestInvalid, file: path, what: "manifest") }

  /// Whether it is a map without `schema`: another program's file of this name.
  var isForeign: Bool {
    guard case .map(let entries) = root.value else { return false }
    return root["schema"] == nil && !entries.isEmpty
  }

  /// The folder to which its paths are relative.
  var folder: String { FileSystem.folder(of: path) }

  private static func file(_ path: String) throws -> String {
    guard FileSystem.target(path)?.kind == .folder else { return path }
    let prefix = path == "." ? "" : path + "/"
    if let found = names.map({ prefix + $0 }).first(where: FileSystem.exists) { return found }
    throw Diagnostic(
      .manifestInvalid, "there is no `plugin.yaml` in `\(path)`",
      hint: "make one with `plugctl init`")
  }
}
