/// What a plugin is configured with in a test.
public struct PluginSettings: Sendable, Equatable {
  /// A file with a JSON object, in which secrets may be filled in.
  public let path: String
  /// What stands for it in commands that repeat a check: the user's own file, if it has nothing else in it.
  public let shown: String

  /// Settings in a file.
  public init(path: String, shown: String) { (self.path, self.shown) = (path, shown) }
}

/// How far a load test goes, and what it may use.
public struct LoadOptions: Sendable, Equatable {
  /// 1 static, 2 load, 3 lifecycle, 4 robust, 5 fuzz.
  public var level: Int
  /// The only checks that are run; nil for all of the level.
  public var included: Set<CheckID>?
  /// Checks that are not run.
  public var excluded: Set<CheckID> = []
  /// Findings that don't count, with the reason.
  public var ignored: [CheckID: String] = [:]
  /// A database that may be written to; nil for none.
  public var dsn: String?
  /// What the plugin is configured with; nil for its example.
  public var settings: PluginSettings?
  /// Whether it may open sockets, but where it is watched for what it tries.
  public var reachesNetwork = false
  /// A folder of this user's that others may walk through, for what plugins write; nil where no
  /// check needs one.
  public var scratch: String?
  /// The same plugin's version before, where one file is tested; nil where it is not known.
  public var previous: String?
  /// Whether what comes before a plugin is tested with it, not only there.
  public var countsNeighbours = false
  /// How many plugins are tested at once; nil for as many as keep the processors busy.
  public var jobs: Int?
  /// What random input is made from.
  public var seed: UInt64 = 1
  /// How long each fuzz check runs.
  public var fuzzMilliseconds: Int = 5_000
  /// Whether an input that a plugin did not survive is kept in the working folder.
  public var keepsInputs = true

  /// Options of a level.
  public init(level: Int) { self.level = level }

  /// Whether a check is to run.
  public func wants(_ check: CheckID) -> Bool {
    (check.check?.level ?? 1) <= level && !excluded.contains(check)
      && included?.contains(check) != false
  }
}
