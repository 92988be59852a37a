import PkgCore
import TestSupport
import Testing

@testable import Signing

/// Keys and signatures of other kinds, made by the `openssl` program.
@Suite("TUFKey")
struct TUFKeyTests {
  let folder: TestFolder
  let message = Array("signed bytes".utf8)

  init() throws {
    folder = try TestFolder()
    try folder.write("message", message)
  }

  @Test("the key id of an Ed25519 key is SHA-256 of its canonical JSON")
  func keyID() throws {
    let key = try #require([UInt8](hex: Ed25519Tests.vectors[0][1]))
    let canonical =
      #"{"keytype":"ed25519","keyval":{"public":"\#(key.hex)"},"scheme":"ed25519"}"#
    #expect(try TUFKey(ed25519: key).keyID == sha256(Array(canonical.utf8)).hex)
  }

  @Test("verifies ECDSA over P-256 in both spellings", arguments: ["ecdsa", "ecdsa-sha2-nistp256"])
  func ecdsa(type: String) throws {
    let pem = try makeKey(["EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
    let key = try TUFKey(enrolling: json(type, "ecdsa-sha2-nistp256", pem))
    let signature = try sign([])
    #expect(key.verifies(signature, of: message))
    #expect(!key.verifies(signature, of: message + [0]))
    #expect(!key.verifies([], of: message))
  }

  @Test("a compressed point is the same key", arguments: ["compressed", "hybrid"])
  func pointForms(form: String) throws {
    let pem = try makeKey(["EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
    let other = try run([
      "openssl", "ec", "-in", folder.file("key"), "-pubout", "-conv_form", form, "-out",
      folder.file("other"),
    ])
    let otherPEM = try folder.text("other")
    #expect(otherPEM != pem, "\(other)")
    let first = try TUFKey(enrolling: json("ecdsa", "ecdsa-sha2-nistp256", pem))
    #expect(try TUFKey(enrolling: json("ecdsa", "ecdsa-sha2-nistp256", otherPEM)) == first)
  }

  @Test(
    "verifies RSA-PSS whatever the length of the salt", arguments: ["digest", "max", "0", "20"])
  func rsa(salt: String) throws {
    let pem = try makeKey(["RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
    let key = try TUFKey(enrolling: json("rsa", "rsassa-pss-sha256", pem))
    let signature = try sign([
      "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:\(salt)",
    ])
    #expect(key.verifies(signature, of: message))
    #expect(!key.verifies(try sign([]), of: message))
  }

  @Test("refuses RSA keys below 2048 bits (a20)")
  func shortRSA() throws {
    let pem = try makeKey(["RSA", "-pkeyopt", "rsa_keygen_bits:1024"])
    #expect(throws: SigningError.publicKeyWeak(.shortRSA(bits: 1024))) {
      try TUFKey(enrolling: json("rsa", "rsassa-pss-sha256", pem))
    }
    #expect(
      TUFKey(json: try #require(json("rsa", "rsassa-pss-sha256", pem).objectValue)).value == nil)
  }

  @Test("refuses other curves, other kinds and what is no key")
  func otherKinds() throws {
    let curve = try makeKey(["EC", "-pkeyopt", "ec_paramgen_curve:P-384"])
    let keys = [
      json("ecdsa", "ecdsa-sha2-nistp256", curve), json("rsa", "rsassa-pss-sha256", curve),
      json("ecdsa", "ecdsa-sha2-nistp384", curve), json("ed25519", "ed25519", "00"),
      json("rsa", "rsassa-pss-sha256", "-----BEGIN PUBLIC KEY-----"), ["keytype": "ed25519"], [],
    ]
    for key in keys {
      #expect(throws: SigningError.publicKeyMalformed) { try TUFKey(enrolling: key) }
    }
  }

  private func json(_ type: String, _ scheme: String, _ text: String) -> JSON {
    ["keytype": .string(type), "scheme": .string(scheme), "keyval": ["public": .string(text)]]
  }

  private func makeKey(_ algorithm: [String]) throws -> String {
    let key = folder.file("key")
    try run(["openssl", "genpkey", "-out", key, "-algorithm"] + algorithm)
    try run(["openssl", "pkey", "-in", key, "-pubout", "-out", folder.file("key.pub")])
    return try folder.text("key.pub")
  }

  private func sign(_ options: [String]) throws -> [UInt8] {
    try run(
      ["openssl", "dgst", "-sha256", "-sign", folder.file("key"), "-out", folder.file("signature")]
        + options + [folder.file("message")])
    return try folder.read("signature")
  }
}
