import COpenSSL

/// ECDSA and RSA public keys: read from PEM, kept as DER (X.509 SubjectPublicKeyInfo).
enum PublicKeyInfo {
  static let leastRSABits = 2048

  static func ecdsaP256(pem: String) throws(SigningError) -> [UInt8] {
    let key = try read(pem)
    var name = [CChar](repeating: 0, count: 32)
    var count = 0
    guard EVP_PKEY_is_a(key.pointer, "EC") == 1,
      EVP_PKEY_get_group_name(key.pointer, &name, name.count, &count) == 1,
      name.prefix(count).elementsEqual("prime256v1".utf8.map { CChar(bitPattern: $0) }),
      // One key has several encodings (compressed point, explicit curve): compare one of them.
      EVP_PKEY_set_utf8_string_param(key.pointer, "point-format", "uncompressed") == 1,
      EVP_PKEY_set_utf8_string_param(key.pointer, "encoding", "named_curve") == 1
    else {
      ERR_clear_error()
      throw .publicKeyMalformed
    }
    return try der(key)
  }

  static func rsa(pem: String) throws(SigningError) -> [UInt8] {
    let key = try read(pem)
    guard EVP_PKEY_is_a(key.pointer, "RSA") == 1 else { throw .publicKeyMalformed }
    let bits = Int(EVP_PKEY_get_bits(key.pointer))
    guard bits >= leastRSABits else { throw .publicKeyWeak(.shortRSA(bits: bits)) }
    guard isOddAboveOne(key, "e"), isOddAboveOne(key, "n") else {
      throw .publicKeyWeak(.trivialRSA)
    }
    return try der(key)
  }

  /// ECDSA (ASN.1 signature) or, `isPSS`, RSA-PSS with any length of salt; both over SHA-256.
  static func verify(
    _ signature: [UInt8], of message: [UInt8], by der: [UInt8], isPSS: Bool
  ) -> Bool {
    defer { ERR_clear_error() }
    guard let key = key(der), let context = SignatureContext() else { return false }
    var settings: OpaquePointer?
    guard EVP_DigestVerifyInit(context.pointer, &settings, EVP_sha256(), nil, key.pointer) == 1
    else { return false }
    if isPSS {
      // RFC 8017, 8.1.2: as long as the modulus. libcrypto takes one without its leading zeros too.
      guard signature.count == Int(EVP_PKEY_get_size(key.pointer)) else { return false }
      guard EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1,
        EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_AUTO) == 1
      else { return false }
    }
    return EVP_DigestVerify(
      context.pointer, signature, signature.count, message, message.count) == 1
  }

  /// Whether a number of an RSA key can be one: with the exponent 1 every padded message is its own signature.
  private static func isOddAboveOne(_ key: borrowing KeyHandle, _ name: String) -> Bool {
    var number: OpaquePointer?
    defer {
      BN_free(number)
      ERR_clear_error()
    }
    return EVP_PKEY_get_bn_param(key.pointer, name, &number) == 1 && BN_is_odd(number) == 1
      && BN_is_one(number) == 0 && BN_is_negative(number) == 0
  }

  private static func read(_ pem: String) throws(SigningError) -> KeyHandle {
    let text = Array(pem.utf8)
    guard text.count <= 64 << 10, let source = BIO_new_mem_buf(text, Int32(text.count)) else {
      throw .publicKeyMalformed
    }
    defer { BIO_free(source) }
    guard let key = KeyHandle(owning: PEM_read_bio_PUBKEY(source, nil, nil, nil)) else {
      throw .publicKeyMalformed
    }
    return key
  }

  private static func key(_ der: [UInt8]) -> KeyHandle? {
    let pointer: OpaquePointer? = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      return d2i_PUBKEY(nil, &cursor, buffer.count)
    }
    return KeyHandle(owning: pointer)
  }

  private static func der(_ key: borrowing KeyHandle) throws(SigningError) -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    let count = i2d_PUBKEY(key.pointer, &output)
    guard count > 0, let output else {
      ERR_clear_error()
      throw .publicKeyMalformed
    }
    defer { plg_openssl_free(output) }
    return Array(UnsafeBufferPointer(start: output, count: Int(count)))
  }
}
