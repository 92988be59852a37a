/// A known fault of plugins, in the form of OSV (ossf.github.io/osv-schema, 1.7), as far as it matters
/// here. It never grants anything, so fields that are not known are passed over.
public struct Advisory: Sendable {
  /// The ecosystem under which our plugins are listed.
  public static let ecosystem = "plugctl"

  /// Which versions of one plugin have the fault.
  public struct Affected: Sendable {
    /// The plugin.
    public var plugin: PluginName
    /// Stretches of versions.
    public var ranges: [[Event]]
    /// Single versions besides.
    public var versions: [Version]

    /// Whether a version has the fault (OSV, "Evaluation").
    public func has(_ version: Version) -> Bool {
      versions.contains(version) || ranges.contains { Event.isAffected(version, by: $0) }
    }
  }

  /// A point at which a stretch of versions begins or ends.
  public enum Event: Sendable, Equatable {
    /// This version has the fault, and those above it; nil for all from the first on.
    case introduced(Version?)
    /// This one has it no more.
    case fixed(Version)
    /// This is the last one that has it.
    case lastAffected(Version)
    /// Nothing is known of this one and those above it.
    case limit(Version)
  }

  /// `PLUGCTL-2026-0001`, `CVE-...` or the like.
  public var id: String
  /// One line; empty where there is none.
  public var summary: String
  /// `CVSS_V3:...`, or the word of whoever wrote it; nil where nobody said.
  public var severity: String?
  /// Other names for it.
  public var aliases: [String]
  /// Where more is said.
  public var references: [String]
  /// Plugins that have it.
  public var affected: [Affected]

  /// The lowest version above another that is said to be mended; nil for none.
  public func fix(of name: PluginName, above version: Version) -> Version? {
    affected.filter { $0.plugin.folded == name.folded }.flatMap(\.ranges).joined()
      .compactMap { event in
        if case .fixed(let fixed) = event, fixed > version { fixed } else { nil }
      }.min()
  }

  /// Whether a version of a plugin has the fault; `-` and `_` are one.
  public func concerns(_ name: PluginName, _ version: Version) -> Bool {
    affected.contains { $0.plugin.folded == name.folded && $0.has(version) }
  }
}

extension Advisory.Event {
  /// OSV, "Evaluation": events in the order of their versions switch to and fro; a version that is not
  /// below a limit, where there is one, is not judged.
  static func isAffected(_ version: Version, by events: [Advisory.Event]) -> Bool {
    let limits = events.compactMap { if case .limit(let limit) = $0 { limit } else { nil } }
    guard limits.isEmpty || limits.contains(where: { version < $0 }) else { return false }
    var isAffected = false
    for event in events.sorted(by: precede) {
      switch event {
      case .introduced(let first) where first.map { $0 <= version } ?? true: isAffected = true
      case .fixed(let fixed) where fixed <= version: isAffected = false
      case .lastAffected(let last) where last < version: isAffected = false
      default: break
      }
    }
    return isAffected
  }

  /// By version; at the same one what ends comes first, so that what begins there again counts. A last
  /// version ends its stretch only for those above it.
  private static func precede(_ left: Self, _ right: Self) -> Bool {
    switch (left.version, right.version) {
    case (nil, nil): false
    case (nil, _): true
    case (_, nil): false
    case (let a?, let b?): a == b ? left.rank < right.rank : a < b
    }
  }

  private var version: Version? {
    switch self {
    case .introduced(let version): version
    case .fixed(let version), .lastAffected(let version), .limit(let version): version
    }
  }

  private var rank: Int {
    switch self {
    case .fixed: 0
    case .introduced: 1
    case .lastAffected: 2
    case .limit: 3
    }
  }
}
