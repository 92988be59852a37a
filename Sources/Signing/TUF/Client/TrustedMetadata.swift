public import PkgCore

/// What a client trusts of an index: each method takes received bytes, and takes them in only if
/// the specification's checks pass (TUF 1.0.34, 5.4 to 5.7). It opens nothing and reads no clock.
///
/// The order is: recall what is stored, then timestamp, snapshot, targets. A method that throws
/// leaves everything as it was.
public struct TrustedMetadata: Sendable {
  /// How strictly dates are taken.
  public enum Freshness: Sendable {
    /// Everything must be unexpired.
    case required
    /// Timestamp and snapshot may be expired, for offline work; targets never.
    case waived
  }

  /// What a timestamp brought.
  public enum TimestampOutcome: Sendable, Equatable {
    /// It is newer than the stored one: store it.
    case replaced
    /// It has the stored one's version, which stays: nothing is to be stored.
    case kept
  }

  /// How far a clock may be behind the time at which metadata was signed, in seconds.
  public static let clockTolerance: Int64 = 3600

  /// The root that all else follows from.
  public let root: TUFRoot
  /// Whether stored timestamp and snapshot are void, and to be deleted (TUF 5.3.11).
  public let forgetsStoredMetadata: Bool
  /// The timestamp taken in; nil before ``updateTimestamp(_:now:freshness:)``.
  public private(set) var timestamp: TUFTimestamp?
  /// The snapshot taken in; nil before ``updateSnapshot(_:now:freshness:)``.
  public private(set) var snapshot: TUFSnapshot?
  /// The top-level targets taken in; nil before ``updateTargets(_:now:)``.
  public private(set) var targets: TUFTargets?
  /// Delegated roles, each by the way of delegations on which it was verified.
  var delegated: [[TUFRoleName]: TUFTargets] = [:]
  private var storedTimestamp: TUFTimestamp?
  private var storedSnapshot: TUFSnapshot?

  init(root: TUFRoot, forgetsStoredMetadata: Bool) {
    self.root = root
    self.forgetsStoredMetadata = forgetsStoredMetadata
  }

  /// Recalls the stored timestamp, so that no older one is taken. It may be expired. Does nothing
  /// where the keys were rotated.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``, ``TUFError/signatures(_:valid:threshold:)``: the
  ///   stored file is damaged.
  public mutating func recallTimestamp(_ bytes: [UInt8]) throws(TUFError) {
    guard !forgetsStoredMetadata else { return }
    let stored = try TUFTimestamp(bytes)
    try verify(stored.document, role: .timestamp)
    storedTimestamp = stored
  }

  /// Recalls the stored snapshot, so that nothing it lists goes back or away. It may be expired and
  /// need not fit any timestamp. Does nothing where the keys were rotated.
  ///
  /// - Throws: as for the timestamp.
  public mutating func recallSnapshot(_ bytes: [UInt8]) throws(TUFError) {
    guard !forgetsStoredMetadata else { return }
    let stored = try TUFSnapshot(bytes)
    try verify(stored.document, role: .snapshot)
    storedSnapshot = stored
  }

  /// Takes in a timestamp (TUF 5.4).
  ///
  /// - Returns: whether it is to be stored.
  /// - Throws: ``TUFError/malformed(_:_:)``, ``TUFError/signatures(_:valid:threshold:)``,
  ///   ``TUFError/rollback(_:trusted:found:)``, ``TUFError/expired(_:at:now:)``,
  ///   ``TUFError/clock(signedAt:now:)``.
  @discardableResult
  public mutating func updateTimestamp(
    _ bytes: [UInt8], now: Timestamp, freshness: Freshness = .required
  ) throws(TUFError) -> TimestampOutcome {
    let received = try TUFTimestamp(bytes)
    // 5.4.2: arbitrary software attack.
    try verify(received.document, role: .timestamp)
    // 5.4.3: rollback attack. An equal version is the normal case and keeps the stored one.
    let outcome = try outcome(of: received)
    let accepted = outcome == .kept ? storedTimestamp ?? received : received
    // 5.4.4: freeze attack.
    if freshness == .required { try accepted.header.checkExpiry(now: now) }
    try checkClock(accepted, now: now)
    storedTimestamp = accepted
    timestamp = accepted
    snapshot = nil
    forgetTargets()
    return outcome
  }

  /// Takes in the snapshot that the timestamp names, fetched or stored (TUF 5.5).
  ///
  /// - Throws: ``TUFError/missing(_:)`` without a timestamp;
  ///   ``TUFError/length(of:expected:found:)``,
  ///   ``TUFError/hash(of:)``, ``TUFError/version(_:expected:found:)`` for another one, such as a
  ///   stored one that is out of date; ``TUFError/malformed(_:_:)``,
  ///   ``TUFError/signatures(_:valid:threshold:)``, ``TUFError/rollback(_:trusted:found:)``,
  ///   ``TUFError/dropped(fileName:)``, ``TUFError/expired(_:at:now:)``.
  public mutating func updateSnapshot(
    _ bytes: [UInt8], now: Timestamp, freshness: Freshness = .required
  ) throws(TUFError) {
    guard let timestamp else { throw .missing(.timestamp) }
    // 5.5.2: length and hashes of the timestamp.
    try timestamp.snapshot.check(bytes, of: TUFRoleName.snapshot.fileName)
    let received = try TUFSnapshot(bytes)
    // 5.5.3: signatures.
    try verify(received.document, role: .snapshot)
    // 5.5.4: mix-and-match with another timestamp's snapshot.
    guard received.header.version == timestamp.snapshot.version else {
      throw .version(
        .snapshot, expected: timestamp.snapshot.version, found: received.header.version)
    }
    // 5.5.5: rollback of anything that the stored snapshot lists.
    if let storedSnapshot { try Self.checkRollback(from: storedSnapshot, to: received) }
    // 5.5.6: freeze attack.
    if freshness == .required { try received.header.checkExpiry(now: now) }
    storedSnapshot = received
    snapshot = received
    forgetTargets()
  }

  /// Takes in the top-level targets that the snapshot names (TUF 5.6). Their expiry is never
  /// waived.
  ///
  /// - Throws: ``TUFError/missing(_:)`` without a snapshot; otherwise as for the snapshot.
  public mutating func updateTargets(_ bytes: [UInt8], now: Timestamp) throws(TUFError) {
    let authority = root.authority(for: .targets)
    let accepted = try acceptedTargets(bytes, role: .targets, by: authority, now: now)
    forgetTargets()
    targets = accepted
  }

  /// A target of the top-level role (TUF 5.7.2); nil where it lists none of this path.
  ///
  /// - Throws: ``TUFError/missing(_:)`` before targets are taken in.
  public func target(named path: String) throws(TUFError) -> TUFTarget? {
    guard let targets else { throw .missing(.targets) }
    return targets.target(named: path)
  }

  /// 5.6.2 to 5.6.5, the same for every role that lists targets, whoever delegates to it.
  func acceptedTargets(
    _ bytes: [UInt8], role: TUFRoleName, by authority: TUFAuthority, now: Timestamp
  ) throws(TUFError) -> TUFTargets {
    guard let meta = snapshot?.meta(of: role) else {
      throw .missing(snapshot == nil ? .snapshot : role)
    }
    // 5.6.2: length and hashes of the snapshot.
    try meta.check(bytes, of: role.fileName)
    let received = try TUFTargets(bytes, role: role)
    // 5.6.3: signatures.
    try authority.verify(received.document, role: role)
    // 5.6.4: the very version that the snapshot lists.
    guard received.header.version == meta.version else {
      throw .version(role, expected: meta.version, found: received.header.version)
    }
    // 5.6.5: freeze attack.
    try received.header.checkExpiry(now: now)
    return received
  }

  private mutating func forgetTargets() {
    targets = nil
    delegated = [:]
  }

  private func verify(_ document: TUFDocument, role: TUFRoleName) throws(TUFError) {
    try root.authority(for: role).verify(document, role: role)
  }

  private func outcome(of received: TUFTimestamp) throws(TUFError) -> TimestampOutcome {
    guard let stored = storedTimestamp else { return .replaced }
    // 5.4.3.1
    let (trusted, found) = (stored.header.version, received.header.version)
    guard found >= trusted else { throw .rollback(.timestamp, trusted: trusted, found: found) }
    guard found > trusted else { return .kept }
    // 5.4.3.2
    guard received.snapshot.version >= stored.snapshot.version else {
      throw .rollback(
        .snapshot, trusted: stored.snapshot.version, found: received.snapshot.version)
    }
    return .replaced
  }

  private static func checkRollback(from stored: TUFSnapshot, to received: TUFSnapshot)
    throws(TUFError)
  {
    for (name, old) in stored.files {
      guard let new = received.list[name] else { throw .dropped(fileName: name) }
      guard new.version >= old.version else {
        let suffix = ".json".utf8.count
        let role = TUFRoleName(String(decoding: name.utf8.dropLast(suffix), as: UTF8.self))
        throw .rollback(role, trusted: old.version, found: new.version)
      }
    }
  }

  /// Only the newest timestamp counts, so a repository whose clock was wrong once heals by signing
  /// again.
  private func checkClock(_ timestamp: TUFTimestamp, now: Timestamp) throws(TUFError) {
    guard let issued = timestamp.issued else { return }
    guard now >= issued.adding(seconds: -Self.clockTolerance) else {
      throw .clock(signedAt: issued, now: now)
    }
  }
}
