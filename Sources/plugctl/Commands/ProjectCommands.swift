internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands of projects: what is wanted, what is locked, what is there.
enum ProjectCommands {
  static func sync(_ call: Invocation) throws -> Answer {
    let (session, request) = (try call.session(), try ChangeCommands.request(call))
    let report = try Interruption.run { try await Installing(session).sync(request) }
    var lines = ChangeCommands.lines(report.reports, request, call.output)
    if report.isLockNew {
      lines.append(request.isDryRun ? "would write plugctl.lock" : "wrote plugctl.lock")
    }
    if lines.isEmpty { lines = ["nothing to do"] }
    return Answer(
      "sync", json: report.json, text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
  }

  static func lock(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let upgrades = call.parsed.has("upgrade")
    guard upgrades || call.arguments.isEmpty else {
      throw Diagnostic(
        .usageConflict, "plugins are named with `--upgrade` only",
        hint:
          "run `plugctl lock --upgrade \(call.arguments.map { printable($0) }.joined(separator: " "))`"
      )
    }
    if call.parsed.has("check") {
      guard !upgrades else {
        throw Diagnostic(
          .usageConflict, "`--check` changes nothing, `--upgrade` does", hint: "leave one out")
      }
      return try check(Installing(session))
    }
    let (arguments, isDryRun) = (call.arguments, call.parsed.has("dry-run"))
    let preferences = try ChangeCommands.request(call).preferences
    let report = try Interruption.run {
      try await Installing(session).lock(
        upgrades: upgrades ? arguments : nil, preferences: preferences, isDryRun: isDryRun)
    }
    var lines = report.changes.map { line($0, call.output.style) }
    if report.isChanged {
      lines.append("\(isDryRun ? "would write" : "wrote") plugctl.lock: \(count(report.count))")
    } else {
      lines = ["nothing to do"]
    }
    return Answer(
      "lock", json: report.json, text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
  }

  private static func count(_ plugins: Int) -> String {
    plugins == 1 ? "1 plugin" : "\(plugins) plugins"
  }

  private static func check(_ installing: Installing) throws -> Answer {
    let isCurrent = try installing.isLockCurrent()
    var answer = Answer("lock", json: ["current": .bool(isCurrent)], text: "")
    if !isCurrent {
      answer.exitCode = 20
      answer.failure = Diagnostic(
        .findings, "`plugctl.lock` does not fit `plugctl.yaml`", hint: "run `plugctl lock`")
    }
    return answer
  }

  private static func line(_ change: LockReport.Change, _ style: Style) -> String {
    let name = style.bold(change.name.description)
    return switch (change.former, change.version) {
    case (nil, let version?): "\(style.green("locked")) \(name) \(version)"
    case (let former?, let version?): "\(style.green("locked")) \(name) \(former) -> \(version)"
    case (let former, nil): "\(style.green("dropped")) \(name) \(former?.description ?? "")"
    }
  }

  static func diff(_ call: Invocation) throws -> Answer {
    let differences = try Installing(call.session()).differences()
    let lines = differences.map { line($0, call.output.style) }
    var answer = Answer(
      "diff", json: .array(differences.map(\.json)), text: lines.joined(separator: "\n"))
    if call.parsed.has("exit-code"), !differences.isEmpty { answer.exitCode = 20 }
    return answer
  }

  private static func line(_ difference: ProjectDifference, _ style: Style) -> String {
    let name = style.bold(difference.name?.description ?? "")
    let installed = difference.installed?.description ?? ""
    let expected =
      difference.locked.map { "\($0) locked" } ?? difference.wanted.map { "\($0) wanted" } ?? ""
    return switch difference.kind {
    case .unlocked: "\(style.yellow("lock")) there is no plugctl.lock"
    case .stale: "\(style.yellow("lock")) plugctl.lock does not fit plugctl.yaml"
    case .missing: "\(style.yellow("missing")) \(name): \(expected)"
    case .extra: "\(style.yellow("extra")) \(name): \(installed) installed"
    case .version: "\(style.yellow("version")) \(name): \(installed) installed, \(expected)"
    case .bytes:
      "\(style.yellow("bytes")) \(name): \(installed) installed from another archive than the locked one"
    }
  }
}
