import PkgCore
import TestSupport
import Testing

@testable import Signing

/// Both ways with the `minisign` program, version 0.11.
@Suite("minisign itself")
struct MinisignInteroperabilityTests {
  let folder: TestFolder
  let content = Array("content of an archive\n".utf8)

  init() throws {
    folder = try TestFolder()
    try folder.write("file", content)
  }

  @Test("verifies what we sign, and shows the trusted comment")
  func weSign() throws {
    let secret = try MinisignSecretKey.generate()
    let signature = try MinisignSignature(
      signing: blake2b(content), with: secret, trustedComment: "plugctl:1 a/b")
    try folder.write("file.minisig", signature.fileText)
    try folder.write("key.pub", secret.publicKey.fileText)
    let file = folder.file("file")
    let output = try run(["minisign", "-Vm", file, "-P", secret.publicKey.base64])
    #expect(output.contains("Trusted comment: plugctl:1 a/b"))
    try run(["minisign", "-Vm", file, "-p", folder.file("key.pub"), "-H"])
  }

  @Test("signs with the secret keys that we write", arguments: [nil, "pass phrase ü"])
  func weMakeKeys(passphrase: String?) throws {
    let secret = try MinisignSecretKey.generate()
    let text = try secret.fileText(passphrase: passphrase.map { SecretBytes($0) }, cost: cheap)
    try folder.write("key", text)
    let arguments = [
      "minisign", "-Sm", folder.file("file"), "-s", folder.file("key"), "-t", "said",
    ]
    try run(arguments, input: (passphrase ?? "") + "\n")
    let signature = try MinisignSignature(fileText: try folder.text("file.minisig"))
    #expect(try signature.verify(blake2b(content), by: secret.publicKey) == "said")
  }

  @Test("makes unencrypted keys that we read and write alike")
  func unencryptedKeys() throws {
    try makeKeys(["-W"])
    let text = try folder.text("key")
    let secret = try MinisignSecretKey(fileText: text)
    #expect(try secret.fileText(passphrase: nil) == text)
    #expect(try secret.publicKey.fileText == folder.text("key.pub"))
  }

  @Test("makes encrypted keys that we open")
  func encryptedKeys() throws {
    try makeKeys([], input: "secret words\nsecret words\n")
    let text = try folder.text("key")
    #expect(try MinisignSecretKey.isEncrypted(fileText: text))
    let secret = try MinisignSecretKey(fileText: text, passphrase: SecretBytes("secret words"))
    #expect(try secret.publicKey.fileText == folder.text("key.pub"))
  }

  @Test("makes signatures of both kinds that we verify", arguments: [true, false])
  func theySign(isPrehashed: Bool) throws {
    try makeKeys(["-W"])
    let kind = isPrehashed ? "-H" : "-l"
    let arguments = ["minisign", "-Sm", folder.file("file"), "-s", folder.file("key"), kind]
    try run(arguments + ["-t", "said", "-c", "free"])
    let key = try MinisignPublicKey(fileText: try folder.text("key.pub"))
    let text = try folder.text("file.minisig")
    let signature = try MinisignSignature(fileText: text)
    #expect(signature.isPrehashed == isPrehashed)
    #expect(signature.fileText == text)
    #expect(try signature.verify(content, by: key) == "said")
    if isPrehashed {
      #expect(try signature.verify(blake2b(content), by: key) == "said")
    } else {
      #expect(throws: SigningError.signatureNotPrehashed) {
        try signature.verify(blake2b(content), by: key)
      }
    }
  }

  @Test("prints a key id with leading zeros as we do")
  func keyID() throws {
    let keyID = try #require(MinisignKeyID(bytes: [0xEF, 0xCD, 0xAB, 0x01, 0, 0, 0, 0]))
    let secret = try MinisignSecretKey(keyID: keyID, testSeed: [UInt8](repeating: 7, count: 32))
    try folder.write("key", try secret.fileText(passphrase: nil))
    try run(["minisign", "-R", "-s", folder.file("key"), "-p", folder.file("key.pub")])
    #expect(try folder.text("key.pub") == secret.publicKey.fileText)
  }

  private func makeKeys(_ options: [String], input: String = "") throws {
    let files = ["-p", folder.file("key.pub"), "-s", folder.file("key")]
    try run(["minisign", "-G"] + options + files, input: input)
  }
}
