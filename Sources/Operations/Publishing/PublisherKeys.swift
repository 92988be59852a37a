internal import PkgCore
internal import Signing

/// Which keys may sign what is published.
struct PublisherKeys: Sendable {
  /// Keys that may sign a plugin that is new.
  var forNew: [MinisignPublicKey]
  /// Statements by which keys hand on, and keys to which they may: what somebody claims.
  var offered: KeySuccessions
  /// What the records of the publisher's other plugins say.
  var history = KeySuccessions(keys: [], statements: [])
  /// Knows which keys were revoked.
  let ring: KeyRing

  /// The signer of a published plugin's next archive: one of its record's keys, or one to which they hand
  /// on; then that is put into the record.
  ///
  /// - Returns: nil where it is neither.
  /// - Throws: ``Diagnostic`` with `signature.invalid` where the key handed on to another, `key.revoked`.
  func signer(_ id: MinisignKeyID, in record: inout IndexRecord) throws -> MinisignPublicKey? {
    let own = try KeySuccessions(record)
    if let key = try current(id, among: own.keys, own, record.name.publisher) { return key }
    for key in offered.keys where key.keyID == id {
      if try handOn(to: key, in: &record) { return key }
    }
    return nil
  }

  /// The signer of a plugin that is new; its record begins with the keys that lead to it, by which those
  /// know it who know the publisher already.
  func firstSigner(_ id: MinisignKeyID, in record: inout IndexRecord) throws -> MinisignPublicKey? {
    let publisher = record.name.publisher
    let all = history.adding(offered)
    let handedOn = try all.keys.filter { key in
      try key.keyID == id && steps(all, from: history.keys, to: key, of: publisher) != nil
    }
    guard let key = try current(id, among: forNew + handedOn, history, publisher) else {
      return nil
    }
    for old in history.keys where old != key {
      guard let steps = try steps(all, from: [old], to: key, of: publisher) else { continue }
      if !record.keys.contains(old.base64) { record.keys.append(old.base64) }
      for step in steps { record.take(step) }
    }
    if !record.keys.contains(key.base64) { record.keys.append(key.base64) }
    return key
  }

  /// Puts a key into a record whose own keys lead to it.
  ///
  /// - Returns: whether they do.
  func handOn(to key: MinisignPublicKey, in record: inout IndexRecord) throws -> Bool {
    let own = try KeySuccessions(record)
    let steps = try steps(
      own.adding(offered), from: own.keys, to: key, of: record.name.publisher)
    for step in steps ?? [] { record.take(step) }
    return steps != nil
  }

  /// The key of an id, unless it handed on: what comes from it later was hardly its owner's.
  private func current(
    _ id: MinisignKeyID, among keys: [MinisignPublicKey], _ successions: KeySuccessions,
    _ publisher: NamePart
  ) throws -> MinisignPublicKey? {
    guard let key = keys.first(where: { $0.keyID == id }) else { return nil }
    if let next = successions.successor(of: key, of: publisher) {
      throw Diagnostic(
        .signatureInvalid, "the key `\(id)` handed on to `\(next.keyID)` and signs nothing new",
        hint: "sign it with the key that came after")
    }
    return key
  }

  private func steps(
    _ all: KeySuccessions, from known: [MinisignPublicKey], to key: MinisignPublicKey,
    of publisher: NamePart
  ) throws -> [KeySuccessions.Step]? {
    try all.steps(
      from: known, to: key, of: publisher, isRevoked: { try ring.isRevoked($0.keyID.hex) })
  }
}

extension IndexRecord {
  fileprivate mutating func take(_ step: KeySuccessions.Step) {
    if !keys.contains(step.next.base64) { keys.append(step.next.base64) }
    if !rotations.contains(step.statement) { rotations.append(step.statement) }
  }
}

extension Repository {
  /// The records of all plugins of a publisher.
  func records(of publisher: NamePart, _ edit: inout RepositoryEdit) throws -> [IndexRecord] {
    var records: [IndexRecord] = []
    for entry in try catalog(&edit) where entry.name.publisher.folded == publisher.folded {
      if let record = try record(entry.name, &edit) { records.append(record) }
    }
    return records
  }
}
