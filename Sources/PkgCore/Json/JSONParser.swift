/// What is wrong with bytes that should have been JSON.
public struct JSONError: Error, Sendable, Equatable {
  /// The kind of fault.
  public enum Kind: Sendable, Equatable {
    /// The bytes end in the middle of a value.
    case unexpectedEnd
    /// A byte that no rule of RFC 8259 allows here.
    case unexpectedByte(UInt8)
    /// Bytes after the end of the document.
    case trailingBytes
    /// Strings are UTF-8; these bytes are not.
    case invalidUTF8
    /// An escape that RFC 8259 does not have, or half of a surrogate pair.
    case invalidEscape
    /// A control character inside a string.
    case controlCharacter
    /// A number outside the grammar of RFC 8259.
    case invalidNumber
    /// The same member twice in one object.
    case duplicateMember(String)
    /// Nested deeper than ``JSONParser/maximumDepth``.
    case tooDeep
    /// A fraction or an exponent where only integers are allowed.
    case notAnInteger
  }

  /// The kind of fault.
  public let kind: Kind
  /// Where, in bytes from the start.
  public let offset: Int
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int
}

/// Strict JSON (RFC 8259) over bytes: no duplicate members, no depth over 64, no lone surrogates.
public struct JSONParser {
  /// Values nested deeper are refused.
  public static let maximumDepth = 64

  private let bytes: UnsafeBufferPointer<UInt8>
  private let integersOnly: Bool
  private var position = 0

  /// Parses a whole document.
  ///
  /// - Parameters:
  ///   - bytes: one JSON value with optional white space around it.
  ///   - integersOnly: refuses fractions and exponents, as signed metadata must.
  /// - Throws: ``JSONError`` at the first fault.
  public static func parse(_ bytes: [UInt8], integersOnly: Bool = false) throws(JSONError) -> JSON {
    let result: Result<JSON, JSONError> = bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(bytes: buffer, integersOnly: integersOnly)
      do throws(JSONError) {
        return .success(try parser.document())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, integersOnly: Bool) {
    self.bytes = bytes
    self.integersOnly = integersOnly
  }

  private mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fault(.trailingBytes) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    skipSpace()
    guard position < bytes.count else { throw fault(.unexpectedEnd) }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case let byte: throw fault(.unexpectedByte(byte))
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    guard depth <= Self.maximumDepth else { throw fault(.tooDeep) }
    position += 1
    var members: [JSONObject.Member] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected() }
      members.append(JSONObject.Member(name, try value(depth: depth)))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw unexpected() }
    try refuseDuplicates(members)
    return .object(JSONObject(unique: members))
  }

  private func refuseDuplicates(_ members: [JSONObject.Member]) throws(JSONError) {
    if members.count <= 8 {
      for later in members.indices {
        for earlier in members[..<later] where sameBytes(earlier.name, members[later].name) {
          throw fault(.duplicateMember(earlier.name))
        }
      }
      return
    }
    let names = members.map(\.name).sorted(by: bytesPrecede)
    for (name, next) in zip(names, names.dropFirst()) where sameBytes(name, next) {
      throw fault(.duplicateMember(name))
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    guard depth <= Self.maximumDepth else { throw fault(.tooDeep) }
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    repeat {
      elements.append(try value(depth: depth))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw unexpected() }
    return .array(elements)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try utf8(start..<position)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw fault(.controlCharacter) }
      position += 1
    }
    throw fault(.unexpectedEnd)
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = try utf8(start..<position)
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        text.unicodeScalars.append(try escape())
      case 0..<0x20:
        throw fault(.controlCharacter)
      default:
        let from = position
        while position < bytes.count, bytes[position] >= 0x20,
          bytes[position] != UInt8(ascii: "\""),
          bytes[position] != UInt8(ascii: "\\")
        { position += 1 }
        text += try utf8(from..<position)
      }
    }
    throw fault(.unexpectedEnd)
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = peek() else { throw fault(.unexpectedEnd) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw fault(.invalidEscape)
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let high = try hex4()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw fault(.invalidEscape)
    }
    let low = try hex4()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw fault(.invalidEscape) }
    return scalar
  }

  private mutating func hex4() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw fault(.unexpectedEnd) }
    var value: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = hexDigit(byte) else { throw fault(.invalidEscape) }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let first = peek()
    try digits()
    if first == UInt8(ascii: "0"), position - start > (bytes[start] == UInt8(ascii: "-") ? 2 : 1) {
      throw fault(.invalidNumber)
    }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(
      decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard !integersOnly else { throw fault(.notAnInteger) }
    guard let value = Double(text), value.isFinite else { throw fault(.invalidNumber) }
    return .real(value)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > start else {
      throw peek() == nil ? fault(.unexpectedEnd) : fault(.invalidNumber)
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for index in 0..<text.utf8CodeUnitCount {
      guard position < bytes.count else { throw fault(.unexpectedEnd) }
      guard bytes[position] == text.utf8Start[index] else { throw unexpected() }
      position += 1
    }
    return value
  }

  private func utf8(_ range: Range<Int>) throws(JSONError) -> String {
    let slice = UnsafeBufferPointer(rebasing: bytes[range])
    guard let text = String(validating: slice, as: UTF8.self) else { throw fault(.invalidUTF8) }
    return text
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private func unexpected() -> JSONError {
    peek().map { fault(.unexpectedByte($0)) } ?? fault(.unexpectedEnd)
  }

  private func fault(_ kind: JSONError.Kind) -> JSONError {
    var line = 1
    var lineStart = 0
    for index in 0..<min(position, bytes.count) where bytes[index] == 0x0A {
      line += 1
      lineStart = index + 1
    }
    return JSONError(kind: kind, offset: position, line: line, column: position - lineStart + 1)
  }
}

/// The value of an ASCII hexadecimal digit.
func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
