import PkgCore
import Testing

@testable import Signing

@Suite("Digests")
struct DigestTests {
  static let abc = Array("abc".utf8)

  @Test("SHA-256 of abc is FIPS 180-4's")
  func sha256OfABC() {
    #expect(
      sha256(Self.abc).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("BLAKE2b-512 of abc is RFC 7693's")
  func blake2bOfABC() {
    #expect(
      blake2b(Self.abc).bytes.hex
        == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
  }

  @Test(
    "BLAKE2b-256 is Python's hashlib's",
    arguments: [
      ([], "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
      (abc, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
      (Array(0..<74), "ebae0805fd52d3e9f5f29aeb33b6be8cab0f28e668990d3cb95444d9ef90b932"),
      (Array(0..<128), "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1"),
    ] as [([UInt8], String)])
  func blake2b256OfBlocks(message: [UInt8], digest: String) {
    #expect(blake2b256(message).hex == digest)
  }

  @Test("two streams over the same pieces give the digests of the whole")
  func streams() {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var first = SHA256Stream()
    var second = BLAKE2bStream()
    for start in stride(from: 0, to: bytes.count, by: 777) {
      bytes[start..<min(start + 777, bytes.count)].withUnsafeBytes {
        first.update($0)
        second.update($0)
      }
    }
    #expect(first.finish() == sha256(bytes))
    #expect(second.finish() == blake2b(bytes))
  }

  /// The second and the sixth case of RFC 4231.
  @Test("HMAC with SHA-256 is the standard's")
  func keyed() {
    #expect(
      hmacSHA256(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)).hex
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = [UInt8](repeating: 0xAA, count: 131)
    #expect(
      hmacSHA256(Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8), key: long)
        .hex
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("random bytes have the length asked for and differ")
  func random() throws {
    #expect(try randomBytes(0) == [])
    #expect(try randomBytes(32).count == 32)
    #expect(try randomBytes(32) != randomBytes(32))
  }

  @Test("secrets print as nothing and wipe what they were made of")
  func secrets() {
    var bytes = Array("passphrase".utf8)
    let secret = SecretBytes(wiping: &bytes)
    #expect(bytes == [UInt8](repeating: 0, count: 10))
    #expect(secret.withBytes { $0.elementsEqual("passphrase".utf8) })
    #expect("\(secret)" == "(secret)")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!dumped.utf8.elementsEqual("passphrase".utf8) && !dumped.contains("0x"))
  }
}
