/// What a command changed in a project's files.
public struct ProjectChange: Sendable, Equatable {
  /// Plugins that the project file wants now, with their ranges as written.
  public var wanted: [ProjectFile.Wish] = []
  /// Plugins that it no longer wants.
  public var unwanted: [PluginName] = []
  /// Whether the lock file was written.
  public var isLockWritten = false

  /// No change.
  public init() {}

  /// Whether nothing was changed.
  public var isEmpty: Bool { wanted.isEmpty && unwanted.isEmpty && !isLockWritten }

  /// For programs.
  public var json: JSON {
    [
      "wanted": .array(
        wanted.map {
          ["id": .string($0.name.description), "range": .string($0.range.description)]
        }), "unwanted": .strings(unwanted.map(\.description)), "lock": .bool(isLockWritten),
    ]
  }
}
