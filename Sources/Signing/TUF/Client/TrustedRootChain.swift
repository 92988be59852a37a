public import PkgCore

/// The way from a root that is trusted already to the newest one (TUF 5.3). It decides; fetching
/// and storing is the caller's.
///
/// ```swift
/// var chain = try TrustedRootChain(trusting: stored)
/// while let next = chain.nextVersion, let bytes = fetch("\(next).root.json") {
///   try chain.updateRoot(bytes)   // at most TUFLimits.rootRotations times
/// }
/// var trusted = try chain.finishRoots(now: now)
/// ```
public struct TrustedRootChain: Sendable {
  /// The newest root that is trusted so far.
  public private(set) var root: TUFRoot
  /// Whether the keys of timestamp or snapshot changed on the way, or more of them must sign. What is stored of both must then
  /// be deleted, before the new root is stored (TUF 5.3.11).
  public private(set) var forgetsStoredMetadata = false

  /// Starts from a root that the caller trusts: shipped, stored, or confirmed by its fingerprint
  /// (TUF 5.2). It must be signed by its own keys; it may be expired.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``, ``TUFError/signatures(_:valid:threshold:)``.
  public init(trusting bytes: [UInt8]) throws(TUFError) {
    let root = try TUFRoot(bytes)
    try root.authority(for: .root).verify(root.document, role: .root)
    self.root = root
  }

  /// The version to ask for next (TUF 5.3.2); nil where no number is left.
  public var nextVersion: Int64? {
    root.header.version == .max ? nil : root.header.version + 1
  }

  /// Takes in the root that follows the trusted one. Store it when this returns (TUF 5.3.8).
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``; ``TUFError/signatures(_:valid:threshold:)`` unless
  ///   the old and the new keys both signed; ``TUFError/version(_:expected:found:)`` unless the
  ///   version is the next. The trusted root stays as it was.
  public mutating func updateRoot(_ bytes: [UInt8]) throws(TUFError) {
    let next = try TUFRoot(bytes)
    // 5.3.4: a threshold of the trusted root's keys and of the new root's own.
    try root.authority(for: .root).verify(next.document, role: .root)
    try next.authority(for: .root).verify(next.document, role: .root)
    // 5.3.5: exactly the next version.
    let expected = try TUFHeader.version(after: root.header.version, role: .root)
    guard next.header.version == expected else {
      throw .version(.root, expected: expected, found: next.header.version)
    }
    // 5.3.11, noticed here: a later rotation back must not hide this one. What fewer keys signed than
    // must now would never verify again either.
    for role in [TUFRoleName.timestamp, .snapshot] {
      let (old, new) = (root.authority(for: role), next.authority(for: role))
      if !old.hasSameKeys(as: new) || new.threshold > old.threshold {
        forgetsStoredMetadata = true
      }
    }
    root = next
  }

  /// Ends the chain when there is no next root (TUF 5.3.3). Only the last one must be unexpired.
  ///
  /// - Throws: ``TUFError/expired(_:at:now:)``.
  public consuming func finishRoots(now: Timestamp) throws(TUFError) -> TrustedMetadata {
    // 5.3.10: freeze attack.
    try root.header.checkExpiry(now: now)
    return TrustedMetadata(root: root, forgetsStoredMetadata: forgetsStoredMetadata)
  }
}
