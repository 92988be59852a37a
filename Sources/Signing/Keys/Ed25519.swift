import COpenSSL

/// Ed25519 (RFC 8032) by OpenSSL: seeds of 32 bytes, public keys of 32, signatures of 64.
enum Ed25519 {
  static let seedByteCount = 32
  static let publicKeyByteCount = 32
  static let signatureByteCount = 64

  static func publicKey(seed: SecretBytes) throws(SigningError) -> [UInt8] {
    let key = try privateKey(seed)
    var bytes = [UInt8](repeating: 0, count: publicKeyByteCount)
    var count = bytes.count
    guard EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count) == 1 else {
      throw .library(function: "EVP_PKEY_get_raw_public_key")
    }
    return bytes
  }

  static func sign(_ message: [UInt8], seed: SecretBytes) throws(SigningError) -> [UInt8] {
    let key = try privateKey(seed)
    var signature = [UInt8](repeating: 0, count: signatureByteCount)
    var count = signature.count
    guard let context = SignatureContext(),
      EVP_DigestSignInit(context.pointer, nil, nil, nil, key.pointer) == 1,
      EVP_DigestSign(context.pointer, &signature, &count, message, message.count) == 1,
      count == signatureByteCount
    else { throw .library(function: "EVP_DigestSign") }
    return signature
  }

  /// False for a wrong signature and for bytes that are no signature or no key.
  static func verify(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard signature.count == signatureByteCount, publicKey.count == publicKeyByteCount,
      let key = KeyHandle(
        owning: EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, publicKey.count)),
      let context = SignatureContext()
    else { return false }
    defer { ERR_clear_error() }
    return EVP_DigestVerifyInit(context.pointer, nil, nil, nil, key.pointer) == 1
      && EVP_DigestVerify(
        context.pointer, signature, signature.count, message, message.count) == 1
  }

  private static func privateKey(_ seed: SecretBytes) throws(SigningError) -> KeyHandle {
    let pointer = seed.withBytes { bytes in
      EVP_PKEY_new_raw_private_key(
        EVP_PKEY_ED25519, nil, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
    }
    guard let key = KeyHandle(owning: pointer) else {
      throw .library(function: "EVP_PKEY_new_raw_private_key")
    }
    return key
  }
}
