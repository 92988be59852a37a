import COpenSSL
public import PkgCore

/// The keyed digest of these bytes: HMAC with SHA-256 (RFC 2104).
public func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> SHA256Digest {
  var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
  var count: UInt32 = 0
  let made = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &bytes, &count)
  guard made != nil, let digest = SHA256Digest(bytes: Array(bytes.prefix(Int(count)))) else {
    preconditionFailure("libcrypto's HMAC with SHA-256 has 32 bytes")
  }
  return digest
}
