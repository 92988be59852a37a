import COpenSSL

/// An OpenSSL digest under way (EVP_DigestInit(3)).
///
/// OpenSSL's calls here fail only without memory or where libcrypto lacks the algorithm; nothing
/// can be verified then, so the process ends, as Swift's own allocations do.
struct DigestContext: ~Copyable, Sendable {
  // SAFETY: the one owner of this value is the one user of the context; OpenSSL's contexts may move
  // between threads as long as no two use one at once.
  nonisolated(unsafe) private let context: OpaquePointer
  private let byteCount: Int

  init(_ algorithm: OpaquePointer?) {
    guard let algorithm, let context = EVP_MD_CTX_new(),
      EVP_DigestInit_ex(context, algorithm, nil) == 1
    else { preconditionFailure("libcrypto lacks memory or the digest") }
    self.context = context
    byteCount = Int(EVP_MD_get_size(algorithm))
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    precondition(EVP_DigestUpdate(context, base, bytes.count) == 1, "libcrypto lacks memory")
  }

  consuming func finish() -> [UInt8] {
    let context = context
    return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      let isDone = EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1
      precondition(isDone, "libcrypto lacks memory")
      count = buffer.count
    }
  }
}
