/// A JSON value as it stood in the bytes: members keep their order, integers stay integers.
///
/// Strings and member names are compared as UTF-8 bytes, never by Unicode equivalence.
public enum JSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number with a fraction, an exponent, or beyond 64 bits.
  case real(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

/// The members of a JSON object, in the order received; names are unique.
public struct JSONObject: Sendable {
  /// One name and its value.
  public struct Member: Sendable {
    /// The member's name, unescaped.
    public var name: String
    /// The member's value.
    public var value: JSON

    /// A member of the given name and value.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// The members in order.
  public private(set) var members: [Member]

  /// An object of the given members; a later member replaces an earlier one of the same name.
  public init(_ members: [Member] = []) {
    self.members = []
    self.members.reserveCapacity(members.count)
    for member in members { self[member.name] = member.value }
  }

  /// For the parser, which has proved the names unique.
  init(unique members: [Member]) {
    self.members = members
  }

  /// The value of a name, by its UTF-8 bytes; nil where it is absent. O(number of members).
  public subscript(name: String) -> JSON? {
    get {
      members.first { sameBytes($0.name, name) }?.value
    }
    set {
      let place = members.firstIndex { sameBytes($0.name, name) }
      switch (place, newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(name, value))
      case (nil, nil): break
      }
    }
  }

  /// Adds a member at the end unless the value is nil. The caller knows that the name is new.
  public mutating func append(_ name: String, _ value: JSON?) {
    if let value { members.append(Member(name, value)) }
  }
}

/// Whether two strings are the same bytes in UTF-8. Swift's `==` would take "e" with an accent
/// written in two ways for equal.
@inlinable
public func sameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

/// Whether one string's UTF-8 bytes come before the other's.
@inlinable
public func bytesPrecede(_ left: String, _ right: String) -> Bool {
  // Generic iteration over `utf8` is many times slower than over its bytes.
  let isBefore = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in
      for place in 0..<min(left.count, right.count) where left[place] != right[place] {
        return left[place] < right[place]
      }
      return left.count < right.count
    }
  }
  return (isBefore ?? nil) ?? left.utf8.lexicographicallyPrecedes(right.utf8)
}

extension JSON: Equatable {
  /// Equal in kind, bytes of strings, and order of elements; the order of members does not matter.
  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a == b
    case (.string(let a), .string(let b)): sameBytes(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.members.count == b.members.count && a.members.allSatisfy { b[$0.name] == $0.value }
    default: false
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A Boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object; members keep the order written.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements.map { JSONObject.Member($0.0, $0.1) }))
  }
}

extension JSON {
  /// The object, where this is one.
  public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// The elements, where this is an array.
  public var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
  /// The text, where this is a string.
  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  /// The integer, where this is one.
  public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
  /// The Boolean, where this is one.
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// Whether this is `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }
  /// A member of an object; nil where this is no object or has no such member.
  public subscript(name: String) -> JSON? { objectValue?[name] }
  /// An array of strings.
  public static func strings(_ values: some Sequence<String>) -> JSON {
    .array(values.map { .string($0) })
  }
  /// The string, or null for nil.
  public static func optional(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
}
