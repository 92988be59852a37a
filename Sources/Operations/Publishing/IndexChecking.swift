internal import Archiving
internal import Files
public import PkgCore
internal import Signing

/// What is in an index, as its operator checks it before it is served.
public struct IndexCheck: Sendable {
  /// Plugins.
  public let plugins: Int
  /// Archives.
  public let archives: Int
  /// Everything that a client would refuse, a sentence each.
  public let faults: [String]
  /// What plugins need that nothing in this index answers, a sentence each. Another index may have it.
  public let unanswered: [String]
  /// When the first of the roles expires.
  public let expires: Timestamp?
}

extension Repository {
  /// Checks everything as a client does: the chain of metadata, each record, each archive's size,
  /// digest and signature.
  public func check(now: Timestamp) throws -> IndexCheck {
    var faults: [String] = []
    var (plugins, archives) = (0, 0)
    var records: [IndexRecord] = []
    var trusted: TrustedMetadata?
    do { trusted = try metadata(now: now) } catch let error as any Diagnosable {
      faults.append("metadata: " + error.diagnostic.message)
    }
    for target in trusted?.targets?.targets ?? [] {
      do {
        let bytes = try bytes(of: target)
        guard target.path.hasPrefix("i/") else { continue }
        plugins += 1
        let record = try IndexRecord(json: JSONParser.parse(bytes))
        records.append(record)
        for release in record.releases {
          for build in release.builds {
            archives += 1
            try check(build, of: release, in: record)
          }
        }
      } catch let error as any Diagnosable {
        faults.append("\(target.path): " + error.diagnostic.message)
      }
    }
    let expiries = [
      trusted?.root.header.expires, trusted?.timestamp?.header.expires,
      trusted?.snapshot?.header.expires,
      trusted?.targets?.header.expires,
    ].compactMap { $0 }
    return IndexCheck(
      plugins: plugins, archives: archives, faults: faults,
      unanswered: UnansweredNeeds(records).sentences, expires: expiries.min())
  }

  private func metadata(now: Timestamp) throws -> TrustedMetadata {
    var trusted = try TrustedRootChain(trusting: read("metadata/root.json")).finishRoots(now: now)
    try trusted.updateTimestamp(read("metadata/timestamp.json"), now: now)
    let snapshot = trusted.timestamp?.snapshot.version ?? 0
    try trusted.updateSnapshot(read("metadata/\(snapshot).snapshot.json"), now: now)
    let targets = trusted.snapshot?.meta(of: .targets)?.version ?? 0
    try trusted.updateTargets(read("metadata/\(targets).targets.json"), now: now)
    return trusted
  }

  private func check(_ build: Release.Build, of release: Release, in record: IndexRecord) throws {
    let what = "\(record.name) \(release.version)"
    let archive = try DigestedArchive.open(
      "\(folder)/\(build.archivePath)", limit: PackageLimits.totalBytes)
    guard archive.size == build.size, archive.sha256 == build.archive else {
      throw Diagnostic(.archiveMismatch, "the archive of `\(what)` is not the one that is listed")
    }
    guard let signature = build.signature else { return }
    let keys = try record.keys.map { try MinisignPublicKey(fileText: $0) }
    _ = try VerifiedArchive.check(archive, signature: signature, by: keys, what: what)
  }
}
