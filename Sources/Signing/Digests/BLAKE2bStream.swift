import COpenSSL

/// A BLAKE2b-512 digest: what minisign signs in place of the file itself.
public struct BLAKE2bDigest: Sendable, Hashable {
  /// The 64 bytes.
  public let bytes: [UInt8]

  /// For digests computed here, and for tests.
  package init(computed bytes: [UInt8]) {
    self.bytes = bytes
  }
}

/// BLAKE2b-512 (RFC 7693) over bytes that come in pieces.
public struct BLAKE2bStream: ~Copyable, Sendable {
  private var context = DigestContext(EVP_blake2b512())

  /// A stream that has seen no bytes.
  public init() {}

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    context.update(bytes)
  }

  /// The digest of all bytes taken in.
  public consuming func finish() -> BLAKE2bDigest {
    BLAKE2bDigest(computed: context.finish())
  }
}

/// The BLAKE2b-512 digest of these bytes.
public func blake2b(_ bytes: [UInt8]) -> BLAKE2bDigest {
  var stream = BLAKE2bStream()
  bytes.withUnsafeBytes { stream.update($0) }
  return stream.finish()
}

/// The SHA-512 digest of these bytes, which TUF metadata may give instead of SHA-256.
func sha512(_ bytes: [UInt8]) -> [UInt8] {
  var context = DigestContext(EVP_sha512())
  bytes.withUnsafeBytes { context.update($0) }
  return context.finish()
}
