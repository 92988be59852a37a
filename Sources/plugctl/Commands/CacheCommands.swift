internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `cache list`, `clean` and `verify`.
enum CacheCommands {
  private static let usualSeconds: Int64 = 30 * 86_400

  static func list(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let files = try CacheContents(session).files()
    var table = TextTable([
      "KIND", "PLUGIN", "VERSION", "PLATFORM", "INDEX", "SIZE", "USED", "FILE",
    ])
    for file in files {
      table.add([
        file.kind.rawValue, file.plugin?.description ?? "", file.version?.description ?? "",
        file.platform?.text ?? "", file.index ?? "", sizeText(file.size), file.used.day, file.path,
      ])
    }
    let total = "\(counted(files.count, "file")), \(sizeText(size(files)))"
    let text =
      call.output.isInteractive ? table.text(call.output) + "\n" + total : table.text(call.output)
    return Answer(
      "cache-list",
      json: ["files": .array(files.map(json)), "size": .integer(size(files))], text: text)
  }

  static func clean(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    guard !call.parsed.has("all") || call.parsed.value("unused") == nil else {
      throw Diagnostic(
        .usageConflict, "`--all` and `--unused` say different things", hint: "leave one out")
    }
    let isDryRun = call.parsed.has("dry-run")
    let selection: CacheContents.Selection =
      try call.parsed.has("all")
      ? .all : .unused(seconds: call.duration("unused") ?? usualSeconds)
    let removed = try CacheContents(session).clean(selection, isDryRun: isDryRun)
    let word = isDryRun ? "would remove" : "removed"
    let text =
      removed.isEmpty
      ? "nothing to do" : "\(word) \(counted(removed.count, "file")), \(sizeText(size(removed)))"
    return Answer(
      "cache-clean",
      json: [
        "removed": .array(removed.map(json)), "size": .integer(size(removed)),
        "dryRun": .bool(isDryRun),
      ], text: call.output.isQuiet ? "" : text)
  }

  static func verify(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let check = try Interruption.run { try await CacheContents(session).verify() }
    let lines = check.removed.map { file in
      let plugin = file.plugin.map { " of \($0)\(file.version.map { " \($0)" } ?? "")" } ?? ""
      return "removed \(file.kind.rawValue)\(plugin): \(file.path)"
    }
    let summary =
      check.removed.isEmpty
      ? "\(counted(check.checked, "file")) checked, all as they should be"
      : "\(counted(check.checked, "file")) checked, \(check.removed.count) removed"
    var answer = Answer(
      "cache-verify",
      json: [
        "checked": .integer(Int64(check.checked)), "removed": .array(check.removed.map(json)),
      ], text: call.output.isQuiet ? "" : (lines + [summary]).joined(separator: "\n"))
    if call.parsed.has("exit-code"), !check.removed.isEmpty { answer.exitCode = 20 }
    return answer
  }

  private static func size(_ files: [CachedFile]) -> Int64 { files.reduce(0) { $0 + $1.size } }

  private static func json(_ file: CachedFile) -> JSON {
    [
      "kind": .string(file.kind.rawValue), "path": .string(file.path),
      "size": .integer(file.size), "used": .string(file.used.rfc3339),
      "id": .optional(file.plugin?.description), "version": .optional(file.version?.description),
      "platform": .optional(file.platform?.text), "index": .optional(file.index),
    ]
  }
}
