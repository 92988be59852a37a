/// What a host's program is, as far as plugins depend on it: `host snapshot`, `docs/formats.md`.
public struct HostSnapshot: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// The profile's id.
  public var host: String
  /// The program's path when this was taken.
  public var binary: String
  /// The program's version; nil where it does not tell.
  public var version: Version?
  /// Of the program's file.
  public var digest: SHA256Digest
  /// When this was taken.
  public var taken: Timestamp
  /// What the program's file says; nil where it is no ELF file.
  public var facts: ElfFacts?
  /// nginx's version and its build options in one line; nil for other programs.
  public var nginxSignature: String?
  /// PostgreSQL's numbers in one line; nil for other programs.
  public var postgresMagic: String?
  /// Link hashes of Go packages, in hexadecimal digits; empty for other programs.
  public var goPackages: [(package: String, hash: String)] = []

  /// A snapshot of a file.
  public init(
    host: String, binary: String, version: Version?, digest: SHA256Digest, taken: Timestamp
  ) {
    self.host = host
    self.binary = binary
    self.version = version
    self.digest = digest
    self.taken = taken
  }

  /// What differs from an earlier one in what plugins depend on.
  public func changes(since former: HostSnapshot) -> [Change] {
    var changes: [Change] = []
    func compare(_ what: String, _ old: String?, _ new: String?) {
      guard old != new else { return }
      changes.append(
        Change(what: what, removed: old.map { [$0] } ?? [], added: new.map { [$0] } ?? []))
    }
    func compare(_ what: String, _ old: [String], _ new: [String]) {
      let (before, after) = (Set(old), Set(new))
      guard before != after else { return }
      changes.append(
        Change(
          what: what, removed: before.subtracting(after).sorted(),
          added: after.subtracting(before).sorted()))
    }
    compare("version", former.version?.description, version?.description)
    compare("build-id", former.facts?.buildID, facts?.buildID)
    compare("processor", former.facts?.machine.description, facts?.machine.description)
    compare("libraries", former.facts?.needed ?? [], facts?.needed ?? [])
    compare("needs", former.facts?.floors ?? [], facts?.floors ?? [])
    compare("exports", former.facts?.exportNames ?? [], facts?.exportNames ?? [])
    compare("nginx signature", former.nginxSignature, nginxSignature)
    compare("PostgreSQL magic", former.postgresMagic, postgresMagic)
    compare(
      "Go packages", former.goPackages.map { "\($0.package) \($0.hash)" },
      goPackages.map { "\($0.package) \($0.hash)" })
    return changes
  }

  /// One way in which two programs differ.
  public struct Change: Sendable, Equatable {
    /// What differs, as `exports`.
    public let what: String
    /// What only the earlier one has, sorted.
    public let removed: [String]
    /// What only the later one has, sorted.
    public let added: [String]
  }
}

extension ElfFacts {
  fileprivate var exportNames: [String] { exports.map(\.name) }
  fileprivate var floors: [String] {
    versionsNeeded.map { "\($0.family.rawValue)_\($0.version)" }
  }
}

extension HostSnapshot {
  /// `registry-index/schema/snapshot-1.json`.
  public var json: JSON {
    var object = JSONObject()
    object.append("schema", .integer(Self.schema))
    object.append("host", .string(host))
    object.append("binary", .string(binary))
    object.append("version", version.map { .string($0.description) })
    object.append("sha256", .string(digest.hex))
    object.append("taken", .string(taken.description))
    object.append("nginxSignature", nginxSignature.map { .string($0) })
    object.append("postgresMagic", postgresMagic.map { .string($0) })
    let packages = JSONObject(goPackages.map { .init($0.package, .string($0.hash)) })
    object.append("goPackages", goPackages.isEmpty ? nil : .object(packages))
    object.append("facts", facts?.json)
    return .object(object)
  }

  /// Reads what ``json`` writes; unknown members are passed over.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid`, `schema.unknown`, `package.invalid`.
  public init(json: JSON) throws(Diagnostic) {
    let schema = json["schema"]?.integerValue
    guard schema == nil || schema == Self.schema else {
      throw Diagnostic(
        .schemaUnknown, "the snapshot has schema \(schema ?? 0), this plugctl reads \(Self.schema)")
    }
    guard schema != nil, let host = json["host"]?.stringValue,
      let binary = json["binary"]?.stringValue,
      let digest = json["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
      let taken = json["taken"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
    else {
      throw Diagnostic(
        .configInvalid, "this is no snapshot of a host",
        hint: "`plugctl host snapshot BINARY -o FILE` makes one")
    }
    let version = json["version"]?.stringValue.flatMap { try? Version($0) }
    self.init(host: host, binary: binary, version: version, digest: digest, taken: taken)
    nginxSignature = json["nginxSignature"]?.stringValue
    postgresMagic = json["postgresMagic"]?.stringValue
    goPackages = (json["goPackages"]?.objectValue?.members ?? []).compactMap { member in
      member.value.stringValue.map { (member.name, $0) }
    }
    if let facts = json["facts"] { self.facts = try ElfFacts(json: facts) }
  }
}
