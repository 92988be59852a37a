internal import PkgCore
internal import Signing

/// One update of the four top-level roles (TUF 5.3 to 5.6). What verifies is stored at once, so that
/// an update that fails at a later step is none that happens again.
struct MetadataRefresh {
  let origin: MetadataOrigin
  let trust: TrustFolder
  let terms: MetadataClient.Terms

  mutating func run() async throws -> TrustedMetadata {
    var chain = try trust.chain()
    if terms.asksNetwork { try await followRoots(&chain) }
    var trusted = try chain.finishRoots(now: terms.now)
    if let stored = try trust.read(.timestamp) { try trusted.recallTimestamp(stored) }
    if let stored = try trust.read(.snapshot) { try trusted.recallSnapshot(stored) }
    try await loadTimestamp(&trusted)
    let (now, freshness) = (terms.now, terms.freshness)
    try await load(.snapshot, trusted.timestamp?.snapshot.version, trusted, TUFLimits.snapshot) {
      bytes throws(TUFError) in
      try trusted.updateSnapshot(bytes, now: now, freshness: freshness)
    }
    try await load(.targets, trusted.version(of: .targets), trusted, TUFLimits.targets) {
      bytes throws(TUFError) in try trusted.updateTargets(bytes, now: now)
    }
    return trusted
  }

  private func followRoots(_ chain: inout TrustedRootChain) async throws {
    for _ in 0..<TUFLimits.rootRotations {
      guard let next = chain.nextVersion else { return }
      let path = TUFRoleName.root.path(version: next, isConsistent: true)
      let bytes = try await origin.metadataIfPresent(path, limit: TUFLimits.root) { bytes in
        try chain.updateRoot(bytes)
        return bytes
      }
      guard let bytes else { return }
      // Before the new root is stored: stopped here, the next run meets the old root and does it again.
      if chain.forgetsStoredMetadata {
        try trust.forget(.timestamp)
        try trust.forget(.snapshot)
      }
      try trust.write(.root, bytes)
    }
  }

  private func loadTimestamp(_ trusted: inout TrustedMetadata) async throws {
    let (now, freshness) = (terms.now, terms.freshness)
    guard terms.asksNetwork else {
      guard let stored = try trust.read(.timestamp) else {
        throw origin.notFetched("timestamp.json")
      }
      try trusted.updateTimestamp(stored, now: now, freshness: freshness)
      return
    }
    let replaced = try await origin.metadata("timestamp.json", limit: TUFLimits.timestamp) {
      bytes -> [UInt8]? in
      let outcome = try trusted.updateTimestamp(bytes, now: now, freshness: freshness)
      return outcome == .replaced ? bytes : nil
    }
    if let replaced { try trust.write(.timestamp, replaced) }
  }

  /// A role's metadata of a version: what is stored where it fits, else what the server has.
  private func load(
    _ role: TUFRoleName, _ version: Int64?, _ trusted: TrustedMetadata, _ limit: Int64,
    take: ([UInt8]) throws(TUFError) -> Void
  ) async throws {
    let isConsistent = trusted.root.isConsistentSnapshot
    if let stored = try trust.read(role) {
      do {
        return try take(stored)
      } catch {
        // A stored file that is out of date is replaced; without a network its fault is the answer.
        if !terms.asksNetwork { throw error }
      }
    }
    guard let version else { throw TUFError.missing(role) }
    let path = role.path(version: version, isConsistent: isConsistent)
    guard terms.asksNetwork else { throw origin.notFetched(path) }
    let bytes = try await origin.metadata(path, limit: limit) { bytes in
      try take(bytes)
      return bytes
    }
    try trust.write(role, bytes)
  }
}
