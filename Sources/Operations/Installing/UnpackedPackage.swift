internal import Archiving
internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// An unpacked package before it has a place: its folder and what it says of itself.
struct UnpackedPackage: Sendable {
  let folder: String
  let description: PackageDescription
  let tree: SHA256Digest

  /// Reads what an unpacking child left.
  init(_ folder: String) throws {
    self.folder = folder
    description = try TreeStore.description(in: folder)
    tree = sha256(description.treeBytes)
  }

  /// Refuses where the package differs from the release that the index promised.
  func check(is build: Release.Build, of release: Release, in record: IndexRecord) throws {
    let manifest = description.manifest
    var differences: [String] = []
    func compare(_ field: String, _ isSame: Bool) {
      if !isSame { differences.append("`\(field)` differs") }
    }
    compare("name", sameBytes(manifest.name.description, record.name.description))
    compare("version", sameBytes(manifest.version.description, release.version.description))
    compare("platform", description.platform == build.platform)
    compare("host", sameBytes(manifest.host, record.host))
    compare("dependencies", manifest.constraints == release.constraints)
    compare("tree", tree == build.tree)
    guard differences.isEmpty else {
      throw Diagnostic(
        .archiveMismatch,
        "the package of `\(record.name) \(release.version)` is not what the index says of it",
        notes: differences, hint: "tell who runs the index; nothing was changed")
    }
  }

  /// Refuses where the package is not what its signature says.
  func check(is statement: ArchiveStatement, file: String) throws {
    let manifest = description.manifest
    let isSame =
      sameBytes(statement.name, manifest.name.description)
      && sameBytes(statement.version, manifest.version.description)
      && sameBytes(statement.platform, description.platform.text)
    guard isSame else {
      throw Diagnostic(
        .archiveMismatch,
        "`\(file)` holds `\(manifest.name) \(manifest.version)` and is signed as another plugin",
        notes: ["signed: \(printable(statement.text))"])
    }
  }
}
