internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands that make hosts known, and look at what their programs are.
enum HostSetupCommands {
  static func add(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let hosts = HostRegistration(session)
    let item = call.arguments[0]
    if let index = call.parsed.value("from") {
      try refuse(["profile", "binary", "dir"], beside: "from", call)
      let hint = "add `--yes`, if you trust who runs the index"
      let found = try Interruption.run {
        try await hosts.add(item, from: index) { profile in
          guard !call.parsed.has("yes") else { return true }
          let commands =
            profile.commands.isEmpty
            ? "runs no command" : "runs these commands:\n\(list(profile.commands))"
          return try call.output.confirm(
            "`\(item)` from `\(index)` \(commands)\nAdd it?", hint: hint)
        }
      }
      return try added(found ?? declined(hint), call)
    }
    if item.holds("/") || item.ends(with: ".yaml") || item.ends(with: ".yml") {
      try refuse(["profile", "binary", "dir"], beside: "a file", call)
      return added(try hosts.add(file: item), call)
    }
    guard let profile = call.parsed.value("profile") else {
      throw Diagnostic(
        .usageMissingValue, "`host add \(printable(item))` needs the kind of host",
        hint: "say `--profile NAME` (`plugctl host list`), `--from INDEX`, or a profile's file")
    }
    var request = HostRegistration.Request(name: item, profile: profile)
    request.binary = call.parsed.value("binary")
    request.folder = call.parsed.value("dir")
    return added(try hosts.add(request), call)
  }

  static func remove(_ call: Invocation) throws -> Answer {
    let file = try HostRegistration(call.session()).remove(call.arguments[0])
    return Answer(
      "host-remove", json: ["host": .string(call.arguments[0]), "file": .string(file)],
      text: "removed \(call.arguments[0])")
  }

  static func approve(_ call: Invocation) throws -> Answer {
    let name = call.arguments[0]
    let hint = "look at the file, then add `--yes`"
    var commands: [(purpose: String, arguments: [String])] = []
    let isNew = try HostRegistration(call.session()).approve(name) { found in
      commands = found.unapproved
      guard !call.parsed.has("yes") else { return true }
      let question = "`\(found.origin)` would run:\n\(list(found.unapproved))\nApprove?"
      guard try call.output.confirm(question, hint: hint) else { return try declined(hint) }
      return true
    }
    return Answer(
      "host-approve", json: ["host": .string(name), "isNew": .bool(isNew)],
      text: isNew
        ? "approved \(name): \(commands.count) commands" : "nothing of \(name) needs your approval")
  }

  static func detect(_ call: Invocation) throws -> Answer {
    let found = try HostDetection(call.session()).detect()
    var table = TextTable(["PROFILE", "VERSION", "BINARY", "HOST"])
    for one in found {
      table.add([
        one.profile, one.binary.version?.description ?? "-", one.binary.path,
        one.hosts.isEmpty ? "-" : one.hosts.joined(separator: ", "),
      ])
    }
    let data = found.map { one -> JSON in
      [
        "profile": .string(one.profile), "binary": .string(one.binary.path),
        "version": .optional(one.binary.version?.description), "hosts": .strings(one.hosts),
        "command": .optional(one.command),
      ]
    }
    let hints = found.compactMap(\.command).map { "\(call.output.style.cyan("add")): \($0)" }
    let text = ([table.text(call.output)] + hints).filter { !$0.isEmpty }
    return Answer("host-detect", json: .array(data), text: text.joined(separator: "\n"))
  }

  static func snapshot(_ call: Invocation) throws -> Answer {
    let work = HostSnapshotting(try call.session())
    if call.parsed.has("compare") { try refuse(["output"], beside: "`--compare`", call) }
    let snapshot = try work.take(call.arguments[0])
    if let earlier = call.parsed.value("compare") {
      return compared(snapshot, try work.read(earlier), call)
    }
    if let file = call.parsed.value("output") {
      try work.write(snapshot, to: file)
      let version = snapshot.version.map { " \($0)" } ?? ""
      return Answer(
        "host-snapshot", json: snapshot.json, text: "wrote \(file): \(snapshot.host)\(version)")
    }
    var answer = Answer("host-snapshot", json: snapshot.json, text: "")
    if !call.output.isJSON {
      answer.text = String(decoding: snapshot.json.prettyBytes, as: UTF8.self)
    }
    return answer
  }

  static func check(_ call: Invocation) throws -> Answer {
    guard let binary = call.parsed.value("binary") else {
      throw Diagnostic(
        .usageMissingValue, "`host check` needs the program to check against",
        hint: "add `--binary PATH`")
    }
    let session = try call.session()
    let level = try call.number("level", 1...4) ?? 2
    let name = call.arguments[0]
    let report = try Interruption.run {
      try await HostUpgradeCheck(session).check(name, binary: binary, level: level)
    }
    var answer = Answer("host-check", json: json(report), text: text(report, call.output))
    if call.parsed.has("exit-code"), !report.broken.isEmpty { answer.exitCode = 20 }
    return answer
  }

  private static func text(_ report: HostUpgradeReport, _ output: Output) -> String {
    var table = TextTable(["PLUGIN", "VERSION", "VERDICT"])
    for plugin in report.plugins {
      table.add([
        plugin.name.description, plugin.version.description,
        plugin.refusal.map {
          "breaks: \(([$0.message] + $0.notes.prefix(1)).joined(separator: "; "))"
        }
          ?? "loads",
      ])
    }
    let version = report.binary.version.map { " \($0)" } ?? ""
    var lines = ["\(report.host) with \(report.binary.path)\(version):", table.text(output)]
    if report.plugins.isEmpty { lines[1] = "no plugins are enabled" }
    if let plan = report.mending {
      lines.append("what mends it:")
      lines += plan.steps.map { step in
        "  \(step.word) \(step.name) \(step.formerVersion.map { "\($0) -> " } ?? "")\(step.version)"
      }
    }
    if let obstacle = report.obstacle {
      let isKnown = obstacle.code.category == .noSolution || obstacle.code.category == .incompatible
      lines.append(
        isKnown
          ? "nothing in your indexes mends it: \(obstacle.message)"
          : "what would mend it can't be told: \(obstacle.message)")
      lines += obstacle.notes.map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ report: HostUpgradeReport) -> JSON {
    [
      "host": .string(report.host), "binary": .string(report.binary.path),
      "version": .optional(report.binary.version?.description),
      "plugins": .array(
        report.plugins.map { plugin in
          [
            "id": .string(plugin.name.description), "version": .string(plugin.version.description),
            "breaks": .bool(plugin.refusal != nil),
            "code": .optional(plugin.refusal?.code.rawValue),
            "reason": .optional(plugin.refusal?.message),
            "notes": .strings(plugin.refusal?.notes ?? []),
          ]
        }),
      "mending": report.mending.map { plan in
        .array(
          plan.steps.map { step in
            [
              "action": .string(step.word), "id": .string(step.name.description),
              "from": .optional(step.formerVersion?.description),
              "to": .string(step.version.description),
            ]
          })
      } ?? .null,
      "obstacle": .optional(report.obstacle?.message),
    ]
  }

  private static func compared(
    _ now: HostSnapshot, _ earlier: HostSnapshot, _ call: Invocation
  ) -> Answer {
    let changes = now.changes(since: earlier)
    var lines: [String] = []
    for change in changes {
      func line(_ mark: String, _ values: [String]) -> [String] {
        let shown = values.prefix(call.output.isQuiet ? 5 : 20).map { "  \(mark) \(printable($0))" }
        return shown
          + (values.count > shown.count ? ["  \(mark) … \(values.count - shown.count) more"] : [])
      }
      lines.append(change.what)
      lines += line("-", change.removed) + line("+", change.added)
    }
    let data = changes.map { change -> JSON in
      [
        "what": .string(change.what), "removed": .strings(change.removed),
        "added": .strings(change.added),
      ]
    }
    return Answer(
      "host-snapshot-changes", json: .array(data),
      text: changes.isEmpty
        ? "nothing differs that plugins depend on" : lines.joined(separator: "\n"))
  }

  private static func added(_ found: FoundProfile, _ call: Invocation) -> Answer {
    let profile = found.profile
    let next = call.output.style.cyan("next")
    return Answer(
      "host-add",
      json: [
        "host": .string(profile.id), "profile": .optional(profile.base),
        "file": .string(found.origin),
      ],
      text: "added \(profile.id)\n\(next): plugctl install NAME --host \(profile.id)")
  }

  private static func list(_ commands: [(purpose: String, arguments: [String])]) -> String {
    commands.map { "  \(printable($0.arguments.joined(separator: " "))) (\($0.purpose))" }
      .joined(separator: "\n")
  }

  private static func declined<Value>(_ hint: String) throws -> Value {
    throw Diagnostic(.confirmationNeeded, "nothing was changed", hint: hint)
  }

  private static func refuse(_ options: [String], beside other: String, _ call: Invocation) throws {
    guard let option = options.first(where: call.parsed.has) else { return }
    throw Diagnostic(
      .usageConflict, "`--\(option)` can't be used with \(other == "from" ? "`--from`" : other)")
  }
}
