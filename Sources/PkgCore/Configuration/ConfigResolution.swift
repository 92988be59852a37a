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
  /// - Parameter schemas: gives the schema at a path, where one begins there.
  public mutating func resolve(
    _ node: Node, path: String = "", schemas: (String) -> JSON?
  ) -> Node {
    resolve(node, path, schema: nil, schemas)
  }

  private mutating func resolve(
    _ node: Node, _ path: String, schema inherited: (root: JSON, here: JSON)?,
    _ schemas: (String) -> JSON?
  ) -> Node {
    let schema = schemas(path).map { (root: $0, here: $0) } ?? inherited
    func part(_ key: String?) -> (root: JSON, here: JSON)? {
      guard let schema else { return nil }
      let check = SchemaCheck(schema.root) { _, _ in nil }
      return check.part(key, of: schema.here).map { (schema.root, $0) }
    }
    switch node.value {
    case .map(let entries):
      var all = entries.map { entry in
        let place = path.isEmpty ? entry.key : "\(path).\(entry.key)"
        let value = resolve(entry.value, place, schema: part(entry.key), schemas)
        return Node.Entry(key: entry.key, keyMark: entry.keyMark, value: value)
      }
      all += standards(schema?.here, besides: entries, path)
      return Node(.map(all), mark: node.mark)
    case .list(let elements):
      let all = elements.enumerated().map { place, element in
        resolve(element, "\(path)[\(place)]", schema: part(nil), schemas)
      }
      return Node(.list(all), mark: node.mark)
    case .scalar(let text, let isQuoted):
      let types = schema.map { SchemaCheck($0.root) { _, _ in nil }.types(of: $0.here) } ?? []
      let (value, names) = expanded(text, isQuoted, node.mark, path, types)
      leaves.append(
        Leaf(
          path: path, value: value,
          origin: names.isEmpty ? .file(node.mark) : .environment(names, node.mark)))
      return value
    }
  }

  /// Entries that a schema has defaults for and the file leaves out.
  private mutating func standards(_ schema: JSON?, besides entries: [Node.Entry], _ path: String)
    -> [Node.Entry]
  {
    (schema?["properties"]?.objectValue?.members ?? []).compactMap { member in
      guard let value = member.value["default"],
        !entries.contains(where: { sameBytes($0.key, member.name) })
      else { return nil }
      let node = Node(value)
      let place = path.isEmpty ? member.name : "\(path).\(member.name)"
      leaves.append(Leaf(path: place, value: node, origin: .standard))
      return Node.Entry(key: member.name, keyMark: .none, value: node)
    }
  }

  /// A scalar with its variables filled in. Where it is nothing but variables, it becomes of the type that
  /// the schema wants: a whole number in quotes is one then.
  private func expanded(
    _ text: String, _ isQuoted: Bool, _ mark: Mark, _ path: String, _ types: [String]
  ) -> (Node, [String]) {
    var result = ""
    var names: [String] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "${") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
      let name = String(rest[start.upperBound..<end])
      rest = rest[rest.index(after: end)...]
      guard Self.isName(name) else {
        findings.error(mark, path, "`${\(printable(name))}` is no name of a variable")
        continue
      }
      names.append(name)
      if let value = environment(name) {
        result += value
      } else {
        findings.error(mark, path, "the variable `\(name)` is not set")
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
