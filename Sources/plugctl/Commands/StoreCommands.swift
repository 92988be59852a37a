internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `gc` and `in-use`.
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
      let what =
        "\(count(report.generations.count, "generation")) and \(count(report.trees.count, "unpacked package"))"
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
    return Answer("in-use", json: json, text: uses.isEmpty ? "" : table.text(call.output))
  }
}
