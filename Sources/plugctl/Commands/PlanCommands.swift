internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Plans in files, and questions about what a change would do.
enum PlanCommands {
  /// Options that say how to answer, not what to do.
  private static let passing: Set<String> = [
    "output", "dry-run", "json", "color", "progress", "quiet", "verbose", "yes", "no-input",
    "offline", "wait", "jobs", "root", "scope",
  ]

  static func plan(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    var request = try ChangeCommands.request(call)
    request.isDryRun = true
    let asked = request
    let work = try ChangeCommands.work(call.parsed.path.last ?? "", call)
    let reports = try Interruption.run { try await work(Installing(session), asked) }
    var answer = ChangeCommands.answer("plan", reports, request, call.output)
    let words = call.parsed.words(without: passing).dropFirst()
    let plan = SavedPlan(reports, Array(words), session)
    if let file = call.parsed.value("output") {
      try plan.write(to: file)
      if !call.output.isQuiet, !plan.instances.isEmpty {
        answer.text += "\n\(call.output.style.cyan("next")): plugctl apply \(file)"
      }
    }
    answer.json = plan.json
    return answer
  }

  static func apply(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let saved = try SavedPlan(file: call.arguments[0], session)
    guard let parsed = try? CommandParser.parse(saved.command, by: .plugctl),
      CommandRegistry.command(["plan"] + parsed.path) != nil
    else { throw Diagnostic(.planInvalid, "the plan's command is none that can be planned") }
    let planned = Invocation(parsed: parsed, output: call.output)
    let place = try planned.session(like: session.options)
    var request = try ChangeCommands.request(planned)
    request.expected = saved
    let asked = request
    let work = try ChangeCommands.work(parsed.path.last ?? "", planned)
    let reports = try Interruption.run {
      let installing = Installing(place)
      // All of it is looked at before any of it is done.
      var trial = asked
      trial.isDryRun = true
      let now = try await work(installing, trial)
      for report in now {
        try saved.check(report.plan, host: report.host, generation: report.formerGeneration)
      }
      try saved.check(hosts: now.filter { !$0.plan.isEmpty }.map(\.host))
      return try await work(installing, asked)
    }
    return ChangeCommands.answer("apply", reports, request, call.output)
  }

  static func whyNot(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let text = call.arguments[0]
    let found = try Interruption.run { try await Installing(session).whyNot(text) }
    var object = JSONObject()
    object.append("reference", .string(found.reference))
    object.append("possible", .bool(found.obstacle == nil))
    object.append("obstacle", found.obstacle.map { DiagnosticText.json($0) })
    object.append("plan", .array(found.reports.map(\.json)))
    var lines: [String] = []
    if let obstacle = found.obstacle {
      lines = [obstacle.message] + obstacle.notes.map { "  \($0)" }
      if let hint = obstacle.hint { lines.append("  \(call.output.style.cyan("hint")): \(hint)") }
    } else {
      let steps = found.reports.flatMap(\.plan.steps)
      lines = [
        steps.isEmpty
          ? "`\(found.reference)` is installed" : "nothing stands against `\(found.reference)`"
      ]
      lines += steps.map { "  " + ChangeCommands.line($0, true, call.output.style) }
    }
    return Answer("why-not", json: .object(object), text: lines.joined(separator: "\n"))
  }
}
