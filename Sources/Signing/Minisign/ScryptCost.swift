import COpenSSL

/// How dear it is to try a passphrase, in libsodium's terms, as the secret key file has them.
package struct ScryptCost: Sendable, Equatable {
  package var operations: UInt64
  package var memoryBytes: UInt64

  /// What minisign writes: a gibibyte and some seconds (libsodium's `SENSITIVE`).
  package static let minisign = ScryptCost(operations: 1 << 25, memoryBytes: 1 << 30)

  package init(operations: UInt64, memoryBytes: UInt64) {
    self.operations = operations
    self.memoryBytes = memoryBytes
  }

  /// A file can't make us take more than four times minisign's time, or more memory than it.
  var isBearable: Bool {
    operations <= Self.minisign.operations * 4 && memoryBytes <= Self.minisign.memoryBytes
      && memoryBytes >= 1 << 14
  }

  /// scrypt's N, r and p, chosen as libsodium does: r is 8; N is the greatest power of two within
  /// the memory, or within the operations where these are the tighter bound; p takes up the rest.
  var parameters: (n: UInt64, r: UInt64, p: UInt64) {
    let r: UInt64 = 8
    let operations = max(operations, 32_768)
    if operations < memoryBytes / 32 {
      return (Self.greatestPower(within: operations / (r * 4)), r, 1)
    }
    let n = Self.greatestPower(within: memoryBytes / (r * 128))
    return (n, r, max(1, min(operations / 4 / n, 0x3FFF_FFFF) / r))
  }

  /// The least power of two, from 2 on, that is more than half the limit.
  private static func greatestPower(within limit: UInt64) -> UInt64 {
    var power: UInt64 = 2
    while power <= limit / 2 { power <<= 1 }
    return power
  }

  /// So many bytes derived from the passphrase (EVP_PBE_scrypt(3)).
  func derive(_ passphrase: SecretBytes, salt: [UInt8], count: Int) throws(SigningError)
    -> SecretBytes
  {
    let (n, r, p) = parameters
    let memory = 128 * r * (n + p + 4) + 1 << 20
    var isDone = false
    let derived = SecretBytes(count: count) { output in
      isDone = passphrase.withBytes { text in
        EVP_PBE_scrypt(
          text.assumingMemoryBound(to: CChar.self).baseAddress, text.count, salt, salt.count,
          n, r, p, memory, output.assumingMemoryBound(to: UInt8.self).baseAddress, count) == 1
      }
    }
    guard isDone else {
      ERR_clear_error()
      throw .library(function: "EVP_PBE_scrypt")
    }
    return derived
  }
}
