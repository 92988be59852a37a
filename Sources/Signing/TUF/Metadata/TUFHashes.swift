public import PkgCore

/// The hashes that metadata states for a file, by name of algorithm. SHA-256 and SHA-512 are
/// supported; others are kept and not looked at.
public struct TUFHashes: Sendable, Equatable {
  /// The object as it stands in metadata: algorithm to hexadecimal digits.
  public let json: JSONObject

  /// Only SHA-256, which is what we write.
  public init(sha256: SHA256Digest) {
    json = JSONObject([.init("sha256", .string(sha256.hex))])
  }

  /// Nil unless there is at least one hash and every one is a string of hexadecimal digits.
  init?(_ object: JSONObject) {
    guard !object.members.isEmpty,
      object.members.allSatisfy({ $0.value.stringValue.flatMap { [UInt8](hex: $0) } != nil })
    else { return nil }
    json = object
  }

  /// The SHA-256 digest, where there is one.
  public var sha256: SHA256Digest? {
    json["sha256"]?.stringValue.flatMap { SHA256Digest(hex: $0) }
  }

  /// Every hash that we support must fit, and there must be one.
  func check(_ bytes: [UInt8], of name: String) throws(TUFError) {
    var isChecked = false
    if let member = json["sha256"]?.stringValue {
      isChecked = true
      guard SHA256Digest(hex: member) == Signing.sha256(bytes) else { throw .hash(of: name) }
    }
    if let member = json["sha512"]?.stringValue {
      isChecked = true
      guard [UInt8](hex: member) == sha512(bytes) else { throw .hash(of: name) }
    }
    guard isChecked else { throw .noSupportedHash(of: name) }
  }

  /// Equal whatever the order of the algorithms.
  public static func == (left: TUFHashes, right: TUFHashes) -> Bool {
    JSON.object(left.json) == JSON.object(right.json)
  }
}
