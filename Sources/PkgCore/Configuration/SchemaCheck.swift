/// Holds a document against a JSON Schema, and tells each fault with its line and column.
///
/// Keywords are those of draft 7 and 2020-12 that need nothing but the schema itself; `$ref` leads within it.
/// `format` and other annotations hold nothing. A schema may come from anybody: the work is bounded.
public struct SchemaCheck {
  /// Whether an expression matches somewhere in a text; nil where it is none that can be told.
  public typealias Matching = (_ pattern: String, _ text: String) -> Bool?

  let schema: JSON
  let matching: Matching
  /// Steps that are left; at 0 the rest is not checked, and that is said.
  var steps = 200_000
  private var isExhausted = false
  /// Expressions that could not be told, each said once.
  var strange: Set<String> = []
  /// References that lead out of the schema.
  private var strangeReferences: Set<String> = []
  /// Up to draft 7 a reference hides what stands beside it.
  private let isOld: Bool
  /// Paths whose values no message quotes.
  public var confidential: Set<String> = []

  /// A check against a schema.
  public init(_ schema: JSON, matching: @escaping Matching) {
    self.schema = schema
    self.matching = matching
    isOld = schema["$schema"]?.stringValue?.firstRange(of: "/draft-0") != nil
  }

  /// Notes every fault of a document.
  ///
  /// - Parameter path: what the document's root is called in messages, as `workload.plugin_config`.
  public mutating func check(_ node: Node, path: String = "", _ findings: Findings) {
    for fault in faults(node, schema, path, depth: 0) {
      findings.error(fault.mark, fault.path, fault.message)
    }
    if isExhausted {
      findings.warning(node.mark, path, "the schema is too entangled: not all of it was checked")
    }
    for reference in strangeReferences.sorted() {
      findings.warning(
        node.mark, path, "the schema's reference `\(printable(reference))` can't be followed")
    }
    for pattern in strange.sorted() {
      findings.warning(
        node.mark, path, "the schema's expression `\(printable(pattern))` can't be checked")
    }
  }

  /// A fault at a place.
  struct Fault {
    let mark: Mark
    let path: String
    let message: String
  }

  /// References that lead in a circle end here.
  private static let maximumDepth = 100

  mutating func faults(_ node: Node, _ schema: JSON, _ path: String, depth: Int) -> [Fault] {
    steps -= 1
    guard steps > 0, depth < Self.maximumDepth else {
      isExhausted = true
      return []
    }
    switch schema {
    case .bool(true): return []
    case .bool(false): return [fault(node, path, "is not allowed here")]
    case .object(let keywords):
      // Each keyword is looked for among all.
      steps -= keywords.members.count / 8
      var found: [Fault] = []
      if let reference = keywords["$ref"]?.stringValue {
        if let target = target(reference) {
          found = faults(node, target, path, depth: depth + 1)
        } else if steps > 0 {
          strangeReferences.insert(reference)
        }
        if isOld { return found }
      }
      found += scalarFaults(node, keywords, path)
      switch node.value {
      case .map(let entries): found += mapFaults(node, entries, keywords, path, depth)
      case .list(let elements): found += listFaults(node, elements, keywords, path, depth)
      case .scalar: break
      }
      return found + combinedFaults(node, keywords, path, depth)
    default: return []
    }
  }

  func fault(_ node: Node, _ path: String, _ message: String) -> Fault {
    Fault(
      mark: node.mark, path: path,
      message: "\(path.isEmpty ? "the document" : "`\(path)`") \(message)")
  }

  mutating func fits(_ node: Node, _ schema: JSON, depth: Int) -> Bool {
    faults(node, schema, "", depth: depth + 1).isEmpty
  }

  /// The schema of what stands under a key, or of an element where that is nil; nil where none says.
  mutating func part(_ key: String?, of schema: JSON, depth: Int = 0) -> JSON? {
    guard pay(1 + (schema.objectValue?.members.count ?? 0) / 8), depth < 20 else { return nil }
    if let reference = schema["$ref"]?.stringValue, let target = target(reference) {
      return part(key, of: target, depth: depth + 1)
    }
    if let own = key.map({ named($0, in: schema) }) ?? schema["items"] { return own }
    for keyword in ["allOf", "anyOf", "oneOf"] {
      for other in schema[keyword]?.arrayValue ?? [] {
        if let found = part(key, of: other, depth: depth + 1) { return found }
      }
    }
    return nil
  }

  private mutating func named(_ key: String, in schema: JSON) -> JSON? {
    let properties = schema["properties"]
    steps -= (properties?.objectValue?.members.count ?? 0) / 64
    return properties?[key] ?? schema["additionalProperties"]
  }

  /// Takes steps; false where none are left, which is said in the end.
  private mutating func pay(_ count: Int) -> Bool {
    steps -= count
    if steps <= 0 { isExhausted = true }
    return steps > 0
  }

  /// The types that a schema names, by its references too.
  mutating func types(of schema: JSON) -> [String] {
    guard pay(1 + (schema.objectValue?.members.count ?? 0) / 8) else { return [] }
    let whole = schema["$ref"]?.stringValue.flatMap { target($0) } ?? schema
    steps -= (whole.objectValue?.members.count ?? 0) / 8
    return whole["type"]?.oneOrMore ?? []
  }

  /// Whether the schema leaves it open that a map stands there.
  public mutating func takesMap() -> Bool {
    let types = types(of: schema)
    return types.isEmpty || types.contains("object")
  }

  /// Where a local reference leads, as `#/$defs/port`; nil for others.
  mutating func target(_ reference: String) -> JSON? {
    guard let pointer = reference.rest(after: "#"), pay(1 + reference.utf8.count / 8) else {
      return nil
    }
    var place = schema
    for part in pointer.parts(at: "/", keepsEmpty: true)
      .dropFirst()
    {
      steps -= (place.objectValue?.members.count ?? 0) / 64
      let key = Self.unescaped(String(part))
      if let next = place[key] {
        place = next
      } else if let index = Int(key), let list = place.arrayValue, list.indices.contains(index) {
        place = list[index]
      } else {
        return nil
      }
    }
    return place
  }

  /// RFC 6901 in a URI fragment.
  private static func unescaped(_ part: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(part.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"),
        let hex = [UInt8](hex: String(decoding: rest.prefix(2), as: UTF8.self)),
        hex.count == 1
      {
        bytes.append(hex[0])
        rest = rest.dropFirst(2)
      } else if byte == UInt8(ascii: "~"), let next = rest.first {
        bytes.append(next == UInt8(ascii: "1") ? UInt8(ascii: "/") : UInt8(ascii: "~"))
        rest = rest.dropFirst()
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func combinedFaults(
    _ node: Node, _ keywords: JSONObject, _ path: String, _ depth: Int
  ) -> [Fault] {
    var found: [Fault] = []
    for part in keywords["allOf"]?.arrayValue ?? [] {
      found += faults(node, part, path, depth: depth + 1)
    }
    if let parts = keywords["anyOf"]?.arrayValue {
      let all = parts.map { faults(node, $0, path, depth: depth + 1) }
      // The one that is nearest to what was meant says most.
      if !all.contains(where: \.isEmpty), let nearest = all.min(by: { $0.count < $1.count }) {
        found += nearest
      }
    }
    if let parts = keywords["oneOf"]?.arrayValue {
      let all = parts.map { faults(node, $0, path, depth: depth + 1) }
      let fitting = all.count { $0.isEmpty }
      if fitting == 0, let nearest = all.min(by: { $0.count < $1.count }) { found += nearest }
      if fitting > 1 {
        found.append(fault(node, path, "fits \(fitting) forms, of which one is meant"))
      }
    }
    if let part = keywords["not"], fits(node, part, depth: depth) {
      found.append(fault(node, path, "is what it must not be"))
    }
    if let condition = keywords["if"] {
      let branch = fits(node, condition, depth: depth) ? "then" : "else"
      if let part = keywords[branch] { found += faults(node, part, path, depth: depth + 1) }
    }
    return found
  }
}
