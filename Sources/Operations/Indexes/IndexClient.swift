internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing
internal import Transport

/// Brings an index's metadata up to date and answers for its targets: the doing around
/// ``TrustedMetadata``, which decides.
struct IndexClient: Sendable {
  /// When the network is asked.
  enum Refresh {
    /// Whenever the stored metadata is older than an hour.
    case whenOld
    /// Now.
    case always
    /// Not at all; what was never fetched is fetched all the same.
    case never
  }

  /// Metadata that was checked less than so many seconds ago is not asked for again.
  static let freshSeconds: Int64 = 3600

  /// The file whose time says when an index was last asked for news.
  static func stamp(of index: String, _ places: StorePlaces) -> String {
    "\(places.indexCache)/\(index)/checked"
  }

  let index: IndexConfiguration
  /// The index's metadata, verified.
  let metadata: MetadataClient
  let session: Session
  let origin: MetadataOrigin

  /// The top-level roles.
  var trusted: TrustedMetadata { metadata.topLevel }

  /// Opens an index: what is stored, and what is new where the network is asked.
  static func open(
    _ index: IndexConfiguration, _ session: Session, _ network: Network, refresh: Refresh
  ) async throws -> IndexClient {
    let origin = MetadataOrigin(
      metadata: index.servers, metadataFolder: "metadata/", targets: index.servers,
      targetsFolder: "targets/", network: network,
      isReachable: index.isAtHand || !session.options.isOffline)
    let opening = IndexOpening(index: index, session: session, origin: origin)
    return IndexClient(
      index: index, metadata: try await opening.open(refresh), session: session, origin: origin)
  }

  /// The verified record of a plugin; nil where the index has none.
  func record(_ name: PluginName) async throws -> IndexRecord? {
    do { return try await knownRecord(name) } catch let error as MissingFromCache {
      throw error.needed(for: name)
    } catch let error as TransportError where index.isAtHand && error.isAbsence {
      // What was carried here need not be all that the index has.
      return nil
    }
  }

  private func knownRecord(_ name: PluginName) async throws -> IndexRecord? {
    let path = IndexRecord.path(of: name)
    guard let (bytes, way) = try await naming({ try await self.verifiedTarget(path) }) else {
      return nil
    }
    var record = try IndexRecord(json: parsed(bytes, "record of `\(name)`"))
    record.authority = try await authority(way)
    guard record.name.description == name.description else {
      throw Diagnostic(
        .trustMismatch,
        "the index `\(index.name)` has the record of `\(record.name)` where that of `\(name)` must be"
      )
    }
    return try await withdrawn()?.applied(to: record) ?? record
  }

  /// Whose word a record is, by the way to it.
  private func authority(_ way: [TUFRoleName]) async throws -> RecordAuthority {
    guard way.count > 1 else { return .targetsRole }
    guard way[1] == IndexLayout.trusted, way.count > 2 else { return .community }
    let admin = trusted.targets?.delegations?.authority(for: way[1])
    let above = try await metadata.targets(by: Array(way.prefix(2)))
    let own = above?.delegations?.authority(for: way[2])
    guard let admin, let own else { return .community }
    return own.hasSameKeys(as: admin) ? .targetsRole : .publisherRole
  }

  /// The emergency list, while it is in force; nil where there is none.
  private func withdrawn() async throws -> WithdrawnDocument? {
    do {
      let way = [TUFRoleName.targets, IndexLayout.withdrawn]
      guard try await metadata.targets(by: way) != nil else { return nil }
    } catch let error as any Diagnosable where error.diagnostic.code == .trustExpired {
      // It is for days; by then the records must say it.
      return nil
    }
    guard let bytes = try await target(IndexLayout.withdrawnPath) else { return nil }
    return try WithdrawnDocument(json: parsed(bytes, "list of withdrawn versions"))
  }

  /// Full names of the plugins that trusted publishers have, in their declared spelling.
  func names() async throws -> [PluginName] {
    guard let bytes = try await target(IndexLayout.namesPath) else { return [] }
    return try NamesDocument(json: parsed(bytes, "list of names")).plugins
  }

  /// Whether the names cost little: they are short, or here already.
  func hasNamesAtHand() async throws -> Bool {
    let path = IndexLayout.namesPath
    guard let target = try await naming({ try await metadata.find(path)?.target }),
      target.length > IndexLayout.smallNames
    else { return true }
    guard let bytes = try? FileSystem.readIfPresent(cachePath(path)) else { return false }
    return (try? target.check(bytes)) != nil
  }

  /// Whether the catalog costs little. A long one does, even where it is here: it must be read whole.
  func hasSmallCatalog() async throws -> Bool {
    try await naming { try await metadata.find(IndexLayout.catalogPath)?.target.length ?? 0 }
      <= IndexLayout.smallCatalog
  }

  func cachePath(_ path: String) -> String {
    "\(session.places.indexCache)/\(index.name)/\(path)"
  }

  /// What search shows of every plugin; for looking, and for what to look up by its record then.
  func catalog() async throws -> [CatalogDocument.Entry] {
    guard let bytes = try await target(IndexLayout.catalogPath) else { return [] }
    return try CatalogDocument.entries(parsed(bytes, "catalog"))
  }

  /// The digest of a target as it is listed now; nil where the index has no such target.
  func digest(of path: String) async throws -> SHA256Digest? {
    try await naming { try await metadata.find(path)?.target.hashes.sha256 }
  }

  private func parsed(_ bytes: [UInt8], _ what: String) throws -> JSON {
    do { return try JSONParser.parse(bytes) } catch {
      throw Diagnostic(
        .indexInvalid, "the \(what) of the index `\(index.name)` is not JSON",
        notes: [error.diagnostic.message])
    }
  }

  /// A target's bytes, from the cache where they fit, else from the network; nil where the index has
  /// no such target. What is returned is verified, wherever it came from.
  func target(_ path: String) async throws -> [UInt8]? {
    try await naming { try await self.verifiedTarget(path)?.bytes }
  }

  private func verifiedTarget(_ path: String) async throws -> (bytes: [UInt8], way: [TUFRoleName])?
  {
    guard let found = try await metadata.find(path) else { return nil }
    return (try await bytes(of: found.target), found.way)
  }

  /// The bytes of a target that a role lists, checked, from the cache or the network.
  ///
  /// - Parameter keeps: whether the cache gets what it lacks.
  func bytes(of target: TUFTarget, keeps: Bool = true) async throws -> [UInt8] {
    let (path, limit) = (target.path, IndexLayout.mostBytes(ofTarget: target.path))
    guard target.length <= limit else {
      throw Diagnostic(
        .indexInvalid, "`\(path)` is longer than may be",
        notes: ["expected \(limit) bytes or less", "found \(target.length) bytes"])
    }
    let cached = cachePath(path)
    if let bytes = try? FileSystem.readIfPresent(cached, limit: Int(limit)),
      (try? target.check(bytes)) != nil
    {
      return bytes
    }
    let isConsistent = trusted.root.isConsistentSnapshot
    guard origin.isReachable else {
      let name = IndexRecord.name(ofPath: path)
      throw MissingFromCache([
        .init(
          kind: name == nil ? .list : .record, index: index.name,
          path: "targets/" + target.filePath(isConsistent: isConsistent), plugin: name,
          size: target.length)
      ])
    }
    let bytes = try await origin.bytes(of: target, isConsistent: isConsistent)
    if keeps {
      // A cache that can't be written makes the next command slower, nothing else.
      try? FileSystem.makeFolders(FileSystem.folder(of: cached))
      try? FileSystem.replace(cached, with: bytes, isDurable: false)
    }
    return bytes
  }

  /// Runs a step; what fails says of which index.
  func naming<Value: Sendable>(_ step: () async throws -> Value) async throws -> Value {
    do { return try await step() } catch { throw index.naming(error) }
  }
}

extension IndexConfiguration {
  /// An error as it is told of this index. What a bundle lacks, and what is missing from the cache, whoever
  /// asked for it says better.
  fileprivate func naming(_ error: any Error) -> any Error {
    switch error {
    case is MissingFromCache: error
    case is TransportError where isAtHand: error
    case let error as any Diagnosable:
      error.diagnostic.noting("index: `\(name)` (\(isAtHand ? "in the bundle" : url))")
    default: error
    }
  }
}

/// When the network is asked for an index's metadata, and what is noted of that.
private struct IndexOpening {
  let index: IndexConfiguration
  let session: Session
  let origin: MetadataOrigin

  private var trust: TrustFolder { TrustFolder(index.name, session.places) }
  private var stamp: String { IndexClient.stamp(of: index.name, session.places) }

  private func asksNetwork(_ refresh: IndexClient.Refresh) -> Bool {
    if index.isAtHand { return true }
    if session.options.isOffline { return false }
    switch refresh {
    case .always: return true
    case .never: return false
    case .whenOld: break
    }
    guard let status = try? FileSystem.status(stamp) else { return true }
    let age = session.now.secondsSinceEpoch - status.modified
    return !(0..<IndexClient.freshSeconds).contains(age)
  }

  /// What is stored where it is young, else what the network has; what is young and no good, because
  /// it just expired, is no reason not to ask.
  func open(_ refresh: IndexClient.Refresh) async throws -> MetadataClient {
    if asksNetwork(refresh) { return try await open(asksNetwork: true) }
    do { return try await open(asksNetwork: false) } catch {
      if case .never = refresh, try trust.read(.targets) != nil { throw error }
      guard !session.options.isOffline else { throw error }
      return try await open(asksNetwork: true)
    }
  }

  private func open(asksNetwork: Bool) async throws -> MetadataClient {
    if asksNetwork { session.progress(.refreshing(index: index.name)) }
    let isWaived =
      session.options.isOffline || session.options.maxAgeSeconds != nil || index.isAtHand
    let terms = MetadataClient.Terms(
      now: session.now, asksNetwork: asksNetwork, freshness: isWaived ? .waived : .required)
    do {
      let metadata = try await MetadataClient.open(origin, trust, terms)
      try checkAge(metadata.topLevel)
      // What somebody carried here is no news.
      if asksNetwork, !index.isAtHand {
        try? FileSystem.makeFolders(FileSystem.folder(of: stamp))
        try? FileSystem.replace(stamp, with: [], isDurable: false)
      }
      return metadata
    } catch { throw index.naming(error) }
  }

  /// What is past its term is used only where that is asked for, as far as it is, and its age is said.
  private func checkAge(_ trusted: TrustedMetadata) throws {
    guard let timestamp = trusted.timestamp, let snapshot = trusted.snapshot else { return }
    let ended = min(timestamp.header.expires, snapshot.header.expires)
    guard session.now >= ended else { return }
    // Repositories of others don't say when they were signed.
    let signed = timestamp.issued ?? ended
    let age = session.now.secondsSinceEpoch - signed.secondsSinceEpoch
    if let most = session.options.maxAgeSeconds, age > most {
      throw TUFError.expired(.timestamp, at: ended, now: session.now)
    }
    session.progress(
      .warning(
        Diagnostic(
          .trustStale,
          "what is known of the index `\(index.name)` is \(age / 86_400) days old, and its term is over",
          notes: ["it ended at \(ended)"],
          hint: "versions may have been withdrawn since; run `plugctl update` when you can")))
  }
}
