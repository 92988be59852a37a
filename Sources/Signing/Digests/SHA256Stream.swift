import COpenSSL
public import PkgCore

/// SHA-256 over bytes that come in pieces; any number of streams may run side by side.
public struct SHA256Stream: ~Copyable, Sendable {
  private var context = DigestContext(EVP_sha256())

  /// A stream that has seen no bytes.
  public init() {}

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    context.update(bytes)
  }

  /// The digest of all bytes taken in.
  public consuming func finish() -> SHA256Digest {
    digest(of: context.finish())
  }
}

/// The SHA-256 digest of these bytes.
public func sha256(_ bytes: [UInt8]) -> SHA256Digest {
  var stream = SHA256Stream()
  bytes.withUnsafeBytes { stream.update($0) }
  return stream.finish()
}

private func digest(of bytes: [UInt8]) -> SHA256Digest {
  guard let digest = SHA256Digest(bytes: bytes) else {
    preconditionFailure("libcrypto's SHA-256 has 32 bytes")
  }
  return digest
}
