// Keywords of maps and lists.
extension SchemaCheck {
  mutating func mapFaults(
    _ node: Node, _ entries: [Node.Entry], _ keywords: JSONObject, _ path: String, _ depth: Int
  ) -> [Fault] {
    var found = countFaults(node, entries.count, keywords, path, "Properties", "entries")
    let needed = keywords["required"]?.texts ?? []
    let keys = needed.isEmpty ? [] : Set(entries.map { Array($0.key.utf8) })
    steps -= (needed.count + keys.count) / 16
    for name in needed where !keys.contains(Array(name.utf8)) {
      found.append(fault(node, path, "lacks `\(printable(name))`"))
    }
    for entry in entries { found += entryFaults(entry, keywords, path, depth) }
    found += dependencyFaults(node, entries, keywords, path, depth)
    return found
  }

  private mutating func entryFaults(
    _ entry: Node.Entry, _ keywords: JSONObject, _ path: String, _ depth: Int
  ) -> [Fault] {
    var found: [Fault] = []
    let place = Node.path(path, entry.key)
    var isKnown = false
    let properties = keywords["properties"]
    steps -= (properties?.objectValue?.members.count ?? 0) / 64
    if let part = properties?[entry.key] {
      isKnown = true
      found += faults(entry.value, part, place, depth: depth + 1)
    }
    for member in keywords["patternProperties"]?.objectValue?.members ?? []
    where matches(member.name, entry.key) {
      isKnown = true
      found += faults(entry.value, member.value, place, depth: depth + 1)
    }
    if !isKnown, let others = keywords["additionalProperties"] {
      if case .bool(false) = others {
        let known = keywords["properties"]?.objectValue?.members.map(\.name) ?? []
        let near = nearest(to: entry.key, among: known).map { ": did you mean `\(printable($0))`?" }
        found.append(
          Fault(
            mark: entry.keyMark, path: place,
            message: "`\(printable(place))` is unknown\(near ?? "")"))
      } else {
        found += faults(entry.value, others, place, depth: depth + 1)
      }
    }
    if let names = keywords["propertyNames"] {
      let name = Node(.scalar(entry.key, isQuoted: true), mark: entry.keyMark)
      found += faults(name, names, place, depth: depth + 1)
    }
    return found
  }

  /// `dependencies` of draft 7, which later ones call `dependentRequired` and `dependentSchemas`.
  private mutating func dependencyFaults(
    _ node: Node, _ entries: [Node.Entry], _ keywords: JSONObject, _ path: String, _ depth: Int
  ) -> [Fault] {
    var found: [Fault] = []
    for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
      for member in keywords[keyword]?.objectValue?.members ?? []
      where entries.contains(where: { sameBytes($0.key, member.name) }) {
        guard let names = member.value.arrayValue else {
          found += faults(node, member.value, path, depth: depth + 1)
          continue
        }
        for name in names.compactMap(\.stringValue)
        where !entries.contains(where: { sameBytes($0.key, name) }) {
          found.append(
            fault(node, path, "lacks `\(printable(name))`, which `\(printable(member.name))` needs")
          )
        }
      }
    }
    return found
  }

  mutating func listFaults(
    _ node: Node, _ elements: [Node], _ keywords: JSONObject, _ path: String, _ depth: Int
  ) -> [Fault] {
    var found = countFaults(node, elements.count, keywords, path, "Items", "elements")
    // Draft 7 has the first elements in `items` and the others in `additionalItems`; later ones in
    // `prefixItems` and `items`.
    let first = keywords["prefixItems"]?.arrayValue ?? keywords["items"]?.arrayValue ?? []
    let isOld = keywords["items"]?.arrayValue != nil
    let others = isOld ? keywords["additionalItems"] : keywords["items"]
    for (place, element) in elements.enumerated() {
      let part = place < first.count ? first[place] : others
      guard let part else { continue }
      found += faults(element, part, "\(path)[\(place)]", depth: depth + 1)
    }
    if let part = keywords["contains"] {
      let count = elements.count { fits($0, part, depth: depth) }
      let least = keywords["minContains"]?.number ?? 1
      if Double(count) < least {
        found.append(fault(node, path, "lacks an element that it must have"))
      }
      if let most = keywords["maxContains"]?.number, Double(count) > most {
        found.append(fault(node, path, "has too many elements of one kind"))
      }
    }
    if keywords["uniqueItems"] == true, let twin = twin(elements) {
      found.append(fault(elements[twin], "\(path)[\(twin)]", "stands there twice"))
    }
    return found
  }

  /// The first element that equals an earlier one.
  private mutating func twin(_ elements: [Node]) -> Int? {
    for place in elements.indices {
      steps -= place
      guard steps > 0 else { return nil }
      let value = elements[place].typedJSON
      if elements[..<place].contains(where: { Self.equal(value, $0) }) { return place }
    }
    return nil
  }

  private func countFaults(
    _ node: Node, _ count: Int, _ keywords: JSONObject, _ path: String, _ what: String,
    _ words: String
  ) -> [Fault] {
    var found: [Fault] = []
    if let limit = keywords["min\(what)"]?.number, Double(count) < limit {
      found.append(fault(node, path, "must have at least \(Self.text(limit)) \(words)"))
    }
    if let limit = keywords["max\(what)"]?.number, Double(count) > limit {
      found.append(fault(node, path, "must have at most \(Self.text(limit)) \(words)"))
    }
    return found
  }
}
