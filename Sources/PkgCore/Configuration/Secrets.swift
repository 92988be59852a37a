/// What of a configuration others must not read over somebody's shoulder.
///
/// Nothing tells for certain what is a secret: names are judged by their words, texts by the forms in which
/// passwords stand in them. Hiding too much is the smaller evil.
public enum Secrets {
  /// What stands in place of a secret.
  public static let mask = "****"

  private static let words = [
    "password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "credential",
    "apikey", "privatekey", "accesskey", "signingkey", "encryptionkey", "authorization",
  ]

  /// Whether a key names a secret, as `db_password` and `accessKey` do.
  public static func isSecret(key: String) -> Bool {
    let lower = key.lowercased()
    let name = lower.filter { $0.isLetter || $0.isNumber }
    return words.contains { name.firstRange(of: $0) != nil }
      || ["pass", "pw"].contains { word in
        lower == word || ["_", "-", "."].contains { lower.ends(with: $0 + word) }
      }
  }

  /// The same value without secrets: whatever stands below a key that names one, and passwords in texts.
  ///
  /// - Parameter isSecret: whether the value itself is one.
  public static func masked(_ node: Node, isSecret: Bool = false) -> Node {
    switch node.value {
    case .map(let entries):
      let all = entries.map { entry in
        let value = masked(entry.value, isSecret: isSecret || Self.isSecret(key: entry.key))
        return Node.Entry(key: entry.key, keyMark: entry.keyMark, value: value)
      }
      return Node(.map(all), mark: node.mark)
    case .list(let elements):
      return Node(.list(elements.map { masked($0, isSecret: isSecret) }), mark: node.mark)
    case .scalar(let text, _):
      if node.isNull { return node }
      let shown = isSecret ? mask : masked(text)
      return sameBytes(shown, text) ? node : Node(.scalar(shown, isQuoted: true), mark: node.mark)
    }
  }

  /// A text without the passwords of URLs, `user:password@place`, and `password=…` of connection strings and
  /// queries.
  public static func masked(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x40, 0x3D, 0x3A].contains($0) }) else { return text }
    var result: [UInt8] = []
    for word in pieces(of: Array(text.utf8)) { result += withoutUser(word) }
    return String(decoding: withoutPairs(result), as: UTF8.self)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }

  /// The text in pieces, which end behind white space.
  private static func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var start = 0
    for place in bytes.indices where isSpace(bytes[place]) {
      found.append(bytes[start...place])
      start = place + 1
    }
    return found + [bytes[start...]]
  }

  /// `scheme://user:****@host` for each URL, or `user:****@host` where there is no scheme.
  private static func withoutUser(_ word: ArraySlice<UInt8>) -> [UInt8] {
    let at = UInt8(ascii: "@")
    guard word.contains(at) else { return Array(word) }
    var result: [UInt8] = []
    var rest = word
    var isURL = false
    while let start = schemeEnd(in: rest) {
      isURL = true
      result += rest[..<start]
      rest = rest[start...]
      let end = schemeEnd(in: rest).map { $0 - 3 } ?? rest.endIndex
      let slash = rest[..<end].firstIndex(of: UInt8(ascii: "/")) ?? end
      guard let colon = rest[..<slash].firstIndex(of: UInt8(ascii: ":")) else { continue }
      // A password may hold a slash; what stands between a host and a path is a port.
      let port = rest[rest.index(after: colon)..<slash]
      let isPort = port.allSatisfy { (0x30...0x39).contains($0) }
      guard
        let last = rest[colon..<slash].lastIndex(of: at)
          ?? (isPort ? nil : rest[colon..<end].lastIndex(of: at))
      else { continue }
      result += rest[...colon] + mask.utf8
      rest = rest[last...]
    }
    guard !isURL, let colon = rest.firstIndex(of: UInt8(ascii: ":")),
      let last = rest[colon...].lastIndex(of: at), last > colon + 1
    else { return result + rest }
    return result + rest[...colon] + mask.utf8 + rest[last...]
  }

  /// Behind the next `://`.
  private static func schemeEnd(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.firstRange(of: Array("://".utf8))?.upperBound
  }

  /// `password=****` for each pair whose name is a secret's.
  private static func withoutPairs(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    var name = 0..<0
    while place < bytes.count {
      let byte = bytes[place]
      result.append(byte)
      place += 1
      if isNamePart(byte) {
        // White space and quotes may stand between a name and its sign.
        name = name.upperBound == place - 1 ? name.lowerBound..<place : place - 1..<place
      } else if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") {
        let key = String(decoding: bytes[name], as: UTF8.self)
        name = 0..<0
        guard isSecret(key: key) else { continue }
        while place < bytes.count, isSpace(bytes[place]) {
          result.append(bytes[place])
          place += 1
        }
        let end = valueEnd(bytes, place)
        if end > place {
          let quote = isQuote(bytes[place]) ? [bytes[place]] : []
          result += quote + mask.utf8 + quote
        }
        place = end
      } else if !isSpace(byte), !isQuote(byte) {
        name = 0..<0
      }
    }
    return result
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      || byte >= 0x80
  }

  /// Where a value ends: at its closing quote, at white space, or where a separator begins the next pair.
  private static func valueEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start < bytes.count else { return start }
    var place = start
    let quote = bytes[start]
    if isQuote(quote) {
      place += 1
      while place < bytes.count, bytes[place] != quote {
        place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      return min(place + 1, bytes.count)
    }
    while place < bytes.count, !isSpace(bytes[place]) {
      if [UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: ",")].contains(bytes[place]),
        beginsPair(bytes[(place + 1)...])
      {
        break
      }
      place += 1
    }
    return place
  }

  private static func beginsPair(_ rest: ArraySlice<UInt8>) -> Bool {
    let name = rest.prefix(64).prefix(while: isNamePart)
    return !name.isEmpty && name.endIndex < rest.endIndex
      && rest[name.endIndex] == UInt8(ascii: "=")
  }
}
