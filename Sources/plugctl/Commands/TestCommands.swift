internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `test ...`
enum TestCommands {
  static func test(_ call: Invocation) throws -> Answer {
    if call.parsed.has("list") {
      return catalogue(call.output, format: call.parsed.value("format"))
    }
    if call.parsed.has("self-test") { return try selfTest(call) }
    if call.parsed.has("workload") { return try workload(call) }
    let isTogether = call.parsed.has("together")
    guard isTogether || !call.arguments.isEmpty else {
      throw Diagnostic(
        .usageMissingArgument, "`plugctl test` needs a plugin or a file",
        hint: "`plugctl list` shows installed plugins")
    }
    let (session, items, options) = (try call.session(), call.arguments, try options(call))
    let repeats = try call.number("repeat", 1...10_000) ?? 1
    let given = try given(call)
    guard given == nil || !call.parsed.has("debug") else {
      throw Diagnostic(
        .usageConflict, "`--debug` outlives the settings, with their secrets filled in",
        hint: "a refusal names the command, in which SETTINGS.json stands for them, filled in")
    }
    guard given == nil || !isTogether else {
      throw Diagnostic(.usageConflict, "settings are for one plugin, `--together` tests several")
    }
    let reports = try Interruption.run {
      let testing = PluginTesting(session)
      return isTogether
        ? try await testing.testTogether(items, options)
        : try await testing.test(items, options, repeats: repeats, given: given)
    }
    if reports.isEmpty {
      throw Diagnostic(
        .usageMissingArgument, "nothing is enabled for any host here",
        hint: "name files, or `plugctl list` what is installed")
    }
    if call.parsed.has("debug") { try PluginTesting(session).debug(reports) }
    var answer = answer(reports, call)
    if let failure = reports.lazy.compactMap(\.diagnostic).first {
      answer.exitCode = ExitCode.of(failure.code.category)
      answer.failure = failure
    }
    return answer
  }

  private static func answer(_ reports: [LoadReport], _ call: Invocation) -> Answer {
    let json = JSON.array(reports.map(\.json))
    switch call.parsed.value("format") {
    case "junit": return raw(junit(reports), json)
    case "sarif": return raw(sarif(reports).prettyBytes, json)
    case "json":
      return raw(JSON.object(JSONObject([.init("reports", json)])).prettyBytes, json)
    default:
      return Answer(
        "test", json: json, text: reports.map { text($0, call.output) }.joined(separator: "\n"))
    }
  }

  private static func raw(_ bytes: [UInt8], _ json: JSON) -> Answer {
    var answer = Answer("test", json: json, text: "")
    answer.raw = bytes.last == 0x0A ? bytes : bytes + [0x0A]
    return answer
  }

  private static func workload(_ call: Invocation) throws -> Answer {
    guard let item = call.arguments.first, call.arguments.count == 1 else {
      throw Diagnostic(.usageMissingArgument, "`--workload` drives one plugin")
    }
    for option in ["repeat", "together", "debug"] where call.parsed.has(option) {
      throw Diagnostic(.usageConflict, "`--\(option)` has no meaning for a workload")
    }
    if let form = call.parsed.value("format"), form == "junit" || form == "sarif" {
      throw Diagnostic(.usageConflict, "a workload has no report in the form `\(form)`")
    }
    var options = WorkloadOptions()
    options.dsn = try dsn(call) ?? ""
    options.reachesNetwork = call.parsed.has("network")
    options.milliseconds = try duration(call) ?? options.milliseconds
    options.sessions = try call.number("sessions", 1...64) ?? options.sessions
    options.seed = UInt64(try call.number("seed", 0...Int.max) ?? 1)
    let session = try call.session()
    let given = try given(call)
    let report = try Interruption.run { [options] in
      try await PluginTesting(session).drive(item, options, given: given)
    }
    // Where not even its setup worked, there is nothing to tell.
    let text = report.operations.isEmpty ? "" : text(report, call.output)
    var answer = Answer("workload", json: report.json, text: text)
    if call.parsed.value("format") == "json" {
      answer.raw = report.json.prettyBytes
    }
    if let fault = report.faults.first {
      answer.failure = Diagnostic(
        .loadFailed, "the workload had faults: \(printable(fault))",
        notes: Array(report.faults.dropFirst()))
      answer.exitCode = ExitCode.of(DiagnosticCode.loadFailed.category)
    }
    return answer
  }

  private static func text(_ report: WorkloadReport, _ output: Output) -> String {
    var table = TextTable([
      "OPERATION", "COUNT", "ERRORS", "PER SECOND", "P50 US", "P95 US", "P99 US", "MAX US",
    ])
    for operation in report.operations {
      let rate = report.seconds > 0 ? Double(operation.count) / report.seconds : 0
      table.add(
        [operation.name, "\(operation.count)", "\(operation.errors)", "\(Int(rate.rounded()))"]
          + [operation.p50, operation.p95, operation.p99, operation.most].map { "\($0 / 1000)" })
    }
    let head =
      "\(report.id) \(report.version): \(Int(report.rate.rounded())) operations a second, "
      + "\(counted(report.sessions, "session"))"
    return [head, table.text(output)].joined(separator: "\n")
  }

  private static func selfTest(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let findings = try Interruption.run { try await PluginTesting(session).selfTest() }
    let bad = findings.filter { !$0.faults.isEmpty }
    var lines = bad.flatMap { finding in
      finding.faults.map { "\(finding.check?.rawValue ?? "the good plugin"): \(printable($0))" }
    }
    lines.append(
      "\(counted(findings.count, "plugin")), \(findings.count - bad.count) judged as they should be"
    )
    let data = findings.map { finding -> JSON in
      [
        "check": .optional(finding.check?.rawValue), "faults": .strings(finding.faults),
      ]
    }
    var answer = Answer("self-test", json: .array(data), text: lines.joined(separator: "\n"))
    if !bad.isEmpty {
      answer.failure = Diagnostic(
        .loadHarness, "the load test does not find what it should here",
        hint: "`plugctl doctor` tells what this machine lacks")
      answer.exitCode = ExitCode.of(DiagnosticCode.loadHarness.category)
    }
    return answer
  }

  // MARK: - options

  private static func options(_ call: Invocation) throws -> LoadOptions {
    var options = LoadOptions(level: try call.number("level", 1...5) ?? 3)
    let included = try checks(call, "include")
    if !included.isEmpty {
      options.included = Set(included)
      // Who asks for a check wants it, whatever its level.
      let highest = included.compactMap { $0.check?.level }.max() ?? 1
      if call.parsed.value("level") == nil { options.level = highest }
    }
    options.excluded = Set(try checks(call, "exclude"))
    for text in call.parsed.all("ignore") {
      let (check, reason) = try ignored(text)
      options.ignored[check] = reason
    }
    options.jobs = try call.number("jobs", 1...64)
    options.dsn = try dsn(call)
    options.previous = call.parsed.value("previous")
    options.reachesNetwork = call.parsed.has("network")
    options.seed = UInt64(try call.number("seed", 0...Int.max) ?? 1)
    options.fuzzMilliseconds = try duration(call) ?? options.fuzzMilliseconds
    return options
  }

  /// What the plugin is configured with, where that is not its example.
  private static func given(_ call: Invocation) throws -> GivenSettings? {
    let (own, host) = (call.parsed.value("settings"), call.parsed.value("host-config"))
    guard own == nil || host == nil else {
      throw Diagnostic(
        .usageConflict,
        "`--settings` and `--host-config` both say what the plugin is configured with",
        hint: "give one of them")
    }
    return own.map { .ofPlugin($0) } ?? host.map { .ofHost($0) }
  }

  /// `30s`, `5m`, `500ms` or a number of seconds, in milliseconds.
  private static func duration(_ call: Invocation) throws -> Int? {
    guard let text = call.parsed.value("duration") else { return nil }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 1000, "s": 1000, "ms": 1, "m": 60_000, "h": 3_600_000]
    guard let number = Int(digits), number > 0, number <= 86_400,
      let unit = units[String(text.dropFirst(digits.count))]
    else {
      throw Diagnostic(
        .usageInvalidValue, "`--duration` can't be `\(printable(text))`",
        hint: "write it as `30s`, `5m` or `500ms`")
    }
    return number * unit
  }

  /// The plugin runs in another folder, so a path must begin at the root.
  private static func dsn(_ call: Invocation) throws -> String? {
    guard let text = call.parsed.value("dsn") else { return nil }
    guard let rest = text.rest(after: "sqlite:") else { return text }
    let path = rest.rest(after: "//") ?? rest
    guard path.begins(with: "/") || path.begins(with: ":memory:") else {
      throw Diagnostic(
        .usageInvalidValue, "`--dsn \(printable(text))` has no path from the root",
        hint: "write it as `sqlite:///tmp/a.db`")
    }
    return text
  }

  private static func checks(_ call: Invocation, _ option: String) throws -> [CheckID] {
    try call.parsed.all(option).flatMap { $0.parts(at: ",") }.map {
      try check(String($0), option)
    }
  }

  private static func check(_ text: String, _ option: String) throws -> CheckID {
    if let check = CheckID.allCases.first(where: { $0.rawValue == text || $0.name == text }) {
      return check
    }
    let names = CheckID.allCases.flatMap { [$0.rawValue, $0.name] }
    throw Diagnostic(
      .usageInvalidValue, "`--\(option)`: there is no check `\(printable(text))`",
      hint: nearest(to: text, among: names).map { "did you mean `\($0)`?" }
        ?? "`plugctl test --list` lists them")
  }

  private static func ignored(_ text: String) throws -> (CheckID, String) {
    let parts = text.parts(at: "=", cuts: 1).map(String.init)
    guard parts.count == 2, !parts[1].allSatisfy(\.isWhitespace) else {
      throw Diagnostic(
        .usageInvalidValue, "`--ignore \(printable(text))` gives no reason",
        hint: "write it as `--ignore plg-s026=\"built by a vendor\"`")
    }
    return (try check(parts[0], "ignore"), parts[1])
  }

  // MARK: - text

  private static func text(_ report: LoadReport, _ output: Output) -> String {
    let isWordy = output.verbosity > 0
    let shown = report.results.filter {
      isWordy || ![.pass, .info, .skip, .blocked].contains($0.status)
    }
    var lines = [
      "\(printable(report.name)): \(verdict(report, output)), level \(report.level), \(counts(report))"
    ]
    for result in shown { lines += text(result, output) }
    if isWordy { lines += report.missingProtections.map { "  without: \($0)" } }
    return lines.joined(separator: "\n")
  }

  private static func verdict(_ report: LoadReport, _ output: Output) -> String {
    report.verdict == .passed
      ? output.style.green("passed") : output.style.red(report.verdict.rawValue)
  }

  private static func counts(_ report: LoadReport) -> String {
    func count(_ status: CheckStatus) -> Int { report.results.filter { $0.status == status }.count }
    var parts = ["\(counted(count(.pass), "check")) passed", "\(count(.skip)) skipped"]
    if count(.blocked) > 0 { parts.append("\(count(.blocked)) blocked") }
    if count(.ignored) > 0 { parts.append("\(count(.ignored)) ignored") }
    return parts.joined(separator: ", ")
  }

  private static func text(_ result: CheckResult, _ output: Output) -> [String] {
    let what = result.message.isEmpty ? result.check.check?.name ?? "" : result.message
    let head = "  \(result.check.rawValue) \(result.status.rawValue): \(printable(what))"
    guard result.status != .pass || output.verbosity > 0 else { return [head] }
    var notes = result.notes.map { "      \(printable($0))" }
    if let hint = result.hint { notes.append("      hint: \(printable(hint))") }
    return [head] + notes
  }

  private static func catalogue(_ output: Output, format: String?) -> Answer {
    var table = TextTable(["ID", "NAME", "LEVEL", "SEVERITY"])
    var data: [JSON] = []
    for check in CheckID.allCases.compactMap(\.check) {
      table.add([check.id.rawValue, check.name, "\(check.level)", check.severity.rawValue])
      data.append([
        "id": .string(check.id.rawValue), "name": .string(check.name),
        "level": .integer(Int64(check.level)),
        "severity": .string(check.severity.rawValue),
      ])
    }
    if format == "json" { return raw(JSON.array(data).prettyBytes, .array(data)) }
    return Answer("test-list", json: .array(data), text: table.text(output))
  }
}
