/// The random number of eight bytes by which minisign tells keys apart. It proves nothing.
public struct MinisignKeyID: Sendable, Hashable, CustomStringConvertible {
  /// The eight bytes in the order of the file: a little-endian number.
  public let bytes: [UInt8]

  /// The key id of these bytes; nil unless there are eight.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 8 else { return nil }
    self.bytes = bytes
  }

  /// The number in upper-case hexadecimal digits, without leading zeros, as minisign prints it.
  public var hex: String {
    let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return String(number, radix: 16, uppercase: true)
  }

  /// Same as ``hex``.
  public var description: String { hex }
}
