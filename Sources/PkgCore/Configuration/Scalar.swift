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
      self = Int64(text).map { .integer($0) } ?? Double(text).map { .real($0) } ?? .text(text)
    default: self = .text(text)
    }
  }

  /// Digits, with a sign, a fraction and an exponent where there are such.
  private static func isNumber(_ text: String) -> Bool {
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
      return .object(JSONObject(entries.map { JSONObject.Member($0.key, $0.value.typedJSON) }))
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
