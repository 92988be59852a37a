/// What may be installed, as one file says it: `policy.yaml`, or `policy` of a project's file.
public struct Policy: Sendable, Equatable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1
  /// The file's name in a configuration folder.
  public static let fileName = "policy.yaml"

  /// Which publishers may be new.
  public enum Publishers: String, Sendable, CaseIterable, Comparable {
    /// Those only for whom the index or the user vouches.
    case trustedOnly = "trusted-only"
    /// Others too, once a person has looked at their key's fingerprint.
    case ask
    /// Others too; their first key is remembered unseen.
    case any

    /// The stricter is the lesser.
    public static func < (left: Self, right: Self) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  /// An archive that may be installed though nobody signed it.
  public struct UnsignedException: Sendable, Equatable {
    /// The plugin.
    public var plugin: PluginName
    /// Its versions; nil for all.
    public var range: VersionRange?
    /// The archive's digest; nil for any that the index lists. A file from elsewhere needs one.
    public var archive: SHA256Digest?
    /// Why, for those who wonder later.
    public var reason: String
    /// When it ends.
    public var until: Timestamp

    /// Whether it holds at a time.
    public func holds(at time: Timestamp) -> Bool { time < until }

    /// Whether it is about a version.
    public func covers(_ name: PluginName, _ version: Version, _ archive: SHA256Digest) -> Bool {
      plugin.folded == name.folded && range?.contains(version) ?? true
        && (self.archive ?? archive) == archive
    }
  }

  /// A program that looks through what is about to be installed.
  public struct Scanner: Sendable, Equatable {
    /// The program and its arguments. `{tree}` is the folder of one package, and the program runs once
    /// for each; without it all folders are added at the end.
    public var arguments: [String]
    /// Its time.
    public var timeoutMilliseconds: Int64
  }

  /// A publisher's keys.
  public struct PublisherKeys: Sendable, Equatable {
    /// The publisher.
    public var publisher: NamePart
    /// The only keys that its plugins may be signed by.
    public var keys: [KeyName]

    /// These keys of a publisher.
    public init(publisher: NamePart, keys: [KeyName]) {
      self.publisher = publisher
      self.keys = keys
    }
  }

  /// Which publishers may be new; nil where the file doesn't say.
  public var publishers: Publishers?
  /// What may be unsigned.
  public var unsigned: [UnsignedException] = []
  /// Publishers whose keys are named; others may have any.
  public var keys: [PublisherKeys] = []
  /// Keys that sign nothing any more.
  public var revokedKeys: [KeyName] = []
  /// In the order in which they run.
  public var scanners: [Scanner] = []

  /// A file that says nothing.
  public init() {}
}
