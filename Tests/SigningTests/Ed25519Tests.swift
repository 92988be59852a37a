import PkgCore
import Testing

@testable import Signing

@Suite("Ed25519")
struct Ed25519Tests {
  /// RFC 8032, 7.1: seed, public key, message, signature.
  static let vectors = [
    [
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
  ]

  @Test("keys and signatures are RFC 8032's", arguments: vectors)
  func vector(_ texts: [String]) throws {
    let fields = try texts.map { try #require([UInt8](hex: $0)) }
    var seed = fields[0]
    let secret = SecretBytes(wiping: &seed)
    #expect(try Ed25519.publicKey(seed: secret) == fields[1])
    #expect(try Ed25519.sign(fields[2], seed: secret) == fields[3])
    #expect(Ed25519.verify(fields[3], of: fields[2], by: fields[1]))
    #expect(!Ed25519.verify(fields[3], of: fields[2] + [0], by: fields[1]))
    #expect(!Ed25519.verify([], of: fields[2], by: fields[1]))
  }

  private static let ff = String(repeating: "f", count: 60)
  private static let zeros = String(repeating: "0", count: 60)

  /// The eight points of small order, and every other spelling of them and of y below 19.
  static let weak: [(String, KeyWeakness)] = [
    ("00\(zeros)00", .allZero),
    ("00\(zeros)80", .smallOrder),
    ("01\(zeros)00", .smallOrder),
    ("01\(zeros)80", .smallOrder),
    ("ec\(ff)7f", .smallOrder),
    ("ec\(ff)ff", .smallOrder),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", .smallOrder),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", .smallOrder),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", .smallOrder),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", .smallOrder),
    ("ed\(ff)7f", .nonCanonical),
    ("ed\(ff)ff", .nonCanonical),
    ("ee\(ff)7f", .nonCanonical),
    ("ee\(ff)ff", .nonCanonical),
    ("f5\(ff)7f", .nonCanonical),
    ("ff\(ff)7f", .nonCanonical),
    ("ff\(ff)ff", .nonCanonical),
  ]

  @Test("a weak key is refused wherever a key is enrolled (a20)", arguments: weak)
  func weakKey(hex: String, weakness: KeyWeakness) throws {
    let key = try #require([UInt8](hex: hex))
    let keyID = try #require(MinisignKeyID(bytes: Array(0..<8)))
    #expect(throws: SigningError.publicKeyWeak(weakness)) {
      try MinisignPublicKey(keyID: keyID, key: key)
    }
    #expect(throws: SigningError.publicKeyWeak(weakness)) { try TUFKey(ed25519: key) }
    let blob = base64(Array("Ed".utf8) + keyID.bytes + key)
    #expect(throws: SigningError.publicKeyWeak(weakness)) { try MinisignPublicKey(fileText: blob) }
  }

  @Test("OpenSSL accepts one signature for every message under the neutral point")
  func reasonForRefusal() throws {
    let neutral = try #require([UInt8](hex: "01\(Self.zeros)00"))
    let signature = neutral + [UInt8](repeating: 0, count: 32)
    #expect(Ed25519.verify(signature, of: [1], by: neutral))
    #expect(Ed25519.verify(signature, of: [2], by: neutral))
  }

  @Test("a thousand random keys are not weak")
  func randomKeys() throws {
    for _ in 0..<1000 { _ = try MinisignSecretKey.generate() }
  }
}
