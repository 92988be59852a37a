extension Manifest {
  /// Finds what can be read and can't be meant: a plugin that needs or excludes itself, and ranges that
  /// allow no version. For authors only: what is published already is read as it is.
  ///
  /// - Parameter node: the manifest's document, for the places.
  public func findNonsense(in node: Node, findings: Findings) {
    for entry in Self.entries(of: node["dependencies"]) {
      check(entry, "dependencies", "needs itself, which says nothing", findings)
    }
    for entry in Self.entries(of: node["conflicts"]) {
      check(
        entry, "conflicts", "conflicts with itself; no two versions are there together", findings)
    }
    if case .list(let groups)? = node["any_of"]?.value {
      for (place, group) in groups.enumerated() {
        for entry in Self.entries(of: group) {
          check(entry, "any_of[\(place)]", "is an alternative of itself", findings)
        }
      }
    }
    if let host = node["requires"]?["host"], constraints.host?.isEmpty == true {
      Self.refuseEmpty(host, "requires.host", findings)
    }
  }

  private func check(
    _ entry: Node.Entry, _ list: String, _ isItself: String, _ findings: Findings
  ) {
    guard let reference = try? PluginReference(entry.key) else { return }
    let path = "\(list).\(entry.key)"
    let other = PluginName(publisher: reference.publisher ?? name.publisher, name: reference.name)
    if other.folded == name.folded {
      findings.error(entry.keyMark, path, "`\(name)` \(isItself)")
    }
    let range = entry.value["version"] ?? entry.value
    if let text = range.text, let read = try? VersionRange(text), read.isEmpty {
      Self.refuseEmpty(range, path, findings)
    }
  }

  private static func refuseEmpty(_ node: Node, _ path: String, _ findings: Findings) {
    findings.error(node.mark, path, "`\(node.text ?? "")` allows no version at all")
  }

  private static func entries(of node: Node?) -> [Node.Entry] {
    guard case .map(let entries)? = node?.value else { return [] }
    return entries
  }
}
