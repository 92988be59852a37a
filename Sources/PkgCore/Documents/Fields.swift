/// Reads the fields of one map and notes every fault with its place.
///
/// Each field that is asked for counts as known; ``finish()`` warns of the others, since a misspelt
/// field is the commonest fault of a file written by hand.
public struct Fields {
  private let entries: [Node.Entry]
  private let path: String
  private let mark: Mark
  let findings: Findings
  private var known: [String] = []

  /// Opens a map; notes an error and reads as empty where the node is none.
  public init(_ node: Node, path: String = "", findings: Findings) {
    self.path = path
    self.findings = findings
    mark = node.mark
    switch node.value {
    case .map(let entries): self.entries = entries
    case _ where node.isNull: entries = []
    default:
      entries = []
      findings.error(node.mark, path, "\(Self.name(path)) must be a map")
    }
  }

  /// The node of a key, null counted as absent.
  public mutating func node(_ key: String) -> Node? {
    known.append(key)
    guard let value = entries.first(where: { sameBytes($0.key, key) })?.value, !value.isNull else {
      return nil
    }
    return value
  }

  /// Text; notes an error where it is something else.
  public mutating func text(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text else { return refuse(node, key, "must be text") }
    return text
  }

  /// Text that must be there.
  public mutating func requiredText(_ key: String) -> String? {
    if node(key) == nil {
      findings.error(mark, joined(key), "\(Self.name(joined(key))) is missing")
      return nil
    }
    return text(key)
  }

  /// An integer in a range.
  public mutating func integer(_ key: String, in range: ClosedRange<Int64> = 0...Int64.max)
    -> Int64?
  {
    guard let node = node(key) else { return nil }
    guard let value = node.integer, range.contains(value) else {
      return refuse(node, key, "must be a whole number from \(range.lowerBound) on")
    }
    return value
  }

  /// `true` or `false`.
  public mutating func bool(_ key: String) -> Bool? {
    guard let node = node(key) else { return nil }
    guard let value = node.bool else { return refuse(node, key, "must be `true` or `false`") }
    return value
  }

  /// One of the raw values of an enumeration.
  public mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let node = node(key) else { return nil }
    guard let text = node.text, let value = Choice(rawValue: text) else {
      let words = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      return refuse(node, key, "must be one of \(words)")
    }
    return value
  }

  /// A value read from text by `read`; what it throws becomes the finding.
  public mutating func value<Value>(_ key: String, _ read: (String) throws -> Value) -> Value? {
    guard let node = node(key) else { return nil }
    guard let text = node.text else { return refuse(node, key, "must be text") }
    do {
      return try read(text)
    } catch let error as any Diagnosable {
      return refuse(node, key, ": " + error.diagnostic.message)
    } catch {
      return refuse(node, key, "is not valid")
    }
  }

  /// The elements of a list with their paths; a single scalar counts as a list of one.
  public mutating func list(_ key: String) -> [(node: Node, path: String)] {
    guard let node = node(key) else { return [] }
    switch node.value {
    case .list(let nodes):
      return nodes.enumerated().map { ($0.element, "\(joined(key))[\($0.offset)]") }
    case .scalar: return [(node, joined(key))]
    case .map:
      findings.error(node.mark, joined(key), "\(Self.name(joined(key))) must be a list")
      return []
    }
  }

  /// A list of texts.
  public mutating func texts(_ key: String) -> [String] {
    list(key).compactMap { element in
      guard let text = element.node.text else {
        findings.error(element.node.mark, element.path, "\(Self.name(element.path)) must be text")
        return nil
      }
      return text
    }
  }

  /// The entries of a map with their paths.
  public mutating func map(_ key: String) -> [(entry: Node.Entry, path: String)] {
    guard let node = node(key) else { return [] }
    guard case .map(let entries) = node.value else {
      findings.error(node.mark, joined(key), "\(Self.name(joined(key))) must be a map")
      return []
    }
    return entries.map { ($0, "\(joined(key)).\($0.key)") }
  }

  /// A map of its own below a key.
  public mutating func fields(_ key: String) -> Fields? {
    node(key).map { Fields($0, path: joined(key), findings: findings) }
  }

  /// Whether a file that a person wrote has a schema that this program reads; notes what is wrong.
  ///
  /// - Parameters:
  ///   - schema: the only one that is read.
  ///   - node: the whole file.
  ///   - what: the kind of file, with its article.
  public mutating func isOfSchema(_ schema: Int64, _ node: Node, _ what: String) -> Bool {
    guard case .map = node.value else {
      // Opening the fields has noted anything but an empty document.
      if node.isNull { findings.error(node.mark, "", "\(what) must be a map of fields") }
      return false
    }
    guard let found = integer("schema") else {
      findings.error(node.mark, "schema", "`schema` is missing; write `schema: 1`")
      return false
    }
    guard found == schema else {
      findings.error(
        node["schema"]?.mark ?? node.mark, "schema",
        "schema \(found) is not known; this plugctl reads schema \(schema)")
      return false
    }
    return true
  }

  /// Warns of every key that nobody asked for.
  public func finish() {
    for entry in entries where !known.contains(where: { sameBytes($0, entry.key) }) {
      let near = nearest(to: entry.key, among: known)
      findings.warning(
        entry.keyMark, joined(entry.key),
        "unknown field `\(entry.key)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }
  }

  /// Notes an error about a field's value and answers nil.
  public func refuse<Value>(_ node: Node, _ key: String, _ rest: String) -> Value? {
    let space = rest.begins(with: ":") ? "" : " "
    findings.error(node.mark, joined(key), "\(Self.name(joined(key)))\(space)\(rest)")
    return nil
  }

  private func joined(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private static func name(_ path: String) -> String { path.isEmpty ? "the document" : "`\(path)`" }
}
