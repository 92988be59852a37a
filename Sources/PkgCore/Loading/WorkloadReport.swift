/// How a workload is driven.
public struct WorkloadOptions: Sendable, Equatable {
  /// The database; empty where the workload needs none.
  public var dsn = ""
  /// What the plugin is configured with; nil for its example.
  public var settings: PluginSettings?
  /// Whether it may open sockets also where no database is named.
  public var reachesNetwork = false
  /// How long its operations run, without setup and cleanup.
  public var milliseconds = 10_000
  /// How many sessions run at once, each in a thread of its own.
  public var sessions = 4
  /// What the order of operations is made from.
  public var seed: UInt64 = 1

  /// Ten seconds, four sessions, no database.
  public init() {}
}

/// What became of a workload that was driven.
public struct WorkloadReport: Sendable {
  /// The plugin's own name.
  public var id: String
  /// Its version.
  public var version: String
  /// Sessions that ran.
  public var sessions: Int
  /// From the start of the first session to the end of the last.
  public var seconds: Double
  /// The operations in the plugin's order.
  public var operations: [Operation]
  /// What the plugin counted itself.
  public var metrics: JSON
  /// Faults that were seen, one of each session at most; empty where all went well.
  public var faults: [String]

  /// A report without operations.
  public init(id: String, version: String) {
    self.id = id
    self.version = version
    sessions = 0
    seconds = 0
    operations = []
    metrics = .object(JSONObject())
    faults = []
  }

  /// One operation's share. Times are in nanoseconds; those of shares are right within some 6 %.
  public struct Operation: Sendable {
    /// Its name.
    public var name: String
    /// How often it ran.
    public var count: Int64
    /// How often it failed.
    public var errors: Int64
    /// The sum of all times.
    public var total: Int64
    /// The shortest, longest, and those that 50, 95 and 99 of 100 stay below.
    public var least, most, p50, p95, p99: Int64

    /// More than any run has, and few enough to be added up: a plugin may forge the record.
    private static let mostCounted: Int64 = 1 << 48

    /// From a record of the worker: `COUNT ERRORS TOTAL MIN MAX P50 P95 P99 NAME`.
    public init?(record: String) {
      let fields = record.parts(at: " ", cuts: 8)
      let numbers = fields.prefix(8).compactMap { Int64($0) }
      guard numbers.count == 8, fields.count == 9, numbers.allSatisfy({ $0 >= 0 }),
        max(numbers[0], numbers[1]) <= Self.mostCounted
      else { return nil }
      name = String(fields[8])
      (count, errors, total, least) = (numbers[0], numbers[1], numbers[2], numbers[3])
      (most, p50, p95, p99) = (numbers[4], numbers[5], numbers[6], numbers[7])
    }
  }

  /// Operations a second, all together.
  public var rate: Double {
    seconds > 0 ? Double(operations.map(\.count).reduce(0, +)) / seconds : 0
  }
}

extension WorkloadReport {
  /// `{"plugin","version","sessions","seconds","metrics":{"operations_per_second","count","errors",
  /// "operations":{NAME:{"count","errors","per_second","latency_us":{...}}},"plugin":{...}},"faults"}`
  public var json: JSON {
    var list = JSONObject()
    for operation in operations { list[operation.name] = operation.json(seconds) }
    let metrics: JSON = [
      "operations_per_second": .real(rate),
      "count": .integer(operations.map(\.count).reduce(0, +)),
      "errors": .integer(operations.map(\.errors).reduce(0, +)),
      "operations": .object(list), "plugin": self.metrics,
    ]
    return [
      "plugin": .string(id), "version": .string(version), "sessions": .integer(Int64(sessions)),
      "seconds": .real(seconds), "metrics": metrics, "faults": .strings(faults),
    ]
  }
}

extension WorkloadReport.Operation {
  func json(_ seconds: Double) -> JSON {
    func microseconds(_ time: Int64) -> JSON { .real(Double(time) / 1000) }
    let mean = count > 0 ? total / count : 0
    return [
      "count": .integer(count), "errors": .integer(errors),
      "per_second": .real(seconds > 0 ? Double(count) / seconds : 0),
      "latency_us": [
        "mean": microseconds(mean), "min": microseconds(least), "p50": microseconds(p50),
        "p95": microseconds(p95), "p99": microseconds(p99), "max": microseconds(most),
      ],
    ]
  }
}
