internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands of who runs an index: its roles, their keys and terms.
enum IndexRoleCommands {
  /// An index's folder, with the keys that `--key` opens.
  static func repository(_ folder: String, _ call: Invocation) throws -> Repository {
    let repository = try Repository(folder, keys: call.parsed.value("keys"))
    let names = call.parsed.all("key")
    guard !names.isEmpty else { return repository }
    return try repository.signing(
      with: names, of: KeyRing(call.session()), passphrase: call.passphrase())
  }

  static func initialise(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let repository = try repository(call.arguments[0], call)
    let founding = IndexFounding(repository, now: session.now)
    let added = try nameToAdd(call, session)
    var data = JSONObject([
      .init("folder", .string(repository.folder)), .init("keys", .string(repository.keysFolder)),
    ])
    var lines = [
      "made the index \(repository.folder)",
      "its keys are in \(repository.keysFolder): keep them safe, and never serve them",
    ]
    if let threshold = try threshold(call) {
      let outcome = try founding.found(threshold: threshold, keys: call.parsed.all("public-key"))
      data.append("waiting", waiting(outcome))
      lines += notes(outcome, call)
    } else {
      guard call.parsed.all("public-key").isEmpty else {
        throw Diagnostic(
          .usageMissingValue, "`--public-key` needs `--threshold`",
          hint: "say how many of the people must sign: `--threshold 2-of-3`")
      }
      let fingerprint = try founding.found()
      data.append("fingerprint", .string("sha256:\(fingerprint)"))
      lines.append("clients trust it by: plugctl index add URL --trust sha256:\(fingerprint)")
      if let added {
        let status = try Interruption.run {
          try await IndexManagement(session).add(
            repository.folder, name: added, trust: .fingerprint(fingerprint))
        }
        data.append("added", .string(status.index.name))
        lines.append("you use it as `\(status.index.name)`")
      }
    }
    return Answer("index-init", json: .object(data), text: lines.joined(separator: "\n"))
  }

  /// The name under which a new index is used at once; nil where it is not.
  private static func nameToAdd(_ call: Invocation, _ session: Session) throws -> String? {
    guard let name = call.parsed.value("add") else { return nil }
    guard call.parsed.value("threshold") == nil else {
      throw Diagnostic(
        .usageConflict, "an index of several people can't be used before they signed it",
        hint: "add it afterwards, with `plugctl index add`")
    }
    try IndexManagement(session).refuseTaken(name)
    return name
  }

  static func build(_ call: Invocation) throws -> Answer {
    let repository = try repository(call.arguments[0], call)
    let bits = try call.number("bins", 1...20).map { Int($0) }
    let outcome = try IndexRenewal(repository, now: call.session().now).rebuild(bits: bits)
    return answer("index-build", repository, outcome, [], call)
  }

  static func renew(_ call: Invocation) throws -> Answer {
    let repository = try repository(call.arguments[0], call)
    let result = try IndexRenewal(repository, now: call.session().now).renew()
    var lines = result.renewed.isEmpty ? [] : ["renewed: " + result.renewed.joined(separator: ", ")]
    for ending in result.ending {
      lines.append(
        "\(ending.role) ends at \(ending.expires), and no key here signs it: "
          + (ending.role == "root"
            ? "`plugctl index rotate root \(call.arguments[0])`" : "renew with `--key NAME`"))
    }
    return answer("index-renew", repository, result.outcome, lines, call)
  }

  static func sign(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let path = call.arguments[0]
    if path.ends(with: ".json") {
      let signed = try MetadataSigning.sign(
        path, keys: call.parsed.all("key"), of: KeyRing(session), passphrase: call.passphrase())
      return Answer(
        "index-sign", json: ["file": .string(path), "lines": .strings(signed)],
        text: signed.joined(separator: "\n"))
    }
    let repository = try repository(path, call)
    if let number = try call.number("abandon", 1...1_000_000).map({ Int($0) }) {
      try repository.abandon(number)
      return answer("index-sign", repository, .published, ["gave up change \(number)"], call)
    }
    let changes = try repository.pendingChanges()
    let outcomes = try repository.signWaiting(now: session.now)
    var lines: [String] = []
    for (change, outcome) in zip(changes, outcomes) {
      lines.append("change \(change.number):")
      lines += change.lines.map { "  " + $0 }
      lines += outcome == .published ? ["published"] : notes(outcome, call)
    }
    return Answer(
      "index-sign", json: .array(outcomes.map(waiting)),
      text: outcomes.isEmpty ? "nothing waits for signatures" : lines.joined(separator: "\n"))
  }

  static func rotate(_ call: Invocation) throws -> Answer {
    let repository = try repository(call.arguments[1], call)
    let threshold = try call.number("threshold", 1...64).map { Int($0) }
    let outcome = try IndexRoles(repository, now: call.session().now).rotate(
      call.arguments[0], to: call.parsed.all("public-key"), threshold: threshold)
    return answer(
      "index-rotate", repository, outcome, ["other keys for \(call.arguments[0])"], call)
  }

  static func addPublisher(_ call: Invocation) throws -> Answer {
    let (repository, publisher) = try publisher(call)
    let threshold = try call.number("threshold", 1...64).map { Int($0) }
    let outcome = try IndexRoles(repository, now: call.session().now).addPublisher(
      publisher, keys: call.parsed.all("public-key"), threshold: threshold)
    return answer(
      "index-publisher", repository, outcome, ["`\(publisher)` has a role of its own"], call)
  }

  static func removePublisher(_ call: Invocation) throws -> Answer {
    let (repository, publisher) = try publisher(call)
    let outcome = try IndexRoles(repository, now: call.session().now).removePublisher(publisher)
    return answer(
      "index-publisher", repository, outcome,
      ["`\(publisher)` lists nothing any more; its name stays its own"], call)
  }

  static func listPublishers(_ call: Invocation) throws -> Answer {
    let repository = try repository(call.arguments[0], call)
    let listings = try IndexRoles(repository, now: call.session().now).publishers()
    var table = TextTable(["PUBLISHER", "PLUGINS", "SIGNED BY"])
    for listing in listings {
      let signers =
        listing.isVouchedFor ? "the index" : "\(listing.threshold) of its \(listing.keys) keys"
      table.add([listing.publisher.text, "\(listing.plugins)", signers])
    }
    let data = listings.map { listing -> JSON in
      [
        "publisher": .string(listing.publisher.text), "plugins": .integer(Int64(listing.plugins)),
        "threshold": .integer(Int64(listing.threshold)), "keys": .integer(Int64(listing.keys)),
        "vouchedFor": .bool(listing.isVouchedFor),
      ]
    }
    return Answer("index-publishers", json: .array(data), text: table.text(call.output))
  }

  /// What a person does next where a change waits.
  static func notes(_ outcome: RepositoryOutcome, _ call: Invocation) -> [String] {
    guard case .waiting(let change, let roles) = outcome else { return [] }
    let missing = roles.map { "\($0.role) (\($0.count) more)" }.joined(separator: ", ")
    return [
      "change \(change) waits for signatures: \(missing)",
      "each person signs with: plugctl index sign DIR --key NAME",
    ]
  }

  static func waiting(_ outcome: RepositoryOutcome) -> JSON {
    guard case .waiting(let change, let roles) = outcome else { return .null }
    return [
      "change": .integer(Int64(change)),
      "roles": .array(
        roles.map { ["role": .string($0.role), "missing": .integer(Int64($0.count))] }),
    ]
  }

  private static func answer(
    _ schema: String, _ repository: Repository, _ outcome: RepositoryOutcome, _ lines: [String],
    _ call: Invocation
  ) -> Answer {
    Answer(
      schema, json: ["folder": .string(repository.folder), "waiting": waiting(outcome)],
      text: call.output.isQuiet ? "" : (lines + notes(outcome, call)).joined(separator: "\n"))
  }

  private static func publisher(_ call: Invocation) throws -> (Repository, NamePart) {
    guard let name = NamePart(call.arguments[0]) else {
      throw NameError.notANameOf(call.arguments[0], what: "a publisher", option: nil)
    }
    return (try repository(call.arguments[1], call), name)
  }

  private static func threshold(_ call: Invocation) throws -> SigningThreshold? {
    guard let text = call.parsed.value("threshold") else { return nil }
    if let threshold = SigningThreshold(text) { return threshold }
    throw Diagnostic(
      .usageInvalidValue, "`--threshold` can't be `\(printable(text))`",
      hint: "write it as `2-of-3`")
  }
}
