import PkgCore
import Testing

@testable import Signing

@Suite("TrustedMetadata")
struct TrustedMetadataTests {
  var repository: TestRepository

  init() throws { repository = try TestRepository() }

  @Test("takes in what a repository publishes and finds a target")
  func wholeUpdate() throws {
    let client = try repository.updatedClient()
    let target = try #require(try client.target(named: "i/a/b.json"))
    try target.check(repository.record)
    try target.check(length: 6, sha256: sha256(repository.record))
    #expect(target.custom == ["note": "kept"])
    #expect(try client.target(named: "i/a/c.json") == nil)
    #expect(client.timestamp?.document.bytes == repository.timestamp.bytes)
  }

  @Test("refuses a target of another length or hash")
  func wrongTarget() throws {
    let target = try #require(try repository.updatedClient().target(named: "i/a/b.json"))
    #expect(throws: TUFError.hash(of: "i/a/b.json")) { try target.check(Array("Record".utf8)) }
    #expect(throws: TUFError.length(of: "i/a/b.json", expected: 6, found: 7)) {
      try target.check(length: 7, sha256: sha256(repository.record))
    }
  }

  @Test("wants timestamp, snapshot and targets in this order")
  func order() throws {
    var client = try repository.client()
    #expect(throws: TUFError.missing(.timestamp)) {
      try client.updateSnapshot(repository.snapshot.bytes, now: now)
    }
    #expect(throws: TUFError.missing(.targets)) { try client.target(named: "x") }
    try client.updateTimestamp(repository.timestamp.bytes, now: now)
    #expect(throws: TUFError.missing(.snapshot)) {
      try client.updateTargets(repository.targets.bytes, now: now)
    }
  }

  @Test("an equal timestamp keeps the stored one without error")
  func equalTimestamp() throws {
    var client = try repository.recallingClient()
    let other = try repository.newTimestamp(after: nil, expires: later(6))
    #expect(try client.updateTimestamp(other.bytes, now: now) == .kept)
    #expect(client.timestamp?.document.bytes == repository.timestamp.bytes)
  }

  @Test("refuses old timestamp, snapshot and targets (a02)")
  mutating func rollback() throws {
    let old = repository
    try repository.publish()
    var client = try repository.recallingClient()
    #expect(throws: TUFError.rollback(.timestamp, trusted: 2, found: 1)) {
      try client.updateTimestamp(old.timestamp.bytes, now: now)
    }
    try client.updateTimestamp(repository.timestamp.bytes, now: now)
    #expect(throws: TUFError.self) { try client.updateSnapshot(old.snapshot.bytes, now: now) }
    try client.updateSnapshot(repository.snapshot.bytes, now: now)
    #expect(throws: TUFError.version(.targets, expected: 2, found: 1)) {
      try client.updateTargets(old.targets.bytes, now: now)
    }
  }

  @Test("refuses a newer timestamp that names an older snapshot")
  mutating func snapshotRollback() throws {
    let old = repository
    try repository.publish()
    var client = try repository.recallingClient()
    repository.snapshot = old.snapshot
    let bytes = try repository.newTimestamp(after: TUFTimestamp(repository.timestamp.bytes)).bytes
    #expect(throws: TUFError.rollback(.snapshot, trusted: 2, found: 1)) {
      try client.updateTimestamp(bytes, now: now)
    }
  }

  @Test("refuses a newer snapshot with older targets, or without a file that was listed")
  mutating func targetsRollback() throws {
    let old = repository
    try repository.publish()
    repository.snapshot = try TUFDraft.snapshot(
      after: TUFSnapshot(repository.snapshot.bytes),
      files: [
        (.targets, try repository.targets.fileMeta()), (TUFRoleName("x"), .init(version: 1)),
      ],
      expires: later(7))
    try repository.sign(&repository.snapshot)
    let stored = repository.snapshot
    try repository.publishForged { signed in
      signed["meta"] = ["targets.json": ["version": 1], "x.json": ["version": 1]]
    }
    var client = try old.client()
    try client.recallSnapshot(stored.bytes)
    try client.updateTimestamp(repository.timestamp.bytes, now: now)
    #expect(throws: TUFError.rollback(.targets, trusted: 2, found: 1)) {
      try client.updateSnapshot(repository.snapshot.bytes, now: now)
    }
    try repository.publishForged { $0["meta"] = ["targets.json": ["version": 2]] }
    try client.updateTimestamp(repository.timestamp.bytes, now: now)
    #expect(throws: TUFError.dropped(fileName: "x.json")) {
      try client.updateSnapshot(repository.snapshot.bytes, now: now)
    }
  }

  @Test("refuses metadata past its expiry, each role by name (a04)")
  func freeze() throws {
    var client = try repository.client()
    #expect(throws: TUFError.expired(.timestamp, at: later(7), now: later(7))) {
      try client.updateTimestamp(repository.timestamp.bytes, now: later(7))
    }
    try client.updateTimestamp(repository.timestamp.bytes, now: now)
    #expect(throws: TUFError.expired(.snapshot, at: later(7), now: later(8))) {
      try client.updateSnapshot(repository.snapshot.bytes, now: later(8))
    }
    try client.updateSnapshot(repository.snapshot.bytes, now: now)
    #expect(throws: TUFError.expired(.targets, at: later(180), now: later(180))) {
      try client.updateTargets(repository.targets.bytes, now: later(180))
    }
  }

  @Test("waives the expiry of timestamp and snapshot where asked, never that of targets")
  func offline() throws {
    var client = try repository.recallingClient()
    let moment = later(100)
    try client.updateTimestamp(repository.timestamp.bytes, now: moment, freshness: .waived)
    try client.updateSnapshot(repository.snapshot.bytes, now: moment, freshness: .waived)
    try client.updateTargets(repository.targets.bytes, now: moment)
    #expect(throws: TUFError.expired(.targets, at: later(180), now: later(200))) {
      try client.updateTargets(repository.targets.bytes, now: later(200))
    }
  }

  @Test("recalls expired metadata for the rollback check")
  mutating func expiredRecall() throws {
    repository.timestamp = try repository.newTimestamp(
      after: TUFTimestamp(repository.timestamp.bytes), expires: later(-1))
    var client = try repository.recallingClient()
    #expect(throws: TUFError.rollback(.timestamp, trusted: 2, found: 1)) {
      try client.updateTimestamp(try repository.newTimestamp(after: nil).bytes, now: now)
    }
  }

  @Test("notices a clock set back before the last timestamp was signed (a05)")
  func clockSetBack() throws {
    var client = try repository.recallingClient()
    let moment = now.adding(seconds: -TrustedMetadata.clockTolerance - 1)
    #expect(throws: TUFError.clock(signedAt: now, now: moment)) {
      try client.updateTimestamp(repository.timestamp.bytes, now: moment)
    }
    try client.updateTimestamp(repository.timestamp.bytes, now: moment.adding(seconds: 1))
  }

  @Test("a repository whose clock was wrong once heals by signing again (a05)")
  mutating func wrongClockHeals() throws {
    let previous = try TUFTimestamp(repository.timestamp.bytes)
    repository.timestamp = try repository.newTimestamp(after: previous, issued: later(900))
    var client = try repository.recallingClient()
    let healed = try repository.newTimestamp(after: TUFTimestamp(repository.timestamp.bytes))
    #expect(try client.updateTimestamp(healed.bytes, now: now) == .replaced)
  }

  @Test("the largest version is taken without overflow, and recovered from by new keys (a06)")
  mutating func fastForward() throws {
    repository.snapshot = try repository.draft(
      from: repository.forged(repository.snapshot) { $0["version"] = .integer(.max) }, .snapshot)
    repository.timestamp = try repository.newTimestamp(after: nil)
    repository.timestamp = try repository.draft(
      from: repository.forged(repository.timestamp) { $0["version"] = .integer(.max) }, .timestamp)
    let stored = repository
    var client = try repository.updatedClient()
    #expect(client.timestamp?.header.version == .max)
    repository = try repository.recovered()
    #expect(throws: TUFError.self) {
      try client.updateTimestamp(repository.timestamp.bytes, now: now)
    }
    var chain = try TrustedRootChain(trusting: stored.root.bytes)
    try chain.updateRoot(repository.root.bytes)
    client = try chain.finishRoots(now: now)
    try client.recallTimestamp(stored.timestamp.bytes)
    try client.recallSnapshot(stored.snapshot.bytes)
    try client.updateAll(from: repository)
    #expect(client.timestamp?.header.version == 1)
  }

  @Test("refuses files of two moments (a07)")
  mutating func mixAndMatch() throws {
    let old = repository
    try repository.publish()
    var client = try repository.client()
    try client.updateTimestamp(old.timestamp.bytes, now: now)
    #expect(throws: TUFError.self) {
      try client.updateSnapshot(repository.snapshot.bytes, now: now)
    }
    try client.updateSnapshot(old.snapshot.bytes, now: now)
    #expect(throws: TUFError.version(.targets, expected: 1, found: 2)) {
      try client.updateTargets(repository.targets.bytes, now: now)
    }
  }

  @Test("a stolen timestamp key can freeze until the snapshot expires, and no more (a15)")
  mutating func stolenTimestampKey() throws {
    let signer = try #require(repository.signers[.timestamp])
    repository.signers[.snapshot] = signer
    var thief = repository
    thief.snapshot = try thief.newSnapshot(after: TUFSnapshot(repository.snapshot.bytes))
    thief.timestamp = try thief.newTimestamp(after: TUFTimestamp(repository.timestamp.bytes))
    var client = try repository.client()
    try client.updateTimestamp(thief.timestamp.bytes, now: now)
    #expect(throws: TUFError.signatures(.snapshot, valid: 0, threshold: 1)) {
      try client.updateSnapshot(thief.snapshot.bytes, now: now)
    }
    let frozen = try repository.newTimestamp(after: nil, expires: later(3650))
    client = try repository.recallingClient()
    try client.updateTimestamp(
      repository.forged(frozen) { $0["version"] = 9 }, now: later(8))
    #expect(throws: TUFError.expired(.snapshot, at: later(7), now: later(8))) {
      try client.updateSnapshot(repository.snapshot.bytes, now: later(8))
    }
  }

  @Test("what is refused changes nothing")
  mutating func unchangedByRefusal() throws {
    var client = try repository.updatedClient()
    let old = repository
    try repository.publish()
    #expect(throws: TUFError.self) {
      try client.updateTimestamp(repository.timestamp.bytes, now: later(30))
    }
    #expect(client.timestamp?.document.bytes == old.timestamp.bytes)
    #expect(try client.target(named: "i/a/b.json") != nil)
  }
}

extension TestRepository {
  func draft(from bytes: [UInt8], _ role: TUFRoleName) throws -> TUFDraft {
    try TUFDraft(bytes, role: role)
  }

  /// Publishes a snapshot with forged members, signed by the snapshot's own key.
  mutating func publishForged(_ change: (inout JSONObject) -> Void) throws {
    let version = try TUFSnapshot(snapshot.bytes).header.version + 1
    let bytes = try forged(snapshot) { signed in
      signed["version"] = .integer(version)
      change(&signed)
    }
    snapshot = try draft(from: bytes, .snapshot)
    timestamp = try newTimestamp(after: TUFTimestamp(timestamp.bytes))
  }

  /// The repository after its operator replaced the online keys and began to count anew.
  func recovered() throws -> TestRepository {
    var copy = self
    copy.signers[.snapshot] = try newSigner()
    copy.signers[.timestamp] = try newSigner()
    copy.root = try copy.newRoot(after: TUFRoot(root.bytes))
    copy.snapshot = try copy.newSnapshot(after: nil)
    copy.timestamp = try copy.newTimestamp(after: nil)
    return copy
  }
}
