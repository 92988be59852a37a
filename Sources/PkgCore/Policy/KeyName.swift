/// How a policy names a key.
public enum KeyName: Sendable, Hashable, CustomStringConvertible {
  /// By minisign's key id, a number that whoever makes a key can choose.
  case id(UInt64)
  /// By the SHA-256 of the public key, which nobody can choose.
  case fingerprint(SHA256Digest)

  /// Reads `36164BC045E62728` or `sha256:<64 hexadecimal digits>`; nil for anything else.
  public init?(_ text: String) {
    if let hex = text.rest(after: "sha256:") {
      guard let digest = SHA256Digest(hex: String(hex)) else { return nil }
      self = .fingerprint(digest)
    } else {
      guard (1...16).contains(text.utf8.count), text.allSatisfy(\.isHexDigit),
        let number = UInt64(text, radix: 16)
      else { return nil }
      self = .id(number)
    }
  }

  /// As it is written.
  public var description: String {
    switch self {
    case .id(let number): String(number, radix: 16, uppercase: true)
    case .fingerprint(let digest): "sha256:\(digest)"
    }
  }

  /// Whether a key is the one that is named.
  ///
  /// - Parameter fingerprint: nil where only its id is known; then a fingerprint is not met.
  public func names(id: UInt64, fingerprint: SHA256Digest?) -> Bool {
    switch self {
    case .id(let number): number == id
    case .fingerprint(let digest): digest == fingerprint
    }
  }
}
