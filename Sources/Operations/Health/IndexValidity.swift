internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// How long what is stored of one index is still valid, and who signs for it.
struct IndexValidity {
  private let index: IndexConfiguration
  private let session: Session
  private let trust: TrustFolder

  init(_ index: IndexConfiguration, _ session: Session) {
    self.index = index
    self.session = session
    trust = TrustFolder(index.name, session.places)
  }

  func findings() throws -> [HealthFinding] {
    let root = try TUFRoot(trust.root())
    var findings = access() + term(.root, root.header.expires)
    if let bytes = try trust.read(.targets) {
      findings += term(.targets, try TUFTargets(bytes, role: .targets).header.expires)
    }
    if let bytes = try trust.read(.snapshot) {
      let snapshot = try TUFSnapshot(bytes)
      findings += term(.snapshot, snapshot.header.expires)
      findings += try delegated(snapshot)
    }
    if let bytes = try trust.read(.timestamp) {
      let timestamp = try TUFTimestamp(bytes)
      let days = timestamp.issued.map { issued in
        max(1, (timestamp.header.expires.secondsSinceEpoch - issued.secondsSinceEpoch) / 86_400)
      }
      findings += term(.timestamp, timestamp.header.expires, days: days)
      findings += validity(until: min(root.header.expires, timestamp.header.expires))
      findings += clock(timestamp)
    }
    if root.authority(for: .root).threshold == 1 {
      findings.append(
        HealthFinding(
          "threshold", .notice, index.name, "one key alone signs its root",
          hint: "who takes that key takes the index; 2 of 3 is better", reference: "root"))
    }
    return findings
  }

  /// For how long it can be used without a network, where nothing else is said of it.
  private func validity(until end: Timestamp) -> [HealthFinding] {
    let left = end.secondsSinceEpoch - session.now.secondsSinceEpoch
    guard left > 0 else { return [] }
    let text = left < 2 * 86_400 ? "\(left / 3600) hours" : "\(left / 86_400) days"
    return [
      HealthFinding(
        "valid", .notice, index.name, "what is known of it is valid for \(text), until \(end)")
    ]
  }

  /// Files that its configuration names.
  private func access() -> [HealthFinding] {
    let access = index.access
    let files = [
      access.netrc, access.tokenFile, access.certificate, access.key, access.authorities,
    ].compactMap { $0 }
    return files.filter { FileSystem.target($0) == nil }.map { file in
      HealthFinding(
        "access", .error, index.name, "`\(file)` is not there, so its servers can't be asked",
        hint: "put it there, or change `indexes.d/\(index.name).yaml`", reference: file)
    }
  }

  /// Roles on which what is installed hangs, and those that everybody needs. A stored file that is not
  /// the snapshot's any more is fetched anew when it is needed.
  private func delegated(_ snapshot: TUFSnapshot) throws -> [HealthFinding] {
    let publishers = try InstalledQueries(session).list().compactMap { listing -> NamePart? in
      listing.plugin.origin == .index(index.name) ? listing.plugin.name.publisher : nil
    }
    let roles =
      [IndexLayout.trusted, IndexLayout.catalog, IndexLayout.withdrawn, IndexLayout.community]
      + Set(publishers).sorted().map(IndexLayout.publisher)
    return try roles.flatMap { role -> [HealthFinding] in
      guard let bytes = try trust.read(role) else { return [] }
      let header = try TUFTargets(bytes, role: role).header
      guard snapshot.meta(of: role)?.version == header.version else { return [] }
      return term(role, header.expires)
    }
  }

  /// Warns when less than a third of a term is left.
  ///
  /// - Parameter days: the whole term; nil for the usual one of the role.
  private func term(_ role: TUFRoleName, _ end: Timestamp, days: Int64? = nil) -> [HealthFinding] {
    let days = days ?? IndexLayout.days(role, isLarge: false)
    let left = end.secondsSinceEpoch - session.now.secondsSinceEpoch
    guard left > 0 else {
      return [
        HealthFinding(
          "expired", .error, index.name, "its \(role) metadata ended at \(end)",
          hint: "run `plugctl update`; if that does not help, tell who runs the index",
          reference: role.text)
      ]
    }
    guard left < days * 86_400 / 3 else { return [] }
    let text = left < 2 * 86_400 ? "\(left / 3600) hours" : "\(left / 86_400) days"
    return [
      HealthFinding(
        "expiring", .warning, index.name, "its \(role) metadata is valid for \(text) more",
        hint: "run `plugctl update`; if it stays so, tell who runs the index", reference: role.text)
    ]
  }

  /// What was signed bears a time that lies behind us, or this clock is wrong.
  private func clock(_ timestamp: TUFTimestamp) -> [HealthFinding] {
    guard let issued = timestamp.issued, session.now < issued else { return [] }
    let behind = issued.secondsSinceEpoch - session.now.secondsSinceEpoch
    return [
      HealthFinding(
        "clock", behind > TrustedMetadata.clockTolerance ? .error : .warning, "clock",
        "this machine's clock is \(behind) seconds behind the signatures of the index `\(index.name)`",
        hint: "set the clock; terms are judged by it")
    ]
  }
}
