internal import CommandLineKit
internal import Operations
internal import PkgCore

/// What is on the disk: `gc`, `in-use`, `verify`.
enum StoreCommands {
  static func collect(_ call: Invocation) throws -> Answer {
    var retention = Retention()
    retention.generations = try call.number("keep", 1...10_000) ?? retention.generations
    retention.seconds = try call.duration("older-than") ?? retention.seconds
    let isDryRun = call.parsed.has("dry-run")
    let report = try Collecting(call.session()).collect(retention, isDryRun: isDryRun)
    var lines: [String] = []
    if report.generations.isEmpty, report.trees.isEmpty {
      lines.append("nothing to remove")
    } else {
      let parts = [
        (report.generations.count, "generation"), (report.trees.count, "unpacked package"),
      ]
      let what = parts.filter { $0.0 > 0 }.map { count($0.0, $0.1) }.joined(separator: " and ")
      lines.append("\(isDryRun ? "would remove" : "removed") \(what), \(sizeText(report.bytes))")
    }
    if !report.treesInUse.isEmpty {
      lines.append(
        "kept \(count(report.treesInUse.count, "unpacked package")) that a process still uses: `plugctl in-use`"
      )
    }
    return Answer(
      "gc", json: report.json, text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
  }

  private static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  static func uses(_ call: Invocation) throws -> Answer {
    let (uses, unseen) = try UseQueries(call.session()).uses(of: call.arguments)
    var table = TextTable(["PID", "PROGRAM", "PLUGIN", "VERSION", "STATE", "HOST"])
    var rows: Set<[String]> = []
    for use in uses {
      let row = [
        "\(use.process)", use.program, use.plugin?.description ?? use.path,
        use.version?.description ?? "?", use.state.rawValue, use.host ?? "",
      ]
      if rows.insert(row).inserted { table.add(row) }
    }
    if unseen > 0, call.output.isInteractive {
      call.output.warn(
        Diagnostic(
          .hostUnseen, "\(count(unseen, "process")) could not be looked into",
          hint: "root sees those of other users too"))
    }
    let json: JSON = ["processes": .array(uses.map(\.json)), "unseen": .integer(Int64(unseen))]
    return Answer(
      "in-use", json: json,
      text: uses.isEmpty && call.output.isInteractive
        ? "no process uses a plugin that is or was installed here" : table.text(call.output))
  }

  /// `verify` of files, or of what is installed.
  static func verify(_ call: Invocation) throws -> Answer {
    guard call.parsed.value("key") == nil else { return try verifyFiles(call) }
    let files = call.arguments.filter(Verifying.isFile)
    guard files.isEmpty || files.count == call.arguments.count else {
      throw Diagnostic(
        .usageConflict, "files and installed plugins are verified apart",
        hint: "run `plugctl verify` twice")
    }
    if !files.isEmpty { return try verifyFiles(call) }
    return try verifyInstalled(call)
  }

  private static func verifyInstalled(_ call: Invocation) throws -> Answer {
    let verified = try Verifying(call.session()).verify(call.arguments)
    let style = call.output.style
    let lines = verified.flatMap { one -> [String] in
      let what = one.plugin.map { "\($0.name) \($0.version)" } ?? one.host
      guard !one.faults.isEmpty else { return ["\(style.green("ok")) \(what)"] }
      return one.faults.map {
        "\(style.red("bad")) \(what): `\(printable($0.path))` \($0.sentence)"
      }
    }
    var answer = Answer(
      "verify", json: .array(verified.map(\.json)),
      text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
    let count = verified.reduce(0) { $0 + $1.faults.count }
    if count > 0 {
      answer.failure = Diagnostic(
        .storeDamaged, "\(count) \(count == 1 ? "path is" : "paths are") not as installed",
        hint: "`plugctl repair` brings it in order")
      answer.exitCode = ExitCode.of(.integrity)
    }
    return answer
  }

  private static func verifyFiles(_ call: Invocation) throws -> Answer {
    guard !call.arguments.isEmpty else {
      throw Diagnostic(
        .usageMissingArgument, "`--key` is for files, and none is named",
        hint: "name signed files, or leave `--key` out")
    }
    let verified = try Authoring(call.session()).verify(
      call.arguments, publicKey: call.parsed.value("key"))
    let lines = verified.map { file in
      "\(file.file): \(file.package ?? printable(file.comment)), signed by \(file.keyID)"
    }
    let data = verified.map { file -> JSON in
      [
        "file": .string(file.file), "key": .string(file.keyID), "comment": .string(file.comment),
        "package": .optional(file.package),
      ]
    }
    return Answer("verify", json: .array(data), text: lines.joined(separator: "\n"))
  }
}
