/// ```
/// { "schema": 1, "wanted": "sha256:...", "targets": [...],
///   "hosts": { "<id>": { "<publisher/name>": { "version", "index", "key", "host", "abi", "wanted",
///     "neededBy": [...], "variants": { "<platform>": { "sha256", "glibc", "glibcxx", "cxxabi", "isa" } } } } } }
/// ```
/// Sorted by name and a member a line, so that changes of different plugins merge by themselves, and a
/// plugin that two branches added in two versions stands twice, which no reader of JSON lets pass here.
extension Lockfile {
  /// The file's content.
  public var json: JSON {
    var object = JSONObject()
    object.append("schema", .integer(Self.schema))
    object.append("wanted", .string("sha256:\(wanted.hex)"))
    object.append("targets", targets.isEmpty ? nil : .array(targets.map(\.json)))
    var hosts = JSONObject()
    for host in self.hosts.sorted(by: { bytesPrecede($0.id, $1.id) }) {
      var plugins = JSONObject()
      for entry in host.entries.sorted(by: { $0.name < $1.name }) {
        plugins.append(entry.name.description, entry.json)
      }
      hosts.append(host.id, .object(plugins))
    }
    object.append("hosts", .object(hosts))
    return .object(object)
  }

  /// Reads the file.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``Diagnostic`` with `lock.conflict`, `lock.invalid` or `schema.unknown`.
  public init(_ bytes: [UInt8], path: String) throws {
    if let line = MergeMarkers.firstLine(in: bytes) {
      throw Diagnostic(
        .lockConflict, "`\(path)` holds the marks of a merge that was not finished",
        notes: ["\(path):\(line): \(MergeMarkers.text)"],
        hint: "merge `\(ProjectFile.fileName)`, take either side of the lock and run `plugctl lock`"
      )
    }
    let json: JSON
    do { json = try JSONParser.parse(bytes) } catch {
      throw Self.invalid(path, "\(path):\(error.line):\(error.column): \(error.diagnostic.message)")
    }
    guard let schema = json["schema"]?.integerValue else {
      throw Self.invalid(path, "`schema` is missing")
    }
    guard schema == Self.schema else {
      throw Diagnostic(
        .schemaUnknown, "`\(path)` is of schema \(schema), this plugctl reads \(Self.schema)",
        hint: "use the plugctl that wrote it, or a newer one")
    }
    guard let hex = json["wanted"]?.stringValue?.rest(after: "sha256:"),
      let wanted = SHA256Digest(hex: String(hex))
    else { throw Self.invalid(path, "`wanted` is no digest") }
    let targets = try (json["targets"]?.arrayValue ?? []).map { element in
      guard let target = ProjectTarget(json: element) else {
        throw Self.invalid(path, "`targets` holds something else than a target")
      }
      return target
    }
    guard let hosts = json["hosts"]?.objectValue else {
      throw Self.invalid(path, "`hosts` is missing")
    }
    self.init(
      wanted: wanted, targets: targets,
      hosts: try hosts.members.map { member in
        guard NamePart(member.name) != nil, let plugins = member.value.objectValue else {
          throw Self.invalid(path, "`\(printable(member.name))` is no host's id")
        }
        return Host(
          id: member.name,
          entries: try plugins.members.map { plugin in
            guard let entry = Entry(plugin.name, plugin.value) else {
              throw Self.invalid(path, "the entry of `\(printable(plugin.name))` is malformed")
            }
            return entry
          }.sorted { $0.name < $1.name })
      }.sorted { bytesPrecede($0.id, $1.id) })
  }

  private static func invalid(_ path: String, _ note: String) -> Diagnostic {
    Diagnostic(
      .lockInvalid, "`\(path)` is not a valid lock file", notes: [note],
      hint: "take it back from version control, or remove it and run `plugctl lock`")
  }
}

extension Lockfile.Entry {
  fileprivate var json: JSON {
    var object = JSONObject()
    object.append("version", .string(version.description))
    object.append("index", .string(index))
    object.append("key", key.map { .string($0) })
    object.append("host", host.map { .string($0.description) })
    object.append("abi", abi.map { .integer($0) })
    object.append("wanted", wanted.map { .string($0.description) })
    object.append(
      "neededBy", neededBy.isEmpty ? nil : .strings(neededBy.sorted().map(\.description)))
    var builds = JSONObject()
    for variant in variants.sorted(by: { $0.platform < $1.platform }) {
      var build = JSONObject([.init("sha256", .string(variant.archive.hex))])
      build.append("glibc", variant.floors?.glibc.map { .string($0) })
      build.append("glibcxx", variant.floors?.glibcxx.map { .string($0) })
      build.append("cxxabi", variant.floors?.cxxabi.map { .string($0) })
      build.append("isa", variant.floors?.isa.map { .string($0.description) })
      builds.append(variant.platform.text, .object(build))
    }
    object.append("variants", .object(builds))
    return .object(object)
  }

  fileprivate init?(_ id: String, _ json: JSON) {
    guard let name = try? PluginName(id),
      let version = json["version"]?.stringValue.flatMap({ try? Version($0) }),
      let index = json["index"]?.stringValue, NamePart(index) != nil,
      let builds = json["variants"]?.objectValue?.members
    else { return nil }
    let variants = builds.compactMap { member -> Lockfile.Variant? in
      guard let platform = Platform(member.name),
        let digest = member.value["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
      else { return nil }
      let floors = Release.Floors(
        glibc: member.value["glibc"]?.stringValue, glibcxx: member.value["glibcxx"]?.stringValue,
        cxxabi: member.value["cxxabi"]?.stringValue,
        isa: member.value["isa"]?.stringValue.flatMap { InstructionLevel($0) })
      return .init(platform: platform, archive: digest, floors: floors.isEmpty ? nil : floors)
    }
    let needers = (json["neededBy"]?.arrayValue ?? []).compactMap {
      $0.stringValue.flatMap { try? PluginName($0) }
    }
    guard variants.count == builds.count, needers.count == json["neededBy"]?.arrayValue?.count ?? 0
    else { return nil }
    self.init(
      name: name, version: version, index: index, key: json["key"]?.stringValue, wanted: nil,
      neededBy: needers, variants: variants.sorted { $0.platform < $1.platform })
    if let text = json["wanted"]?.stringValue {
      guard let range = try? VersionRange(text) else { return nil }
      wanted = range
    }
    if let text = json["host"]?.stringValue {
      guard let range = try? VersionRange(text) else { return nil }
      host = range
    }
    abi = json["abi"]?.integerValue
  }
}

/// The marks that version control leaves in a file that it could not merge.
public enum MergeMarkers {
  /// What they are, for a note.
  public static let text = "a mark of an unfinished merge (`<<<<<<<`, `=======` or `>>>>>>>`)"

  /// The first line that is one, from 1; nil where there is none.
  public static func firstLine(in bytes: [UInt8]) -> Int? {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let marks = ["<<<<<<< ", "||||||| ", ">>>>>>> "].map { Array($0.utf8) }
    return lines.firstIndex { line in marks.contains { line.starts(with: $0) } }.map { $0 + 1 }
  }
}
