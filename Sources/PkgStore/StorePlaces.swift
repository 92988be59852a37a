public import PkgCore

/// Where a scope keeps what it has (`docs/formats.md`, "Scopes, host instances and the store").
public struct StorePlaces: Sendable {
  /// The scope.
  public let scope: HostProfile.Scope
  /// Trees, generations and bytes before commit.
  public let data: String
  /// Durable security memory; a project uses the user's.
  public let trust: String
  /// What can be fetched again; a project uses the user's.
  public let cache: String
  /// Configuration, narrowest first.
  public let configuration: [String]
  /// The folder that stands for `/` to the hosts of an image; nil where they see what we see.
  public let root: String?

  /// Places of these paths.
  public init(
    scope: HostProfile.Scope, data: String, trust: String, cache: String, configuration: [String],
    root: String? = nil
  ) {
    self.scope = scope
    self.data = data
    self.trust = trust
    self.cache = cache
    self.configuration = configuration
    self.root = root
  }

  /// A path as hosts see it.
  public func seenByHosts(_ path: String) -> String {
    guard let below = root.flatMap({ path.rest(after: "\($0)/") }) else { return path }
    return "/" + below
  }

  /// Unpacked packages, shared by all instances.
  public var trees: String { "\(data)/trees" }
  /// Bytes before commit, swept at start.
  public var temporary: String { "\(data)/tmp" }
  /// The lock of the whole store: shared by changes, held alone by the collection of garbage.
  public var lock: String { "\(data)/lock" }
  /// Host instances.
  public var hosts: String { "\(data)/hosts" }
  /// Verified archives by digest.
  public var blobs: String { "\(cache)/blobs/sha256" }
  /// Index files as last received; checked again whenever they are read.
  public var indexCache: String { "\(cache)/index" }
  /// The prepared search file.
  public var catalog: String { "\(cache)/catalog.db" }

  /// The folder of a tree.
  public func tree(_ digest: SHA256Digest) -> String {
    "\(trees)/\(InstalledPlugin.treeName(digest))"
  }

  /// The file of a verified archive.
  public func blob(_ digest: SHA256Digest) -> String {
    "\(blobs)/\(digest.hex.prefix(2))/\(digest.hex)"
  }
}
