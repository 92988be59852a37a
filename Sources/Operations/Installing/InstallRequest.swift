public import PkgCore

/// What counts where several versions of a plugin fit.
public struct VersionPreferences: Sendable {
  /// Whether an installed version may be replaced by a lower one.
  public var allowsDowngrade = false
  /// Whether the lowest version that fits is taken, not the highest: what the ranges' floors really need.
  public var prefersLowest = false
  /// Versions published less than so many seconds ago are not taken; 0 takes all.
  public var leastAgeSeconds: Int64 = 0

  /// The newest versions, never a lower one than is installed.
  public init() {}

  /// What was published later is too young; nil for no such limit.
  func publishedBefore(at now: Timestamp) -> Timestamp? {
    guard leastAgeSeconds > 0 else { return nil }
    return Timestamp(secondsSinceEpoch: now.secondsSinceEpoch - leastAgeSeconds)
  }
}

/// What a person asks to be changed.
public struct InstallRequest: Sendable {
  /// Plugins by reference, archives by path, or URLs.
  public var items: [String]
  /// Optional dependencies to have as well.
  public var with: [String] = []
  /// Shows what would be done and does nothing.
  public var isDryRun = false
  /// What counts where several versions fit.
  public var preferences = VersionPreferences()
  /// Whether dependents may go with a plugin that is removed.
  public var cascades = false
  /// 0 for no load test, 1 for what is read of the file, 2 for loading it.
  public var testLevel = 2
  /// In a project: whether its files are brought up to date with the change.
  public var saves = true
  /// In a project: what its lock file has to say.
  public var lockUse = LockUse.free
  /// A plan that must still be the one; nil for none.
  public var expected: SavedPlan?
  /// After the change: how long to wait until no process uses what was there before; nil for not at all.
  public var unmappedWithinSeconds: Int64?
  /// Files in the host's folder whose place the plugins take.
  var adopted: Set<String> = []
  /// The command, as it is remembered in the generation.
  public var command = ""

  /// What a lock file has to say.
  public enum LockUse: Sendable {
    /// It is preferred, and brought up to date.
    case free
    /// It must be up to date and stays as it is.
    case locked
    /// It alone counts; no index is asked for news.
    case frozen
  }

  /// A request for these items.
  public init(items: [String]) { self.items = items }

  /// What can be installed by one item.
  enum Item {
    case reference(PluginReference)
    case file(String)
    case url(String)

    init(_ text: String) throws {
      if text.begins(with: "https://") || text.begins(with: "http://")
        || text.begins(with: "file://")
      {
        self = .url(text)
      } else if text.begins(with: "./") || text.begins(with: "/") || text.begins(with: "../")
        || text.ends(with: ".tar.zst") || text.ends(with: ".tar.gz")
      {
        self = .file(text)
      } else {
        self = .reference(try PluginReference(text))
      }
    }
  }
}
