public import PkgCore

/// A public key as metadata lists it (TUF 4.2), under any key id.
public struct TUFKey: Sendable, Equatable {
  /// What the key is, in a form that is equal where the keys are.
  enum Value: Sendable, Hashable {
    case ed25519([UInt8])
    /// The DER of its SubjectPublicKeyInfo, however the PEM around it was written.
    case ecdsaP256([UInt8])
    case rsaPSS([UInt8])
  }

  /// The key as received, members that we don't know included.
  public let json: JSONObject
  /// Nil where the key is of a kind that is not supported, malformed or weak: it never counts.
  let value: Value?

  /// Takes any object for a key; one that can't be used just never verifies anything, so that
  /// a repository may list keys of kinds that come later.
  init(json: JSONObject) {
    self.json = json
    value = try? Self.value(of: json)  // answered: nil is a key that never counts
  }

  /// An Ed25519 key of our own making.
  ///
  /// - Throws: ``SigningError/publicKeyMalformed``, ``SigningError/publicKeyWeak(_:)``.
  public init(ed25519 key: [UInt8]) throws(SigningError) {
    try self.init(
      enrolling: [
        "keytype": "ed25519", "keyval": ["public": .string(key.hex)], "scheme": "ed25519",
      ])
  }

  /// A key that somebody hands in to be trusted.
  ///
  /// - Throws: ``SigningError/publicKeyMalformed`` also for kinds that are not supported,
  ///   ``SigningError/publicKeyWeak(_:)``.
  public init(enrolling json: JSON) throws(SigningError) {
    guard let object = json.objectValue else { throw .publicKeyMalformed }
    self.json = object
    value = try Self.value(of: object)
  }

  /// The id that we give a key: SHA-256 of its canonical JSON, in hexadecimal digits (TUF 4.2).
  public var keyID: String {
    sha256(JSON.object(json).canonicalBytes ?? []).hex
  }

  /// Whether the signature is of this message by this key.
  func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    switch value {
    case .ed25519(let key): Ed25519.verify(signature, of: message, by: key)
    case .ecdsaP256(let key): PublicKeyInfo.verify(signature, of: message, by: key, isPSS: false)
    case .rsaPSS(let key): PublicKeyInfo.verify(signature, of: message, by: key, isPSS: true)
    case nil: false
    }
  }

  /// Equal where both are the same usable key.
  public static func == (left: TUFKey, right: TUFKey) -> Bool {
    left.value != nil && left.value == right.value
  }

  private static func value(of json: JSONObject) throws(SigningError) -> Value {
    guard let type = json["keytype"]?.stringValue, let scheme = json["scheme"]?.stringValue,
      let text = json["keyval"]?["public"]?.stringValue
    else { throw .publicKeyMalformed }
    switch (type, scheme) {
    case ("ed25519", "ed25519"): return try ed25519(text)
    case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"):
      return .ecdsaP256(try PublicKeyInfo.ecdsaP256(pem: text))
    case ("rsa", "rsassa-pss-sha256"): return .rsaPSS(try PublicKeyInfo.rsa(pem: text))
    default: throw .publicKeyMalformed
    }
  }

  private static func ed25519(_ text: String) throws(SigningError) -> Value {
    guard let key = [UInt8](hex: text), key.count == Ed25519.publicKeyByteCount else {
      throw .publicKeyMalformed
    }
    if let weakness = KeyWeakness.ofEd25519(key) { throw .publicKeyWeak(weakness) }
    return .ed25519(key)
  }
}
