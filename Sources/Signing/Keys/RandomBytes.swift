import COpenSSL

/// So many bytes from OpenSSL's cryptographic generator (RAND_bytes(3)).
///
/// - Throws: ``SigningError/library(function:)`` where the system gives no entropy.
public func randomBytes(_ count: Int) throws(SigningError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  guard count > 0 else { return bytes }
  guard count <= Int(Int32.max), RAND_bytes(&bytes, Int32(count)) == 1 else {
    throw .library(function: "RAND_bytes")
  }
  return bytes
}
