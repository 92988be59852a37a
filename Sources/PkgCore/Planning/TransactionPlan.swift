/// What a change will do to one host instance, before it does anything.
public struct TransactionPlan: Sendable {
  /// What happens to one plugin.
  public struct Step: Sendable, Equatable {
    /// The kind of change.
    public enum Action: Sendable, Equatable {
      /// It was not there.
      case install
      /// It was there in an older version.
      case upgrade(from: Version)
      /// It was there in a newer version.
      case downgrade(from: Version)
      /// It was there in the same version with other bytes.
      case replace
      /// It was damaged and comes anew, as it was.
      case repair
      /// It goes.
      case remove
      /// The host gets to see it again.
      case enable
      /// It stays, and the host does not get to see it.
      case disable
      /// It is held at certain versions from now on.
      case pin(Pin)
      /// It may move again.
      case unpin
      /// It was there because another needed it; now it stays for its own sake.
      case keep
      /// It is there only as long as another needs it.
      case release

      /// Whether the host notices.
      public var isSeenByHost: Bool { bringsBytes || self == .remove || self == .disable }

      /// Whether the host gets bytes that it did not have before.
      public var bringsBytes: Bool {
        switch self {
        case .install, .upgrade, .downgrade, .replace, .repair, .enable: true
        case .remove, .disable, .pin, .unpin, .keep, .release: false
        }
      }
    }

    /// The kind of change.
    public let action: Action
    /// Which plugin.
    public let name: PluginName
    /// The version that comes, or the one that goes.
    public let version: Version
    /// Bytes to fetch; 0 where nothing is.
    public let size: Int64
  }

  /// What changes, in the order of dependencies, then removals by name.
  public let steps: [Step]
  /// All plugins afterwards, in the order of dependencies.
  public let result: [InstalledPlugin]

  /// Whether nothing changes.
  public var isEmpty: Bool { steps.isEmpty }

  /// The plan that leads from one state to another.
  ///
  /// - Parameters:
  ///   - installed: the present state.
  ///   - result: the wanted state, in the order of dependencies.
  ///   - sizes: bytes to fetch by archive.
  ///   - damaged: what must come anew, though it does not change.
  public init(
    from installed: [InstalledPlugin], to result: [InstalledPlugin],
    sizes: [SHA256Digest: Int64] = [:], damaged: Set<PluginName> = []
  ) {
    let before = Dictionary(
      installed.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let after = Set(result.map(\.name))
    var steps: [Step] = []
    for plugin in result {
      let change = Self.action(from: before[plugin.name], to: plugin)
      guard let action = change ?? (damaged.contains(plugin.name) ? .repair : nil) else { continue }
      steps.append(
        Step(
          action: action, name: plugin.name, version: plugin.version,
          size: sizes[plugin.archive] ?? 0))
    }
    for plugin in installed.filter({ !after.contains($0.name) }).sorted(by: { $0.name < $1.name }) {
      steps.append(Step(action: .remove, name: plugin.name, version: plugin.version, size: 0))
    }
    self.steps = steps
    self.result = result
  }

  private static func action(from old: InstalledPlugin?, to new: InstalledPlugin) -> Step.Action? {
    guard let old else { return .install }
    if old.version < new.version { return .upgrade(from: old.version) }
    if old.version > new.version { return .downgrade(from: old.version) }
    if old.tree != new.tree { return .replace }
    if old.isEnabled != new.isEnabled { return new.isEnabled ? .enable : .disable }
    if old.pin != new.pin { return new.pin.map { .pin($0) } ?? .unpin }
    if old.isRequested != new.isRequested { return new.isRequested ? .keep : .release }
    return nil
  }
}
