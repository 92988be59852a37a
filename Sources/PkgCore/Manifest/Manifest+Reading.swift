extension Manifest {
  /// Reads `plugin.yaml` or the same fields of `plugin.json`; all faults go into `findings`.
  ///
  /// - Returns: nil where an indispensable field is missing or wrong; then `findings` has errors.
  public static func read(_ node: Node, findings: Findings) -> Manifest? {
    var fields = Fields(node, findings: findings)
    guard fields.isOfSchema(schema, node, "a manifest") else { return nil }
    let publisher = fields.requiredText("publisher").flatMap {
      part($0, "publisher", node, findings)
    }
    let short = fields.requiredText("name").flatMap { part($0, "name", node, findings) }
    _ = fields.requiredText("version")
    let version = fields.value("version") { try Version($0) }
    let host = fields.requiredText("host")
    guard let publisher, let short, let version, let host else { return nil }
    let name = PluginName(publisher: publisher, name: short)
    if PluginName.reserved.contains(short.text) {
      findings.error(node["name"]?.mark ?? node.mark, "name", "`\(short)` is a reserved name")
    }
    if NamePart(host) == nil {
      findings.error(node["host"]?.mark ?? node.mark, "host", "`\(host)` is not a host's id")
    }
    var manifest = Manifest(name: name, version: version, host: host)
    manifest.readDescription(&fields)
    manifest.constraints = Constraints.read(&fields, publisher: publisher, findings: findings)
    manifest.readBehaviour(&fields)
    manifest.readFiles(&fields, node, findings)
    // Fields that only plugin.json has.
    for key in ["platform", "library", "elf", "contents", "tree"] { _ = fields.node(key) }
    fields.finish()
    return findings.hasErrors ? nil : manifest
  }

  /// A publisher or a name; what is none is told.
  static func part(
    _ text: String, _ key: String, _ node: Node, _ findings: Findings
  ) -> NamePart? {
    if let part = NamePart(text) { return part }
    findings.error(
      node[key]?.mark ?? node.mark, key,
      "`\(key)` is `\(text)`; use a-z, 0-9, `_` and `-`, at most 64 letters")
    return nil
  }

  private mutating func readDescription(_ fields: inout Fields) {
    title = fields.text("title")
    summary = fields.text("summary")
    license = fields.text("license")
    authors = fields.texts("authors")
    tags = fields.texts("tags")
    // It becomes the name of a folder.
    type = fields.value("type") { text in
      guard PackagePath.isSafePart(text) else {
        throw Diagnostic(.manifestInvalid, "`\(printable(text))` is no plain word")
      }
      return text
    }
  }

  private mutating func readBehaviour(_ fields: inout Fields) {
    extensions = fields.texts("extensions")
    capabilities = fields.texts("capabilities")
    if var granted = fields.fields("permissions") {
      permissions.network = granted.bool("network") ?? false
      permissions.spawn = granted.bool("spawn") ?? false
      permissions.write = granted.bool("write") ?? false
      granted.finish()
    }
    if var config = fields.fields("config") {
      configSchema = config.text("schema")
      configExample = config.text("example")
      config.finish()
    }
    if var build = fields.fields("build") {
      buildCommand = build.texts("command")
      buildSources = build.texts("sources")
      build.finish()
    }
  }

  private mutating func readFiles(_ fields: inout Fields, _ node: Node, _ findings: Findings) {
    let list = fields.list("variants")
    for (element, path) in list {
      var variant = Fields(element, path: path, findings: findings)
      let platform = variant.requiredText("platform")
      let library = variant.requiredText("library")
      variant.finish()
      guard let platform, let library else { continue }
      guard let platform = Platform(platform) else {
        findings.error(
          element.mark, path, "`\(platform)` is not a platform, as `linux-x86_64-gnu` is")
        continue
      }
      guard !variants.contains(where: { $0.platform == platform }) else {
        findings.error(element.mark, path, "`\(platform)` stands twice")
        continue
      }
      variants.append(Variant(platform: platform, library: library))
    }
    if list.isEmpty, node["library"] == nil {
      findings.error(
        node.mark, "variants", "`variants` is missing; name at least one platform and its library")
    }
    files = fields.texts("files")
  }
}

extension Constraints {
  /// Reads `requires`, `dependencies`, `any_of`, `conflicts` and `provides`.
  static func read(_ fields: inout Fields, publisher: NamePart, findings: Findings) -> Constraints {
    var constraints = Constraints()
    if var requires = fields.fields("requires") {
      constraints.host = requires.value("host") { try VersionRange($0) }
      constraints.abi = requires.integer("abi")
      requires.finish()
    }
    constraints.dependencies = dependencies(fields.map("dependencies"), publisher, findings)
    constraints.anyOf = fields.list("any_of").map { group, path in
      guard case .map(let entries) = group.value else {
        findings.error(group.mark, path, "`\(path)` must be a map of plugins and ranges")
        return []
      }
      if entries.isEmpty {
        findings.error(group.mark, path, "`\(path)` names no plugin, so none can answer it")
      }
      return dependencies(entries.map { ($0, "\(path).\($0.key)") }, publisher, findings)
    }
    constraints.conflicts = dependencies(fields.map("conflicts"), publisher, findings)
    constraints.provides = fields.map("provides").compactMap { entry, path in
      guard let name = NamePart(entry.key), let text = entry.value.text,
        let version = try? Version(text)
      else {
        findings.error(entry.keyMark, path, "`\(path)` must be a word with a version")
        return nil
      }
      return Provided(name: name, version: version)
    }.sorted { $0.name < $1.name }
    return constraints
  }

  private static func dependencies(
    _ entries: [(entry: Node.Entry, path: String)], _ publisher: NamePart, _ findings: Findings
  ) -> [Dependency] {
    var seen: Set<String> = []
    return entries.compactMap { entry, path -> Dependency? in
      guard let dependency = dependency(entry, path, publisher, findings) else { return nil }
      guard seen.insert(dependency.name.folded).inserted else {
        findings.error(entry.keyMark, path, "`\(dependency.name)` stands twice")
        return nil
      }
      return dependency
    }.sorted { $0.name < $1.name }
  }

  private static func dependency(
    _ entry: Node.Entry, _ path: String, _ publisher: NamePart, _ findings: Findings
  ) -> Dependency? {
    guard let reference = try? PluginReference(entry.key), reference.range == nil else {
      findings.error(entry.keyMark, path, "`\(entry.key)` is not a plugin name")
      return nil
    }
    let name = PluginName(publisher: reference.publisher ?? publisher, name: reference.name)
    var rangeNode = entry.value
    var isOptional = false
    if case .map = entry.value.value {
      var fields = Fields(entry.value, path: path, findings: findings)
      isOptional = fields.bool("optional") ?? false
      rangeNode =
        fields.node("version") ?? Node(.scalar("*", isQuoted: true), mark: entry.value.mark)
      fields.finish()
    }
    guard let text = rangeNode.text, let range = try? VersionRange(text) else {
      findings.error(rangeNode.mark, path, "`\(rangeNode.text ?? "")` is not a version range")
      return nil
    }
    return Dependency(name: name, range: range, isOptional: isOptional)
  }
}
