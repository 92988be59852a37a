internal import Archiving
internal import Files
internal import PkgCore
internal import Signing

extension IndexPublishing {
  /// Takes in what a publisher sent. Everything is checked as if it came from a stranger: the archives,
  /// the publisher's signature on its role, and that the records change nothing that was published.
  ///
  /// - Throws: ``Diagnostic`` with `index.submission` and why; then nothing is changed.
  public func accept(_ submission: Submission, keys: KeyRing) throws -> Publication {
    guard submission.hasRole else {
      return try publish(submission.archives, by: publisherKeys(of: submission, keys))
    }
    return try repository.exclusively {
      try OpenedPackage.with(submission.archives) { packages in
        var edit = RepositoryEdit(try repository.state())
        // Read once: what is checked is what is published.
        let bytes = try FileSystem.read(submission.rolePath, limit: Int(TUFLimits.targets) + 1)
        let role = IndexLayout.publisher(submission.publisher)
        let targets = try TUFTargets(bytes, role: role)
        let draft = try TUFDraft(bytes, role: role)
        try check(targets, draft, of: submission, &edit)
        let records = try checkedRecords(submission, targets, packages, keys, &edit)
        try edit.take(draft, records)
        try repository.putCatalog(records, into: &edit)
        for package in packages { try store(package) }
        let results = packages.map { package in
          let description = package.package.description
          return Published(
            name: description.manifest.name, version: description.manifest.version,
            platform: description.platform, isNew: true)
        }
        return Publication(packages: results, outcome: try repository.commit(edit, now: now))
      }
    }
  }

  /// A plugin that is new may be signed by keys of the operator's, and by those of the publisher's other
  /// plugins. Only where nobody published under the name yet, by the one that is sent: taking it in is the
  /// operator's decision.
  private func publisherKeys(of submission: Submission, _ ring: KeyRing) throws -> PublisherKeys {
    var edit = RepositoryEdit(try repository.state())
    let records = try repository.records(of: submission.publisher, &edit)
    var known = try records.flatMap { try KeySuccessions($0).keys }
    let sent = try MinisignPublicKey(fileText: submission.key)
    if known.isEmpty, try edit.authority(IndexLayout.way(to: submission.publisher)) == nil {
      known = [sent]
    }
    let handedOn = try submission.keys.map { try MinisignPublicKey(fileText: $0) }
    return PublisherKeys(
      forNew: try ring.trustedKeys() + known,
      offered: KeySuccessions(keys: [sent] + handedOn, statements: submission.rotations),
      ring: ring)
  }

  /// The publisher's role as it is sent must follow the one here, signed by the keys that the index knows.
  private func check(
    _ targets: TUFTargets, _ draft: TUFDraft, of submission: Submission,
    _ edit: inout RepositoryEdit
  ) throws {
    let way = IndexLayout.way(to: submission.publisher)
    let role = targets.header.role
    guard let authority = try edit.authority(way) else {
      throw refused("`\(submission.publisher)` has no role here")
    }
    let expected = (edit.state.version(of: role) ?? 0) + 1
    guard targets.header.version == expected else {
      throw refused(
        "its role has version \(targets.header.version), and the next one here is \(expected)")
    }
    guard targets.delegations == nil else { throw refused("its role delegates to others") }
    try targets.header.checkExpiry(now: now)
    let days = IndexLayout.days(role, isLarge: false)
    guard targets.header.expires <= now.adding(days: days + 1) else {
      throw refused("its role is valid for more than \(days) days")
    }
    if authority.threshold == 1 { try draft.check(by: authority) }
  }

  /// The records that the role lists anew, each of which only adds what the archives hold.
  private func checkedRecords(
    _ submission: Submission, _ role: TUFTargets, _ packages: [OpenedPackage], _ keys: KeyRing,
    _ edit: inout RepositoryEdit
  ) throws -> [IndexRecord] {
    let way = IndexLayout.way(to: submission.publisher)
    let former = try edit.state.targets(way)?.targets ?? []
    for old in former where role.target(named: old.path) == nil {
      throw refused("its role no longer lists `\(old.path)`")
    }
    let changed = role.targets.filter { target in
      !former.contains { sameBytes($0.path, target.path) && $0.hashes == target.hashes }
    }
    return try changed.map { target in
      guard let name = IndexRecord.name(ofPath: target.path), name.publisher == submission.publisher
      else { throw refused("its role lists `\(printable(target.path))`") }
      let bytes = try FileSystem.read(
        submission.recordPath(name), limit: Int(TUFLimits.record) + 1)
      try target.check(bytes)
      let record = try IndexRecord(json: JSONParser.parse(bytes))
      guard record.name == name else { throw refused("the record of `\(name)` is another's") }
      try check(record, bytes, packages, keys, &edit)
      return record
    }
  }

  /// Makes the record anew from what is published and the archives; it must come out the same, but for
  /// what a publisher may say of versions later: their state.
  private func check(
    _ record: IndexRecord, _ bytes: [UInt8], _ packages: [OpenedPackage], _ ring: KeyRing,
    _ edit: inout RepositoryEdit
  ) throws {
    let name = record.name
    var made = try repository.record(name, &edit)
    let sequence = made?.sequence ?? 0
    // Keys that are new to it must be handed on to by those of the record here.
    let sent = try KeySuccessions(record)
    let keys = PublisherKeys(forNew: sent.keys, offered: sent, ring: ring)
    for package in packages where package.package.description.manifest.name == name {
      made = try package.added(to: made, keys: keys, now: now).0
    }
    guard var made else { throw refused("the record of `\(name)` comes without an archive") }
    guard record.sequence > sequence else {
      throw refused("the record of `\(name)` is not newer than the one here")
    }
    made.sequence = record.sequence
    for place in made.releases.indices {
      guard let sent = record.release(made.releases[place].version) else { continue }
      made.releases[place].state = sent.state
      made.releases[place].deprecation = sent.deprecation
      if abs(sent.published.secondsSinceEpoch - now.secondsSinceEpoch) < 30 * 86_400 {
        made.releases[place].published = sent.published
      }
    }
    guard made.json == record.json, record.json.compactBytes == bytes else {
      throw refused("the record of `\(name)` says other things than the archives and the index")
    }
  }

  private func refused(_ why: String) -> Diagnostic {
    Diagnostic(
      .indexSubmission, "the submission is refused", notes: [why],
      hint: "ask the publisher to run `plugctl update`, and to make it anew")
  }
}

extension RepositoryEdit {
  /// Takes a publisher's role as it was sent.
  mutating func take(_ role: TUFDraft, _ records: [IndexRecord]) throws {
    for record in records {
      try write(IndexRecord.path(of: record.name), record.json.compactBytes)
    }
    if let publisher = IndexLayout.publisher(of: role.role) {
      made[IndexLayout.way(to: publisher)] = role
    }
  }
}
