internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands that change what is installed.
enum ChangeCommands {
  /// Changes what is installed, or plans to.
  typealias Work = @Sendable (Installing, InstallRequest) async throws -> [InstallReport]

  /// What the change of a name does, by the options of a command line.
  static func work(_ name: String, _ call: Invocation) throws -> Work {
    switch name {
    case "install": return { try await $0.install($1) }
    case "upgrade": return { try await $0.upgrade($1) }
    case "downgrade": return { try await $0.downgrade($1) }
    case "remove": return { try await $0.remove($1) }
    case "autoremove": return { try await $0.autoremove($1) }
    case "enable": return { try await $0.enable($1) }
    case "disable": return { try await $0.disable($1) }
    case "unpin":
      try requireNames(call)
      return { try await $0.unpin($1) }
    case "pin":
      try requireNames(call)
      let reason = call.parsed.value("reason") ?? ""
      let until = try call.day("until")
      return { try await $0.pin($1, reason: reason, until: until) }
    case "adopt":
      let plugin = call.parsed.value("as")
      return { try await $0.adopt($1, as: plugin) }
    case "repair": return { try await $0.repair($1) }
    case "rollback":
      let number = try generation(call.arguments.first)
      return { try await $0.rollback(to: number, $1) }
    default: throw Diagnostic(.internalBug, "`\(name)` changes nothing")
    }
  }

  private static func requireNames(_ call: Invocation) throws {
    guard call.arguments.isEmpty else { return }
    throw Diagnostic(
      .usageMissingArgument, "`plugctl \(call.parsed.path.joined(separator: " "))` needs a NAME",
      hint: "name installed plugins, or a generation with `--generation`")
  }

  /// `pin` and `unpin`: of plugins, or of a generation that `gc` shall keep.
  static func pin(_ call: Invocation) throws -> Answer {
    guard let text = call.parsed.value("generation") else { return try change(call) }
    guard let number = try generation(text), call.arguments.isEmpty else {
      throw Diagnostic(
        .usageConflict, "a generation is pinned alone", hint: "leave out the names of plugins")
    }
    let session = try call.session()
    let isPin = call.parsed.path.last == "pin"
    let pin =
      try isPin
      ? Pin(
        range: .any, reason: call.parsed.value("reason") ?? "", created: session.now,
        until: call.day("until")) : nil
    let isDryRun = call.parsed.has("dry-run")
    try Installing(session).pinGeneration(number, pin, isDryRun: isDryRun)
    let state = isPin ? "kept" : "no longer kept"
    return Answer(
      isPin ? "pin" : "unpin", json: [],
      text: call.output.isQuiet
        ? "" : "generation \(number) \(isDryRun ? "would be" : "is") \(state)")
  }

  /// Carries out the change that the command is named for.
  static func change(_ call: Invocation) throws -> Answer {
    let name = call.parsed.path.last ?? ""
    let (session, request) = (try call.session(), try request(call))
    let work = try work(name, call)
    let reports = try Interruption.run { try await work(Installing(session), request) }
    return answer(name, reports, request, call.output)
  }

  static func history(_ call: Invocation) throws -> Answer {
    let entries = try Installing(call.session()).history(generation(call.arguments.first))
    let style = call.output.style
    guard !call.parsed.has("diff"), call.arguments.isEmpty else {
      let lines = entries.flatMap { entry in
        ["\(entry.host) \(entry.generation.number): \(printable(entry.generation.command))"]
          + entry.plan.steps.map { "  " + line($0, false, style) }
      }
      return Answer(
        "history", json: .array(entries.map(\.json)), text: lines.joined(separator: "\n"))
    }
    var table = TextTable(["HOST", "GENERATION", "CREATED", "COMMAND", "STATE"])
    for entry in entries {
      table.add([
        entry.host, "\(entry.generation.number)", entry.generation.created.rfc3339,
        printable(entry.generation.command),
        entry.isLive ? "live" : entry.pin == nil ? "" : "pinned",
      ])
    }
    return Answer("history", json: .array(entries.map(\.json)), text: table.text(call.output))
  }

  private static func generation(_ text: String?) throws -> Int64? {
    guard let text else { return nil }
    guard let number = Int64(text), number > 0 else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(text))` is no generation",
        hint: "`plugctl history` shows their numbers")
    }
    return number
  }

  static func recover(_ call: Invocation) throws -> Answer {
    let recovering = Recovering(try call.session())
    let report = try recovering.recover()
    if call.parsed.has("trust") { try Interruption.run { try await recovering.recoverTrust() } }
    var answer = Answer("recover", json: .strings(report.recovered), text: "")
    if let failure = report.failures.first {
      for other in report.failures.dropFirst() { call.output.warn(other) }
      answer.failure = failure
      answer.exitCode = ExitCode.of(failure.code.category)
    }
    return answer
  }

  static func request(_ call: Invocation) throws -> InstallRequest {
    var request = InstallRequest(items: call.arguments)
    request.with = call.parsed.all("with")
    request.isDryRun = call.parsed.has("dry-run")
    request.preferences.prefersLowest = call.parsed.has("minimal")
    request.preferences.leastAgeSeconds = try call.duration("min-age") ?? 0
    request.preferences.allowsDowngrade = call.parsed.has("allow-downgrade")
    request.cascades = call.parsed.has("cascade")
    request.testLevel = call.parsed.value("test-level").flatMap { Int($0) } ?? 2
    request.unmappedWithinSeconds = try call.number("wait-unmapped", 0...86_400).map { Int64($0) }
    request.saves = !call.parsed.has("no-save")
    guard !(call.parsed.has("locked") && call.parsed.has("frozen")) else {
      throw Diagnostic(
        .usageConflict, "`--locked` and `--frozen` say different things of the lock file",
        hint: "leave one out")
    }
    if call.parsed.has("locked") { request.lockUse = .locked }
    if call.parsed.has("frozen") { request.lockUse = .frozen }
    request.command = call.commandText
    return request
  }

  static func answer(
    _ schema: String, _ reports: [InstallReport], _ request: InstallRequest, _ output: Output
  ) -> Answer {
    var lines = lines(reports, request, output)
    if lines.isEmpty { lines = ["nothing to do"] }
    let text = output.isQuiet ? "" : lines.joined(separator: "\n")
    return Answer(schema, json: .array(reports.map(\.json)), text: text)
  }

  /// What was done to each host, or would be, a line each.
  static func lines(_ reports: [InstallReport], _ request: InstallRequest, _ output: Output)
    -> [String]
  {
    var lines: [String] = []
    for report in reports {
      for step in report.plan.steps { lines.append(line(step, request.isDryRun, output.style)) }
      lines += report.hostNotes
      if let hint = report.includeHint, report.plan.steps.contains(where: { $0.action == .install })
      {
        lines.append("\(output.style.cyan("host")): \(hint)")
      }
      // Of many, each would push the others out of sight.
      if report.snippets.count <= 2 {
        for snippet in report.snippets {
          lines.append(
            "\(output.style.cyan("configure")): for \(snippet.plugin), in \(HostProfile.id(ofInstance: report.host))'s own file:"
          )
          lines += snippet.text.parts(at: "\n").map { "  \(printable(String($0)))" }
        }
      } else {
        lines.append(
          "\(output.style.cyan("configure")): `plugctl config example NAME` says how each is set up"
        )
      }
      for line in report.saved.map(saved) ?? [] {
        lines.append("\(output.style.cyan("project")): \(line)")
      }
      if let undo = report.undo { lines.append("\(output.style.cyan("undo")): \(undo)") }
    }
    return lines
  }

  private static func saved(_ change: ProjectChange) -> [String] {
    let wanted = change.wanted.map { "\($0.name) \($0.range) is wanted in plugctl.yaml" }
    let unwanted = change.unwanted.map { "\($0) is no longer wanted in plugctl.yaml" }
    return wanted + unwanted + (change.isLockWritten ? ["plugctl.lock is up to date"] : [])
  }

  static func line(_ step: TransactionPlan.Step, _ isDryRun: Bool, _ style: Style) -> String {
    let verb =
      switch step.action {
      case .install: isDryRun ? "would install" : "installed"
      case .upgrade: isDryRun ? "would upgrade" : "upgraded"
      case .downgrade: isDryRun ? "would downgrade" : "downgraded"
      case .replace: isDryRun ? "would replace" : "replaced"
      case .repair: isDryRun ? "would repair" : "repaired"
      case .remove: isDryRun ? "would remove" : "removed"
      case .enable: isDryRun ? "would enable" : "enabled"
      case .disable: isDryRun ? "would disable" : "disabled"
      case .pin: isDryRun ? "would pin" : "pinned"
      case .unpin: isDryRun ? "would unpin" : "unpinned"
      case .keep: isDryRun ? "would keep" : "kept"
      case .release: isDryRun ? "would release" : "released"
      }
    let former = step.formerVersion.map { "\($0) -> " } ?? ""
    let size = isDryRun && step.size > 0 ? " (\(sizeText(step.size)))" : ""
    return
      "\(style.green(verb)) \(style.bold(step.name.description)) \(former)\(step.version)\(size)"
  }
}
