/// All that an index says about one plugin: `i/<publisher>/<name>.json`, a TUF target.
public struct IndexRecord: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// The full name.
  public var name: PluginName
  /// Grows with each change of the record; an older one is refused.
  public var sequence: Int64
  /// The publisher's public keys, as minisign's base64 line.
  public var keys: [String]
  /// The host profile's id.
  public var host: String
  /// One of that profile's types.
  public var type: String?
  /// For people.
  public var title: String?
  /// One line.
  public var summary: String?
  /// An SPDX expression.
  public var license: String?
  /// Free text each.
  public var authors: [String] = []
  /// Words for search.
  public var tags: [String] = []
  /// File extensions that it handles.
  public var extensions: [String] = []
  /// Statements by which a key of the publisher's hands on to the next: texts of minisign signatures.
  public var rotations: [String] = []
  /// Which kind of role signed the record; no part of its JSON, but of how it was found.
  public var authority = RecordAuthority.targetsRole
  /// Ascending by precedence; versions are unique and never vanish.
  public var releases: [Release]

  /// A record without releases.
  public init(name: PluginName, host: String) {
    self.name = name
    self.host = host
    sequence = 0
    keys = []
    releases = []
  }

  /// The path of the record below the index's targets.
  public static func path(of name: PluginName) -> String {
    "i/\(name.publisher)/\(name.name).json"
  }

  /// The name of the plugin whose record lies at a path; nil for other paths.
  public static func name(ofPath path: String) -> PluginName? {
    path.rest(after: "i/")?.rest(before: ".json").flatMap { try? PluginName(String($0)) }
  }

  /// The release of a version.
  public func release(_ version: Version) -> Release? { releases.first { $0.version == version } }
}

/// One version of a plugin in the index.
public struct Release: Sendable {
  /// Whether it may be chosen; the only thing about a release that changes.
  public enum State: Sendable, Equatable {
    /// It may.
    case available
    /// Only where a lock or an exact version asks for it.
    case yanked(reason: String)
    /// Never.
    case withdrawn(reason: String)

    /// Why it may not; nil where it may, or where nobody said.
    public var reason: String? {
      switch self {
      case .available: nil
      case .yanked(let reason), .withdrawn(let reason): reason.isEmpty ? nil : reason
      }
    }
  }

  /// Bytes for one platform.
  public struct Build: Sendable {
    /// What it runs on.
    public var platform: Platform
    /// The archive's size in bytes.
    public var size: Int64
    /// The archive's digest; also its address in the index.
    public var archive: SHA256Digest
    /// The digest of the package's list of files.
    public var tree: SHA256Digest
    /// What the library needs of the system; nil where it is no ELF file.
    public var floors: Floors?
    /// The text of the archive's `.minisig` file; nil where nobody signed.
    public var signature: String?
    /// By what the library is known where it lies without its package; nil where the index is older.
    public var library: LibraryMark?

    /// A build of these parts.
    public init(
      platform: Platform, size: Int64, archive: SHA256Digest, tree: SHA256Digest, floors: Floors?,
      signature: String?, library: LibraryMark? = nil
    ) {
      self.platform = platform
      self.size = size
      self.archive = archive
      self.tree = tree
      self.floors = floors
      self.signature = signature
      self.library = library
    }

    /// Where the archive lies below the index, or any mirror.
    public var archivePath: String { "a/\(archive.hex).tar.zst" }
  }

  /// By what a library is known.
  public struct LibraryMark: Sendable, Equatable {
    /// Of the file.
    public var digest: SHA256Digest
    /// The linker's, in lower-case hexadecimal digits: it stays when the file is stripped. nil for none.
    public var buildID: String?

    /// A mark of these parts.
    public init(digest: SHA256Digest, buildID: String?) {
      self.digest = digest
      self.buildID = buildID
    }
  }

  /// The least versions of system libraries that a library loads with; nil where it needs none.
  public struct Floors: Sendable, Equatable {
    /// As in `GLIBC_2.34`, without the prefix.
    public var glibc: String?
    /// As in `GLIBCXX_3.4.30`.
    public var glibcxx: String?
    /// As in `CXXABI_1.3.13`.
    public var cxxabi: String?
    /// The instructions that it uses; nil where any processor of the platform will do.
    public var isa: InstructionLevel?

    /// Whether there is none.
    public var isEmpty: Bool { self == Self() }

    /// Floors of these versions.
    public init(
      glibc: String? = nil, glibcxx: String? = nil, cxxabi: String? = nil,
      isa: InstructionLevel? = nil
    ) {
      self.glibc = glibc
      self.glibcxx = glibcxx
      self.cxxabi = cxxabi
      self.isa = isa
    }
  }

  /// The version.
  public var version: Version
  /// When it was published.
  public var published: Timestamp
  /// Whether it may be chosen.
  public var state: State
  /// Why it should not be used any more, where its publisher says so.
  public var deprecation: String?
  /// For the solver.
  public var constraints: Constraints
  /// One for each platform.
  public var builds: [Build]

  /// A release of these parts.
  public init(
    version: Version, published: Timestamp, state: State = .available, deprecation: String? = nil,
    constraints: Constraints, builds: [Build]
  ) {
    self.version = version
    self.published = published
    self.state = state
    self.deprecation = deprecation
    self.constraints = constraints
    self.builds = builds
  }

  /// The build for a platform; `any` stands for all.
  public func build(for platform: Platform) -> Build? { builds.first { $0.platform == platform } }
}
