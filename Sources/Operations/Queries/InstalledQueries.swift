internal import Files
public import PkgCore
internal import PkgStore

/// A plugin with the host instance in which it is installed.
public struct InstalledListing: Sendable {
  /// The host instance.
  public let host: String
  /// The scope.
  public let scope: HostProfile.Scope
  /// The plugin.
  public let plugin: InstalledPlugin
  /// The folder in which the host finds it.
  public let folder: String
  /// Whether the folder was chosen by `--into`, not by the host's profile.
  public let isChosenByHand: Bool
  /// The library's path as the host gets it.
  public let path: String
}

/// Questions about what is installed: answered from disk, without a lock.
public struct InstalledQueries: Sendable {
  private let session: Session

  /// Questions in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Everything that is installed, by host, then name.
  public func list() throws -> [InstalledListing] {
    try InstanceLookup(session: session).all().flatMap { instance, current in
      current.plugins.sorted { $0.name < $1.name }.map { plugin in
        let folder = instance.folder(seenBy: current)
        let name = plugin.viewNames.first ?? FileSystem.baseName(of: plugin.library)
        return InstalledListing(
          host: instance.id, scope: session.scope, plugin: plugin, folder: folder,
          isChosenByHand: instance.isChosenByHand, path: "\(folder)/\(name)")
      }
    }
  }

  /// Where a plugin is installed.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.not-installed`.
  public func installed(_ text: String) throws -> [InstalledListing] {
    let reference = try PluginReference(text)
    let all = try list()
    let found = all.filter { reference.matches($0.plugin.name) }
    guard found.isEmpty else { return found }
    let near = nearest(to: reference.name.text, among: all.map(\.plugin.name.name.text))
    throw Diagnostic(
      .pluginNotInstalled, "`\(reference)` is not installed here",
      hint: near.map { "did you mean `\($0)`?" } ?? "`plugctl list` shows what is")
  }

  /// The files of an installed plugin, absolute.
  public func files(_ text: String) throws -> [String] {
    try installed(text).flatMap { listing -> [String] in
      let tree = session.places.tree(listing.plugin.tree)
      return try TreeStore.description(in: tree).files.map { "\(tree)/\($0.path)" }
    }
  }

  /// The plugin that a file belongs to: in a tree, in a generation, or in a folder of the host's.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.file-not-owned`.
  public func owner(of path: String) throws -> InstalledListing {
    let absolute = try FileSystem.absolute(path)
    guard FileSystem.exists(absolute) else {
      throw Diagnostic(.systemNotFound, "`\(path)` does not exist")
    }
    let all = try list()
    let real = FileSystem.realPath(absolute) ?? absolute
    let trees = FileSystem.realPath(session.places.trees) ?? session.places.trees
    for listing in all {
      if real.begins(with: "\(trees)/\(listing.plugin.treeName)/") { return listing }
      if listing.path == absolute { return listing }
    }
    throw Diagnostic(
      .pluginFileNotOwned, "no installed plugin owns `\(path)`",
      hint: "`plugctl scan` shows what lies in the hosts' folders")
  }
}
