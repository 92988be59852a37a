import COpenSSL

/// An OpenSSL key (EVP_PKEY), freed with its owner.
struct KeyHandle: ~Copyable {
  let pointer: OpaquePointer

  /// Takes over the key; nil where OpenSSL gave none.
  init?(owning pointer: OpaquePointer?) {
    guard let pointer else {
      ERR_clear_error()
      return nil
    }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }
}

/// A message digest context that OpenSSL's signing calls need, freed with its owner.
struct SignatureContext: ~Copyable {
  let pointer: OpaquePointer

  init?() {
    guard let pointer = EVP_MD_CTX_new() else { return nil }
    self.pointer = pointer
  }

  deinit { EVP_MD_CTX_free(pointer) }
}
