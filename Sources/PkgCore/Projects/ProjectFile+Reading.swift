extension ProjectFile {
  /// Reads `plugctl.yaml`; all faults go into `findings`.
  ///
  /// - Returns: nil where the file can't be used; then `findings` has errors.
  public static func read(_ node: Node, findings: Findings) -> ProjectFile? {
    var fields = Fields(node, findings: findings)
    guard fields.isOfSchema(schema, node, "a project file") else { return nil }
    var file = ProjectFile()
    file.host = fields.text("host")
    if let host = file.host, NamePart(host) == nil {
      findings.error(node["host"]?.mark ?? node.mark, "host", "`\(host)` is not a host's id")
    }
    file.targets = fields.list("targets").compactMap { target($0.node, $0.path, findings) }
    file.indexes = fields.list("indexes").compactMap { index($0.node, $0.path, findings) }
    file.plugins = wishes(fields.map("plugins"), findings)
    file.pins = holds(fields.map("pins"), findings)
    file.ignoredChecks = ignored(fields.map("ignore"), findings)
    file.policy = fields.node("policy").map { Policy.readOfProject($0, "policy", findings) }
    fields.finish()
    return findings.hasErrors ? nil : file
  }

  private static func ignored(
    _ entries: [(entry: Node.Entry, path: String)], _ findings: Findings
  ) -> [CheckID: String] {
    var ignored: [CheckID: String] = [:]
    for (entry, path) in entries {
      guard let check = CheckID(rawValue: entry.key) else {
        let near = nearest(to: entry.key, among: CheckID.allCases.map(\.rawValue))
        let more = near.map { "; did you mean `\($0)`?" } ?? ""
        findings.error(entry.keyMark, path, "there is no check `\(entry.key)`\(more)")
        continue
      }
      guard let reason = entry.value.text, !reason.isEmpty else {
        findings.error(entry.value.mark, path, "`\(path)` must say why")
        continue
      }
      ignored[check] = reason
    }
    return ignored
  }

  private static func target(_ node: Node, _ path: String, _ findings: Findings) -> ProjectTarget? {
    // A platform alone will do.
    if let text = node.text {
      guard let platform = Platform(text) else { return refuse(node, path, text, findings) }
      return ProjectTarget(platform: platform)
    }
    var fields = Fields(node, path: path, findings: findings)
    let platformText = fields.requiredText("platform")
    let glibc = symbolVersion(&fields, "glibc")
    let glibcxx = symbolVersion(&fields, "glibcxx")
    let isa = instructionLevel(&fields)
    let host = fields.value("host") { try Version($0) }
    fields.finish()
    guard let platformText else { return nil }
    guard let platform = Platform(platformText) else {
      return refuse(node["platform"] ?? node, "\(path).platform", platformText, findings)
    }
    var target = ProjectTarget(platform: platform)
    (target.glibc, target.glibcxx, target.isa, target.host) = (glibc, glibcxx, isa, host)
    return target
  }

  private static func refuse(
    _ node: Node, _ path: String, _ text: String, _ findings: Findings
  ) -> ProjectTarget? {
    findings.error(node.mark, path, "`\(text)` is not a platform such as `\(Platform.current)`")
    return nil
  }

  private static func symbolVersion(_ fields: inout Fields, _ key: String) -> SymbolVersion? {
    guard let node = fields.node(key) else { return nil }
    guard let version = node.text.flatMap({ SymbolVersion($0) }) else {
      return fields.refuse(node, key, "must be numbers with dots, as \"2.36\"")
    }
    return version
  }

  private static func instructionLevel(_ fields: inout Fields) -> InstructionLevel? {
    guard let node = fields.node("isa") else { return nil }
    guard let level = node.text.flatMap({ InstructionLevel($0) }) else {
      return fields.refuse(node, "isa", "must be a level such as x86-64-v3")
    }
    return level
  }

  private static func index(_ node: Node, _ path: String, _ findings: Findings) -> Index? {
    var fields = Fields(node, path: path, findings: findings)
    let name = fields.requiredText("name")
    let url = fields.requiredText("url")
    fields.finish()
    guard let name, let url else { return nil }
    guard NamePart(name) != nil else {
      findings.error(node["name"]?.mark ?? node.mark, path, "`\(name)` is no name for an index")
      return nil
    }
    var trimmed = url[...]
    while trimmed.last == "/" { trimmed.removeLast() }
    return Index(name: name, url: String(trimmed))
  }

  private static func wishes(
    _ entries: [(entry: Node.Entry, path: String)], _ findings: Findings
  ) -> [Wish] {
    var seen: Set<String> = []
    return entries.compactMap { entry, path -> Wish? in
      guard let name = fullName(entry, path, &seen, findings),
        let range = readRange(entry.value, path, findings)
      else { return nil }
      return Wish(name: name, range: range, mark: entry.keyMark)
    }.sorted { $0.name < $1.name }
  }

  private static func holds(
    _ entries: [(entry: Node.Entry, path: String)], _ findings: Findings
  ) -> [Hold] {
    var seen: Set<String> = []
    return entries.compactMap { entry, path -> Hold? in
      guard let name = fullName(entry, path, &seen, findings) else { return nil }
      guard case .map = entry.value.value else {
        return readRange(entry.value, path, findings).map { Hold(name: name, range: $0) }
      }
      var fields = Fields(entry.value, path: path, findings: findings)
      _ = fields.requiredText("version")
      let range = entry.value["version"].flatMap {
        $0.isNull ? nil : readRange($0, path + ".version", findings)
      }
      let reason = fields.text("reason") ?? ""
      let untilNode = fields.node("until")
      fields.finish()
      var hold = range.map { Hold(name: name, range: $0, reason: reason) }
      if let untilNode {
        let text = untilNode.text ?? ""
        hold?.until = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z")
        if hold != nil, hold?.until == nil {
          findings.error(untilNode.mark, path + ".until", "`\(text)` is not a day as 2027-01-31")
        }
      }
      return hold
    }.sorted { $0.name < $1.name }
  }

  private static func fullName(
    _ entry: Node.Entry, _ path: String, _ seen: inout Set<String>, _ findings: Findings
  ) -> PluginName? {
    guard let name = try? PluginName(entry.key) else {
      findings.error(
        entry.keyMark, path, "`\(entry.key)` is not a full name; write `publisher/name`")
      return nil
    }
    guard seen.insert(name.folded).inserted else {
      findings.error(entry.keyMark, path, "`\(name)` stands twice")
      return nil
    }
    return name
  }

  private static func readRange(_ node: Node, _ path: String, _ findings: Findings) -> VersionRange?
  {
    guard let text = node.text, let range = PluginReference.wantedRange(text) else {
      let found = node.text.map { "`\($0)`" } ?? "this"
      findings.error(node.mark, path, "\(found) is not a version range; write \"*\" for any")
      return nil
    }
    return range
  }
}

extension PluginReference {
  /// A range, or a bare version for exactly that one, as after `@`; nil for anything else.
  static func wantedRange(_ text: String) -> VersionRange? {
    if let version = try? Version(text) { return VersionRange(exactly: version) }
    return try? VersionRange(text)
  }
}
