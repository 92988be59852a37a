/// Which old generations and unpacked packages are kept when garbage is collected.
public struct Retention: Sendable {
  /// So many of each instance, the live one counted; at least 1.
  public var generations = 3
  /// What was live within so many seconds.
  public var seconds: Int64 = 30 * 86_400

  /// Three generations and thirty days.
  public init() {}
}

/// What was taken away as garbage, or would be.
public struct CollectionReport: Sendable {
  /// A generation of an instance.
  public struct Generation: Sendable, Equatable {
    /// The host instance.
    public let host: String
    /// Its number.
    public let number: Int64

    /// The generation of these parts.
    public init(host: String, number: Int64) {
      self.host = host
      self.number = number
    }
  }

  /// Generations that went, by host, the oldest first.
  public var generations: [Generation] = []
  /// Names of the unpacked packages that went.
  public var trees: [String] = []
  /// Names of those that no generation has any more, and some process still uses.
  public var treesInUse: [String] = []
  /// Bytes of the files that went.
  public var bytes: Int64 = 0

  /// Nothing yet.
  public init() {}

  /// `plugctl.gc/1`.
  public var json: JSON {
    [
      "generations": .array(
        generations.map { ["host": .string($0.host), "generation": .integer($0.number)] }),
      "trees": .strings(trees), "treesInUse": .strings(treesInUse), "bytes": .integer(bytes),
    ]
  }
}
