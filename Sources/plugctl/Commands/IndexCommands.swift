internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands about indexes, from both sides.
enum IndexCommands {
  static func add(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let (url, name, trust) = (call.arguments[0], call.parsed.value("name"), try firstTrust(call))
    let status = try Interruption.run {
      try await IndexManagement(session).add(url, name: name, trust: trust)
    }
    return Answer(
      "index-add", json: json(status),
      text: "added the index `\(status.index.name)` with \(counted(status.pluginCount, "plugin"))")
  }

  private static func firstTrust(_ call: Invocation) throws -> IndexManagement.FirstTrust {
    let (url, output) = (call.arguments[0], call.output)
    guard let text = call.parsed.value("trust") else {
      return .ask { fingerprint in
        try output.confirm(
          "The index \(printable(url)) has the root sha256:\(fingerprint)\nDo you trust it?",
          hint:
            "give its fingerprint: `--trust sha256:\(fingerprint)`, after you compared it with its operator's"
        )
      }
    }
    guard text.hasPrefix("sha256:") else { return .file(text) }
    guard let digest = SHA256Digest(hex: String(text.dropFirst(7))) else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(text))` is no fingerprint",
        hint: "it is `sha256:` and 64 hexadecimal digits")
    }
    return .fingerprint(digest)
  }

  static func remove(_ call: Invocation) throws -> Answer {
    try IndexManagement(call.session()).remove(call.arguments[0])
    return Answer("index-remove", json: ["name": .string(call.arguments[0])], text: "")
  }

  static func list(_ call: Invocation) throws -> Answer {
    let indexes = try IndexManagement(call.session()).list()
    var table = TextTable(["NAME", "URL", "ROOT"])
    for index in indexes { table.add([index.name, index.url, "sha256:\(index.root)"]) }
    return Answer("index-list", json: .array(indexes.map(json)), text: table.text(call.output))
  }

  static func update(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let statuses = try Interruption.run { try await IndexManagement(session).update() }
    let lines = statuses.map { "\($0.index.name): \(counted($0.pluginCount, "plugin"))" }
    return Answer(
      "update", json: .array(statuses.map(json)),
      text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
  }

  static func initialise(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let repository = try Repository(call.arguments[0], keys: call.parsed.value("keys"))
    let fingerprint = try repository.initialise(now: session.now)
    let text = """
      made the index \(repository.folder)
      its keys are in \(repository.keysFolder): keep them safe, and never serve them
      clients trust it by: plugctl index add URL --trust sha256:\(fingerprint)
      """
    let data: JSON = [
      "folder": .string(repository.folder), "keys": .string(repository.keysFolder),
      "fingerprint": .string("sha256:\(fingerprint)"),
    ]
    return Answer("index-init", json: data, text: text)
  }

  static func build(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let repository = try Repository(call.arguments[0], keys: call.parsed.value("keys"))
    try IndexPublishing(repository, now: session.now).renew()
    return Answer("index-build", json: ["folder": .string(repository.folder)], text: "")
  }

  static func check(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let check = try Repository(call.arguments[0], keys: call.parsed.value("keys")).check(
      now: session.now)
    let summary =
      "plugins: \(check.plugins), archives: \(check.archives)"
      + (check.expires.map { ", valid until \($0)" } ?? "")
    let data: JSON = [
      "plugins": .integer(Int64(check.plugins)), "archives": .integer(Int64(check.archives)),
      "expires": .optional(check.expires?.rfc3339), "faults": .strings(check.faults),
      "unanswered": .strings(check.unanswered),
    ]
    var answer = Answer(
      "index-check", json: data,
      text: (check.faults.map(printable) + check.unanswered.map { "note: " + printable($0) } + [
        summary
      ]).joined(separator: "\n"))
    if !check.faults.isEmpty {
      let failure = Diagnostic(.indexInvalid, "the index has \(check.faults.count) faults")
      answer.exitCode = ExitCode.of(failure.code.category)
      answer.failure = failure
    }
    return answer
  }

  static func publish(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let published = try IndexPublishing(try repository(call), now: session.now).publish(
      call.arguments, keys: KeyRing(session))
    let lines = published.map {
      "\($0.isNew ? "published" : "already there:") \($0.name) \($0.version) (\($0.platform))"
    }
    let data = published.map { one -> JSON in
      [
        "id": .string(one.name.description), "version": .string(one.version.description),
        "platform": .string(one.platform.text), "new": .bool(one.isNew),
      ]
    }
    return Answer("publish", json: .array(data), text: lines.joined(separator: "\n"))
  }

  static func yank(_ call: Invocation) throws -> Answer {
    try setState(call, .yanked(reason: call.parsed.value("reason") ?? ""))
  }

  static func unyank(_ call: Invocation) throws -> Answer { try setState(call, .available) }

  private static func setState(_ call: Invocation, _ state: Release.State) throws -> Answer {
    let session = try call.session()
    let reference = try PluginReference(call.arguments[0])
    guard let name = reference.fullName, let version = reference.range?.exactVersion else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(call.arguments[0]))` names no published version",
        hint: "write it as `publisher/name@1.2.3`")
    }
    try IndexPublishing(try repository(call), now: session.now).setState(name, version, state)
    let word = state == .available ? "unyanked" : "yanked"
    return Answer(
      word == "yanked" ? "yank" : "unyank",
      json: [
        "id": .string(name.description), "version": .string(version.description),
        "state": .string(state.word),
      ],
      text: "\(word) \(name) \(version)")
  }

  static func deprecate(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let reference = try PluginReference(call.arguments[0])
    let isUndone = call.parsed.has("undo")
    guard let name = reference.fullName,
      reference.range == nil || reference.range?.exactVersion != nil
    else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(call.arguments[0]))` names no published plugin",
        hint: "write it as `publisher/name` or `publisher/name@1.2.3`")
    }
    guard isUndone != (call.parsed.value("message")?.isEmpty == false) else {
      throw Diagnostic(
        .usageMissingValue, "say what users should do instead, or `--undo`",
        hint: "for example: `--message 'use acme/better'`")
    }
    let message = isUndone ? nil : call.parsed.value("message")
    let version = reference.range?.exactVersion
    try IndexPublishing(try repository(call), now: session.now).deprecate(name, version, message)
    return Answer(
      "deprecate",
      json: [
        "id": .string(name.description), "version": .optional(version?.description),
        "deprecated": .optional(message),
      ],
      text: (isUndone ? "no longer deprecated: " : "deprecated ")
        + "\(name)\(version.map { " \($0)" } ?? "")")
  }

  private static func repository(_ call: Invocation) throws -> Repository {
    guard let folder = call.parsed.value("to") else {
      throw Diagnostic(
        .usageMissingValue, "`--to` is missing", hint: "name the index's folder: `--to DIR`")
    }
    return try Repository(folder, keys: call.parsed.value("keys"))
  }

  private static func json(_ status: IndexStatus) -> JSON {
    var object = json(status.index).objectValue ?? JSONObject()
    object.append("plugins", .integer(Int64(status.pluginCount)))
    object.append("rootVersion", .integer(status.rootVersion))
    object.append("expires", .optional(status.expires?.rfc3339))
    return .object(object)
  }

  private static func json(_ index: IndexConfiguration) -> JSON {
    [
      "name": .string(index.name), "url": .string(index.url),
      "root": .string("sha256:\(index.root)"),
    ]
  }
}
