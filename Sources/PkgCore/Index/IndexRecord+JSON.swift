extension IndexRecord {
  /// The record's content.
  public var json: JSON {
    var object = JSONObject()
    object.append("schema", .integer(Self.schema))
    object.append("name", .string(name.description))
    object.append("sequence", .integer(sequence))
    object.append("keys", .strings(keys))
    if !rotations.isEmpty { object.append("rotations", .strings(rotations)) }
    object.append("host", .string(host))
    object.append("type", type.map { .string($0) })
    object.append("title", title.map { .string($0) })
    object.append("summary", summary.map { .string($0) })
    object.append("license", license.map { .string($0) })
    for (field, texts) in [("authors", authors), ("tags", tags), ("extensions", extensions)]
    where !texts.isEmpty {
      object.append(field, .strings(texts))
    }
    object.append("versions", .array(releases.map(\.json)))
    return .object(object)
  }

  /// Reads a record.
  ///
  /// - Throws: a ``Diagnostic`` with `index.invalid` or `schema.unknown`.
  public init(json: JSON) throws(Diagnostic) {
    guard let schema = json["schema"]?.integerValue else {
      throw Self.invalid("`schema` is missing")
    }
    guard schema == Self.schema else {
      throw Diagnostic(
        .schemaUnknown, "an index record of schema \(schema), this plugctl reads \(Self.schema)",
        hint: "install a newer plugctl")
    }
    guard let text = json["name"]?.stringValue, let name = try? PluginName(text) else {
      throw Self.invalid("`name` is no full plugin name")
    }
    guard let host = json["host"]?.stringValue, NamePart(host) != nil else {
      throw Self.invalid("`\(name)` has no host")
    }
    self.init(name: name, host: host)
    guard let sequence = json["sequence"]?.integerValue, sequence > 0 else {
      throw Self.invalid("`\(name)` has no sequence number")
    }
    self.sequence = sequence
    guard let keys = json["keys"]?.onlyTexts else {
      throw Self.invalid("`\(name)` has no list of keys")
    }
    self.keys = keys
    rotations = json["rotations"]?.texts ?? []
    type = json["type"]?.stringValue
    if let type, !PackagePath.isSafePart(type) {
      throw Self.invalid("the type of `\(name)` is no plain word")
    }
    title = json["title"]?.stringValue
    summary = json["summary"]?.stringValue
    license = json["license"]?.stringValue
    authors = json["authors"]?.texts ?? []
    tags = json["tags"]?.texts ?? []
    extensions = json["extensions"]?.texts ?? []
    guard let versions = json["versions"]?.arrayValue else {
      throw Self.invalid("`\(name)` has no list of versions")
    }
    for element in versions {
      guard let release = Release(json: element, publisher: name.publisher) else {
        throw Self.invalid("`\(name)` has a malformed version")
      }
      releases.append(release)
    }
    guard zip(releases, releases.dropFirst()).allSatisfy({ $0.version < $1.version }) else {
      throw Self.invalid("`\(name)` lists its versions twice or out of order")
    }
  }

  private static func invalid(_ what: String) -> Diagnostic {
    Diagnostic(.indexInvalid, "the index holds an invalid record: \(what)")
  }
}

extension JSON {
  /// The strings of an array, others left out.
  public var texts: [String] { arrayValue?.compactMap(\.stringValue) ?? [] }

  /// The strings of an array that holds nothing else; nil for anything else.
  var onlyTexts: [String]? { arrayValue.flatMap { $0.count == texts.count ? texts : nil } }
}

extension Release {
  var json: JSON {
    var object = JSONObject()
    object.append("version", .string(version.description))
    object.append("published", .string(published.rfc3339))
    switch state {
    case .available: object.append("state", "available")
    case .yanked(let reason):
      object.append("state", "yanked")
      object.append("reason", .string(reason))
    case .withdrawn(let reason):
      object.append("state", "withdrawn")
      object.append("reason", .string(reason))
    }
    object.append("deprecated", deprecation.map { .string($0) })
    constraints.write(to: &object)
    object.append("builds", .array(builds.map(\.json)))
    return .object(object)
  }

  init?(json: JSON, publisher: NamePart) {
    guard let version = json["version"]?.stringValue.flatMap({ try? Version($0) }),
      let published = json["published"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let state = State(json: json)
    else { return nil }
    guard let constraints = Constraints(json: json, publisher: publisher) else { return nil }
    guard let list = json["builds"]?.arrayValue else { return nil }
    let builds = list.compactMap { Build(json: $0) }
    guard builds.count == list.count, Set(builds.map(\.platform)).count == list.count else {
      return nil
    }
    self.init(
      version: version, published: published, state: state,
      deprecation: json["deprecated"]?.stringValue, constraints: constraints, builds: builds)
  }
}

extension Constraints {
  /// Reads the constraint fields of a JSON object; nil where one is malformed.
  ///
  /// - Parameter publisher: of dependencies that are named without one.
  public init?(json: JSON, publisher: NamePart) {
    let findings = Findings()
    var fields = Fields(Node(json), findings: findings)
    self = Constraints.read(&fields, publisher: publisher, findings: findings)
    if findings.hasErrors { return nil }
  }
}

extension Release.State {
  init?(json: JSON) {
    let reason = json["reason"]?.stringValue ?? ""
    switch json["state"]?.stringValue {
    case "available": self = .available
    case "yanked": self = .yanked(reason: reason)
    case "withdrawn": self = .withdrawn(reason: reason)
    default: return nil
    }
  }

  /// `available`, `yanked` or `withdrawn`.
  public var word: String {
    switch self {
    case .available: "available"
    case .yanked: "yanked"
    case .withdrawn: "withdrawn"
    }
  }
}

extension Release.Build {
  var json: JSON {
    var object = JSONObject()
    object.append("platform", .string(platform.text))
    object.append("size", .integer(size))
    object.append("sha256", .string(archive.hex))
    object.append("tree", .string(tree.hex))
    object.append("floors", floors?.json)
    object.append("signature", signature.map { .string($0) })
    object.append("library", library?.json)
    return .object(object)
  }

  init?(json: JSON) {
    guard let platform = json["platform"]?.stringValue.flatMap({ Platform($0) }),
      let size = json["size"]?.integerValue, size > 0,
      let archive = json["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
      let tree = json["tree"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
    else { return nil }
    let floors = json["floors"].map { Release.Floors(json: $0) }
    if case .some(nil) = floors { return nil }
    let signature = json["signature"]
    guard signature == nil || signature?.stringValue != nil else { return nil }
    let library = json["library"].map { Release.LibraryMark(json: $0) }
    if case .some(nil) = library { return nil }
    self.init(
      platform: platform, size: size, archive: archive, tree: tree, floors: floors ?? nil,
      signature: signature?.stringValue, library: library ?? nil)
  }
}

extension Release.LibraryMark {
  var json: JSON {
    var object = JSONObject()
    object.append("sha256", .string(digest.hex))
    object.append("buildId", buildID.map { .string($0) })
    return .object(object)
  }

  init?(json: JSON) {
    guard let digest = json["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }) else {
      return nil
    }
    self.init(digest: digest, buildID: json["buildId"]?.stringValue)
  }
}

extension Release.Floors {
  var json: JSON? {
    var object = JSONObject()
    object.append("glibc", glibc.map { .string($0) })
    object.append("glibcxx", glibcxx.map { .string($0) })
    object.append("cxxabi", cxxabi.map { .string($0) })
    object.append("isa", isa.map { .string($0.description) })
    return object.members.isEmpty ? nil : .object(object)
  }

  /// nil where one is no text, or no level: a need that can't be read must not pass for none.
  init?(json: JSON) {
    guard let object = json.objectValue else { return nil }
    let texts = ["glibc", "glibcxx", "cxxabi"].map { (object[$0], object[$0]?.stringValue) }
    guard texts.allSatisfy({ value, text in value == nil || text != nil }) else { return nil }
    let isa = object["isa"].map { $0.stringValue.flatMap { InstructionLevel($0) } }
    if case .some(nil) = isa { return nil }
    self.init(glibc: texts[0].1, glibcxx: texts[1].1, cxxabi: texts[2].1, isa: isa ?? nil)
  }
}
