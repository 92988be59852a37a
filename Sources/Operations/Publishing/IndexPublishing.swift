internal import Archiving
internal import Files
public import PkgCore
internal import Signing

/// What came of publishing one archive.
public struct Published: Sendable {
  /// The plugin.
  public let name: PluginName
  /// Its version.
  public let version: Version
  /// What it runs on.
  public let platform: Platform
  /// False where the very same archive was there already.
  public let isNew: Bool
}

/// Changes of an index by who may write its folder.
public struct IndexPublishing: Sendable {
  private let repository: Repository
  private let now: Timestamp

  /// Changes to one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// Takes archives into the index: each signed by its `.minisig`, each checked as an installer would.
  ///
  /// - Parameters:
  ///   - files: archives; all are taken or none.
  ///   - keyFiles: public keys that a new plugin's signature may be by; nil where the signature's key
  ///     must be among the session's own.
  public func publish(_ files: [String], keys: KeyRing) throws -> [Published] {
    try repository.exclusively {
      let known = try keys.all().filter { !$0.isRevoked }.map {
        try MinisignPublicKey(fileText: $0.publicKey)
      }
      return try OpenedPackage.with(files) { packages in
        var records: [String: IndexRecord] = [:]
        var results: [Published] = []
        for package in packages {
          results.append(try add(package, to: &records, known: known))
          if let id = try package.signature.map({ try SignatureKeyID.read($0) }) {
            try keys.refuseRevoked(id, hint: "sign it with another key")
          }
        }
        guard results.contains(where: \.isNew) else { return results }
        for package in packages { try store(package) }
        try commit(records)
        return results
      }
    }
  }

  /// Changes what may be changed of a published version: whether it may be chosen.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` or `version.unknown`.
  public func setState(_ name: PluginName, _ version: Version, _ state: Release.State) throws {
    try edit(name, version) { $0.state = state }
  }

  /// Says that versions should not be used any more, or takes that back. They stay installable.
  ///
  /// - Parameters:
  ///   - version: which one; nil for all.
  ///   - message: what users should do instead; nil takes the mark away.
  /// - Throws: ``Diagnostic`` with `plugin.unknown` or `version.unknown`.
  public func deprecate(_ name: PluginName, _ version: Version?, _ message: String?) throws {
    try edit(name, version) { $0.deprecation = message }
  }

  private func edit(
    _ name: PluginName, _ version: Version?, _ change: (inout Release) -> Void
  ) throws {
    try repository.exclusively {
      guard var record = try record(name) else {
        throw Diagnostic(.pluginUnknown, "the index has no plugin `\(name)`")
      }
      let places = record.releases.indices.filter {
        version == nil || record.releases[$0].version == version
      }
      if let version, places.isEmpty {
        throw Diagnostic(
          .versionUnknown, "the index has no version \(version) of `\(name)`",
          notes: ["versions: " + record.releases.map(\.version.description).joined(separator: ", ")]
        )
      }
      for place in places { change(&record.releases[place]) }
      record.sequence += 1
      try commit([name.description: record])
    }
  }

  /// Makes the catalog and all metadata anew from the records: after a restore, or before they expire.
  public func renew() throws {
    try repository.exclusively { try commit([:]) }
  }

  private func add(
    _ package: OpenedPackage, to records: inout [String: IndexRecord], known: [MinisignPublicKey]
  ) throws -> Published {
    let description = package.package.description
    let name = description.manifest.name
    var record =
      try records[name.description] ?? self.record(name)
      ?? IndexRecord(name: name, host: description.manifest.host)
    guard let signature = package.signature else {
      throw Diagnostic(
        .signatureMissing, "`\(package.path)` has no `.minisig` beside it",
        hint: "sign it: `plugctl sign \(package.path)`")
    }
    let isFirst = record.keys.isEmpty
    let allowed = isFirst ? known : try record.keys.map { try MinisignPublicKey(fileText: $0) }
    let (statement, keyID) = try VerifiedArchive.check(
      package.archive, signature: signature, by: allowed, what: package.path)
    try package.package.check(is: statement, file: package.path)
    if isFirst, let key = known.first(where: { $0.keyID.hex == keyID }) {
      record.keys = [key.base64]
    }
    let build = Release.Build(
      platform: description.platform, size: package.archive.size, archive: package.archive.sha256,
      tree: package.package.tree, floors: description.elf.flatMap { Release.Floors($0) },
      signature: signature)
    try checkSpelling(description.manifest)
    let isNew = try Self.insert(build, description.manifest, into: &record, now: now)
    if isNew {
      record.describe(by: description.manifest)
      record.sequence += 1
    }
    records[name.description] = record
    return Published(
      name: name, version: description.manifest.version, platform: description.platform,
      isNew: isNew)
  }

  /// Adds a build; false where it is there already.
  ///
  /// - Throws: ``Diagnostic`` with `index.immutable` where the version has other bytes or constraints.
  private static func insert(
    _ build: Release.Build, _ manifest: Manifest, into record: inout IndexRecord, now: Timestamp
  ) throws -> Bool {
    func immutable(_ why: String) -> Diagnostic {
      Diagnostic(
        .indexImmutable, "`\(manifest.name) \(manifest.version)` is published already, \(why)",
        hint: "versions never change; publish a higher one")
    }
    guard let place = record.releases.firstIndex(where: { $0.version == manifest.version }) else {
      record.releases.append(
        Release(
          version: manifest.version, published: now, constraints: manifest.constraints,
          builds: [build]))
      record.releases.sort { $0.version < $1.version }
      return true
    }
    guard sameBytes(record.releases[place].version.description, manifest.version.description) else {
      throw immutable("with other build metadata")
    }
    guard record.releases[place].constraints == manifest.constraints else {
      throw immutable("with other dependencies")
    }
    if let there = record.releases[place].build(for: build.platform) {
      guard there.archive == build.archive else { throw immutable("with other bytes") }
      return false
    }
    record.releases[place].builds.append(build)
    return true
  }

  /// A dependency is looked up in the spelling that its own manifest declares.
  private func checkSpelling(_ manifest: Manifest) throws {
    let constraints = manifest.constraints
    let named = constraints.dependencies + constraints.anyOf.joined() + constraints.conflicts
    let published = try repository.targets()?.targets.compactMap(Self.name) ?? []
    for dependency in named {
      let other = published.first { $0.folded == dependency.name.folded && $0 != dependency.name }
      guard let other else { continue }
      throw Diagnostic(
        .nameInvalid,
        "`\(manifest.name)` names `\(dependency.name)`, which is published as `\(other)`",
        hint: "write it as its own manifest does")
    }
  }

  private func store(_ package: OpenedPackage) throws {
    let path = "a/\(package.archive.sha256.hex).tar.zst"
    guard !FileSystem.exists("\(repository.folder)/\(path)") else { return }
    let file = Descriptor(owning: package.archive.raw, name: package.path)
    try file.seek(to: 0)
    let bytes = try file.readAll(limit: Int(PackageLimits.totalBytes))
    _ = file.release()
    guard sha256(bytes) == package.archive.sha256 else {
      throw Diagnostic(
        .archiveMismatch, "`\(package.path)` changed while it was published",
        hint: "publish it again")
    }
    try repository.write(path, bytes)
    try repository.write(path + ".minisig", Array((package.signature ?? "").utf8))
  }

  private func record(_ name: PluginName) throws -> IndexRecord? {
    guard let targets = try repository.targets() else { return nil }
    let folded = targets.targets.first { target in
      target.path.hasPrefix("i/") && Self.name(of: target)?.folded == name.folded
    }
    guard let target = folded else { return nil }
    guard target.path == IndexRecord.path(of: name) else {
      throw Diagnostic(
        .nameInvalid,
        "`\(name)` is the same name as `\(target.path.dropFirst(2).dropLast(5))`, which is published already",
        hint: "`-` and `_` are one; choose another name")
    }
    return try IndexRecord(json: JSONParser.parse(repository.bytes(of: target)))
  }

  static func name(of target: TUFTarget) -> PluginName? {
    guard target.path.hasSuffix(".json") else { return nil }
    return try? PluginName(String(target.path.dropFirst(2).dropLast(5)))
  }

  /// Writes changed records and the catalog over all.
  private func commit(_ changed: [String: IndexRecord]) throws {
    var change = RepositoryChange()
    for (_, record) in changed.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      change.written.append((IndexRecord.path(of: record.name), record.json.compactBytes))
    }
    var all: [IndexRecord] = Array(changed.values)
    for target in try repository.targets()?.targets ?? [] where target.path.hasPrefix("i/") {
      guard let name = Self.name(of: target), changed[name.description] == nil else { continue }
      all.append(try IndexRecord(json: JSONParser.parse(repository.bytes(of: target))))
    }
    change.written.append(("catalog.json", CatalogDocument.json(all).compactBytes))
    try repository.commit(change, now: now)
  }
}

extension IndexRecord {
  /// Takes over what the newest manifest says for people.
  mutating func describe(by manifest: Manifest) {
    guard releases.last?.version == manifest.version else { return }
    host = manifest.host
    type = manifest.type
    title = manifest.title
    summary = manifest.summary
    license = manifest.license
    authors = manifest.authors
    tags = manifest.tags
    extensions = manifest.extensions
  }
}

extension Release.Floors {
  /// The floors of a library; nil where it needs none.
  init?(_ facts: ElfFacts) {
    func highest(_ family: SymbolVersionFamily) -> String? {
      facts.versionsNeeded.filter { $0.family == family }.map(\.version).max()?.description
    }
    let floors = Release.Floors(
      glibc: highest(.glibc), glibcxx: highest(.glibcxx), cxxabi: highest(.cxxabi),
      // The baseline runs everywhere.
      isa: facts.isaLevel.flatMap { $0 > 1 ? InstructionLevel($0) : nil })
    guard !floors.isEmpty else { return nil }
    self = floors
  }
}
