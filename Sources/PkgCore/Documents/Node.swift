/// A place in a text: line and column, both from 1; 0 where the value was not read from text.
public struct Mark: Sendable, Hashable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// The column in characters, from 1.
  public let column: Int

  /// A place; both count from 1.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// For values that no text holds.
  public static let none = Mark(line: 0, column: 0)

  /// `line:column`.
  public var description: String { "\(line):\(column)" }
}

/// A value of a document that a person wrote (YAML, so JSON too), with its place.
///
/// Scalars keep their text: a plain `1.10` is a version where a version is wanted and a number where
/// a number is.
public struct Node: Sendable {
  /// What stands there.
  public enum Value: Sendable {
    /// Text; `isQuoted` tells `"true"` from `true`.
    case scalar(String, isQuoted: Bool)
    /// Elements in order.
    case list([Node])
    /// Entries in order; keys are unique (the reader has refused duplicates).
    case map([Entry])
  }

  /// One key and its value.
  public struct Entry: Sendable {
    /// The key's text.
    public let key: String
    /// Where the key stands.
    public let keyMark: Mark
    /// The value.
    public let value: Node

    /// An entry of these parts.
    public init(key: String, keyMark: Mark, value: Node) {
      self.key = key
      self.keyMark = keyMark
      self.value = value
    }
  }

  /// What stands there.
  public let value: Value
  /// Where it begins.
  public let mark: Mark

  /// A value at a place.
  public init(_ value: Value, mark: Mark) {
    self.value = value
    self.mark = mark
  }

  /// The same value from JSON, without places.
  public init(_ json: JSON) {
    mark = .none
    value =
      switch json {
      case .null: .scalar("null", isQuoted: false)
      case .bool(let bool): .scalar(bool ? "true" : "false", isQuoted: false)
      case .integer(let integer): .scalar(String(integer), isQuoted: false)
      case .real(let real): .scalar(String(real), isQuoted: false)
      case .string(let text): .scalar(text, isQuoted: true)
      case .array(let elements): .list(elements.map { Node($0) })
      case .object(let object):
        .map(object.members.map { Entry(key: $0.name, keyMark: .none, value: Node($0.value)) })
      }
  }

  /// Whether this is an empty or `null` plain scalar.
  public var isNull: Bool {
    if case .scalar(let text, false) = value { ["", "~", "null"].contains(text) } else { false }
  }

  /// The text of a scalar that is not null.
  public var text: String? {
    if case .scalar(let text, _) = value, !isNull { text } else { nil }
  }

  /// The integer of a plain scalar.
  public var integer: Int64? {
    if case .scalar(let text, false) = value { Int64(text) } else { nil }
  }

  /// The Boolean of a plain `true` or `false`.
  public var bool: Bool? {
    guard case .scalar(let text, false) = value else { return nil }
    return text == "true" ? true : text == "false" ? false : nil
  }

  /// The value of a key, where this is a map.
  public subscript(key: String) -> Node? {
    guard case .map(let entries) = value else { return nil }
    return entries.first { sameBytes($0.key, key) }?.value
  }

  /// The same value as JSON, plain scalars by YAML's core schema.
  public var json: JSON {
    switch value {
    case .scalar(let text, true): return .string(text)
    case .scalar(let text, false):
      if isNull { return .null }
      if let bool { return .bool(bool) }
      if let integer { return .integer(integer) }
      return .string(text)
    case .list(let nodes): return .array(nodes.map(\.json))
    case .map(let entries):
      return .object(JSONObject(entries.map { JSONObject.Member($0.key, $0.value.json) }))
    }
  }
}
