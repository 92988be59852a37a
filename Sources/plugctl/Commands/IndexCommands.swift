internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands about indexes, from both sides.
enum IndexCommands {
  static func add(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let (url, name, trust) = (call.arguments[0], call.parsed.value("name"), try firstTrust(call))
    let (mirrors, access) = (call.parsed.all("mirror"), try access(call))
    let status = try Interruption.run {
      try await IndexManagement(session).add(
        url, name: name, mirrors: mirrors, access: access, trust: trust)
    }
    return Answer(
      "index-add", json: json(status),
      text: "added the index `\(status.index.name)`"
        + (status.pluginCount.map { " with " + counted(Int($0), "plugin") } ?? ""))
  }

  private static func access(_ call: Invocation) throws -> IndexAccess {
    try IndexAccess(
      netrc: call.parsed.value("netrc"),
      tokenFile: call.parsed.value("token-file") ?? Environment.text("PLUGCTL_TOKEN_FILE"),
      certificate: call.parsed.value("client-cert"), key: call.parsed.value("client-key"),
      authorities: call.parsed.value("ca-file"), proxy: call.parsed.value("proxy"))
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
    guard let hex = text.rest(after: "sha256:") else { return .file(text) }
    guard let digest = SHA256Digest(hex: String(hex)) else {
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
    var table = TextTable(["NAME", "URL", "ROOT", "MIRRORS"])
    for index in indexes {
      table.add([
        index.name, index.url, "sha256:\(index.root)", index.mirrors.joined(separator: " "),
      ])
    }
    return Answer("index-list", json: .array(indexes.map(json)), text: table.text(call.output))
  }

  static func update(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let statuses = try Interruption.run { try await IndexManagement(session).update() }
    let lines = statuses.map { status in
      "\(status.index.name): "
        + (status.pluginCount.map { counted(Int($0), "plugin") } ?? "up to date")
    }
    return Answer(
      "update", json: .array(statuses.map(json)),
      text: call.output.isQuiet ? "" : lines.joined(separator: "\n"))
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
      "fingerprint": .optional(check.fingerprint.map { "sha256:\($0)" }),
      "unanswered": .strings(check.unanswered),
    ]
    let trust = check.fingerprint.map { ["clients trust it by sha256:\($0)"] } ?? []
    let notes = check.unanswered.map { "note: " + printable($0) }
    var answer = Answer(
      "index-check", json: data,
      text: (check.faults.map(printable) + notes + [summary] + trust).joined(separator: "\n"))
    if !check.faults.isEmpty {
      let failure = Diagnostic(.indexInvalid, "the index has \(check.faults.count) faults")
      answer.exitCode = ExitCode.of(failure.code.category)
      answer.failure = failure
    }
    return answer
  }

  static func publish(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let output = call.parsed.value("output")
    // A submission is signed by one key: the publisher's.
    let key = call.parsed.value("sign") ?? (output == nil ? nil : call.parsed.value("key"))
    return try Authoring(session).withArchives(
      of: call.arguments, key: key, passphrase: call.passphrase()
    ) { files in
      if let output { return try submit(files, call, session, into: output) }
      return answer(
        try IndexPublishing(try repository(call), now: session.now).publish(
          files, keys: KeyRing(session), rotations: call.parsed.all("rotation")), call)
    }
  }

  static func accept(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    return answer(
      try IndexPublishing(try repository(call), now: session.now).accept(
        Submission(call.arguments[0]), keys: KeyRing(session)), call)
  }

  private static func submit(
    _ files: [String], _ call: Invocation, _ session: Session, into folder: String
  ) throws -> Answer {
    guard call.parsed.value("to") == nil else {
      throw Diagnostic(
        .usageConflict, "`--to` and `--output` exclude each other",
        hint: "with `--output` the packages are sent to who runs the index")
    }
    let index = call.parsed.value("index")
    let rotations = call.parsed.all("rotation")
    let (key, passphrase) = (call.parsed.value("key"), try call.passphrase())
    let submission = try Interruption.run {
      try await Submitting(session).submit(
        files, into: folder, index: index, key: key, rotations: rotations, passphrase: passphrase)
    }
    let text = """
      wrote \(submission.folder)
      send it to who runs the index, who takes it in with: plugctl index accept FOLDER --to DIR
      """
    return Answer(
      "publish-submission",
      json: [
        "folder": .string(submission.folder), "publisher": .string(submission.publisher.text),
        "packages": .strings(submission.packages), "role": .bool(submission.hasRole),
      ], text: text)
  }

  private static func answer(_ publication: Publication, _ call: Invocation) -> Answer {
    let published = publication.packages
    let lines = published.map {
      "\($0.isNew ? "published" : "already there:") \($0.name) \($0.version) (\($0.platform))"
    }
    let handovers = published.compactMap { one in
      one.newKey.map { "`\(one.name.publisher)` signs with another key from now on: sha256:\($0)" }
    }
    let data = published.map { one -> JSON in
      [
        "id": .string(one.name.description), "version": .string(one.version.description),
        "platform": .string(one.platform.text), "new": .bool(one.isNew),
        "newKey": .optional(one.newKey.map { "sha256:\($0)" }),
      ]
    }
    let text = (lines + handovers + IndexRoleCommands.notes(publication.outcome, call)).joined(
      separator: "\n")
    return Answer("publish", json: .array(data), text: text)
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
    let outcome = try IndexPublishing(try repository(call), now: session.now).setState(
      name, version, state)
    let word = state == .available ? "unyanked" : "yanked"
    return Answer(
      word == "yanked" ? "yank" : "unyank",
      json: [
        "id": .string(name.description), "version": .string(version.description),
        "state": .string(state.word),
      ],
      text: (["\(word) \(name) \(version)"] + IndexRoleCommands.notes(outcome, call))
        .joined(separator: "\n"))
  }

  static func withdraw(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let reference = try PluginReference(call.arguments[0])
    guard let name = reference.fullName,
      reference.range == nil || reference.range?.exactVersion != nil
    else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(call.arguments[0]))` names no published plugin",
        hint: "write it as `publisher/name` or `publisher/name@1.2.3`")
    }
    let version = reference.range?.exactVersion
    let outcome = try IndexPublishing(try repository(call), now: session.now).withdraw(
      name, version, reason: call.parsed.value("reason") ?? "")
    let lines =
      ["withdrew \(name)\(version.map { " \($0)" } ?? "")"]
      + IndexRoleCommands.notes(outcome, call)
    return Answer(
      "withdraw",
      json: ["id": .string(name.description), "version": .optional(version?.description)],
      text: lines.joined(separator: "\n"))
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
    let outcome = try IndexPublishing(try repository(call), now: session.now).deprecate(
      name, version, message)
    return Answer(
      "deprecate",
      json: [
        "id": .string(name.description), "version": .optional(version?.description),
        "deprecated": .optional(message),
      ],
      text: ([
        (isUndone ? "no longer deprecated: " : "deprecated ")
          + "\(name)\(version.map { " \($0)" } ?? "")"
      ] + IndexRoleCommands.notes(outcome, call)).joined(separator: "\n"))
  }

  static func repository(_ call: Invocation) throws -> Repository {
    guard let folder = call.parsed.value("to") else {
      throw Diagnostic(
        .usageMissingValue, "`--to` is missing", hint: "name the index's folder: `--to DIR`")
    }
    let repository = try IndexRoleCommands.repository(folder, call)
    try IndexManagement(call.session()).expectNews(from: repository.folder)
    return repository
  }

  private static func json(_ status: IndexStatus) -> JSON {
    var object = json(status.index).objectValue ?? JSONObject()
    object.append("plugins", status.pluginCount.map { .integer($0) } ?? .null)
    object.append("rootVersion", .integer(status.rootVersion))
    object.append("expires", .optional(status.expires?.rfc3339))
    return .object(object)
  }

  private static func json(_ index: IndexConfiguration) -> JSON {
    let access = index.access
    return [
      "name": .string(index.name), "url": .string(index.url),
      "root": .string("sha256:\(index.root)"), "mirrors": .strings(index.mirrors),
      "netrc": .optional(access.netrc), "tokenFile": .optional(access.tokenFile),
      "certificate": .optional(access.certificate), "key": .optional(access.key),
      "caFile": .optional(access.authorities), "proxy": .optional(access.proxy),
    ]
  }
}
