/// Why a public key is refused although it is well formed.
public enum KeyWeakness: Sendable, Equatable {
  /// 32 zero bytes.
  case allZero
  /// An Ed25519 point of order 1, 2, 4 or 8: one signature fits every message.
  case smallOrder
  /// An Ed25519 key whose coordinate is not below the prime, or a zero x with the sign bit set:
  /// a second spelling of another key.
  case nonCanonical
  /// An RSA modulus of fewer than 2048 bits.
  case shortRSA(bits: Int)
  /// An RSA exponent of 1, with which anybody signs, or numbers that are no RSA key's.
  case trivialRSA

  /// The weakness of an Ed25519 public key of 32 bytes; nil where there is none. OpenSSL accepts
  /// all of these.
  static func ofEd25519(_ key: [UInt8]) -> KeyWeakness? {
    if key.allSatisfy({ $0 == 0 }) { return .allZero }
    var coordinate = key
    coordinate[31] &= 0x7F
    if !isBelowPrime(coordinate) { return .nonCanonical }
    return smallOrderCoordinates.contains(coordinate) ? .smallOrder : nil
  }

  /// Whether a little-endian number of 255 bits is below 2^255 - 19.
  private static func isBelowPrime(_ number: [UInt8]) -> Bool {
    let hasHighBits = number[31] == 0x7F && number[1..<31].allSatisfy { $0 == 0xFF }
    return !hasHighBits || number[0] < 0xED
  }

  /// The y coordinates of the eight points of small order, little-endian.
  private static let smallOrderCoordinates: [[UInt8]] = [
    [0] + zeros(31),
    [1] + zeros(31),
    [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    orderEight,
    orderEightNegated,
  ]

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private static let orderEight: [UInt8] = [
    0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
    0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
  ]

  private static let orderEightNegated: [UInt8] = [
    0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
    0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
  ]
}
