internal import Files
internal import Formats
public import PkgCore

/// An author's manifest as it was read: what it says, and what is wrong with it.
public struct ManifestFile {
  /// The file's path.
  public let path: String
  /// What it says; nil where it can't be used.
  public private(set) var manifest: Manifest?
  /// Faults and doubts with their places.
  public let findings: Findings
  /// The guide whose manifest it is; nil for ours.
  let form: ForeignManifest.Form?
  private let root: Node

  /// The names under which a manifest is looked for in a folder.
  static let names = ["plugin.yaml", "plugin.yml", "plugin.json"]
  /// The same, and those of the guides' hosts that are not among them.
  static let allNames = names + ["manifest.json"]

  /// Reads a manifest, or the one in a folder; one of a guide's host says what ours would.
  ///
  /// - Parameter publisher: whose it is where a guide's does not say.
  /// - Throws: ``Diagnostic`` where there is none; faults of its content are findings.
  public init(_ path: String, publisher: NamePart? = nil) throws {
    self.path = try Self.file(path)
    findings = Findings()
    do {
      root = try YAMLReader.read(FileSystem.read(self.path, limit: YAMLReader.maximumSize))
    } catch let error as YAMLError {
      findings.error(error.mark, "", error.sentence)
      root = Node(.map([]), mark: error.mark)
    }
    form = ForeignManifest.Form(of: root, name: FileSystem.baseName(of: self.path))
    if !findings.hasErrors { manifest = try read(publisher) }
  }

  private func read(_ publisher: NamePart?) throws -> Manifest? {
    let read =
      if let form { try foreign(form, publisher) } else {
        Manifest.read(root, findings: findings)
      }
    read?.findNonsense(in: root, findings: findings)
    return findings.hasErrors ? nil : read
  }

  /// What a guide's manifest does not say is seen from its folder: the library that lies there, or that a Go project
  /// builds.
  private func foreign(_ form: ForeignManifest.Form, _ publisher: NamePart?) throws -> Manifest? {
    let folder = FileSystem.folder(of: try FileSystem.absolute(path))
    guard
      var manifest = ForeignManifest.read(
        root, as: form, folder: FileSystem.baseName(of: folder), publisher: publisher,
        findings: findings)
    else { return nil }
    let names = try FileSystem.names(in: folder)
    let (usual, libraries) = ("\(manifest.name.name).so", names.filter { $0.ends(with: ".so") })
    if libraries.count > 1, !libraries.contains(usual) {
      findings.error(
        root.mark, "", "there are several libraries beside it, and none is called `\(usual)`")
    }
    let library = libraries.count == 1 ? libraries[0] : usual
    manifest.variants = [Manifest.Variant(platform: .current, library: library)]
    if names.contains("go.mod") { manifest.buildCommand = Self.goPlugin(library) }
    manifest.files = ([form.file, "README.md", "LICENSE"].compactMap { $0 }).filter(names.contains)
    return manifest
  }

  /// The command by which the guides' hosts build a plugin of Go.
  static func goPlugin(_ library: String) -> [String] {
    ["go", "build", "-buildmode=plugin", "-o", library, "."]
  }

  /// The library of a package's own `plugin.json`, which has one platform and no variants.
  var packedLibrary: String? {
    guard root["platform"]?.text == Platform.current.text, let path = root["library"]?.text,
      PackagePath.isSafe(path)
    else { return nil }
    return path
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

  /// The folder to which its paths are relative.
  var folder: String { FileSystem.folder(of: path) }

  private static func file(_ path: String) throws -> String {
    guard FileSystem.target(path)?.kind == .folder else { return path }
    let prefix = path == "." ? "" : path + "/"
    if let found = allNames.map({ prefix + $0 }).first(where: FileSystem.exists) { return found }
    throw Diagnostic(
      .manifestInvalid, "there is no `plugin.yaml` in `\(path)`",
      hint: "make one with `plugctl init`")
  }
}
