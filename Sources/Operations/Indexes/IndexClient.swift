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

  let index: IndexConfiguration
  let trusted: TrustedMetadata
  private let session: Session
  private let network: Network

  /// Opens an index: what is stored, and what is new where the network is asked.
  static func open(
    _ index: IndexConfiguration, _ session: Session, _ network: Network, refresh: Refresh
  ) async throws -> IndexClient {
    let loader = MetadataLoader(index: index, session: session, network: network)
    let trusted = try await loader.load(refresh)
    return IndexClient(index: index, trusted: trusted, session: session, network: network)
  }

  /// The verified record of a plugin; nil where the index has none.
  func record(_ name: PluginName) async throws -> IndexRecord? {
    guard let bytes = try await target(IndexRecord.path(of: name)) else { return nil }
    let json: JSON
    do { json = try JSONParser.parse(bytes) } catch {
      throw Diagnostic(
        .indexInvalid, "the record of `\(name)` is not JSON", notes: [error.diagnostic.message])
    }
    let record = try IndexRecord(json: json)
    guard record.name.description == name.description else {
      throw Diagnostic(
        .trustMismatch,
        "the index `\(index.name)` has the record of `\(record.name)` where that of `\(name)` must be"
      )
    }
    return record
  }

  /// The full names of all plugins of the index, in their declared spelling.
  var names: [PluginName] {
    (trusted.targets?.targets ?? []).compactMap { target in
      guard target.path.hasPrefix("i/"), target.path.hasSuffix(".json") else { return nil }
      return try? PluginName(String(target.path.dropFirst(2).dropLast(5)))
    }
  }

  /// A target's bytes, from the cache where they fit, else from the network; nil where the index has
  /// no such target. What is returned is verified, wherever it came from.
  func target(_ path: String) async throws -> [UInt8]? {
    guard let target = try trusted.target(named: path) else { return nil }
    let cached = "\(session.places.indexCache)/\(index.name)/\(path)"
    if let bytes = try? FileSystem.readIfPresent(cached), (try? target.check(bytes)) != nil {
      return bytes
    }
    guard !session.options.isOffline else {
      throw Diagnostic(
        .networkOffline, "`\(path)` of the index `\(index.name)` is not in the cache",
        hint: "run the command once without `--offline`")
    }
    let file = "targets/\(target.filePath(isConsistent: trusted.root.isConsistentSnapshot))"
    let bytes = try await network.fetch(file, from: index.servers, limit: target.length) { bytes in
      try target.check(bytes)
      return bytes
    }
    // A cache that can't be written makes the next command slower, nothing else.
    try? FileSystem.makeFolders(FileSystem.folder(of: cached))
    try? FileSystem.replace(cached, with: bytes, isDurable: false)
    return bytes
  }
}

/// TUF 5.3 to 5.6: fetching and storing around ``TrustedMetadata``.
private struct MetadataLoader {
  let index: IndexConfiguration
  let session: Session
  let network: Network

  private var trust: TrustFolder { TrustFolder(index.name, session.places) }
  private var stamp: String { "\(session.places.indexCache)/\(index.name)/checked" }

  private func asksNetwork(_ refresh: IndexClient.Refresh) -> Bool {
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
  func load(_ refresh: IndexClient.Refresh) async throws -> TrustedMetadata {
    if asksNetwork(refresh) { return try await load(asksNetwork: true) }
    do { return try await load(asksNetwork: false) } catch {
      if case .never = refresh, try trust.read(.targets) != nil { throw error }
      guard !session.options.isOffline else { throw error }
      return try await load(asksNetwork: true)
    }
  }

  private func load(asksNetwork: Bool) async throws -> TrustedMetadata {
    if asksNetwork { session.progress(.refreshing(index: index.name)) }
    do {
      let trusted = try await loadAll(asksNetwork: asksNetwork)
      if asksNetwork {
        try? FileSystem.makeFolders(FileSystem.folder(of: stamp))
        try? FileSystem.replace(stamp, with: [], isDurable: false)
      }
      return trusted
    } catch let error as any Diagnosable {
      throw error.diagnostic.noting("index: `\(index.name)` (\(index.url))")
    }
  }

  private func loadAll(asksNetwork: Bool) async throws -> TrustedMetadata {
    var chain = try TrustedRootChain(trusting: trust.root())
    if asksNetwork { try await followRoots(&chain) }
    var trusted = try chain.finishRoots(now: session.now)
    if trusted.forgetsStoredMetadata {
      try trust.forget(.timestamp)
      try trust.forget(.snapshot)
    }
    if let stored = try trust.read(.timestamp) { try trusted.recallTimestamp(stored) }
    if let stored = try trust.read(.snapshot) { try trusted.recallSnapshot(stored) }
    let freshness: TrustedMetadata.Freshness = session.options.isOffline ? .waived : .required
    try await loadTimestamp(&trusted, freshness, asksNetwork)
    try await load(
      .snapshot, asksNetwork, limit: TUFLimits.snapshot,
      version: trusted.timestamp?.snapshot.version
    ) {
      bytes throws(TUFError) in
      try trusted.updateSnapshot(bytes, now: session.now, freshness: freshness)
    }
    let version = trusted.snapshot?.meta(of: .targets)?.version
    try await load(.targets, asksNetwork, limit: TUFLimits.targets, version: version) {
      bytes throws(TUFError) in try trusted.updateTargets(bytes, now: session.now)
    }
    return trusted
  }

  private func followRoots(_ chain: inout TrustedRootChain) async throws {
    for _ in 0..<TUFLimits.rootRotations {
      guard let next = chain.nextVersion else { return }
      let isForgetting = chain.forgetsStoredMetadata
      let bytes = try await network.fetchIfPresent(
        "metadata/\(next).root.json", from: index.servers, limit: TUFLimits.root
      ) { bytes in
        try chain.updateRoot(bytes)
        return bytes
      }
      guard let bytes else { return }
      if chain.forgetsStoredMetadata, !isForgetting {
        try trust.forget(.timestamp)
        try trust.forget(.snapshot)
      }
      try trust.write(.root, bytes)
    }
  }

  private func loadTimestamp(
    _ trusted: inout TrustedMetadata, _ freshness: TrustedMetadata.Freshness, _ asksNetwork: Bool
  ) async throws {
    guard asksNetwork else {
      guard let stored = try trust.read(.timestamp) else { throw notYetFetched() }
      try trusted.updateTimestamp(stored, now: session.now, freshness: freshness)
      return
    }
    let replaced = try await network.fetch(
      "metadata/timestamp.json", from: index.servers, limit: TUFLimits.timestamp
    ) { bytes -> [UInt8]? in
      let outcome = try trusted.updateTimestamp(bytes, now: session.now, freshness: freshness)
      return outcome == .replaced ? bytes : nil
    }
    if let replaced { try trust.write(.timestamp, replaced) }
  }

  /// A role's metadata of a version: what is stored where it fits, else what the server has.
  private func load(
    _ role: TUFRoleName, _ asksNetwork: Bool, limit: Int64, version: Int64?,
    take: ([UInt8]) throws(TUFError) -> Void
  ) async throws {
    if let stored = try trust.read(role) {
      do {
        return try take(stored)
      } catch {
        // A stored file that is out of date is replaced; without a network its fault is the answer.
        if !asksNetwork { throw error }
      }
    }
    guard asksNetwork, let version else { throw notYetFetched() }
    let bytes = try await network.fetch(
      "metadata/\(version).\(role.fileName)", from: index.servers, limit: limit
    ) { bytes in
      try take(bytes)
      return bytes
    }
    try trust.write(role, bytes)
  }

  private func notYetFetched() -> Diagnostic {
    Diagnostic(
      .networkOffline, "the index `\(index.name)` was never fetched to its end",
      hint: "run `plugctl update` with a network")
  }
}
