/// Fills a host's configuration in: `${VAR}` by the environment, what is left out by the schema's defaults.
public struct ConfigResolution {
  /// Where a value came from.
  public enum Origin: Sendable, Equatable {
    /// The file.
    case file(Mark)
    /// Variables that are named at a place in the file.
    case environment([String], Mark)
    /// The default of a schema.
    case standard
  }

  /// One value of the result.
  public struct Leaf: Sendable {
    /// As `workload.plugin_config.batch_size`.
    public let path: String
    /// The value.
    public let value: Node
    /// Where it came from.
    public let origin: Origin
    /// Whether it stands at or below a key that names a secret.
    public let isSecret: Bool

    /// Whether messages leave the value out: it is a secret, or from where secrets are kept.
    public var isConfidential: Bool {
      if case .environment = origin { true } else { isSecret }
    }
  }

  /// Where the walk is.
  private struct Place {
    var path = ""
    var isSecret = false
    /// The path at which the schema begins, and its part that holds here.
    var schema: (root: String, here: JSON)?

    func below(_ key: String, _ part: JSON?) -> Place {
      Place(
        path: Node.path(path, key), isSecret: isSecret || Secrets.isSecret(key: key),
        schema: schema.flatMap { schema in part.map { (schema.root, $0) } })
    }
  }

  private let environment: (String) -> String?
  private let findings: Findings
  /// Every value that was met, in order.
  public private(set) var leaves: [Leaf] = []

  /// - Parameters:
  ///   - environment: a variable's value; nil where it is not set.
  ///   - findings: get what is unset or of the wrong type.
  public init(environment: @escaping (String) -> String?, findings: Findings) {
    self.environment = environment
    self.findings = findings
  }

  /// The document with everything filled in.
  ///
  /// - Parameter checks: those of the schemas, by the paths at which they begin; what is looked up in a schema
  ///   is taken from the steps of its check.
  public mutating func resolve(_ node: Node, checks: inout [String: SchemaCheck]) -> Node {
    resolve(node, Place(), &checks)
  }

  private mutating func resolve(
    _ node: Node, _ inherited: Place, _ checks: inout [String: SchemaCheck]
  ) -> Node {
    var place = inherited
    if let check = checks[place.path] { place.schema = (place.path, check.schema) }
    switch node.value {
    case .map(let entries):
      var all = entries.map { entry in
        if entry.key.firstRange(of: "${") != nil {
          findings.error(
            entry.keyMark, Node.path(place.path, entry.key),
            "variables are filled in in values, and not in the key `\(printable(entry.key))`")
        }
        let below = place.below(entry.key, part(entry.key, place, &checks))
        let value = resolve(entry.value, below, &checks)
        return Node.Entry(key: entry.key, keyMark: entry.keyMark, value: value)
      }
      all += standards(besides: entries, place)
      return Node(.map(all), mark: node.mark)
    case .list(let elements):
      let all = elements.enumerated().map { index, element in
        var below = place
        below.path += "[\(index)]"
        below.schema = part(nil, place, &checks).flatMap { part in
          place.schema.map { ($0.root, part) }
        }
        return resolve(element, below, &checks)
      }
      return Node(.list(all), mark: node.mark)
    case .scalar(let text, let isQuoted):
      let types = place.schema.flatMap { checks[$0.root]?.types(of: $0.here) } ?? []
      let (value, names) = expanded(text, isQuoted, node.mark, place, types)
      leaves.append(
        Leaf(
          path: place.path, value: value,
          origin: names.isEmpty ? .file(node.mark) : .environment(names, node.mark),
          isSecret: place.isSecret))
      return value
    }
  }

  private func part(_ key: String?, _ place: Place, _ checks: inout [String: SchemaCheck]) -> JSON?
  {
    guard let schema = place.schema else { return nil }
    return checks[schema.root]?.part(key, of: schema.here)
  }

  /// Entries that a schema has defaults for and the file leaves out.
  private mutating func standards(besides entries: [Node.Entry], _ place: Place) -> [Node.Entry] {
    guard let members = place.schema?.here["properties"]?.objectValue?.members else { return [] }
    let keys = Set(entries.map { Array($0.key.utf8) })
    return members.compactMap { member in
      guard let value = member.value["default"], !keys.contains(Array(member.name.utf8)) else {
        return nil
      }
      let node = Node(value)
      addStandard(node, place.below(member.name, nil))
      return Node.Entry(key: member.name, keyMark: .none, value: node)
    }
  }

  private mutating func addStandard(_ node: Node, _ place: Place) {
    switch node.value {
    case .map(let entries):
      for entry in entries { addStandard(entry.value, place.below(entry.key, nil)) }
    case .list(let elements):
      for (index, element) in elements.enumerated() {
        var below = place
        below.path += "[\(index)]"
        addStandard(element, below)
      }
    case .scalar:
      leaves.append(
        Leaf(path: place.path, value: node, origin: .standard, isSecret: place.isSecret))
    }
  }

  /// A scalar with its variables filled in. Where it is nothing but variables, it becomes of the type that
  /// the schema wants: a whole number in quotes is one then.
  private func expanded(
    _ text: String, _ isQuoted: Bool, _ mark: Mark, _ place: Place, _ types: [String]
  ) -> (Node, [String]) {
    var result = ""
    var names: [String] = []
    var rest = text[...]
    while let start = rest.unicodeScalars.firstRange(of: "${".unicodeScalars) {
      guard let (word, tail) = rest[start.upperBound...].cut(at: "}") else {
        findings.error(mark, place.path, "`${` is not closed")
        break
      }
      result += rest[..<start.lowerBound]
      let name = String(word)
      rest = tail
      guard Self.isName(name) else {
        let shown = place.isSecret ? "…" : printable(name)
        findings.error(mark, place.path, "`${\(shown)}` is no name of a variable")
        continue
      }
      names.append(name)
      if let value = environment(name) {
        result += value
      } else {
        findings.error(mark, place.path, "the variable `\(name)` is not set")
      }
    }
    result += rest
    guard !names.isEmpty else { return (Node(.scalar(text, isQuoted: isQuoted), mark: mark), []) }
    // Text is text, also where it looks like a number; without a schema YAML decides.
    let wantsText = types.contains("string")
    return (Node(.scalar(result, isQuoted: wantsText), mark: mark), names)
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first < 0x30 || first > 0x39 else { return false }
    return text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        || $0 == UInt8(ascii: "_")
    }
  }
}

extension Node {
  /// The path of a key below another: `a.b`, and `a."b.c"` where the key would look like a path itself.
  static func path(_ path: String, _ key: String) -> String {
    let isPlain = !key.isEmpty && !key.utf8.contains { [0x2E, 0x5B, 0x22].contains($0) }
    let shown = isPlain ? key : String(decoding: JSON.string(key).compactBytes, as: UTF8.self)
    return path.isEmpty ? shown : "\(path).\(shown)"
  }

  /// The same with an empty map at a path of keys, where nothing or null stands there.
  ///
  /// - Parameter mark: the place that the map gets.
  public func withMap(at path: String, mark: Mark) -> Node {
    withMap(path.parts(at: ".").map(String.init)[...], mark)
  }

  private func withMap(_ keys: ArraySlice<String>, _ mark: Mark) -> Node {
    let here = isNull ? Node(.map([]), mark: mark) : self
    guard case .map(var entries) = here.value, let key = keys.first else { return here }
    let others = keys.dropFirst()
    if let index = entries.firstIndex(where: { sameBytes($0.key, key) }) {
      let entry = entries[index]
      entries[index] = Entry(
        key: key, keyMark: entry.keyMark, value: entry.value.withMap(others, mark))
    } else {
      let value = Node(.map([]), mark: mark).withMap(others, mark)
      entries.append(Entry(key: key, keyMark: mark, value: value))
    }
    return Node(.map(entries), mark: here.mark)
  }
}
