/// What the fields of a profile must be beyond their types: it may come from anybody, so none of them may
/// lead out of the folder that it belongs to.
struct HostProfileSense {
  let profile: HostProfile
  let root: Node
  let findings: Findings

  func check() {
    checkLayout()
    checkExtra()
    for case .variable(_, let separator) in profile.paths
    where separator.utf8.count != 1 || separator.utf8.first.map({ $0 <= 0x20 || $0 > 0x7E }) ?? true
    {
      error("paths", "a variable's `separator` must be one visible character of ASCII")
    }
    if let file = profile.activation?.file, !PackagePath.isSafePart(file) {
      error("activate.file", "`\(printable(file))` is no plain name of a file")
    }
    for (name, _) in profile.probe?.files ?? [] where !PackagePath.isSafe(name) {
      error("probe.files", "`\(printable(name))` is no plain name of a file")
    }
    if let probe = profile.probe, probe.arguments.isEmpty {
      error("probe", "`probe.argv` is missing")
    }
  }

  private func checkLayout() {
    let layout = profile.layout
    for (field, template) in [("layout.file", layout.file)]
      + layout.aliases.map({ ("layout.aliases", $0) })
    {
      let sample = filled(template, [("name", "x"), ("publisher", "x"), ("file", "x")])
      if !PackagePath.isSafe(sample) {
        error(field, "`\(printable(template))` is no name of a file below the host's folder")
      }
    }
    for (type, folder) in layout.foldersByType where !PackagePath.isSafe(folder) {
      error("layout.by_type", "the folder of `\(printable(type))` is no plain name")
    }
    for type in profile.types where !PackagePath.isSafePart(type) {
      error("types", "`\(printable(type))` is no plain word")
    }
  }

  private func checkExtra() {
    let words = Set((profile.detection?.folders ?? []).map(\.name))
    var seen: Set<String> = []
    for rule in profile.layout.extra {
      if !seen.insert(rule.match).inserted {
        error(
          "layout.extra",
          "`\(printable(rule.match))` stands there twice, and a file goes to one folder")
      }
      let stars = rule.match.utf8.count { $0 == UInt8(ascii: "*") }
      if rule.match.isEmpty || stars > 1 || rule.match.utf8.contains(UInt8(ascii: "/")) {
        error(
          "layout.extra", "`\(printable(rule.match))` is no name of a file with at most one `*`")
      }
      let parts = rule.folder.parts(at: "{", keepsEmpty: true)
      let unknown = parts.dropFirst().map { String($0.prefix { $0 != "}" }) }.first {
        !words.contains($0)
      }
      if let unknown {
        error("layout.extra", "`{\(printable(unknown))}` is none of `detect.folders`")
      }
      if !["/", "~/", "{"].contains(where: { rule.folder.begins(with: $0) }) {
        error(
          "layout.extra", "`\(printable(rule.folder))` must be a path from the root or the home")
      }
    }
  }

  private func error(_ path: String, _ message: String) {
    let node = path.parts(at: ".").reduce(Node?.some(root)) { node, key in node?[String(key)]
    }
    findings.error((node ?? root).mark, path, message)
  }
}
