/// What a scalar of a YAML document is, by YAML's core schema.
enum Scalar: Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case real(Double)
  case text(String)

  init(_ text: String, isQuoted: Bool) {
    guard !isQuoted else {
      self = .text(text)
      return
    }
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    case _ where Self.isNumber(text):
      self = Int64(text).map { .integer($0) } ?? Double(text).flatMap(Self.finite) ?? .text(text)
    default: self = Self.based(text) ?? .text(text)
    }
  }

  /// What is beyond the numbers that JSON's readers know is no number.
  private static func finite(_ value: Double) -> Scalar? { value.isFinite ? .real(value) : nil }

  /// A whole number as `0x1F` or `0o17`.
  private static func based(_ text: String) -> Scalar? {
    guard let digits = text.rest(after: "0x") ?? text.rest(after: "0o"), !digits.isEmpty,
      // `Int64` would take a sign.
      digits.utf8.first != UInt8(ascii: "-"), digits.utf8.first != UInt8(ascii: "+")
    else { return nil }
    let radix = text.begins(with: "0x") ? 16 : 8
    if let value = Int64(digits, radix: radix) { return .integer(value) }
    var value = 0.0
    for digit in digits {
      guard digit.isASCII, let worth = digit.hexDigitValue, worth < radix else { return nil }
      value = value * Double(radix) + Double(worth)
    }
    return finite(value)
  }

  /// Digits, with a sign, a fraction and an exponent where there are such.
  static func isNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      rest = rest.dropFirst()
    }
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    var count = digits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      count += digits()
    }
    guard count > 0 else { return false }
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}

extension Node {
  /// The scalar that this is; nil for lists and maps.
  var scalar: Scalar? {
    guard case .scalar(let text, let isQuoted) = value else { return nil }
    return Scalar(text, isQuoted: isQuoted)
  }

  /// The same value as JSON, numbers with fractions included.
  public var typedJSON: JSON {
    switch value {
    case .list(let nodes): return .array(nodes.map(\.typedJSON))
    case .map(let entries):
      // Keys are unique; looking for each among the others would be quadratic.
      return .object(
        JSONObject(unique: entries.map { JSONObject.Member($0.key, $0.value.typedJSON) }))
    case .scalar(let text, let isQuoted):
      return switch Scalar(text, isQuoted: isQuoted) {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .integer(value)
      case .real(let value): .real(value)
      case .text(let value): .string(value)
      }
    }
  }
}
