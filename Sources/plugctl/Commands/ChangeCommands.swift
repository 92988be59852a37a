internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands that change what is installed.
enum ChangeCommands {
  static func install(_ call: Invocation) throws -> Answer {
    let (session, request) = (try call.session(), request(call))
    let reports = try Interruption.run { try await Installing(session).install(request) }
    return answer("install", reports, request, call.output)
  }

  static func upgrade(_ call: Invocation) throws -> Answer {
    let (session, request) = (try call.session(), request(call))
    let reports = try Interruption.run { try await Installing(session).upgrade(request) }
    return answer("upgrade", reports, request, call.output)
  }

  static func remove(_ call: Invocation) throws -> Answer {
    let (session, request) = (try call.session(), request(call))
    let reports = try Interruption.run { try await Installing(session).remove(request) }
    return answer("remove", reports, request, call.output)
  }

  static func recover(_ call: Invocation) throws -> Answer {
    let report = try Recovering(call.session()).recover()
    var answer = Answer("recover", json: .strings(report.recovered), text: "")
    if let failure = report.failures.first {
      for other in report.failures.dropFirst() { call.output.warn(other) }
      answer.failure = failure
      answer.exitCode = ExitCode.of(failure.code.category)
    }
    return answer
  }

  private static func request(_ call: Invocation) -> InstallRequest {
    var request = InstallRequest(items: call.arguments)
    request.with = call.parsed.all("with")
    request.isDryRun = call.parsed.has("dry-run")
    request.allowsDowngrade = call.parsed.has("allow-downgrade")
    request.cascades = call.parsed.has("cascade")
    request.testLevel = call.parsed.value("test-level").flatMap { Int($0) } ?? 2
    request.command = call.commandText
    return request
  }

  private static func answer(
    _ schema: String, _ reports: [InstallReport], _ request: InstallRequest, _ output: Output
  ) -> Answer {
    var lines: [String] = []
    for report in reports {
      for step in report.plan.steps { lines.append(line(step, request.isDryRun, output.style)) }
      lines += report.hostNotes
      if let hint = report.includeHint, report.plan.steps.contains(where: { $0.action == .install })
      {
        lines.append("\(output.style.cyan("host")): \(hint)")
      }
      if let undo = report.undo { lines.append("\(output.style.cyan("undo")): \(undo)") }
    }
    if lines.isEmpty { lines = ["nothing to do"] }
    let text = output.isQuiet ? "" : lines.joined(separator: "\n")
    return Answer(schema, json: .array(reports.map(\.json)), text: text)
  }

  private static func line(_ step: TransactionPlan.Step, _ isDryRun: Bool, _ style: Style) -> String
  {
    let verb =
      switch step.action {
      case .install: isDryRun ? "would install" : "installed"
      case .upgrade: isDryRun ? "would upgrade" : "upgraded"
      case .downgrade: isDryRun ? "would downgrade" : "downgraded"
      case .replace: isDryRun ? "would replace" : "replaced"
      case .remove: isDryRun ? "would remove" : "removed"
      }
    let former = step.formerVersion.map { "\($0) -> " } ?? ""
    let size = isDryRun && step.size > 0 ? " (\(sizeText(step.size)))" : ""
    return
      "\(style.green(verb)) \(style.bold(step.name.description)) \(former)\(step.version)\(size)"
  }
}
