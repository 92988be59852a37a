// Keywords that look at one value: type, enum, const, and those of numbers and texts.
extension SchemaCheck {
  mutating func scalarFaults(_ node: Node, _ keywords: JSONObject, _ path: String) -> [Fault] {
    var found: [Fault] = []
    let types = keywords["type"]?.oneOrMore ?? []
    if !types.isEmpty, !types.contains(where: { Self.isOf($0, node) }) {
      // What follows would only say the same in other words.
      return [fault(node, path, "must be \(Self.list(types)), and is \(kind(node, path))")]
    }
    steps -= (keywords["enum"]?.arrayValue?.count ?? 0) / 16
    if let values = keywords["enum"]?.arrayValue, !values.contains(where: { Self.equal($0, node) })
    {
      let words = values.map { String(decoding: $0.compactBytes, as: UTF8.self) }
      found.append(fault(node, path, "must be one of \(words.joined(separator: ", "))"))
    }
    if let value = keywords["const"], !Self.equal(value, node) {
      found.append(
        fault(node, path, "must be \(String(decoding: value.compactBytes, as: UTF8.self))"))
    }
    switch node.scalar {
    case .integer(let value): found += numberFaults(node, Double(value), keywords, path)
    case .real(let value): found += numberFaults(node, value, keywords, path)
    case .text(let text): found += textFaults(node, text, keywords, path)
    default: break
    }
    return found
  }

  private func numberFaults(
    _ node: Node, _ value: Double, _ keywords: JSONObject, _ path: String
  ) -> [Fault] {
    var found: [Fault] = []
    func check(_ keyword: String, _ words: String, _ holds: (Double, Double) -> Bool) {
      guard let limit = keywords[keyword]?.number, !holds(value, limit) else { return }
      found.append(fault(node, path, "must be \(words) \(Self.text(limit))"))
    }
    check("minimum", "at least", >=)
    check("maximum", "at most", <=)
    check("exclusiveMinimum", "more than", >)
    check("exclusiveMaximum", "less than", <)
    check("multipleOf", "a multiple of") { value, step in
      guard step > 0 else { return true }
      let quotient = value / step
      return quotient.isFinite && quotient == quotient.rounded()
    }
    return found
  }

  private mutating func textFaults(
    _ node: Node, _ text: String, _ keywords: JSONObject, _ path: String
  ) -> [Fault] {
    var found: [Fault] = []
    let count = Double(text.unicodeScalars.count)
    if let limit = keywords["minLength"]?.number, count < limit {
      found.append(fault(node, path, "must have at least \(Self.text(limit)) characters"))
    }
    if let limit = keywords["maxLength"]?.number, count > limit {
      found.append(fault(node, path, "must have at most \(Self.text(limit)) characters"))
    }
    if let pattern = keywords["pattern"]?.stringValue, !matches(pattern, text) {
      found.append(fault(node, path, "must match `\(printable(pattern))`"))
    }
    return found
  }

  /// Whether an expression matches; one that can't be told is noted, and holds nothing.
  mutating func matches(_ pattern: String, _ text: String) -> Bool {
    // The time grows with both.
    steps -= pattern.utf8.count * text.utf8.count / 256
    guard steps > 0 else { return true }
    if let answer = matching(pattern, text) { return answer }
    strange.insert(pattern)
    return true
  }

  static func isOf(_ type: String, _ node: Node) -> Bool {
    switch (type, node.value, node.scalar) {
    case ("object", .map, _), ("array", .list, _), ("string", _, .text), ("boolean", _, .bool),
      ("null", _, .null), ("integer", _, .integer), ("number", _, .integer), ("number", _, .real):
      true
    case ("integer", _, .real(let value)): value == value.rounded()
    default: false
    }
  }

  private func kind(_ node: Node, _ path: String) -> String {
    let isHidden = confidential.contains(path)
    return switch (node.value, node.scalar) {
    case (.map, _): "a map"
    case (.list, _): "a list"
    case (_, .null): "nothing"
    case (_, .bool) where isHidden: "true or false"
    case (_, .integer) where isHidden, (_, .real) where isHidden: "a number"
    case (_, .text) where isHidden: "text"
    case (_, .bool(let value)): "\(value)"
    case (_, .integer(let value)): "the number \(value)"
    case (_, .real(let value)): "the number \(Self.text(value))"
    case (_, .text(let text)): "the text `\(printable(String(text.prefix(40))))`"
    default: "something else"
    }
  }

  private static func list(_ types: [String]) -> String {
    let words = [
      "object": "a map", "array": "a list", "string": "text", "boolean": "true or false",
      "null": "nothing", "integer": "a whole number", "number": "a number",
    ]
    return types.map { words[$0] ?? $0 }.joined(separator: " or ")
  }

  /// A number as a person writes it.
  static func text(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  /// Equality as JSON Schema has it: 1 is 1.0, and the order of members is nothing.
  static func equal(_ value: JSON, _ node: Node) -> Bool {
    switch (value, node.value) {
    case (.array(let elements), .list(let nodes)):
      return elements.count == nodes.count && zip(elements, nodes).allSatisfy { equal($0, $1) }
    case (.object(let object), .map(let entries)):
      return object.members.count == entries.count
        && entries.allSatisfy { entry in
          object[entry.key].map { equal($0, entry.value) } ?? false
        }
    case (_, .scalar):
      switch (value, node.scalar) {
      case (.null, .null): return true
      case (.bool(let one), .bool(let other)): return one == other
      case (.string(let one), .text(let other)): return sameBytes(one, other)
      case (_, .integer(let other)): return value.number == Double(other)
      case (_, .real(let other)): return value.number == other
      default: return false
      }
    default: return false
    }
  }
}

extension JSON {
  /// A text, or the texts of a list.
  var oneOrMore: [String] { stringValue.map { [$0] } ?? texts }

  /// The number that this is.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }
}
