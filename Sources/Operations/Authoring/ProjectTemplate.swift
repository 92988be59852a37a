internal import PkgCore

/// A plugin's first files, for one language and host: `registry-index/templates/`, which
/// `scripts/embed-templates` compiles in.
struct ProjectTemplate {
  /// The names that `plugctl init --template` takes.
  static let names = ["c", "cpp", "go", "go-plugin", "rust", "swift"]

  /// What stands for `{{...}}` in the files.
  struct Facts {
    let publisher: String
    let name: String
    let host: String
    let type: String

    /// The name as C, Rust and SQL want it: `-` becomes `_`, and a letter comes first.
    var identifier: String {
      let word = String(name.map { $0 == "-" ? "_" : $0 })
      return word.first?.isNumber == true ? "p_" + word : word
    }
  }

  /// Files by path, in the order of their paths; texts are not filled in yet.
  private let files: [(path: String, text: String)]
  /// The plugin's type where the profile has several, and the template one that it is of.
  let type: String?

  /// The template of a name for a host.
  ///
  /// - Throws: ``Diagnostic`` with `usage.invalid-value` where there is none, with those that exist.
  init(_ name: String, for profile: HostProfile) throws {
    guard let parts = Self.parts(name, profile) else { throw Self.unknown(name, profile) }
    type = profile.types.contains("processor") ? "processor" : profile.types.first
    files = BuiltInTemplates.files.filter { parts.contains($0.template) }.map {
      // A file of this name would be one of our own repository's.
      ($0.path == "gitignore" ? ".gitignore" : $0.path, $0.text)
    }.sorted { bytesPrecede($0.path, $1.path) }
  }

  /// The files with the facts filled in; the manifest comes last.
  func filled(_ facts: Facts) -> [(path: String, bytes: [UInt8])] {
    let marks = [
      ("{{publisher}}", facts.publisher), ("{{name}}", facts.name), ("{{host}}", facts.host),
      ("{{type}}", facts.type), ("{{ident}}", facts.identifier),
      ("{{platform}}", Platform.current.text),
    ]
    let filled = files.map { path, text in
      (path, Array(marks.reduce(text) { $0.replacing($1.0, with: $1.1) }.utf8))
    }
    return filled.filter { $0.0 != "plugin.yaml" } + filled.filter { $0.0 == "plugin.yaml" }
  }

  /// The folders of `registry-index/templates/` that make a template up; nil where there is none.
  private static func parts(_ name: String, _ profile: HostProfile) -> [String]? {
    guard names.contains(name) else { return nil }
    if name == "go-plugin" {
      let folder = "go-plugin-\(profile.id)"
      return BuiltInTemplates.files.contains { $0.template == folder } ? [folder] : nil
    }
    if name == "c", profile.id == "sqlite" { return ["c-sqlite"] }
    return profile.abis.contains { $0.kind == "plug" } ? [name, "common", "plug"] : nil
  }

  private static func unknown(_ name: String, _ profile: HostProfile) -> Diagnostic {
    let there = names.filter { parts($0, profile) != nil }
    guard names.contains(name) else {
      return Diagnostic(
        .usageInvalidValue, "there is no template `\(printable(name))`",
        hint: "it is one of " + names.joined(separator: ", "))
    }
    let fitting =
      there.isEmpty
      ? "`\(profile.id)` has no templates" : "`\(profile.id)` has " + there.joined(separator: ", ")
    return Diagnostic(
      .usageInvalidValue, "there is no template `\(name)` for the host `\(profile.id)`",
      notes: [
        fitting,
        "c, cpp, go, rust and swift are for plug, stormdb, benana, databridge, phantomdb and distributed-transformer",
        "go-plugin is for stormdb, benana and databridge", "c is for sqlite too",
      ], hint: "choose a host with `--host`, or begin without `--template`")
  }
}
