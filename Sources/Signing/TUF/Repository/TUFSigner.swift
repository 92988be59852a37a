import PkgCore

/// A key pair that signs metadata: the same kind of key pair as signs archives.
public struct TUFSigner: Sendable {
  /// The public half, as metadata lists it.
  public let key: TUFKey
  /// The id that we give it, SHA-256 of the key's canonical JSON.
  public let keyID: String
  private let secretKey: MinisignSecretKey

  /// Signs with this key.
  ///
  /// - Throws: ``SigningError/publicKeyWeak(_:)``, which no key made at random meets.
  public init(_ secretKey: MinisignSecretKey) throws(SigningError) {
    key = try TUFKey(ed25519: secretKey.publicKey.key)
    keyID = key.keyID
    self.secretKey = secretKey
  }

  func signature(of message: [UInt8], keyID: String) throws(SigningError) -> TUFDocument.Signature {
    TUFDocument.Signature(keyID: keyID, text: try secretKey.sign(message).hex)
  }
}
