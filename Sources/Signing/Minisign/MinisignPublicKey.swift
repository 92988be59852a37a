public import PkgCore

/// A public key in minisign's format; never a weak one.
///
/// ```
/// untrusted comment: minisign public key 36164BC045E62728
/// base64 of 42 bytes:  0 "Ed"   2 key id (8)   10 Ed25519 public key (32)
/// ```
public struct MinisignPublicKey: Sendable, Hashable {
  /// The number by which minisign names the key.
  public let keyID: MinisignKeyID
  /// The Ed25519 public key, 32 bytes.
  public let key: [UInt8]

  /// A key of these parts.
  ///
  /// - Throws: ``SigningError/publicKeyMalformed`` for a wrong length,
  ///   ``SigningError/publicKeyWeak(_:)`` for a key that must not be trusted.
  public init(keyID: MinisignKeyID, key: [UInt8]) throws(SigningError) {
    guard key.count == Ed25519.publicKeyByteCount else { throw .publicKeyMalformed }
    if let weakness = KeyWeakness.ofEd25519(key) { throw .publicKeyWeak(weakness) }
    self.keyID = keyID
    self.key = key
  }

  /// Reads the two lines of a public key file, or the bare base64 as `minisign -P` takes it.
  ///
  /// - Throws: ``SigningError/publicKeyMalformed``, ``SigningError/publicKeyWeak(_:)``.
  public init(fileText: String) throws(SigningError) {
    var lines = MinisignText.lines(fileText)
    if lines.count == 2, MinisignText.comment(lines[0], after: MinisignText.untrustedPrefix) != nil
    {
      lines.removeFirst()
    }
    guard lines.count == 1, let blob = bytes(base64: lines[0]), blob.count == 42,
      blob.starts(with: "Ed".utf8), let keyID = MinisignKeyID(bytes: Array(blob[2..<10]))
    else { throw .publicKeyMalformed }
    try self.init(keyID: keyID, key: Array(blob[10...]))
  }

  /// The key file, two lines, as minisign writes it.
  public var fileText: String {
    "\(MinisignText.untrustedPrefix)minisign public key \(keyID)\n\(base64)\n"
  }

  /// The one line that `minisign -P` takes.
  public var base64: String { PkgCore.base64(blob) }

  /// SHA-256 of the 42 bytes: what a person compares, and what policy and lock files name.
  public var fingerprint: SHA256Digest { sha256(blob) }

  private var blob: [UInt8] { Array("Ed".utf8) + keyID.bytes + key }
}
