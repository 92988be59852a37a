/// A path out of an absolute path or a `file:` URL (RFC 8089).
struct FileAddress {
  let path: String

  /// - Throws: ``TransportError/invalidURL(_:)`` for another host, bad escapes and NUL.
  init(_ text: String) throws(TransportError) {
    guard Self.hasScheme(text) else {
      guard text.utf8.first == UInt8(ascii: "/"), !text.utf8.contains(0) else {
        throw .invalidURL(text)
      }
      path = text
      return
    }
    var rest = Array(text.utf8.dropFirst("file:".utf8.count))
    for prefix in ["//localhost/", "///"] where rest.starts(with: prefix.utf8) {
      rest.removeFirst(prefix.utf8.count - 1)
      break
    }
    guard rest.first == UInt8(ascii: "/"), !rest.starts(with: "//".utf8),
      let decoded = Self.decoded(rest)
    else { throw .invalidURL(text) }
    path = decoded
  }

  static func hasScheme(_ text: String) -> Bool {
    text.utf8.prefix(5).elementsEqual("file:".utf8)
  }

  private static func decoded(_ text: [UInt8]) -> String? {
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "%") else {
        bytes.append(text[index])
        index += 1
        continue
      }
      guard index + 2 < text.count,
        let value = UInt8(String(decoding: text[index + 1...index + 2], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      index += 3
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }
}
