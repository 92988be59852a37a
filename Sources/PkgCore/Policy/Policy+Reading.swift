extension Policy {
  /// Reads `policy.yaml`; all faults go into `findings`. Unlike elsewhere an unknown field is an error:
  /// a misspelt rule would protect nobody.
  ///
  /// - Returns: nil where the file can't be used; then `findings` has errors.
  public static func read(_ node: Node, findings: Findings) -> Policy? {
    var fields = Fields(node, findings: findings)
    guard fields.isOfSchema(schema, node, "a policy") else { return nil }
    refuseUnknown(
      node, ["schema", "publishers", "unsigned", "keys", "revoked_keys", "scanners"], findings)
    var policy = tightening(&fields, findings)
    policy.unsigned = fields.list("unsigned").compactMap { exception($0.node, $0.path, findings) }
    policy.scanners = fields.list("scanners").compactMap { scanner($0.node, $0.path, findings) }
    return findings.hasErrors ? nil : policy
  }

  /// Reads `policy` of a project's file, which can only tighten: it has neither exceptions nor commands.
  static func readOfProject(_ node: Node, _ path: String, _ findings: Findings) -> Policy {
    var fields = Fields(node, path: path, findings: findings)
    for key in ["unsigned", "scanners"] {
      guard let found = node[key] else { continue }
      findings.error(
        found.mark, "\(path).\(key)",
        "`\(path).\(key)` is the user's to say; a project only tightens")
    }
    refuseUnknown(node, ["publishers", "keys", "revoked_keys", "unsigned", "scanners"], findings)
    return tightening(&fields, findings)
  }

  private static func tightening(_ fields: inout Fields, _ findings: Findings) -> Policy {
    var policy = Policy()
    policy.publishers = fields.choice("publishers", Publishers.self)
    policy.keys = fields.map("keys").compactMap { entry, path in
      guard let publisher = NamePart(entry.key) else {
        findings.error(entry.keyMark, path, "`\(entry.key)` is no publisher")
        return nil
      }
      let nodes: [Node] =
        if case .list(let nodes) = entry.value.value { nodes } else { [entry.value] }
      return PublisherKeys(
        publisher: publisher, keys: nodes.compactMap { keyName($0, path, findings) })
    }
    policy.revokedKeys = fields.list("revoked_keys").compactMap {
      keyName($0.node, $0.path, findings)
    }
    return policy
  }

  private static func keyName(_ node: Node, _ path: String, _ findings: Findings) -> KeyName? {
    if let name = node.text.flatMap({ KeyName($0) }) { return name }
    findings.error(
      node.mark, path,
      "`\(path)` must have key ids or fingerprints, as `plugctl key list` shows them")
    return nil
  }

  private static func exception(_ node: Node, _ path: String, _ findings: Findings)
    -> UnsignedException?
  {
    var fields = Fields(node, path: path, findings: findings)
    refuseUnknown(node, ["plugin", "version", "sha256", "reason", "until"], findings)
    let name = fields.requiredText("plugin")
    let range = fields.value("version") { text in
      if let version = try? Version(text) { return VersionRange(exactly: version) }
      return try VersionRange(text)
    }
    let archive = fields.value("sha256") { text -> SHA256Digest in
      guard let digest = SHA256Digest(hex: text) else {
        throw Diagnostic(.configInvalid, "64 hexadecimal digits are needed")
      }
      return digest
    }
    let reason = fields.requiredText("reason")
    let until = fields.value("until") { text -> Timestamp in
      guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") else {
        throw Diagnostic(.configInvalid, "`\(text)` is not a day as 2027-01-31")
      }
      return time
    }
    if node["until"] == nil {
      findings.error(node.mark, path, "`\(path).until` is missing; an exception has an end")
    }
    guard let name, let plugin = try? PluginName(name) else {
      if let name {
        findings.error(node.mark, path, "`\(name)` is not a full name; write `publisher/name`")
      }
      return nil
    }
    guard let reason, !reason.isEmpty, let until else {
      if reason?.isEmpty == true { findings.error(node.mark, path, "`\(path).reason` is empty") }
      return nil
    }
    return UnsignedException(
      plugin: plugin, range: range, archive: archive, reason: reason, until: until)
  }

  private static func scanner(_ node: Node, _ path: String, _ findings: Findings) -> Scanner? {
    var fields = Fields(node, path: path, findings: findings)
    refuseUnknown(node, ["argv", "timeout"], findings)
    let arguments = fields.texts("argv")
    let timeout = fields.value("timeout") { try HostProfile.milliseconds($0) }
    guard let program = arguments.first, program.begins(with: "/") else {
      findings.error(
        node.mark, "\(path).argv", "`\(path).argv` must begin with the path of a program, from `/`")
      return nil
    }
    return Scanner(arguments: arguments, timeoutMilliseconds: timeout ?? 300_000)
  }

  private static func refuseUnknown(_ node: Node, _ known: [String], _ findings: Findings) {
    guard case .map(let entries) = node.value else { return }
    for entry in entries where !known.contains(where: { sameBytes($0, entry.key) }) {
      let near = nearest(to: entry.key, among: known)
      findings.error(
        entry.keyMark, entry.key,
        "unknown field `\(entry.key)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }
  }
}
