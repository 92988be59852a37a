internal import Files
internal import Formats
public import PkgCore

/// A folder of sources from which a plugin can be built.
public struct DiscoveredSource: Sendable {
  /// Whether there is anything to do.
  public enum State: Sendable {
    /// It was never built, or its result is gone.
    case new
    /// Its files are others than those that it was built from.
    case changed
    /// The library is what these files make.
    case current
    /// It can't be built, and why.
    case unusable(Diagnostic)
  }

  /// Name and version; the folder's name where it does not say.
  public let name: String
  /// nil where it can't be read.
  public let version: Version?
  /// Its folder, absolute.
  public let folder: String
  /// The command that builds it, an argument array.
  public let command: [String]
  /// Where its library comes to lie.
  public let library: String
  /// Whether there is anything to do.
  public internal(set) var state: State

  let manifest: Manifest?
  /// Where the command writes the library to.
  let built: String
  /// Whether the command need not write into its folder.
  let isForeign: Bool
  let digest: String
  let manifestPath: String
}

/// What lies in a folder, by the files in it.
struct SourceFolder {
  let path: String
  private let names: [String]

  init(_ path: String) {
    self.path = path
    names = (try? FileSystem.names(in: path)) ?? []
  }

  /// Whether a plugin can be built here: a manifest of ours with a command, or a Go plugin's `main.go` or `plugin.go`.
  var isSource: Bool { isGo || ManifestFile.names.contains(where: names.contains) }

  private var isGo: Bool { names.contains("main.go") || names.contains("plugin.go") }

  /// What it says of itself; a manifest without `schema` is Benana's, `manifest.json` DataBridge's.
  ///
  /// - Throws: ``Diagnostic`` with `manifest.invalid`.
  func manifest(publisher: NamePart) throws -> (manifest: Manifest, isForeign: Bool, path: String) {
    let findings = Findings()
    guard let name = ManifestFile.allNames.first(where: names.contains) else {
      let manifest = ForeignManifest.read(
        nil, as: .benana, folder: FileSystem.baseName(of: path), publisher: publisher,
        findings: findings)
      guard let manifest else {
        throw findings.diagnostic(.manifestInvalid, file: path, what: "manifest")
      }
      return (try buildable(manifest), true, path)
    }
    let file = try ManifestFile("\(path)/\(name)", publisher: publisher)
    guard file.form != nil else { return (try file.required(), false, file.path) }
    return (try buildable(file.required()), true, file.path)
  }

  /// The guides' hosts build plugins of Go only.
  private func buildable(_ manifest: Manifest) throws -> Manifest {
    guard isGo, names.contains("go.mod") else {
      throw Diagnostic(
        .buildNone, "`\(path)` has no `\(isGo ? "go.mod" : "main.go")`",
        hint: "a plugin of Go needs both")
    }
    return manifest
  }
}
