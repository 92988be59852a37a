/// One plugin as it is installed for a host instance.
public struct InstalledPlugin: Sendable {
  /// Where its bytes came from.
  public enum Origin: Sendable, Equatable {
    /// From an index, by the name under which it was added.
    case index(String)
    /// From a file, by its name.
    case file(String)
    /// From a URL.
    case url(String)

    /// The index's name; nil where they came from none.
    public var index: String? { if case .index(let name) = self { name } else { nil } }
  }

  /// The full name.
  public var name: PluginName
  /// Its version.
  public var version: Version
  /// What it runs on.
  public var platform: Platform
  /// The digest of its list of files; the tree's name follows from it.
  public var tree: SHA256Digest
  /// The archive's digest.
  public var archive: SHA256Digest
  /// Where its bytes came from.
  public var origin: Origin
  /// The library's path inside the tree.
  public var library: String
  /// One of the host's types.
  public var type: String?
  /// One line for people.
  public var summary: String?
  /// Whether the host gets to see it.
  public var isEnabled: Bool
  /// Asked for by name, not only needed by another.
  public var isRequested: Bool
  /// Held at certain versions; nil where it may move.
  public var pin: Pin?
  /// The signer's key id, nil where nobody signed.
  public var keyID: String?
  /// For the solver.
  public var constraints: Constraints
  /// Names of the library in the host's view, relative to its folder; the first is the main one, the
  /// others are aliases. Empty until the generation is laid out.
  public var viewNames: [String] = []
  /// Further files that the host looks for, each in a folder of its own.
  public var extraFiles: [ExtraFile] = []

  /// An installed plugin of these parts; enabled.
  public init(
    name: PluginName, version: Version, platform: Platform, tree: SHA256Digest,
    archive: SHA256Digest, origin: Origin, library: String, type: String?, summary: String?,
    isRequested: Bool, keyID: String?, constraints: Constraints
  ) {
    self.name = name
    self.version = version
    self.platform = platform
    self.tree = tree
    self.archive = archive
    self.origin = origin
    self.library = library
    self.type = type
    self.summary = summary
    isEnabled = true
    self.isRequested = isRequested
    self.keyID = keyID
    self.constraints = constraints
  }

  /// The name of the folder in the store's trees: 160 bits of the tree's digest in base32.
  public var treeName: String { Self.treeName(tree) }

  /// The name of the folder of a tree.
  public static func treeName(_ tree: SHA256Digest) -> String { base32(tree.bytes.prefix(20)) }
}

/// The whole state of one host instance at one time: `gens/<n>/manifest.json`.
public struct Generation: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// Grows by one with each change; never reused.
  public var number: Int64
  /// When it was made.
  public var created: Timestamp
  /// The host instance.
  public var host: String
  /// What made it, as a command: `install stormdb/vector_plugin`.
  public var command: String
  /// The folder of links or copies in the host's sight; nil for an include view.
  public var viewFolder: String?
  /// How the host's folder is filled, where there is one.
  public var view: HostProfile.View
  /// Which path the host is given.
  public var pathStyle: HostProfile.PathStyle
  /// In the order of dependencies: whom others need comes first.
  public var plugins: [InstalledPlugin]

  /// A generation of these parts.
  public init(
    number: Int64, created: Timestamp, host: String, command: String, viewFolder: String?,
    view: HostProfile.View, pathStyle: HostProfile.PathStyle, plugins: [InstalledPlugin]
  ) {
    self.number = number
    self.created = created
    self.host = host
    self.command = command
    self.viewFolder = viewFolder
    self.view = view
    self.pathStyle = pathStyle
    self.plugins = plugins
  }

  /// Whether the host's folder holds copies, not links.
  public var isCopied: Bool { view == .copies }
  /// Whether paths name the generation.
  public var isVersioned: Bool { pathStyle == .versioned }

  /// The plugin of a name.
  public func plugin(_ name: PluginName) -> InstalledPlugin? { plugins.first { $0.name == name } }
}
