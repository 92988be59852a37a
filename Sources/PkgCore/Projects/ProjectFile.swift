/// What a project wants of its host: `plugctl.yaml`. It can ask and tighten; it grants no trust.
public struct ProjectFile: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1
  /// The file's name in a project's folder.
  public static let fileName = "plugctl.yaml"

  /// A plugin that is wanted by name.
  public struct Wish: Sendable, Equatable {
    /// Which plugin.
    public var name: PluginName
    /// Which versions.
    public var range: VersionRange
    /// Where the file says so.
    public var mark: Mark

    /// A wish of these parts.
    public init(name: PluginName, range: VersionRange, mark: Mark = .none) {
      self.name = name
      self.range = range
      self.mark = mark
    }
  }

  /// Versions at which everybody in the project holds a plugin, wanted by name or not.
  public struct Hold: Sendable, Equatable {
    /// Which plugin.
    public var name: PluginName
    /// The versions that it may have.
    public var range: VersionRange
    /// Why; empty where nobody said.
    public var reason: String
    /// When it ends by itself; nil for no end.
    public var until: Timestamp?

    /// A hold of these parts.
    public init(
      name: PluginName, range: VersionRange, reason: String = "", until: Timestamp? = nil
    ) {
      self.name = name
      self.range = range
      self.reason = reason
      self.until = until
    }

    /// Whether it holds at a time.
    public func holds(at time: Timestamp) -> Bool { until.map { time < $0 } ?? true }
  }

  /// An index from which the project's plugins come. Whoever uses the project decides whether to
  /// trust it; nothing is added by itself.
  public struct Index: Sendable, Equatable {
    /// The name that the project gives it.
    public var name: String
    /// Where it is served, without a slash at the end.
    public var url: String

    /// An index of these parts.
    public init(name: String, url: String) {
      self.name = name
      self.url = url
    }
  }

  /// The host's id; nil where the plugins say it.
  public var host: String?
  /// Systems on which the chosen versions must work, besides the one at hand.
  public var targets: [ProjectTarget] = []
  /// In the order of the file.
  public var indexes: [Index] = []
  /// By name.
  public var plugins: [Wish] = []
  /// By name.
  public var pins: [Hold] = []
  /// Findings of `plugctl test` that don't count here, with the reason. They let nothing be installed.
  public var ignoredChecks: [CheckID: String] = [:]
  /// What the project refuses beyond what its user does; it allows nothing.
  public var policy: Policy?

  /// A file that wants nothing.
  public init() {}

  /// The wish for a plugin; `-` and `_` are one.
  public func wish(for name: PluginName) -> Wish? {
    plugins.first { $0.name.folded == name.folded }
  }

  /// The same file with a wish more, in the place of an earlier one for the plugin.
  public func wanting(_ name: PluginName, _ range: VersionRange) -> ProjectFile {
    var copy = without(name)
    copy.plugins.append(Wish(name: name, range: range))
    copy.plugins.sort { $0.name < $1.name }
    return copy
  }

  /// The same file without a wish for the plugin.
  public func without(_ name: PluginName) -> ProjectFile {
    var copy = self
    copy.plugins.removeAll { $0.name.folded == name.folded }
    return copy
  }

  /// Pins that hold at a time, as the solver takes them.
  public func solverPins(at time: Timestamp) -> [PluginName: SolveRequest.Pin] {
    Dictionary(
      pins.filter { $0.holds(at: time) }.map {
        (
          $0.name,
          SolveRequest.Pin(
            range: $0.range, reason: $0.reason,
            remedy: "take `\($0.name)` out of `pins` in `\(Self.fileName)`")
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// All that a lock file depends on, always in the same form: a lock is out of date where the digest
  /// of these bytes is another. Reasons and indexes are no part of it.
  public var wantedBytes: [UInt8] {
    var wanted = JSONObject()
    for wish in plugins { wanted.append(wish.name.description, .string(wish.range.description)) }
    var held = JSONObject()
    for pin in pins {
      held.append(
        pin.name.description,
        .strings([pin.range.description, pin.until?.rfc3339 ?? ""]))
    }
    let document: JSON = [
      "host": .optional(host), "targets": .array(targets.map(\.json)),
      "plugins": .object(wanted), "pins": .object(held),
    ]
    return document.canonicalBytes ?? []
  }
}
