/// One way in which what is installed is not what a project wants.
public struct ProjectDifference: Sendable, Equatable {
  /// The kind of difference.
  public enum Kind: String, Sendable {
    /// There is no lock file.
    case unlocked
    /// The lock file was made from another wanted set.
    case stale
    /// Wanted or needed, and not installed.
    case missing
    /// Installed, and neither wanted nor needed.
    case extra
    /// Installed in another version.
    case version
    /// Installed in this version, from another archive.
    case bytes
  }

  /// The kind of difference.
  public let kind: Kind
  /// The host's id; nil where the difference is not of one plugin.
  public let host: String?
  /// Which plugin; nil where the difference is not of one.
  public let name: PluginName?
  /// What is installed.
  public let installed: Version?
  /// What the lock says.
  public let locked: Version?
  /// What the project file says.
  public let wanted: VersionRange?

  /// A difference of these parts.
  public init(
    _ kind: Kind, host: String? = nil, name: PluginName? = nil, installed: Version? = nil,
    locked: Version? = nil, wanted: VersionRange? = nil
  ) {
    self.kind = kind
    self.host = host
    self.name = name
    self.installed = installed
    self.locked = locked
    self.wanted = wanted
  }

  /// All differences: of the lock first, then by host and name.
  ///
  /// - Parameters:
  ///   - lock: nil where there is none.
  ///   - isCurrent: whether the lock was made from this file. One that was not counts for nothing.
  ///   - installed: plugins by host.
  public static func all(
    _ file: ProjectFile, lock: Lockfile?, isCurrent: Bool,
    installed: [(host: String, plugins: [InstalledPlugin])]
  ) -> [ProjectDifference] {
    guard let lock else {
      return (file.plugins.isEmpty ? [] : [ProjectDifference(.unlocked)])
        + unlocked(file, installed)
    }
    guard isCurrent else { return [ProjectDifference(.stale)] + unlocked(file, installed) }
    let hosts = Set(lock.hosts.map(\.id) + installed.map(\.host))
    return hosts.sorted(by: bytesPrecede).flatMap { host in
      locked(host, lock.entries(of: host), installed.first { $0.host == host }?.plugins ?? [])
    }
  }

  /// Installed plugins against the lock.
  private static func locked(
    _ host: String, _ entries: [Lockfile.Entry], _ installed: [InstalledPlugin]
  ) -> [ProjectDifference] {
    var found: [ProjectDifference] = []
    for entry in entries {
      guard let there = installed.first(where: { $0.name == entry.name }) else {
        found.append(
          .init(
            .missing, host: host, name: entry.name, locked: entry.version, wanted: entry.wanted))
        continue
      }
      let isVersion = there.version == entry.version
      guard !isVersion || entry.variant(for: there.platform)?.archive != there.archive else {
        continue
      }
      found.append(
        .init(
          isVersion ? .bytes : .version, host: host, name: entry.name, installed: there.version,
          locked: entry.version, wanted: entry.wanted))
    }
    for there in installed where !entries.contains(where: { $0.name == there.name }) {
      found.append(.init(.extra, host: host, name: there.name, installed: there.version))
    }
    return found.sorted(by: precede)
  }

  /// Installed plugins against the project file alone.
  private static func unlocked(
    _ file: ProjectFile, _ installed: [(host: String, plugins: [InstalledPlugin])]
  ) -> [ProjectDifference] {
    var found: [ProjectDifference] = []
    for wish in file.plugins {
      let there = installed.compactMap { host, plugins in
        plugins.first { $0.name.folded == wish.name.folded }.map { (host, $0) }
      }
      if there.isEmpty {
        found.append(.init(.missing, host: file.host, name: wish.name, wanted: wish.range))
      }
      for (host, plugin) in there where !wish.range.contains(plugin.version) {
        found.append(
          .init(
            .version, host: host, name: wish.name, installed: plugin.version, wanted: wish.range))
      }
    }
    for (host, plugins) in installed {
      let asWanted = plugins.map { plugin in
        var plugin = plugin
        plugin.isRequested = file.wish(for: plugin.name) != nil
        return plugin
      }
      for name in DependencyGraph(asWanted).unneeded {
        let version = plugins.first { $0.name == name }?.version
        found.append(.init(.extra, host: host, name: name, installed: version))
      }
    }
    return found.sorted(by: precede)
  }

  private static func precede(_ left: ProjectDifference, _ right: ProjectDifference) -> Bool {
    let (a, b) = (left.host ?? "", right.host ?? "")
    guard a.utf8.elementsEqual(b.utf8) else { return bytesPrecede(a, b) }
    guard let one = left.name, let other = right.name else { return left.name == nil }
    return one < other
  }

  /// One element of `plugctl.diff/1`.
  public var json: JSON {
    var object = JSONObject()
    object.append("kind", .string(kind.rawValue))
    object.append("host", host.map { .string($0) })
    object.append("id", name.map { .string($0.description) })
    object.append("installed", installed.map { .string($0.description) })
    object.append("locked", locked.map { .string($0.description) })
    object.append("wanted", wanted.map { .string($0.description) })
    return .object(object)
  }
}
