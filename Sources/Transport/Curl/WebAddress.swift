internal import PkgCore

/// An `http:` or `https:` URL, read more strictly than curl does, so that both mean the same host.
struct WebAddress: Sendable {
  enum Scheme: Sendable { case http, https }

  let scheme: Scheme
  /// The text as given, for curl.
  let text: String
  /// Host and port in lower case, without credentials.
  let origin: String
  /// The host in lower case, a literal IPv6 address in brackets.
  let host: String
  /// The URL without credentials, for people.
  let shown: String
  /// Whether the host is this machine.
  let isLoopback: Bool

  /// - Throws: ``TransportError/invalidURL(_:)``, ``TransportError/refusedProtocol(url:)`` for
  ///   other schemes.
  init(_ text: String) throws(TransportError) {
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      throw .invalidURL(Self.withoutCredentials(text))
    }
    let lowered = text.prefix(8).lowercased()
    if lowered.begins(with: "https://") {
      scheme = .https
    } else if lowered.begins(with: "http://") {
      scheme = .http
    } else {
      throw Self.hasScheme(bytes)
        ? .refusedProtocol(url: Self.withoutCredentials(text)) : .invalidURL(text)
    }
    let start = scheme == .https ? 8 : 7
    let end = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.count
    let authority = bytes[start..<end]
    let hostStart = authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? start
    let hostAndPort = String(decoding: authority[hostStart...], as: UTF8.self).lowercased()
    guard authority.filter({ $0 == UInt8(ascii: "@") }).count <= 1,
      let host = Self.host(hostAndPort)
    else { throw .invalidURL(Self.withoutCredentials(text)) }
    self.text = text
    shown = Self.withoutCredentials(text)
    origin = (scheme == .https ? "https://" : "http://") + hostAndPort
    self.host = host
    isLoopback = Self.isLoopback(host)
  }

  /// What stands between `//` and the last `@` of the authority is left out.
  static func withoutCredentials(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes[colon...].starts(with: "://".utf8)
    else { return text }
    let start = colon + 3
    let end = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.count
    guard let at = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) else { return text }
    return String(decoding: bytes[..<start] + bytes[(at + 1)...], as: UTF8.self)
  }

  private static func hasScheme(_ bytes: [UInt8]) -> Bool {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
    return bytes[..<colon].allSatisfy { byte in
      (0x61...0x7A).contains(byte | 0x20) || (0x2B...0x39).contains(byte)
    }
  }

  /// The host of `host` or `host:port`; nil where either has unusual characters.
  private static func host(_ text: String) -> String? {
    var bytes = Array(text.utf8)
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")),
        bytes[1..<close].allSatisfy({ isHexadecimal($0) || ":.".utf8.contains($0) }),
        isPort(bytes[(close + 1)...])
      else { return nil }
      return String(decoding: bytes[...close], as: UTF8.self)
    }
    if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      guard isPort(bytes[colon...]) else { return nil }
      bytes.removeSubrange(colon...)
    }
    let isName =
      !bytes.isEmpty
      && bytes.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || isDigit(byte) || "-._".utf8.contains(byte)
      }
    return isName ? String(decoding: bytes, as: UTF8.self) : nil
  }

  /// Nothing, or a colon and digits.
  private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.isEmpty
      || bytes.first == UInt8(ascii: ":") && bytes.count > 1 && bytes.count <= 6
        && bytes.dropFirst().allSatisfy(isDigit)
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.parts(at: ".", keepsEmpty: true)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { $0.utf8.count <= 3 && UInt8($0) != nil }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte)
  }
}
