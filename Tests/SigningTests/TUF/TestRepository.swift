import PkgCore

@testable import Signing

/// A moment for tests, and moments around it.
let now = Timestamp(secondsSinceEpoch: 1_800_000_000)
let day: Int64 = 86_400

/// A repository in memory: keys for each role and the newest metadata, two of three for root.
struct TestRepository {
  var rootSigners: [TUFSigner]
  var signers: [TUFRoleName: TUFSigner] = [:]
  var root: TUFDraft
  var timestamp: TUFDraft
  var snapshot: TUFDraft
  var targets: TUFDraft
  let record = Array("record".utf8)

  init() throws {
    rootSigners = try (0..<3).map { _ in try newSigner() }
    for role in [TUFRoleName.timestamp, .snapshot, .targets] { signers[role] = try newSigner() }
    let placeholder = try TUFDraft.targets(after: nil, targets: [], expires: now)
    (root, timestamp, snapshot, targets) = (placeholder, placeholder, placeholder, placeholder)
    root = try newRoot(after: nil)
    let target = TUFTarget(
      path: "i/a/b.json", length: Int64(record.count), sha256: sha256(record),
      custom: ["note": "kept"])
    targets = try TUFDraft.targets(after: nil, targets: [target], expires: later(180))
    try sign(&targets)
    snapshot = try newSnapshot(after: nil)
    timestamp = try newTimestamp(after: nil)
  }

  func authority(of role: TUFRoleName) -> TUFAuthority {
    role == .root
      ? TUFAuthority(keys: rootSigners.map(\.key), threshold: 2)
      : TUFAuthority(keys: [signers[role]].compactMap { $0?.key }, threshold: 1)
  }

  func unsignedRoot(after previous: TUFRoot?, expires: Timestamp = later(365)) throws -> TUFDraft {
    var authorities: [TUFRoleName: TUFAuthority] = [:]
    for role in TUFRoleName.topLevel { authorities[role] = authority(of: role) }
    return try TUFDraft.root(after: previous, authorities: authorities, expires: expires)
  }

  func newRoot(after previous: TUFRoot?, expires: Timestamp = later(365)) throws -> TUFDraft {
    try unsignedRoot(after: previous, expires: expires).signed(with: Array(rootSigners.prefix(2)))
  }

  func newSnapshot(after previous: TUFSnapshot?, expires: Timestamp = later(7)) throws -> TUFDraft {
    var draft = try TUFDraft.snapshot(
      after: previous, files: [(.targets, try targets.fileMeta())], expires: expires)
    try sign(&draft)
    return draft
  }

  func newTimestamp(
    after previous: TUFTimestamp?, expires: Timestamp = later(7), issued: Timestamp = now
  ) throws -> TUFDraft {
    var draft = try TUFDraft.timestamp(
      after: previous, snapshot: snapshot, expires: expires, issued: issued)
    try sign(&draft)
    return draft
  }

  func sign(_ draft: inout TUFDraft) throws {
    if let signer = signers[draft.role] { try draft.sign(with: signer) }
  }

  /// The next moment of the repository: every role but root one version on.
  mutating func publish(targets paths: [TUFTarget] = []) throws {
    targets = try TUFDraft.targets(
      after: TUFTargets(targets.bytes).header.version, targets: paths, expires: later(180))
    try sign(&targets)
    snapshot = try newSnapshot(after: TUFSnapshot(snapshot.bytes))
    timestamp = try newTimestamp(after: TUFTimestamp(timestamp.bytes))
  }

  /// Metadata with some members of its signed part changed, signed by its role's own key.
  func forged(_ draft: TUFDraft, _ change: (inout JSONObject) -> Void) throws -> [UInt8] {
    var signed = draft.document.signed
    change(&signed)
    var copy = try TUFDraft(signed: signed, role: draft.role)
    try sign(&copy)
    return copy.bytes
  }

  /// A client that starts from the root and has recalled nothing.
  func client(at moment: Timestamp = now) throws -> TrustedMetadata {
    try TrustedRootChain(trusting: root.bytes).finishRoots(now: moment)
  }

  /// A client that has taken in everything.
  func updatedClient() throws -> TrustedMetadata {
    var client = try client()
    try client.updateAll(from: self)
    return client
  }

  /// A client that recalls what this repository publishes now.
  func recallingClient() throws -> TrustedMetadata {
    var client = try client()
    try client.recallTimestamp(timestamp.bytes)
    try client.recallSnapshot(snapshot.bytes)
    return client
  }
}

extension TrustedMetadata {
  mutating func updateAll(from repository: TestRepository, at moment: Timestamp = now) throws {
    try updateTimestamp(repository.timestamp.bytes, now: moment)
    try updateSnapshot(repository.snapshot.bytes, now: moment)
    try updateTargets(repository.targets.bytes, now: moment)
  }
}

func later(_ days: Int64) -> Timestamp { now.adding(seconds: days * day) }

func newSigner() throws -> TUFSigner { try TUFSigner(try MinisignSecretKey.generate()) }
