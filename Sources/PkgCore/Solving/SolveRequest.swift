/// What is wanted of the solver.
public struct SolveRequest: Sendable {
  /// A plugin that must be in the answer, with its range.
  public struct Root: Sendable {
    /// Which plugin.
    public var name: PluginName
    /// Which versions.
    public var range: VersionRange
    /// Whether it is only wished for: left out where it can't be had with all the rest.
    public var isWish: Bool

    /// A root of these parts.
    public init(name: PluginName, range: VersionRange, isWish: Bool = false) {
      self.name = name
      self.range = range
      self.isWish = isWish
    }
  }

  /// A plugin held at certain versions by the user.
  public struct Pin: Sendable {
    /// Which versions it may have.
    public var range: VersionRange
    /// Why, in the user's words; empty where nobody said.
    public var reason: String

    /// What lets the plugin move, in the imperative; nil where `plugctl unpin` does.
    public var remedy: String?

    /// A pin of these parts.
    public init(range: VersionRange, reason: String = "", remedy: String? = nil) {
      self.range = range
      self.reason = reason
      self.remedy = remedy
    }
  }

  /// Which version is best where several fit.
  public enum Preference: Sendable {
    /// The highest.
    case newest
    /// The lowest: what a range's floor really needs.
    case minimal
  }

  /// When a pre-release may be chosen.
  public enum Prereleases: Sendable {
    /// Where a range names one, or nothing stable fits the ranges.
    case whereNeeded
    /// Always, after everything stable.
    case asLastResort
    /// As any other version.
    case freely
  }

  /// In the order asked for: where two can't both be newest, the earlier one is.
  public var roots: [Root]
  /// Installed versions: preferred, unless the plugin is in `upgrades`.
  public var installed: [PluginName: Version]
  /// Plugins for which the best version is preferred to the installed or locked one.
  public var upgrades: Set<PluginName>
  /// Whether a version below the installed one may be chosen.
  public var allowsDowngrade: Bool
  /// Versions preferred as installed ones are, without a claim to stay: those of a lock file.
  public var locked: [PluginName: Version] = [:]
  /// Plugins that the user holds.
  public var pins: [PluginName: Pin] = [:]
  /// Plugins of outer scopes: there in exactly this version, whatever happens.
  public var immovable: [PluginName: Version] = [:]
  /// Which version is best.
  public var preference = Preference.newest
  /// When a pre-release may be chosen.
  public var prereleases = Prereleases.whereNeeded

  /// A request of these parts.
  public init(
    roots: [Root], installed: [PluginName: Version] = [:], upgrades: Set<PluginName> = [],
    allowsDowngrade: Bool = false
  ) {
    self.roots = roots
    self.installed = installed
    self.upgrades = upgrades
    self.allowsDowngrade = allowsDowngrade
  }
}
