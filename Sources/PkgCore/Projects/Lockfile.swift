/// The exact plugins of a project: `plugctl.lock`. It says what is expected; it grants no trust.
public struct Lockfile: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1
  /// The file's name in a project's folder.
  public static let fileName = "plugctl.lock"

  /// A build of a locked version.
  public struct Variant: Sendable, Equatable {
    /// What it runs on.
    public var platform: Platform
    /// The archive's digest.
    public var archive: SHA256Digest
    /// What its library needs of the system.
    public var floors: Release.Floors?

    /// A build of these parts.
    public init(platform: Platform, archive: SHA256Digest, floors: Release.Floors? = nil) {
      self.platform = platform
      self.archive = archive
      self.floors = floors
    }
  }

  /// One plugin.
  public struct Entry: Sendable, Equatable {
    /// Which plugin.
    public var name: PluginName
    /// Its version.
    public var version: Version
    /// The name of the index to which it belongs.
    public var index: String
    /// The publisher's key id that its archives are expected to be signed with.
    public var key: String?
    /// Versions of the host that it works with; nil for any.
    public var host: VersionRange?
    /// The host's ABI that it was made for.
    public var abi: Int64?
    /// The range under which the project wants it; nil where only others need it.
    public var wanted: VersionRange?
    /// Who needs it, by name.
    public var neededBy: [PluginName]
    /// Every build, by platform.
    public var variants: [Variant]

    /// An entry of these parts.
    public init(
      name: PluginName, version: Version, index: String, key: String?, wanted: VersionRange?,
      neededBy: [PluginName], variants: [Variant]
    ) {
      self.name = name
      self.version = version
      self.index = index
      self.key = key
      self.wanted = wanted
      self.neededBy = neededBy
      self.variants = variants
    }

    /// Whether the project wants it by name.
    public var isRequested: Bool { wanted != nil }

    /// The build for a platform.
    public func variant(for platform: Platform) -> Variant? {
      variants.first { $0.platform == platform }
    }
  }

  /// The plugins of one host.
  public struct Host: Sendable, Equatable {
    /// The host's id.
    public var id: String
    /// By name.
    public var entries: [Entry]

    /// A host's plugins.
    public init(id: String, entries: [Entry]) {
      self.id = id
      self.entries = entries
    }
  }

  /// The digest of the wanted set from which it was made.
  public var wanted: SHA256Digest
  /// The systems that it was made for, besides the one at hand.
  public var targets: [ProjectTarget]
  /// By id.
  public var hosts: [Host]

  /// A lock of these parts.
  public init(wanted: SHA256Digest, targets: [ProjectTarget], hosts: [Host]) {
    self.wanted = wanted
    self.targets = targets
    self.hosts = hosts
  }

  /// The entries of a host.
  public func entries(of host: String) -> [Entry] { hosts.first { $0.id == host }?.entries ?? [] }

  /// All locked versions by name.
  public var versions: [PluginName: Version] {
    Dictionary(
      hosts.flatMap(\.entries).map { ($0.name, $0.version) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The same lock after the project stopped wanting some plugins: without them and all that nobody
  /// needs any more, unless others need them. The versions of the others stay.
  ///
  /// - Parameters:
  ///   - names: no longer wanted.
  ///   - digest: of the new wanted set.
  public func dropping(_ names: Set<PluginName>, wanted digest: SHA256Digest) -> Lockfile {
    var copy = self
    copy.wanted = digest
    for place in copy.hosts.indices {
      var entries = copy.hosts[place].entries
      for entry in entries.indices where names.contains(entries[entry].name) {
        entries[entry].wanted = nil
      }
      let kept = Self.closure(of: Set(entries.filter(\.isRequested).map(\.name)), in: entries)
      copy.hosts[place].entries = entries.filter { kept.contains($0.name) }.map { entry in
        var entry = entry
        entry.neededBy.removeAll { !kept.contains($0) }
        return entry
      }
    }
    copy.hosts.removeAll(where: \.entries.isEmpty)
    return copy
  }

  /// These plugins and all that they need, at any distance.
  public static func closure(of names: Set<PluginName>, in entries: [Entry]) -> Set<PluginName> {
    var found = names
    var isGrowing = true
    while isGrowing {
      let more = entries.filter { entry in
        !found.contains(entry.name) && entry.neededBy.contains(where: found.contains)
      }
      found.formUnion(more.map(\.name))
      isGrowing = !more.isEmpty
    }
    return found
  }
}
