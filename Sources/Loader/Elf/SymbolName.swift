import Glibc

/// A symbol's name with its hashes, computed once for look-ups in many libraries.
struct SymbolName {
  let bytes: ArraySlice<UInt8>
  let gnuHash: UInt32

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    var hash: UInt32 = 5381
    for byte in bytes { hash = hash &* 33 &+ UInt32(byte) }
    gnuHash = hash
  }

  init(_ text: String) { self.init(Array(text.utf8)[...]) }

  /// The hash of the System V ABI; seldom needed.
  var systemVHash: UInt32 {
    var hash: UInt32 = 0
    for byte in bytes {
      hash = (hash << 4) &+ UInt32(byte)
      let high = hash & 0xF000_0000
      hash = (hash ^ (high >> 24)) & ~high
    }
    return hash
  }

  /// Whether the bytes of a range that was checked are this name.
  func equals(_ other: ElfBytes, _ range: Range<Int>) -> Bool {
    guard range.count == bytes.count else { return false }
    return bytes.withUnsafeBytes { own in
      other.storage.withUnsafeBytes { file in
        guard let left = own.baseAddress, let right = file.baseAddress else { return true }
        return memcmp(left, right + range.lowerBound, range.count) == 0
      }
    }
  }
}
