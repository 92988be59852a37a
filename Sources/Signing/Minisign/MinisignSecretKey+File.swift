import PkgCore

/// The secret key file, two lines: a comment and the base64 of 158 bytes.
///
/// ```
///   0  "Ed"                     54  key id (8)              \
///   2  "Sc" scrypt, or 0 0      62  seed (32), public (32)   > xored with scrypt's output
///   4  "B2" BLAKE2b            126  checksum (32)           /
///   6  salt (32)
///  38  operations (8, LE)      checksum: BLAKE2b-256("Ed", key id, seed, public);
///  46  memory in bytes (8, LE) 32 zeros where nothing is encrypted
/// ```
extension MinisignSecretKey {
  private static let comment = "untrusted comment: minisign encrypted secret key"

  /// Whether reading this file needs a passphrase.
  ///
  /// - Throws: ``SigningError/secretKeyMalformed``, ``SigningError/secretKeyUnsupported``.
  public static func isEncrypted(fileText: String) throws(SigningError) -> Bool {
    try SealedKey(fileText: fileText).isEncrypted
  }

  /// Reads a secret key file. Takes minisign's 2.5 seconds and a gibibyte where it is encrypted.
  ///
  /// - Parameter passphrase: not looked at where the file is not encrypted.
  /// - Throws: ``SigningError/secretKeyMalformed``, ``SigningError/secretKeyUnsupported``,
  ///   ``SigningError/secretKeyInconsistent``, ``SigningError/passphraseNeeded``,
  ///   ``SigningError/passphraseWrong``.
  public init(fileText: String, passphrase: SecretBytes? = nil) throws(SigningError) {
    var sealed = try SealedKey(fileText: fileText)
    defer { sealed.wipe() }
    if sealed.isEncrypted {
      guard let passphrase else { throw .passphraseNeeded }
      try sealed.applyStream(passphrase)
      guard sealed.hasChecksum else { throw .passphraseWrong }
    } else if !sealed.hasChecksum, !sealed.checksum.allSatisfy({ $0 == 0 }) {
      throw .secretKeyMalformed
    }
    guard let keyID = MinisignKeyID(bytes: sealed.keyID) else { throw .secretKeyMalformed }
    try self.init(keyID: keyID, seed: sealed.seed)
    guard publicKey.key == sealed.publicKey else { throw .secretKeyInconsistent }
  }

  /// The key as a file that minisign reads.
  ///
  /// - Parameter passphrase: nil for the unencrypted form, as `minisign -G -W` writes it; the file
  ///   must then be readable by its owner only.
  /// - Throws: ``SigningError/library(function:)``.
  public func fileText(passphrase: SecretBytes?) throws(SigningError) -> String {
    try fileText(passphrase: passphrase, cost: .minisign)
  }

  package func fileText(passphrase: SecretBytes?, cost: ScryptCost) throws(SigningError) -> String {
    var sealed = SealedKey(plain: self)
    defer { sealed.wipe() }
    if let passphrase {
      try sealed.prepareEncryption(salt: try randomBytes(32), cost: cost)
      try sealed.applyStream(passphrase)
    }
    return "\(Self.comment)\n\(base64(sealed.blob))\n"
  }
}

/// The 158 bytes, with the secret part either sealed or open.
private struct SealedKey {
  private(set) var blob: [UInt8]

  init(fileText: String) throws(SigningError) {
    var lines = MinisignText.lines(fileText)
    if lines.count == 2, MinisignText.comment(lines[0], after: MinisignText.untrustedPrefix) != nil
    {
      lines.removeFirst()
    }
    guard lines.count == 1, let blob = bytes(base64: lines[0]), blob.count == 158 else {
      throw .secretKeyMalformed
    }
    self.blob = blob
    guard blob[0..<2].elementsEqual("Ed".utf8), blob[4..<6].elementsEqual("B2".utf8),
      isEncrypted || blob[2..<4].elementsEqual([0, 0])
    else { throw .secretKeyUnsupported }
  }

  init(plain key: MinisignSecretKey) {
    blob = [UInt8]("Ed".utf8) + [0, 0] + [UInt8]("B2".utf8) + [UInt8](repeating: 0, count: 48)
    blob += key.publicKey.keyID.bytes
    key.seed.withBytes { blob.append(contentsOf: $0) }
    blob += key.publicKey.key + [UInt8](repeating: 0, count: 32)
  }

  var isEncrypted: Bool { blob[2..<4].elementsEqual("Sc".utf8) }
  var keyID: [UInt8] { Array(blob[54..<62]) }
  var publicKey: [UInt8] { Array(blob[94..<126]) }
  var checksum: [UInt8] { Array(blob[126...]) }
  var hasChecksum: Bool { checksum == computedChecksum() }

  var seed: SecretBytes {
    SecretBytes(count: 32) { $0.copyBytes(from: blob[62..<94]) }
  }

  mutating func prepareEncryption(salt: [UInt8], cost: ScryptCost) throws(SigningError) {
    blob.replaceSubrange(126..<158, with: computedChecksum())
    blob.replaceSubrange(2..<4, with: "Sc".utf8)
    blob.replaceSubrange(6..<38, with: salt)
    blob.replaceSubrange(38..<46, with: littleEndian(cost.operations))
    blob.replaceSubrange(46..<54, with: littleEndian(cost.memoryBytes))
  }

  /// Encrypts what is open and opens what is encrypted.
  mutating func applyStream(_ passphrase: SecretBytes) throws(SigningError) {
    let cost = ScryptCost(operations: number(at: 38), memoryBytes: number(at: 46))
    guard cost.isBearable else { throw .secretKeyUnsupported }
    let stream = try cost.derive(passphrase, salt: Array(blob[6..<38]), count: 104)
    stream.withBytes { for index in 0..<104 { blob[54 + index] ^= $0[index] } }
  }

  mutating func wipe() {
    blob.withUnsafeMutableBytes { Signing.wipe($0) }
  }

  private func computedChecksum() -> [UInt8] {
    var message = Array(blob[0..<2] + blob[54..<126])
    defer { message.withUnsafeMutableBytes { Signing.wipe($0) } }
    return blake2b256(message)
  }

  private func number(at offset: Int) -> UInt64 {
    blob[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }

  private func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
