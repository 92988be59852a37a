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
  /// SHA-256 of `1.root.json`, by which clients trust the index.
  public let fingerprint: SHA256Digest?
}

extension Repository {
  /// Checks everything as a client does: the chain of metadata, each record, each archive's size,
  /// digest and signature.
  public func check(now: Timestamp) throws -> IndexCheck {
    var faults: [String] = []
    var (plugins, archives) = (0, 0)
    var records: [IndexRecord] = []
    var expiries: [Timestamp] = []
    do {
      var edit = RepositoryEdit(try state())
      try checkTerms(&edit, now: now, &expiries)
      for way in try edit.recordWays() {
        for target in try edit.targets(way) {
          plugins += 1
          do { archives += try check(target, &records) } catch let error as any Diagnosable {
            faults.append("\(target.path): " + error.diagnostic.message)
          }
        }
      }
      for path in [IndexLayout.catalogPath, IndexLayout.namesPath] {
        if let target = try edit.target(path) { _ = try bytes(of: target) }
      }
    } catch let error as any Diagnosable {
      faults.append("metadata: " + error.diagnostic.message)
    }
    return IndexCheck(
      plugins: plugins, archives: archives, faults: faults,
      unanswered: UnansweredNeeds(records).sentences, expires: expiries.min(),
      fingerprint: (try? read("metadata/1.root.json")).map { sha256($0) })
  }

  /// Every role's term; throws for one that is over.
  private func checkTerms(
    _ edit: inout RepositoryEdit, now: Timestamp, _ expiries: inout [Timestamp]
  ) throws {
    let state = edit.state
    var headers =
      [state.root.header] + [state.timestamp?.header, state.snapshot?.header].compactMap { $0 }
    // The emergency list is meant to end.
    for way in try edit.allWays() where way.last != IndexLayout.withdrawn {
      if let header = try edit.state.targets(way)?.header { headers.append(header) }
    }
    expiries = headers.map(\.expires)
    for header in headers { try header.checkExpiry(now: now) }
  }

  /// A record and its archives.
  ///
  /// - Returns: how many archives it has.
  private func check(_ target: TUFTarget, _ records: inout [IndexRecord]) throws -> Int {
    let record = try record(target)
    records.append(record)
    for release in record.releases {
      for build in release.builds { try check(build, of: release, in: record) }
    }
    return record.releases.map(\.builds.count).reduce(0, +)
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
