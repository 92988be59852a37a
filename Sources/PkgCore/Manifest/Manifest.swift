/// A constraint on another plugin.
public struct Dependency: Sendable, Hashable {
  /// Which plugin.
  public var name: PluginName
  /// Which of its versions.
  public var range: VersionRange
  /// Constrains the version only; installed with `--with`.
  public var isOptional: Bool

  /// A constraint of these parts.
  public init(name: PluginName, range: VersionRange, isOptional: Bool = false) {
    self.name = name
    self.range = range
    self.isOptional = isOptional
  }
}

/// What the solver must know of one version of a plugin; the same in the manifest, in `plugin.json`
/// and in the index record, where they must be equal.
public struct Constraints: Sendable, Hashable {
  /// Versions of the host; nil means any.
  public var host: VersionRange?
  /// The ABI's major number; nil means that the host has none.
  public var abi: Int64?
  /// Sorted by name.
  public var dependencies: [Dependency] = []
  /// One of each group must be installed.
  public var anyOf: [[Dependency]] = []
  /// Versions of others that can't be enabled together with this one.
  public var conflicts: [Dependency] = []
  /// Capability words with their versions, sorted.
  public var provides: [Provided] = []

  /// No constraint at all.
  public init() {}
}

/// A capability that a plugin brings, by a word of its own.
public struct Provided: Sendable, Hashable {
  /// The word.
  public var name: NamePart
  /// The version of what is provided.
  public var version: Version

  /// A capability of these parts.
  public init(name: NamePart, version: Version) {
    self.name = name
    self.version = version
  }
}

/// What an author writes about a plugin (`plugin.yaml`, `docs/formats.md`).
public struct Manifest: Sendable {
  /// A build for one platform.
  public struct Variant: Sendable, Equatable {
    /// Where it runs.
    public var platform: Platform
    /// The library's path, relative to the manifest.
    public var library: String

    /// A build of these parts.
    public init(platform: Platform, library: String) {
      self.platform = platform
      self.library = library
    }
  }

  /// What the plugin does to the world.
  public struct Permissions: Sendable, Equatable {
    /// Opens sockets.
    public var network = false
    /// Starts processes.
    public var spawn = false
    /// Writes files.
    public var write = false

    /// None.
    public init() {}

    /// The words of those that hold, as the manifest has them.
    public var words: Set<String> {
      Set([("network", network), ("spawn", spawn), ("write", write)].filter(\.1).map(\.0))
    }
  }

  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// The full name.
  public var name: PluginName
  /// Free text; nil means the name.
  public var title: String?
  /// SemVer 2.0.
  public var version: Version
  /// One line.
  public var summary: String?
  /// An SPDX expression, unchecked.
  public var license: String?
  /// Free text each.
  public var authors: [String] = []
  /// Words for search.
  public var tags: [String] = []
  /// A host profile's id.
  public var host: String
  /// One of that profile's types.
  public var type: String?
  /// For the solver.
  public var constraints = Constraints()
  /// File extensions that it handles, with the dot.
  public var extensions: [String] = []
  /// What it can do, in the host's words.
  public var capabilities: [String] = []
  /// What it does to the world.
  public var permissions = Permissions()
  /// Path of a JSON Schema of its configuration.
  public var configSchema: String?
  /// Path of an example configuration.
  public var configExample: String?
  /// The command that builds it, an argument array.
  public var buildCommand: [String] = []
  /// Paths of its sources.
  public var buildSources: [String] = []
  /// At least one.
  public var variants: [Variant] = []
  /// Further files of the package, relative to the manifest.
  public var files: [String] = []

  /// A manifest with the fields that every plugin has.
  public init(name: PluginName, version: Version, host: String) {
    self.name = name
    self.version = version
    self.host = host
  }
}
