/// What the checks of one plugin found.
public struct LoadReport: Sendable, Equatable {
  /// How a person calls the plugin: its name, or the file's.
  public var name: String
  /// Plugins that the host's own command was given, where ``name`` is a host; else empty.
  public var plugins: [String]
  /// The path that was tested.
  public var file: String
  /// The level that was asked for.
  public var level: Int
  /// The results in the order of the catalogue.
  public var results: [CheckResult]
  /// Limits and walls that this kernel or user could not have, a line each.
  public var missingProtections: [String]
  /// The command that repeats the last run under a debugger, for a shell; nil where nothing of
  /// the plugin ran.
  public var reproduce: String?

  /// A report of these parts.
  public init(
    name: String, file: String, level: Int, results: [CheckResult],
    missingProtections: [String] = [], reproduce: String? = nil, plugins: [String] = []
  ) {
    self.name = name
    self.plugins = plugins
    self.file = file
    self.level = level
    self.results = results
    self.missingProtections = missingProtections
    self.reproduce = reproduce
  }

  /// What the results come to.
  public enum Verdict: String, Sendable, CaseIterable {
    /// Nothing refuses the plugin.
    case passed
    /// A check failed.
    case failed
    /// The plugin's process died of a signal.
    case crashed
    /// The plugin's process did not come to an end.
    case timedOut = "timed-out"
    /// The checks could not be carried out.
    case notTested = "not-tested"
  }

  /// The worst of the results. What is known to be wrong counts before what could not be tested.
  public var verdict: Verdict {
    func has(_ status: CheckStatus) -> Bool { results.contains { $0.status == status } }
    if has(.fail) { return .failed }
    if has(.crash) { return .crashed }
    if has(.timeout) { return .timedOut }
    return has(.harnessError) ? .notTested : .passed
  }

  /// The results that refuse the plugin.
  public var refusals: [CheckResult] { results.filter { $0.status.isRefusal } }

  /// The result of a check; nil where it is not in the report.
  public func result(_ check: CheckID) -> CheckResult? { results.first { $0.check == check } }
}

extension LoadReport {
  /// Reports of one plugin, tested several times, as one: of each check the gravest end, and whether
  /// the ends differ.
  public static func merged(_ reports: [LoadReport]) -> LoadReport {
    guard var result = reports.first else {
      return LoadReport(name: "", file: "", level: 0, results: [])
    }
    for place in result.results.indices {
      let check = result.results[place].check
      let all = reports.compactMap { $0.result(check) }
      let ends = Set(all.map(\.status))
      guard ends.count > 1 else { continue }
      let worst = all.first { $0.status.isRefusal } ?? all.first { $0.status == .warn }
      result.results[place] = worst ?? result.results[place]
      let list = all.map(\.status.rawValue).joined(separator: ", ")
      result.results[place].notes.insert("it does not end the same each time: \(list)", at: 0)
    }
    result.reproduce =
      reports.lazy.filter { !$0.refusals.isEmpty }.compactMap(\.reproduce).first ?? result.reproduce
    return result
  }
}

extension LoadReport {
  /// `{"name","plugins","file","level","verdict","results","missingProtections","reproduce"}`.
  public var json: JSON {
    var object = JSONObject()
    object.append("name", .string(name))
    object.append("plugins", plugins.isEmpty ? nil : .strings(plugins))
    object.append("file", .string(file))
    object.append("level", .integer(Int64(level)))
    object.append("verdict", .string(verdict.rawValue))
    object.append("results", .array(results.map(\.json)))
    object.append(
      "missingProtections", missingProtections.isEmpty ? nil : .strings(missingProtections))
    object.append("reproduce", reproduce.map { .string($0) })
    return .object(object)
  }
}
