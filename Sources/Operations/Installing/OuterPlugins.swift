internal import Files
internal import PkgCore
internal import PkgStore

/// Plugins of the scopes around a session's that the host sees as well: this session can't move them.
struct OuterPlugins: Sendable {
  /// One of them.
  struct Plugin: Sendable {
    let plugin: InstalledPlugin
    /// Where its scope keeps it.
    let places: StorePlaces
    /// The library, as the host gets it.
    let path: String

    var scope: HostProfile.Scope { places.scope }
  }

  /// In the order of dependencies, the outermost scope first; of one that several scopes have, the
  /// nearest scope's.
  let plugins: [Plugin]

  /// None where the host is told by configuration what to load: it loads one scope then.
  init(_ session: Session, _ profile: HostProfile) {
    var plugins: [Plugin] = []
    let isSearching = profile.layout.view != .include && session.options.into == nil
    for places in isSearching ? session.outerPlaces : [] {
      let instance = HostInstance(id: profile.id, places: places)
      // One that can't be read is that scope's trouble.
      guard let current = try? instance.currentGeneration() else { continue }
      let paths = PreparedGeneration.live(current, instance).libraries
      let further = current.plugins.compactMap { plugin -> Plugin? in
        guard plugin.isEnabled, !plugins.contains(where: { $0.plugin.name == plugin.name }),
          let path = paths.first(where: { $0.name == plugin.name })?.path
        else { return nil }
        return Plugin(plugin: plugin, places: places, path: path)
      }
      plugins = further + plugins
    }
    self.plugins = plugins
  }

  /// Those that a scope does not have itself: what it has hides the same in others.
  func besides(_ mine: [InstalledPlugin]) -> [Plugin] {
    plugins.filter { other in !mine.contains { $0.name == other.plugin.name } }
  }
}
