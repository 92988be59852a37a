internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `test ...`
enum TestCommands {
  static func test(_ call: Invocation) throws -> Answer {
    if call.parsed.has("list") { return catalogue(call.output) }
    guard !call.arguments.isEmpty else {
      throw Diagnostic(
        .usageMissingArgument, "`plugctl test` needs a plugin or a file",
        hint: "`plugctl list` shows installed plugins")
    }
    let (session, items) = (try call.session(), call.arguments)
    let level = call.parsed.value("level").flatMap { Int($0) } ?? 2
    let reports = try Interruption.run {
      try await PluginTesting(session).test(items, level: level)
    }
    var answer = Answer(
      "test", json: .array(reports.map(\.json)),
      text: reports.map { text($0, call.output) }.joined(separator: "\n"))
    if let failure = reports.lazy.compactMap(\.diagnostic).first {
      answer.exitCode = ExitCode.of(failure.code.category)
      answer.failure = failure
    }
    return answer
  }

  private static func text(_ report: LoadReport, _ output: Output) -> String {
    let shown = report.results.filter {
      output.verbosity > 0 || ($0.status != .pass && $0.status != .info && $0.status != .skip)
    }
    let passed = report.results.filter { $0.status == .pass }.count
    let skipped = report.results.filter { $0.status == .skip }.count
    let verdict =
      report.verdict == .passed
      ? output.style.green("passed") : output.style.red(report.verdict.rawValue)
    var lines = [
      "\(report.name): \(verdict), level \(report.level), \(counted(passed, "check")) passed, \(skipped) skipped"
    ]
    for result in shown {
      let what = result.message.isEmpty ? result.check.check?.name ?? "" : result.message
      lines.append("  \(result.check.rawValue) \(result.status.rawValue): \(printable(what))")
    }
    if output.verbosity > 0 { lines += report.missingProtections.map { "  without: \($0)" } }
    return lines.joined(separator: "\n")
  }

  private static func catalogue(_ output: Output) -> Answer {
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
    return Answer("test-list", json: .array(data), text: table.text(output))
  }
}
