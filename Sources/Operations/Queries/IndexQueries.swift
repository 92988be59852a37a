internal import Catalog
internal import Files
public import PkgCore
internal import PkgStore

/// A plugin as an index lists it.
public struct CatalogListing: Sendable {
  /// The index's name.
  public let index: String
  /// What the catalog says.
  public let entry: CatalogDocument.Entry
  /// The installed version, where it is installed in this scope.
  public let installed: Version?
}

/// A version of a plugin and whether it can be installed here.
public struct VersionListing: Sendable {
  /// What the index says of the version.
  public let release: Release
  /// Why it can't be installed here; nil where it can.
  public let refusal: Diagnostic?
  /// Whether it is the installed one.
  public let isInstalled: Bool
}

/// What an index has of one plugin.
public struct PluginOffer: Sendable {
  /// The index's name.
  public let index: String
  /// The verified record.
  public let record: IndexRecord
  /// Its versions, newest first.
  public let versions: [VersionListing]
}

/// Everything about one plugin: offered, installed, or both.
public struct PluginDetails: Sendable {
  /// What an index has of it; nil where none has it.
  public let offer: PluginOffer?
  /// Where it is installed; not empty where nothing is offered.
  public let installed: [InstalledListing]
  /// What the first installed package says of itself; nil where nothing is installed, or its files are damaged.
  public let manifest: Manifest?
  /// The settings that it has, with their types where its schema tells them.
  public let settings: [(name: String, type: String?)]

  init(_ offer: PluginOffer?, _ installed: [InstalledListing], _ session: Session) {
    (self.offer, self.installed) = (offer, installed)
    let plugin = installed.first?.plugin
    // `verify` tells of damage.
    manifest = plugin.flatMap {
      (try? TreeStore.description(in: session.places.tree($0.tree)))?.manifest
    }
    let schema = plugin.flatMap { try? ConfigChecking(session).schema(of: $0, in: session.places) }
    settings = (schema?["properties"]?.objectValue?.members ?? []).map {
      ($0.name, $0.value["type"]?.stringValue)
    }
  }
}

/// A plugin of which there is a newer version that fits.
public struct OutdatedListing: Sendable {
  /// The host instance.
  public let host: String
  /// The plugin.
  public let name: PluginName
  /// What is installed.
  public let installed: Version
  /// What `upgrade` would bring; nil where it would leave the plugin as it is.
  public let available: Version?
  /// The newest that is published, stable and neither yanked nor withdrawn.
  public let newest: Version
  /// What is to be known of it: why it stays, and what became of the installed version.
  public let notes: [String]
}

/// Counts over installed and available plugins.
public struct PluginStatistics: Sendable {
  /// Installed plugins.
  public let installed: Int
  /// Plugins in all indexes.
  public let available: Int64
  /// By group (`host`, `type`, `publisher`, `state`, `index`), each value with its count.
  public let groups: [(group: String, counts: [(value: String, count: Int64)])]
}

/// Questions about what indexes have.
public struct IndexQueries: Sendable {
  private let session: Session

  /// Questions to a session's indexes.
  public init(_ session: Session) { self.session = session }

  /// Looks in the prepared catalog.
  public func search(_ text: String, _ filter: SearchFilter) async throws -> [CatalogListing] {
    let catalog = try await IndexManagement(session).catalog()
    let installed = try InstalledQueries(session).list()
    return try catalog.search(text, filter).map { row in
      CatalogListing(
        index: row.index, entry: row.entry,
        installed: installed.first { $0.plugin.name == row.entry.name }?.plugin.version)
    }
  }

  /// Everything about one plugin, from its verified record; where no index has it, what its generation
  /// knows.
  public func details(_ text: String) async throws -> PluginDetails {
    let reference = try PluginReference(text)
    let installed = try InstalledQueries(session).list().filter {
      reference.matches($0.plugin.name)
    }
    do {
      let offer = try await offer(text)
      return PluginDetails(
        offer, installed.filter { $0.plugin.name == offer.record.name }, session)
    } catch let error as Diagnostic
      where !installed.isEmpty && [.indexNone, .pluginUnknown].contains(error.code)
    {
      return PluginDetails(nil, installed, session)
    }
  }

  /// What an index has of one plugin, from its verified record.
  public func offer(_ text: String) async throws -> PluginOffer {
    let reference = try PluginReference(text)
    let source = try await RecordSource.open(session, Network(session), refresh: .whenOld)
    let name = try await source.fullName(reference)
    guard let found = try await source.record(name) else {
      throw Diagnostic(.pluginUnknown, "no index has a plugin `\(name)`")
    }
    let installed = try InstalledQueries(session).list().filter { $0.plugin.name == name }
    // A host whose profile is not known here can't be asked for its version.
    let compatibility = (try? ProfileCatalog(session).profile(found.record.host)).map {
      Compatibility($0)
    }
    let versions = found.record.releases.reversed().map { release in
      VersionListing(
        release: release, refusal: compatibility?.refusal(of: release, name),
        isInstalled: installed.contains { $0.plugin.version == release.version })
    }
    return PluginOffer(index: found.index.name, record: found.record, versions: versions)
  }

  /// Installed plugins of which there is a newer version, or whose own is deprecated, yanked or withdrawn.
  public func outdated() async throws -> [OutdatedListing] {
    let instances = try InstanceLookup(session: session).all().filter {
      !$0.current.plugins.isEmpty
    }
    guard !instances.isEmpty else { return [] }
    let source = try await RecordSource.openIfAny(session, Network(session), refresh: .always)
    var listings: [OutdatedListing] = []
    for (instance, current) in instances {
      let planner = ChangePlanning(
        session: session, profile: try ProfileCatalog(session).profile(instance.hostID),
        source: source,
        preferences: VersionPreferences())
      let goal = ChangeGoal(
        roots: [], brought: [], upgrades: Set(current.plugins.map(\.name)), with: [],
        current: current)
      let plan = try await planner.plan(goal).0
      for plugin in current.plugins.sorted(by: { $0.name < $1.name }) {
        let record = try await source.record(plugin.name)?.record
        let moved = plan.result.first { $0.name == plugin.name }?.version
        if let listing = outdated(plugin, record, moved, instance.id) { listings.append(listing) }
      }
    }
    return listings
  }

  private func outdated(
    _ plugin: InstalledPlugin, _ record: IndexRecord?, _ moved: Version?, _ host: String
  ) -> OutdatedListing? {
    guard let record else { return nil }
    let stable = record.releases.last { $0.state == .available && !$0.version.isPrerelease }
    let newest = max(stable?.version ?? plugin.version, moved ?? plugin.version, plugin.version)
    let available = moved.flatMap { $0 > plugin.version ? $0 : nil }
    var notes: [String] = []
    if let release = record.release(plugin.version) {
      if release.state != .available {
        notes.append(
          "installed version \(release.state.word)" + (release.state.reason.map { ": \($0)" } ?? "")
        )
      }
      if let text = release.deprecation { notes.append("deprecated: \(text)") }
    }
    if newest > (available ?? plugin.version) {
      if let pin = plugin.pin, pin.holds(at: session.now), !pin.range.contains(newest) {
        notes.append("pinned to \(pin.range)")
      } else {
        notes.append("`plugctl why-not \(plugin.name)` says why \(newest) is not taken")
      }
    }
    guard available != nil || newest > plugin.version || !notes.isEmpty else { return nil }
    return OutdatedListing(
      host: host, name: plugin.name, installed: plugin.version, available: available,
      newest: newest, notes: notes.map(printable))
  }

  /// Counts over everything; without an index nothing is available.
  public func statistics() async throws -> PluginStatistics {
    let installed = try InstalledQueries(session).list().count
    guard try !IndexRegistry(session).all().isEmpty else {
      return PluginStatistics(installed: installed, available: 0, groups: [])
    }
    let catalog = try await IndexManagement(session).catalog()
    let groups = try CatalogFile.Group.allCases.map { group in
      (group: group == .index ? "index" : group.rawValue, counts: try catalog.counts(by: group))
    }
    let available = groups.first?.counts.reduce(0) { $0 + $1.count } ?? 0
    return PluginStatistics(installed: installed, available: available, groups: groups)
  }

  /// Names for a shell's completion; whatever fails answers nothing.
  public func completions(_ kind: String) async -> [String] {
    switch kind {
    case "installed":
      Self.typed((try? InstalledQueries(session).list().map { $0.plugin.name.description }) ?? [])
    case "available":
      Self.typed((try? await IndexManagement(session).catalogForCompletion()?.names()) ?? [])
    case "host": (try? ProfileCatalog(session).all { _ in }.map(\.profile.id)) ?? []
    case "index": (try? IndexRegistry(session).all().map(\.name)) ?? []
    case "key": (try? KeyRing(session).all().map(\.name)) ?? []
    default: []
    }
  }

  /// Full names, and before them the short ones that mean but one plugin: what a person types.
  private static func typed(_ names: [String]) -> [String] {
    var counts: [String: Int] = [:]
    let short = names.map { String($0.drop { $0 != "/" }.dropFirst()) }
    for name in short { counts[name, default: 0] += 1 }
    return short.filter { counts[$0] == 1 } + names
  }
}
