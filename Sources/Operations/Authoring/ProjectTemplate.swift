internal import PkgCore

/// A plugin's first files, for one language and host: `registry-index/templates/`, which
/// `scripts/embed-templates` compiles in.
struct ProjectTemplate {
  /// The names that `plugctl init --template` takes.
  static let names = ["c", "cpp", "go", "go-plugin", "rust", "swift"]

  /// Hosts for which a name has a folder of its own, such as `c-sqlite`.
  private static let hosts: [String: Set<String>] = [
    "c": ["sqlite"], "go-plugin": ["benana", "databridge", "stormdb"],
  ]

  /// Types of plugins of `plug.h` for which a name has a folder of its own, such as `c-workload`. For others there
  /// is the folder of the name alone, a processor.
  private static let types: [String: Set<String>] = [
    "c": ["format", "workload"], "rust": ["workload"],
  ]

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
  /// The plugin's type: of several that a profile has `processor`, else the first.
  let type: String?
  /// What an author should know: the plugin is not what its type says. Nil where it is.
  let note: String?

  /// The template of a name for a host.
  ///
  /// - Throws: ``Diagnostic`` with `usage.invalid-value` where there is none, with those that exist.
  init(_ name: String, for profile: HostProfile) throws {
    guard let parts = Self.parts(name, profile) else { throw Self.unknown(name, profile) }
    type = Self.type(profile)
    note = parts.first == name ? type.flatMap(Self.note) : nil
    // A file of the same path in an earlier part takes the place of a later one's.
    let all = parts.flatMap { part in BuiltInTemplates.files.filter { $0.template == part } }
    files = Dictionary(all.map { ($0.path, $0.text) }) { first, _ in first }.map {
      // A file of this name would be one of our own repository's.
      (path: $0.key == "gitignore" ? ".gitignore" : $0.key, text: $0.value)
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
    if hosts[name]?.contains(profile.id) == true { return ["\(name)-\(profile.id)"] }
    guard name != "go-plugin", profile.abis.contains(where: { $0.kind == "plug" }) else {
      return nil
    }
    let ofType = type(profile).flatMap { types[name]?.contains($0) == true ? "\(name)-\($0)" : nil }
    return [ofType ?? name, "common", "plug"]
  }

  private static func type(_ profile: HostProfile) -> String? {
    profile.types.contains("processor") ? "processor" : profile.types.first
  }

  /// What is said of a processor that stands in for another type.
  private static func note(_ type: String) -> String? {
    guard type != "processor" else { return nil }
    let there = names.filter { types[$0]?.contains(type) == true }
    return "it is a plugin of `plug.processor/1`; "
      + (there.isEmpty
        ? "no template is of type `\(type)`"
        : "of type `\(type)` are the templates in " + there.joined(separator: ", "))
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
