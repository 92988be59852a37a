/// Where a plugin's library appears below a generation's `plugins/` and in the host's own folders.
public struct ViewLayout: Sendable {
  /// A link to make.
  public struct Entry: Sendable, Equatable {
    /// Relative to the view's folder.
    public let name: String
    /// Relative to the tree; empty for the tree as a whole.
    public let target: String
  }

  /// The links to make.
  public let entries: [Entry]
  /// The library as the host is told, relative to the view's folder.
  public let library: String

  /// The layout of a plugin by a profile.
  ///
  /// A package that brings further libraries is linked as a whole folder: `$ORIGIN` is looked up
  /// beside the link, not beside its target.
  /// - Parameter hasBundledLibraries: whether the tree holds more shared objects than the library.
  public init(of plugin: InstalledPlugin, by profile: HostProfile, hasBundledLibraries: Bool) {
    let layout = profile.layout
    let file = Self.fileName(layout.file, plugin)
    let folder: String? =
      layout.placement == .byType ? Self.typeFolder(plugin.type, profile) : nil
    func placed(_ name: String) -> String { folder.map { "\($0)/\(name)" } ?? name }
    if layout.placement == .perPlugin || (hasBundledLibraries && layout.view != .copies) {
      let name = placed(plugin.name.name.text)
      entries = [Entry(name: name, target: "")]
      library = "\(name)/\(plugin.library)"
      return
    }
    let names = [file] + layout.aliases.map { Self.fileName($0, plugin) }
    entries = names.map { Entry(name: placed($0), target: plugin.library) }
    library = placed(file)
  }

  private static func fileName(_ template: String, _ plugin: InstalledPlugin) -> String {
    let base = plugin.library.parts(at: "/").last.map(String.init) ?? plugin.library
    return filled(
      template,
      [
        ("name", plugin.name.name.text), ("publisher", plugin.name.publisher.text), ("file", base),
      ])
  }

  private static func typeFolder(_ type: String?, _ profile: HostProfile) -> String? {
    guard let type else { return nil }
    return profile.layout.foldersByType.first { $0.type == type }?.folder ?? type
  }
}
