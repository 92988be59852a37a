internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `mirror` and `bundle`.
enum MovingCommands {
  static func mirror(_ call: Invocation) throws -> Answer {
    let (session, folder) = (try call.session(), call.arguments[0])
    let (items, index) = (Array(call.arguments.dropFirst()), call.parsed.value("index"))
    let (takesAll, isChecking) = (call.parsed.has("all"), call.parsed.has("check"))
    guard items.isEmpty || !takesAll else {
      throw Diagnostic(
        .usageConflict, "`--all` and names say different things", hint: "leave one out")
    }
    let report = try Interruption.run {
      try await Mirroring(session).mirror(
        folder, index: index, items: items, takesAll: takesAll, isChecking: isChecking)
    }
    return answer(report, call.output)
  }

  private static func answer(_ report: MirrorReport, _ output: Output) -> Answer {
    let news =
      report.newFiles == 0
      ? "nothing new"
      : "\(counted(report.newFiles, "new file")), \(sizeText(report.newBytes))"
    var lines = [
      "\(report.folder): \(counted(report.plugins, "plugin")), \(counted(report.archives, "archive")); \(news)"
    ]
    if let expires = report.expires {
      lines.append("valid until \(expires); run it again before that")
    }
    lines.append("clients trust it by sha256:\(report.fingerprint)")
    lines += report.unknown.map { "note: `\($0)`, which they may need, is not in this index" }
    let data: JSON = [
      "index": .string(report.index), "folder": .string(report.folder),
      "whole": .bool(report.isWhole), "plugins": .integer(Int64(report.plugins)),
      "archives": .integer(Int64(report.archives)), "newFiles": .integer(Int64(report.newFiles)),
      "newBytes": .integer(report.newBytes), "expires": .optional(report.expires?.rfc3339),
      "fingerprint": .string("sha256:\(report.fingerprint)"),
      "unknown": .strings(report.unknown.map(\.description)),
    ]
    return Answer(
      "mirror", json: data, text: output.isQuiet ? "" : lines.joined(separator: "\n"))
  }

  static func create(_ call: Invocation) throws -> Answer {
    guard let path = call.parsed.value("output") else {
      throw Diagnostic(
        .usageMissingValue, "`--output` is missing", hint: "name the file: `-o FILE`")
    }
    var request = BundleCreating.Request(items: call.arguments)
    request.with = call.parsed.all("with")
    request.takesAllVersions = call.parsed.has("all-versions")
    request.platforms = try call.parsed.all("platform").map { text in
      guard let platform = Platform(text) else {
        throw Diagnostic(
          .usageInvalidValue, "`\(printable(text))` is no platform",
          hint: "write it as `\(Platform.current)`")
      }
      return platform
    }
    let (session, wanted) = (try call.session(), request)
    let bundle = try Interruption.run {
      try await BundleCreating(session).create(wanted, to: path)
    }
    let plugins = bundle.contents.plugins
    var lines = plugins.map { "  \($0.name) \($0.version) (\($0.platform), \(sizeText($0.size)))" }
    lines.insert(
      "wrote \(path): \(counted(plugins.count, "archive")), \(sizeText(bundle.size))", at: 0)
    lines += bundle.indexes.map { "index \($0.name): sha256:\($0.fingerprint)" }
    lines.append("on the other machine: plugctl bundle install \(path)")
    return Answer(
      "bundle-create",
      json: [
        "path": .string(bundle.path), "size": .integer(bundle.size),
        "wanted": .strings(bundle.contents.wanted),
        "plugins": .array(plugins.map { json($0, nil) }),
        "indexes": .array(bundle.indexes.map(json)),
      ], text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
  }

  static func verify(_ call: Invocation) throws -> Answer {
    let (session, path, trust) = (try call.session(), call.arguments[0], firstTrust(call))
    let result = try Interruption.run {
      try await BundleInstalling(session).verify(path, trust: trust)
    }
    let plugins = result.contents.plugins.map { plugin in
      (plugin, result.faults.first { $0.plugin.archive == plugin.archive }?.diagnostic)
    }
    let lines = plugins.map { plugin, fault in
      let what = "\(plugin.name) \(plugin.version) (\(plugin.platform))"
      return fault.map { "\(call.output.style.red("refused")) \(what): \(printable($0.message))" }
        ?? "\(call.output.style.green("good")) \(what)"
    }
    let text = lines + result.indexes.map(line)
    var answer = Answer(
      "bundle-verify",
      json: [
        "wanted": .strings(result.contents.wanted),
        "plugins": .array(plugins.map { json($0.0, $0.1) }),
        "indexes": .array(result.indexes.map(json)),
      ], text: text.joined(separator: "\n"))
    if let fault = result.faults.first?.diagnostic {
      answer.failure = fault
      answer.exitCode = ExitCode.of(fault.code.category)
    }
    return answer
  }

  static func install(_ call: Invocation) throws -> Answer {
    var request = try ChangeCommands.request(call)
    let path = call.arguments[0]
    request.items = Array(call.arguments.dropFirst())
    let (session, trust, wanted) = (try call.session(), firstTrust(call), request)
    let (reports, indexes) = try Interruption.run {
      try await BundleInstalling(session).install(path, wanted, trust: trust)
    }
    var answer = ChangeCommands.answer("bundle-install", reports, request, call.output)
    answer.json = [
      "reports": answer.json, "indexes": .array(indexes.map(json)),
    ]
    let new = indexes.filter { !$0.isKnown }.map { "added the index `\($0.name)`" }
    if !call.output.isQuiet { answer.text = (new + [answer.text]).joined(separator: "\n") }
    return answer
  }

  private static func firstTrust(_ call: Invocation) -> BundleInstalling.FirstTrust {
    let output = call.output
    return BundleInstalling.FirstTrust(given: call.parsed.all("trust")) { index, fingerprint in
      try output.confirm(
        """
        The bundle has plugins of an index that is not known here: \(printable(index.name)) (\(printable(index.url)))
        Its root is sha256:\(fingerprint)
        Do you trust it?
        """,
        hint:
          "give its fingerprint: `--trust sha256:\(fingerprint)`, after you compared it with its operator's"
      )
    }
  }

  private static func line(_ index: CarriedIndex) -> String {
    let end = index.expires.map { ", valid until \($0)" } ?? ""
    let known = index.isKnown ? "" : ", not known here yet"
    return "index \(index.name): sha256:\(index.fingerprint)\(end)\(known)"
  }

  private static func json(_ plugin: BundleContents.Plugin, _ fault: Diagnostic?) -> JSON {
    [
      "id": .string(plugin.name.description), "version": .string(plugin.version.description),
      "platform": .string(plugin.platform.text), "size": .integer(plugin.size),
      "sha256": .string(plugin.archive.hex),
      "fault": fault.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] }
        ?? .null,
    ]
  }

  private static func json(_ index: CarriedIndex) -> JSON {
    [
      "name": .string(index.name), "url": .string(index.url),
      "fingerprint": .string("sha256:\(index.fingerprint)"),
      "expires": .optional(index.expires?.rfc3339), "known": .bool(index.isKnown),
    ]
  }
}
