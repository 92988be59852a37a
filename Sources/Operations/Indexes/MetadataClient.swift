internal import Files
internal import PkgCore
internal import Signing

/// The client of a TUF repository (TUF 5): the fetching and storing around ``TrustedMetadata``, which
/// decides. Roles that others delegate to are loaded when a target is looked for, each once.
actor MetadataClient {
  /// What was trusted when the client was opened: root to top-level targets.
  nonisolated let topLevel: TrustedMetadata
  private var trusted: TrustedMetadata
  /// Roles that are being loaded, and those that could not be: nobody is asked twice in one command.
  private var loading: [[TUFRoleName]: Task<Void, any Error>] = [:]
  private let origin: MetadataOrigin
  private let trust: TrustFolder
  private let asksNetwork: Bool
  private let now: Timestamp

  /// How metadata is brought up to date.
  struct Terms {
    /// The moment by which terms are judged.
    let now: Timestamp
    /// Whether the network is asked; else what is stored must do.
    let asksNetwork: Bool
    /// Whether timestamp and snapshot may have expired.
    let freshness: TrustedMetadata.Freshness
  }

  /// Brings the four top-level roles up to date (TUF 5.3 to 5.6); what was verified is stored even
  /// where a later step fails.
  static func open(
    _ origin: MetadataOrigin, _ trust: TrustFolder, _ terms: Terms
  ) async throws -> MetadataClient {
    var refresh = MetadataRefresh(origin: origin, trust: trust, terms: terms)
    return MetadataClient(try await refresh.run(), origin, trust, terms)
  }

  private init(
    _ trusted: TrustedMetadata, _ origin: MetadataOrigin, _ trust: TrustFolder, _ terms: Terms
  ) {
    topLevel = trusted
    self.trusted = trusted
    self.origin = origin
    self.trust = trust
    asksNetwork = origin.isReachable
    now = terms.now
  }

  /// Looks for a target through delegations (TUF 5.6.7); nil where nobody who is trusted for the path
  /// lists it.
  func find(_ path: String) async throws -> FoundTarget? {
    var search = TUFTargetSearch(path)
    while true {
      switch try search.next(in: trusted) {
      case .needs(let way): try await load(way)
      case .found(let target, let way): return FoundTarget(target: target, way: way)
      case .absent: return nil
      }
    }
  }

  /// The targets metadata of a delegated role; nil where the snapshot has none of it.
  ///
  /// - Parameter way: from the top-level role on.
  func targets(by way: [TUFRoleName]) async throws -> TUFTargets? {
    for end in way.indices.dropFirst() {
      let part = Array(way[...end])
      guard let above = trusted.targets(by: Array(part.dropLast())),
        above.delegates(to: part[end]), trusted.version(of: part[end]) != nil
      else { return nil }
      if trusted.targets(by: part) == nil { try await load(part) }
    }
    return trusted.targets(by: way)
  }

  /// The delegated roles that were needed so far.
  func loadedRoles() -> [TUFTargets] { trusted.delegatedRoles }

  /// The metadata of a delegated role as it is served, also past its term: for copies, which judge nothing.
  /// nil where the snapshot has none of it.
  ///
  /// - Parameters:
  ///   - way: from the top-level role on.
  ///   - delegator: the metadata of the last role but one on it.
  func served(_ way: [TUFRoleName], below delegator: TUFTargets) async throws -> TUFTargets? {
    guard let role = way.last, let authority = delegator.delegations?.authority(for: role),
      let version = topLevel.version(of: role)
    else { return nil }
    do {
      if let valid = try await targets(by: way) { return valid }
    } catch let error as any Diagnosable where error.diagnostic.code == .trustExpired {}
    let check: ([UInt8]) throws -> TUFTargets = { bytes in
      let targets = try TUFTargets(bytes, role: role)
      try authority.verify(targets.document, role: role)
      guard targets.header.version == version else {
        throw TUFError.version(role, expected: version, found: targets.header.version)
      }
      return targets
    }
    if let stored = try trust.read(role), let targets = try? check(stored) { return targets }
    let path = role.path(version: version, isConsistent: topLevel.root.isConsistentSnapshot)
    guard asksNetwork else { throw origin.notFetched(path) }
    return try await origin.metadata(path, limit: TUFLimits.targets, take: check)
  }

  /// Two searches that need the same role wait for one loading of it.
  private func load(_ way: [TUFRoleName]) async throws {
    let task = loading[way] ?? Task { try await self.fetch(way) }
    loading[way] = task
    try await task.value
  }

  private func fetch(_ way: [TUFRoleName]) async throws {
    guard let role = way.last else { return }
    if let stored = try trust.read(role) {
      do throws(TUFError) {
        return try trusted.updateDelegated(stored, by: way, now: now)
      } catch {
        // The term is looked at last: this is the very version that the snapshot lists, and no server
        // has another one. Whatever else is wrong with it, it is fetched anew.
        if case .expired = error { throw error }
      }
    }
    guard let version = trusted.version(of: role) else { throw TUFError.missing(role) }
    let path = role.path(version: version, isConsistent: trusted.root.isConsistentSnapshot)
    guard asksNetwork else { throw origin.notFetched(path) }
    // Each server's answer is checked on a copy, since another role may be taken in meanwhile.
    let (before, now) = (trusted, now)
    let bytes = try await origin.metadata(path, limit: TUFLimits.targets) { bytes in
      var copy = before
      try copy.updateDelegated(bytes, by: way, now: now)
      return bytes
    }
    try trusted.updateDelegated(bytes, by: way, now: now)
    // The snapshot guards against going back; a torn file would only be fetched again.
    try trust.write(role, bytes, isDurable: false)
  }
}

/// A target, and the roles on the way from the top-level one to the one that lists it.
struct FoundTarget: Sendable {
  let target: TUFTarget
  let way: [TUFRoleName]
}

/// Where a repository is served.
struct MetadataOrigin: Sendable {
  /// Those that have metadata.
  let metadata: IndexServers
  /// What stands before the names of metadata files; empty, or with a slash at the end.
  let metadataFolder: String
  /// Those that have targets.
  let targets: IndexServers
  let targetsFolder: String
  let network: Network
  /// Whether the network may be asked at all.
  let isReachable: Bool

  /// A metadata file that passes a check.
  func metadata<Result>(
    _ path: String, limit: Int64, take: ([UInt8]) throws -> Result
  ) async throws -> Result {
    try await network.fetch(metadataFolder + path, from: metadata, limit: limit, take: take)
  }

  /// The same; nil where there is no such file.
  func metadataIfPresent<Result>(
    _ path: String, limit: Int64, take: ([UInt8]) throws -> Result
  ) async throws -> Result? {
    try await network.fetchIfPresent(
      metadataFolder + path, from: metadata, limit: limit, take: take)
  }

  /// A target's bytes, checked.
  func bytes(of target: TUFTarget, isConsistent: Bool) async throws -> [UInt8] {
    let path = WebPath.encoded(target.filePath(isConsistent: isConsistent))
    return try await network.fetch(targetsFolder + path, from: targets, limit: target.length) {
      bytes in
      try target.check(bytes)
      return bytes
    }
  }

  /// That a metadata file is needed and may not be asked for.
  func notFetched(_ path: String) -> MissingFromCache {
    MissingFromCache([.init(kind: .metadata, index: metadata.name, path: metadataFolder + path)])
  }
}

/// Paths in URLs.
enum WebPath {
  /// A path whose elements hold anything, as a URL has it; slashes stay.
  static func encoded(_ path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { TUFRoleName(String(decoding: $0, as: UTF8.self)).encoded }.joined(separator: "/")
  }
}
