import Glibc

/// The bytes of a file that anyone may have made: every read is checked, and one beyond the end
/// gives nil.
///
/// The file is read, not mapped: a mapping of a file that somebody truncates kills the process.
struct ElfBytes: Sendable {
  let storage: [UInt8]

  var count: Int { storage.count }

  /// A little-endian number.
  @inline(__always)
  func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number? {
    guard offset >= 0, offset <= storage.count - MemoryLayout<Number>.size else { return nil }
    return storage.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }

  @inline(__always)
  func u16(_ offset: Int) -> UInt16? { number(UInt16.self, at: offset) }
  @inline(__always)
  func u32(_ offset: Int) -> UInt32? { number(UInt32.self, at: offset) }
  @inline(__always)
  func u64(_ offset: Int) -> UInt64? { number(UInt64.self, at: offset) }

  /// A number of 64 bits that must be an offset, a size or a count.
  @inline(__always)
  func int(_ offset: Int) -> Int? { u64(offset).flatMap { Int(exactly: $0) } }

  /// Whether a range lies in the file. Both numbers may be anything.
  func contains(offset: Int, size: Int) -> Bool {
    offset >= 0 && size >= 0 && offset <= count && size <= count - offset
  }

  /// Longer names are refused: a table without NULs would be searched again for each name.
  static let maximumText = 65_536

  /// The range of the text from an offset up to its NUL, which must come before `limit`.
  @inline(__always)
  func text(at offset: Int, limit: Int) -> Range<Int>? {
    guard offset >= 0, offset < min(limit, storage.count) else { return nil }
    let end = min(limit, storage.count, offset + Self.maximumText)
    let length = storage.withUnsafeBytes { buffer -> Int? in
      guard let start = buffer.baseAddress?.advanced(by: offset),
        let nul = memchr(start, 0, end - offset)
      else { return nil }
      return UnsafeRawPointer(nul) - start
    }
    return length.map { offset..<offset + $0 }
  }

  /// The bytes of a range that was checked, as text; what is not UTF-8 is replaced.
  func string(_ range: Range<Int>) -> String { String(decoding: storage[range], as: UTF8.self) }

  /// Whether the bytes of a range that was checked start with others.
  func begins(with prefix: StaticString, in range: Range<Int>) -> Bool {
    guard range.count >= prefix.utf8CodeUnitCount else { return false }
    return storage.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return false }
      return memcmp(base + range.lowerBound, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
    }
  }

  /// Whether the bytes of a range that was checked come before those of another.
  func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    storage.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return false }
      let order = memcmp(
        base + left.lowerBound, base + right.lowerBound, min(left.count, right.count))
      return order == 0 ? left.count < right.count : order < 0
    }
  }
}
