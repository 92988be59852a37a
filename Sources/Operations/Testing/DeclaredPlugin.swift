internal import Files
internal import Formats
internal import PkgCore

extension LoadSubject.DeclaredPlugin {
  /// What a manifest says of what shows when the plugin is called.
  ///
  /// - Parameter folder: where its example configuration lies; nil where that is not known.
  init(_ manifest: Manifest, in folder: String?) {
    self.init(
      id: manifest.name.description, version: manifest.version.description,
      configExample: folder.flatMap { Self.example(manifest, $0) },
      permissions: manifest.permissions.words)
  }

  /// The example, YAML or JSON; one that can't be read is the packing's to refuse.
  private static func example(_ manifest: Manifest, _ folder: String) -> JSON? {
    guard let name = manifest.configExample, PackagePath.isSafe(name),
      let bytes = try? FileSystem.read("\(folder)/\(name)", limit: YAMLReader.maximumSize),
      let node = try? YAMLReader.read(bytes)
    else { return nil }
    return node.json
  }
}
