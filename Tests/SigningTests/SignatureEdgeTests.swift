import PkgCore
import TestSupport
import Testing

@testable import Signing

/// Numbers of 256 bits modulo another, for signatures that no honest signer makes. Slow and not secret.
private struct Residue: Equatable {
  /// 2^252 + 27742317777372353535851937790883648493, the order of Ed25519's base point.
  static let ed25519 = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"
  /// The order of P-256's base point.
  static let p256 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

  /// Most significant byte first.
  var bytes: [UInt8]

  static func number(_ hex: String) -> [UInt8] { [UInt8](hex: hex) ?? [] }

  /// The sum of two numbers, one byte longer than they are.
  static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var (result, carry): ([UInt8], UInt16) = ([], 0)
    for (a, b) in zip(left.reversed(), right.reversed()) {
      let sum = UInt16(a) + UInt16(b) + carry
      result.append(UInt8(truncatingIfNeeded: sum))
      carry = sum >> 8
    }
    return [UInt8(carry)] + result.reversed()
  }

  /// The difference of two numbers, the first of which is not the smaller one.
  static func difference(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var (result, borrow): ([UInt8], Int16) = ([], 0)
    for (a, b) in zip(left.reversed(), right.reversed()) {
      let difference = Int16(a) - Int16(b) - borrow
      result.append(UInt8(truncatingIfNeeded: difference))
      borrow = difference < 0 ? 1 : 0
    }
    return result.reversed()
  }

  /// A product modulo the order of Ed25519's base point, by doubling and adding.
  static func product(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    let order = [0] + number(ed25519)
    func reduced(_ value: [UInt8]) -> [UInt8] {
      var value = value
      while !value.lexicographicallyPrecedes(order) { value = difference(value, order) }
      return Array(value.dropFirst())
    }
    func remainder(_ value: [UInt8]) -> [UInt8] {
      var result = [UInt8](repeating: 0, count: 32)
      let one = [UInt8](repeating: 0, count: 31) + [1]
      for bit in bits(value) {
        result = reduced(sum(result, result))
        if bit { result = reduced(sum(result, one)) }
      }
      return result
    }
    let factor = remainder(left)
    var result = [UInt8](repeating: 0, count: 32)
    for bit in bits(right) {
      result = reduced(sum(result, result))
      if bit { result = reduced(sum(result, factor)) }
    }
    return result
  }

  private static func bits(_ value: [UInt8]) -> [Bool] {
    value.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 == 1 } }
  }
}

@Suite("Ed25519 signatures that no honest signer makes")
struct Ed25519EdgeTests {
  let seed: [UInt8]
  let key: [UInt8]
  let message: [UInt8]
  let signature: [UInt8]

  init() throws {
    let fields = try Ed25519Tests.vectors[1].map { try #require([UInt8](hex: $0)) }
    (seed, key, message, signature) = (fields[0], fields[1], fields[2], fields[3])
  }

  private func verifies(_ signature: [UInt8]) -> Bool {
    Ed25519.verify(signature, of: message, by: key)
  }

  @Test("S is below the order: S + L would be a second signature of the same message")
  func malleable() {
    let order = Residue.number(Residue.ed25519)
    var s = Array(signature[32...].reversed())
    #expect(verifies(signature))
    // As often as it fits into 32 bytes.
    for _ in 0..<15 {
      let sum = Residue.sum(s, order)
      guard sum[0] == 0 else { break }
      s = Array(sum.dropFirst())
      #expect(!verifies(Array(signature[..<32]) + s.reversed()))
    }
    #expect(s[0] > 0xE0)
  }

  @Test("of other lengths, and of zeros or ones, are none")
  func lengths() {
    let zeros = [UInt8](repeating: 0, count: 32)
    let bad: [[UInt8]] = [
      [], Array(signature.dropLast()), signature + [0], signature + signature,
      Array(signature.prefix(32)), zeros + zeros, zeros + signature[32...],
      Array(signature[..<32]) + zeros, [UInt8](repeating: 0xFF, count: 64),
      Array(signature[32...]) + signature[..<32],
    ]
    for signature in bad { #expect(!verifies(signature), "\(signature.hex)") }
    for bit in 0..<512 {
      var changed = signature
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!verifies(changed), "bit \(bit)")
    }
  }

  /// A signature whose R is the neutral point: S = H(R, A, M) a.
  private func neutral(spelled r: [UInt8]) -> [UInt8] {
    var secret = Array(sha512(seed).prefix(32))
    secret[0] &= 0xF8
    secret[31] = secret[31] & 0x7F | 0x40
    let hash = sha512(r + key + message)
    return r + Residue.product(hash.reversed(), secret.reversed()).reversed()
  }

  @Test("R counts in its one spelling only")
  func spelling() throws {
    let ff = String(repeating: "f", count: 60)
    let zeros = String(repeating: "0", count: 60)
    // Who has the secret key can make it; in its own spelling it is right.
    #expect(verifies(neutral(spelled: Residue.number("01\(zeros)00"))))
    for hex in ["ee\(ff)7f", "01\(zeros)80", "ee\(ff)ff"] {
      #expect(!verifies(neutral(spelled: Residue.number(hex))), "\(hex)")
    }
  }
}

@Suite("ECDSA and RSA-PSS signatures that no honest signer makes")
struct OtherSignatureEdgeTests {
  let folder: TestFolder
  let message = Array("signed bytes".utf8)

  init() throws {
    folder = try TestFolder()
    try folder.write("message", message)
  }

  private func key(_ type: String, _ scheme: String, _ algorithm: [String]) throws -> TUFKey {
    try run(["openssl", "genpkey", "-out", folder.file("key"), "-algorithm"] + algorithm)
    try run(["openssl", "pkey", "-in", folder.file("key"), "-pubout", "-out", folder.file("pub")])
    return try TUFKey(
      enrolling: [
        "keytype": .string(type), "scheme": .string(scheme),
        "keyval": ["public": .string(try folder.text("pub"))],
      ])
  }

  private func sign(_ options: [String], hash: String = "sha256") throws -> [UInt8] {
    try run(
      ["openssl", "dgst", "-\(hash)", "-sign", folder.file("key"), "-out", folder.file("out")]
        + options + [folder.file("message")])
    return try folder.read("out")
  }

  private static func integer(_ number: [UInt8]) -> [UInt8] {
    let short = Array(number.drop { $0 == 0 })
    let body = short.isEmpty || short[0] & 0x80 != 0 ? [0] + short : short
    return [2, UInt8(body.count)] + body
  }

  private static func sequence(_ parts: [UInt8]...) -> [UInt8] {
    let body = parts.flatMap(\.self)
    return [0x30, UInt8(body.count)] + body
  }

  /// r and s, 32 bytes each.
  private static func numbers(_ signature: [UInt8]) -> ([UInt8], [UInt8]) {
    func padded(_ body: ArraySlice<UInt8>) -> [UInt8] {
      let short = body.drop { $0 == 0 }
      return [UInt8](repeating: 0, count: 32 - short.count) + short
    }
    let end = 4 + Int(signature[3])
    return (padded(signature[4..<end]), padded(signature[(end + 2)...]))
  }

  @Test(
    "of ECDSA: r and s from 1 to n - 1, in DER's one spelling; which of s and n - s is the same")
  func ecdsa() throws {
    let key = try key(
      "ecdsa", "ecdsa-sha2-nistp256", ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
    let good = try sign([])
    #expect(key.verifies(good, of: message))
    let (r, s) = Self.numbers(good)
    let n = Residue.number(Residue.p256)
    let (integer, zero) = (Self.integer, [UInt8(0)])
    #expect(Self.sequence(integer(r), integer(s)) == good)
    // Signatures are counted by key, so that a second one of the same key adds nothing.
    let twin = Self.sequence(integer(r), integer(Residue.difference(n, s)))
    #expect(twin != good && key.verifies(twin, of: message))
    let raw = integer(r).dropFirst(2)
    let bad: [(String, [UInt8])] = [
      ("r = 0", Self.sequence(integer(zero), integer(s))),
      ("s = 0", Self.sequence(integer(r), integer(zero))),
      ("both 0", Self.sequence(integer(zero), integer(zero))),
      ("r = n", Self.sequence(integer(n), integer(s))),
      ("s = n", Self.sequence(integer(r), integer(n))),
      ("r + n", Self.sequence(integer(Residue.sum(r, n)), integer(s))),
      ("s + n", Self.sequence(integer(r), integer(Residue.sum(s, n)))),
      ("negative r", Self.sequence([2, 32, r[0] | 0x80] + r.dropFirst(), integer(s))),
      ("zeros before r", Self.sequence([2, UInt8(raw.count + 1), 0] + raw, integer(s))),
      ("a long length", [0x30, 0x81] + good.dropFirst()),
      ("an open length", [0x30, 0x80] + good.dropFirst(2) + [0, 0]),
      ("bytes after it", good + [0]),
      ("bytes in it", Self.sequence(integer(r), integer(s), [5, 0])),
      ("three numbers", Self.sequence(integer(r), integer(s), integer(s))),
      ("one number", Self.sequence(integer(r))),
      ("no number", Self.sequence()),
      ("cut off", good.dropLast()),
      ("r and s bare", r + s),
      ("a set", [0x31] + good.dropFirst()),
      ("none", []),
    ]
    for (what, signature) in bad {
      #expect(!key.verifies(Array(signature), of: message), "\(what)")
    }
    for hash in ["sha1", "sha384", "sha512"] {
      #expect(try !key.verifies(sign([], hash: hash), of: message), "\(hash)")
    }
  }

  @Test("of RSA-PSS: by SHA-256 in both places, as long as the modulus, never PKCS #1 v1.5")
  func rsa() throws {
    let key = try key("rsa", "rsassa-pss-sha256", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
    func pss(_ more: [String] = [], hash: String = "sha256") throws -> [UInt8] {
      let options = ["rsa_padding_mode:pss"] + more
      return try sign(options.flatMap { ["-sigopt", $0] }, hash: hash)
    }
    for salt in ["0", "1", "32", "max"] {
      #expect(try key.verifies(pss(["rsa_pss_saltlen:\(salt)"]), of: message), "salt \(salt)")
    }
    let good = try pss()
    let bad: [(String, [UInt8])] = [
      ("PKCS #1 v1.5", try sign([])),
      ("no padding of any kind", [UInt8](repeating: 0, count: 255) + [1]),
      ("SHA-1", try pss(hash: "sha1")), ("SHA-384", try pss(hash: "sha384")),
      ("SHA-512", try pss(hash: "sha512")),
      ("a mask by SHA-1", try pss(["rsa_mgf1_md:sha1"])),
      ("a mask by SHA-512", try pss(["rsa_mgf1_md:sha512"])),
      ("a zero before it", [0] + good), ("a zero after it", good + [0]),
      ("cut off", Array(good.dropLast())), ("cut off in front", Array(good.dropFirst())),
      ("zeros", [UInt8](repeating: 0, count: 256)),
      ("beyond the modulus", [UInt8](repeating: 0xFF, count: 256)),
      ("none", []),
    ]
    for (what, signature) in bad { #expect(!key.verifies(signature, of: message), "\(what)") }
    #expect(!key.verifies(good, of: message + [0]))
  }

  /// One signature in 256 begins with a zero; OpenSSL takes it without, too (RFC 8017, 8.1.2, does not).
  @Test("of RSA-PSS that begins with a zero is not taken without it")
  func leadingZero() throws {
    let text = """
      -----BEGIN PUBLIC KEY-----
      MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1klUg7ej4wCRlF/f2QSc
      dlbCqUfMDCzcORa7fso99k7W6YiGe6iuOOFdS275N0OceZTV1IbKy5rfXWXNGj0p
      Tlg1e1EkvfY9oztV0xsKQXPZRyj3dMMLtuyJGK2xXi9y96o6soIS/zxrfRFG1xfF
      KGORbDYvWRH12t4NXLMBth99ZcKRobR+EdWuVVfADwmcI2V+rCX1A98NAws6NpNj
      eXHVBOrzAzY1JDnqCwS++UmYSh7rWVbCXWFTzt3PFv4bLIUNjU9R4fQS3cSWn8TB
      bDGtnZtOvioHlNQBEblSPjzUkDCYbp/K0GdMsJ1lG7El7XEAWQvSJcbEAJDWck2U
      uQIDAQAB
      -----END PUBLIC KEY-----
      """
    let key = try TUFKey(
      enrolling: [
        "keytype": "rsa", "scheme": "rsassa-pss-sha256", "keyval": ["public": .string(text)],
      ])
    let signature = try #require(
      [UInt8](
        hex:
          "00adc506d1aa8ced9e811cc18fd3e799f477bd3496e8f9414dcf2992ea55ff882c6c598d33b783a883bde51788b70dc8681d"
          + "1ddb12a23103e19a874a6d4cd416912bc03e1c61bc2f2dd9d5382d86efc91038e4fe682c32b2049f4d4256335ad437ff9cc6"
          + "3e4af14f46a13d336b00bba557eb3b32cfb832bc21494c3b7af5cbb96e1f5f648d902007b0e85fd90a62a28151cc2637ad92"
          + "39083e7e23f056e13667e874b278ae5538e86b88ab9fecf5d28c6391638ec4d3e13359b1dcb3f65950c66dd613070c7bc87f"
          + "f5df8d43c882dae6fd8a4ea6ead47799168d0a951f0b2a9fb702a5273948121d95592d47ecc0f4e2e89defbea8ae39e8036d"
          + "077ebc9fbc30"))
    let message = Array("plugctl".utf8)
    #expect(signature.first == 0 && signature.count == 256)
    #expect(key.verifies(signature, of: message))
    #expect(!key.verifies(Array(signature.dropFirst()), of: message))
    #expect(!key.verifies([0] + signature, of: message))
  }

  @Test(
    "an RSA key that undoes nothing is refused: its signatures are anybody's (a20)",
    arguments: [1, 2])
  func exponent(e: Int) throws {
    try folder.write(
      "conf",
      """
      asn1=SEQUENCE:spki
      [spki]
      algorithm=SEQUENCE:algorithm
      key=BITWRAP,SEQUENCE:key
      [algorithm]
      oid=OID:rsaEncryption
      none=NULL
      [key]
      n=INTEGER:0x\(String(repeating: "c3", count: 256))
      e=INTEGER:\(e)

      """)
    try run([
      "openssl", "asn1parse", "-genconf", folder.file("conf"), "-noout", "-out", folder.file("der"),
    ])
    try run([
      "openssl", "pkey", "-pubin", "-inform", "DER", "-in", folder.file("der"), "-out",
      folder.file("pub"),
    ])
    let json: JSON = [
      "keytype": "rsa", "scheme": "rsassa-pss-sha256",
      "keyval": ["public": .string(try folder.text("pub"))],
    ]
    #expect(throws: SigningError.publicKeyWeak(.trivialRSA)) { try TUFKey(enrolling: json) }
    #expect(TUFKey(json: try #require(json.objectValue)).value == nil)
  }
}
