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
  /// The fingerprint of a key to which the publisher handed on by this; nil where nothing changed.
  public var newKey: SHA256Digest?
}

/// What came of publishing some archives.
public struct Publication: Sendable {
  /// The packages.
  public let packages: [Published]
  /// Whether clients see them.
  public let outcome: RepositoryOutcome
}

/// Changes of an index by who may write its folder.
public struct IndexPublishing: Sendable {
  let repository: Repository
  let now: Timestamp

  /// Changes to one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// Takes archives into the index: each signed by its `.minisig`, each checked as an installer would.
  ///
  /// - Parameters:
  ///   - files: archives; all are taken or none.
  ///   - keys: the session's, one of which must have signed a plugin that is new.
  ///   - rotations: files of statements by which keys hand on, besides those that lie beside the keys.
  public func publish(_ files: [String], keys: KeyRing, rotations: [String] = []) throws
    -> Publication
  {
    try publish(
      files,
      by: PublisherKeys(
        forNew: try keys.trustedKeys(), offered: try keys.successions(besides: rotations),
        ring: keys))
  }

  func publish(_ files: [String], by keys: PublisherKeys) throws -> Publication {
    try repository.exclusively {
      try OpenedPackage.with(files) { packages in
        var records: [String: IndexRecord] = [:]
        var results: [Published] = []
        for package in packages {
          results.append(try add(package, to: &records, keys: keys))
          if let id = try package.signature.map({ try SignatureKeyID.read($0) }) {
            try keys.ring.refuseRevoked(id, hint: "sign it with another key")
          }
        }
        guard results.contains(where: \.isNew) else {
          return Publication(packages: results, outcome: .published)
        }
        for result in results where result.newKey != nil {
          try handOn(as: result.name, in: &records, keys: keys)
        }
        // What can't be signed stops before anything is written.
        let edit = try edit(Array(records.values))
        for package in packages { try store(package) }
        return Publication(packages: results, outcome: try repository.commit(edit, now: now))
      }
    }
  }

  /// A key is a publisher's, not a plugin's: all its records say that it handed on.
  private func handOn(
    as name: PluginName, in records: inout [String: IndexRecord], keys: PublisherKeys
  ) throws {
    guard let leader = records[name.description] else { return }
    var keys = keys
    keys.offered = try KeySuccessions(leader)
    var edit = RepositoryEdit(try repository.state())
    for former in try repository.records(of: name.publisher, &edit) {
      var record = records[former.name.description] ?? former
      for key in keys.offered.keys { _ = try keys.handOn(to: key, in: &record) }
      guard record.rotations != former.rotations else { continue }
      if record.sequence == former.sequence { record.sequence += 1 }
      records[former.name.description] = record
    }
  }

  /// Changes what may be changed of a published version: whether it may be chosen.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` or `version.unknown`.
  public func setState(_ name: PluginName, _ version: Version, _ state: Release.State) throws
    -> RepositoryOutcome
  {
    try edit(name, version) { $0.state = state }
  }

  /// Says that versions should not be used any more, or takes that back. They stay installable.
  ///
  /// - Parameters:
  ///   - version: which one; nil for all.
  ///   - message: what users should do instead; nil takes the mark away.
  /// - Throws: ``Diagnostic`` with `plugin.unknown` or `version.unknown`.
  public func deprecate(_ name: PluginName, _ version: Version?, _ message: String?) throws
    -> RepositoryOutcome
  {
    try edit(name, version) { $0.deprecation = message }
  }

  private func edit(
    _ name: PluginName, _ version: Version?, _ change: (inout Release) -> Void
  ) throws -> RepositoryOutcome {
    try repository.exclusively {
      var record = try known(name)
      if let version { try Self.checkVersion(version, of: record) }
      let places = record.releases.indices.filter {
        version == nil || record.releases[$0].version == version
      }
      for place in places { change(&record.releases[place]) }
      record.sequence += 1
      return try repository.commit(edit([record]), now: now)
    }
  }

  /// Puts versions on the emergency list: nobody may install them from now on, whoever their publisher
  /// is. For those who can't change the record; the list is valid for a few days.
  ///
  /// - Parameter version: which one; nil for all.
  /// - Throws: ``Diagnostic`` with `plugin.unknown` or `version.unknown`.
  public func withdraw(_ name: PluginName, _ version: Version?, reason: String) throws
    -> RepositoryOutcome
  {
    try repository.exclusively {
      let record = try known(name)
      if let version { try Self.checkVersion(version, of: record) }
      var edit = RepositoryEdit(try repository.state())
      var list = WithdrawnDocument([])
      if let target = try edit.target(IndexLayout.withdrawnPath) {
        list = try WithdrawnDocument(json: JSONParser.parse(repository.bytes(of: target)))
      }
      list.add(.init(name: record.name, version: version, reason: reason))
      try edit.write(IndexLayout.withdrawnPath, list.json.compactBytes)
      return try repository.commit(edit, now: now)
    }
  }

  private func known(_ name: PluginName) throws -> IndexRecord {
    if let record = try record(name) { return record }
    throw Diagnostic(.pluginUnknown, "the index has no plugin `\(name)`")
  }

  private static func checkVersion(_ version: Version, of record: IndexRecord) throws {
    guard record.release(version) == nil else { return }
    throw Diagnostic(
      .versionUnknown, "the index has no version \(version) of `\(record.name)`",
      notes: ["versions: " + record.releases.map(\.version.description).joined(separator: ", ")])
  }

  private func add(
    _ package: OpenedPackage, to records: inout [String: IndexRecord], keys: PublisherKeys
  ) throws -> Published {
    let manifest = package.package.description.manifest
    try checkSpelling(manifest)
    let former = try records[manifest.name.description] ?? record(manifest.name)
    var keys = keys
    if former == nil {
      var edit = RepositoryEdit(try repository.state())
      let others = try repository.records(of: manifest.name.publisher, &edit)
      keys.history = try (others + records.values).filter {
        $0.name.publisher.folded == manifest.name.publisher.folded
      }.map { try KeySuccessions($0) }.reduce(keys.history) { $0.adding($1) }
    }
    let (record, published) = try package.added(to: former, keys: keys, now: now)
    records[manifest.name.description] = record
    return published
  }

  /// A dependency is looked up in the spelling that its own manifest declares.
  private func checkSpelling(_ manifest: Manifest) throws {
    let constraints = manifest.constraints
    let named = constraints.dependencies + constraints.anyOf.joined() + constraints.conflicts
    for dependency in named {
      guard let other = try repository.twin(of: dependency.name) else { continue }
      throw Diagnostic(
        .nameInvalid,
        "`\(manifest.name)` names `\(dependency.name)`, which is published as `\(other)`",
        hint: "write it as its own manifest does")
    }
  }

  func store(_ package: OpenedPackage) throws {
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
    if let other = try repository.twin(of: name) {
      throw Diagnostic(
        .nameInvalid,
        "`\(name)` is the same name as `\(other)`, which is published already",
        hint: "`-` and `_` are one; choose another name")
    }
    var edit = RepositoryEdit(try repository.state())
    return try repository.record(name, &edit)
  }

  /// Changed records, and what follows from them.
  private func edit(_ changed: [IndexRecord]) throws -> RepositoryEdit {
    var edit = RepositoryEdit(try repository.state())
    try repository.put(changed, into: &edit)
    return edit
  }
}
