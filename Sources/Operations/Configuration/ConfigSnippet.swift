internal import Files
internal import PkgCore
internal import PkgStore

/// What to add to a host's own configuration for a plugin.
struct ConfigSnippet {
  private let session: Session
  private let rules: HostProfile.Configuration?
  private let folder: String

  /// - Throws: where the live generation can't be read.
  init(_ session: Session, _ profile: HostProfile, _ instance: HostInstance) throws {
    self.session = session
    rules = profile.configuration
    let current = try instance.currentGeneration()
    folder = current.map { instance.folder(seenBy: $0) } ?? "\(instance.current)/plugins"
  }

  /// The text; nil where the host's profile has none.
  func text(for plugin: InstalledPlugin) throws -> String? {
    guard rules?.snippet != nil else { return nil }
    return try rules?.text(
      for: plugin.name.name.text, settings: example(of: plugin),
      plugins: session.places.seenByHosts(folder))
  }

  /// The plugin's own example; nil where it has none.
  func example(of plugin: InstalledPlugin) throws -> String? {
    let tree = session.places.tree(plugin.tree)
    guard let name = try TreeStore.description(in: tree).manifest.configExample,
      let bytes = try FileSystem.readIfPresent("\(tree)/\(name)", limit: 1 << 16)
    else { return nil }
    // It is shown to people, and its author may be anybody.
    let text = String(decoding: bytes, as: UTF8.self)
    return text.parts(at: "\n").map { printable(String($0)) }.joined(separator: "\n")
  }
}
