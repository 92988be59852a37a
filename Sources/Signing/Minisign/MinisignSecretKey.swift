/// A secret key of minisign's: an Ed25519 seed and the public key to it. It prints as its public
/// half only.
public struct MinisignSecretKey: Sendable, CustomStringConvertible {
  /// The public half.
  public let publicKey: MinisignPublicKey
  let seed: SecretBytes

  init(keyID: MinisignKeyID, seed: SecretBytes) throws(SigningError) {
    publicKey = try MinisignPublicKey(keyID: keyID, key: try Ed25519.publicKey(seed: seed))
    self.seed = seed
  }

  /// A new random key with a new random key id.
  ///
  /// - Throws: ``SigningError/library(function:)`` where the system gives no entropy.
  public static func generate() throws(SigningError) -> MinisignSecretKey {
    var seed = try randomBytes(Ed25519.seedByteCount)
    guard let keyID = MinisignKeyID(bytes: try randomBytes(8)) else {
      throw .library(function: "RAND_bytes")
    }
    return try MinisignSecretKey(keyID: keyID, seed: SecretBytes(wiping: &seed))
  }

  /// A key from a known seed, for tests with published vectors.
  package init(keyID: MinisignKeyID, testSeed: [UInt8]) throws(SigningError) {
    var seed = testSeed
    try self.init(keyID: keyID, seed: SecretBytes(wiping: &seed))
  }

  /// The id of the public half.
  public var description: String { "secret key \(publicKey.keyID)" }

  /// The Ed25519 signature of a message, 64 bytes.
  func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
    try Ed25519.sign(message, seed: seed)
  }
}
