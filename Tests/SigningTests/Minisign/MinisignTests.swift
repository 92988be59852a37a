import PkgCore
import Testing

@testable import Signing

/// Cheap enough for tests, and still within libsodium's bounds.
let cheap = ScryptCost(operations: 1 << 19, memoryBytes: 1 << 24)

@Suite("minisign formats")
struct MinisignTests {
  let secret: MinisignSecretKey
  let digest = blake2b(Array("hello\n".utf8))

  init() throws { secret = try MinisignSecretKey.generate() }

  @Test("a public key reads what it writes, with or without its comment, and CRLF")
  func publicKey() throws {
    let key = secret.publicKey
    let texts = [key.fileText, key.base64, key.base64 + "\n", key.base64 + "\r\n\r\n"]
    for text in texts { #expect(try MinisignPublicKey(fileText: text) == key) }
    #expect(key.fingerprint == sha256(Array("Ed".utf8) + key.keyID.bytes + key.key))
  }

  @Test(
    "what is no public key is refused",
    arguments: [
      "", "RWQ", "untrusted comment: x\n",
      "comment\nRWQoJ+ZFwEsWNtFddqZldockX2nExkmg8DOxNC/26auqUx0lsZrTmMA/",
      "RWQoJ+ZFwEsWNtFddqZldockX2nExkmg8DOxNC/26auqUx0lsZrTmMA/\nmore",
      "XXQoJ+ZFwEsWNtFddqZldockX2nExkmg8DOxNC/26auqUx0lsZrTmMA/",
    ])
  func noPublicKey(_ text: String) {
    #expect(throws: SigningError.publicKeyMalformed) { try MinisignPublicKey(fileText: text) }
  }

  @Test("an unencrypted secret key reads back without a passphrase")
  func plainSecretKey() throws {
    let text = try secret.fileText(passphrase: nil)
    #expect(try !MinisignSecretKey.isEncrypted(fileText: text))
    #expect(try MinisignSecretKey(fileText: text).publicKey == secret.publicKey)
  }

  @Test("an encrypted secret key opens with its passphrase only")
  func encryptedSecretKey() throws {
    let text = try secret.fileText(passphrase: SecretBytes("correct"), cost: cheap)
    #expect(try MinisignSecretKey.isEncrypted(fileText: text))
    let opened = try MinisignSecretKey(fileText: text, passphrase: SecretBytes("correct"))
    #expect(opened.publicKey == secret.publicKey)
    #expect(throws: SigningError.passphraseWrong) {
      try MinisignSecretKey(fileText: text, passphrase: SecretBytes("wrong"))
    }
    #expect(throws: SigningError.passphraseNeeded) { try MinisignSecretKey(fileText: text) }
  }

  @Test("scrypt's parameters are libsodium's")
  func scryptParameters() {
    #expect(ScryptCost.minisign.parameters == (1 << 20, 8, 1))
    #expect(cheap.parameters == (1 << 14, 8, 1))
    #expect(ScryptCost(operations: 1 << 19, memoryBytes: 1 << 30).parameters == (1 << 14, 8, 1))
    #expect(ScryptCost(operations: 1 << 25, memoryBytes: 1 << 24).parameters == (1 << 14, 8, 64))
  }

  @Test("a secret key whose halves don't fit is refused")
  func inconsistent() throws {
    let text = try secret.fileText(passphrase: nil)
    let line = String(text.utf8.split(separator: 0x0A)[1]) ?? ""
    var blob = try #require(bytes(base64: line))
    blob[100] ^= 1
    #expect(throws: SigningError.secretKeyInconsistent) {
      try MinisignSecretKey(fileText: base64(blob))
    }
  }

  @Test("a secret key that asks for more than minisign's memory is refused")
  func unbearable() throws {
    let text = try secret.fileText(passphrase: SecretBytes("p"), cost: cheap)
    var blob = try #require(bytes(base64: String(text.utf8.split(separator: 0x0A)[1]) ?? ""))
    blob[51] = 1
    #expect(throws: SigningError.secretKeyUnsupported) {
      try MinisignSecretKey(fileText: base64(blob), passphrase: SecretBytes("p"))
    }
  }

  @Test("secret keys don't print")
  func description() throws {
    #expect("\(secret)" == "secret key \(secret.publicKey.keyID)")
    var dumped = ""
    dump(secret, to: &dumped)
    let seed = secret.seed.withBytes { Array($0) }
    #expect(!dumped.contains(seed.hex) && !dumped.contains("[\(seed[0]), \(seed[1])"))
  }

  @Test("a signature reads back and gives its trusted comment")
  func signature() throws {
    let made = try MinisignSignature(
      signing: digest, with: secret, trustedComment: "trusted", untrustedComment: "free")
    let read = try MinisignSignature(fileText: made.fileText)
    #expect(read.fileText == made.fileText)
    #expect(read.isPrehashed && read.untrustedComment == "free")
    #expect(try read.verify(digest, by: secret.publicKey) == "trusted")
    #expect(try read.verify(Array("hello\n".utf8), by: secret.publicKey) == "trusted")
  }

  @Test("a signature of other bytes, by another key or with another comment is refused")
  func refusals() throws {
    let signature = try MinisignSignature(signing: digest, with: secret, trustedComment: "trusted")
    let keyID = secret.publicKey.keyID
    #expect(throws: SigningError.signatureMismatch(keyID)) {
      try signature.verify(blake2b([]), by: secret.publicKey)
    }
    let other = try MinisignSecretKey.generate().publicKey
    #expect(throws: SigningError.signatureOfOtherKey(expected: other.keyID, found: keyID)) {
      try signature.verify(digest, by: other)
    }
    let namesake = try MinisignPublicKey(keyID: keyID, key: other.key)
    #expect(throws: SigningError.signatureMismatch(keyID)) {
      try signature.verify(digest, by: namesake)
    }
    var lines = signature.fileText.split(separator: "\n").map(String.init)
    lines[2] = "trusted comment: Trusted"
    let forged = try MinisignSignature(fileText: lines.joined(separator: "\n"))
    #expect(throws: SigningError.trustedCommentMismatch(keyID)) {
      try forged.verify(digest, by: secret.publicKey)
    }
  }

  @Test("each byte flipped in a signature file is refused, the untrusted comment apart (a01)")
  func flips() throws {
    let signature = try MinisignSignature(signing: digest, with: secret, trustedComment: "trusted")
    let bytes = Array(signature.fileText.utf8)
    let start = try #require(bytes.firstIndex(of: 0x0A)) + 1
    for index in start..<bytes.count - 1 {
      var flipped = bytes
      flipped[index] ^= 1
      #expect(throws: SigningError.self, "byte \(index)") {
        let text = try #require(String(validating: flipped, as: UTF8.self))
        _ = try MinisignSignature(fileText: text).verify(digest, by: secret.publicKey)
      }
    }
  }

  @Test(
    "a comment of several lines or too long can't be signed",
    arguments: ["a\nb", "a\r\nb", "\u{1B}[31m", String(repeating: "x", count: 1025)])
  func comments(_ text: String) {
    #expect(throws: SigningError.commentInvalid) {
      try MinisignSignature(signing: digest, with: secret, trustedComment: text)
    }
  }
}
