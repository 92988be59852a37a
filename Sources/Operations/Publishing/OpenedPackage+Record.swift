internal import Archiving
internal import Files
internal import PkgCore
internal import Signing

extension OpenedPackage {
  /// The record with this package in it, checked as an installer would.
  ///
  /// - Parameters:
  ///   - former: the record so far; nil for a new plugin.
  ///   - keys: by which it may be signed.
  func added(to former: IndexRecord?, keys: PublisherKeys, now: Timestamp) throws -> (
    IndexRecord, Published
  ) {
    let (description, manifest) = (package.description, package.description.manifest)
    var record = former ?? IndexRecord(name: manifest.name, host: manifest.host)
    guard let signature else {
      throw Diagnostic(
        .signatureMissing, "`\(path)` has no `.minisig` beside it",
        hint: "sign it: `plugctl sign \(path)`")
    }
    let isThere = former?.release(manifest.version)?.builds.contains {
      $0.archive == archive.sha256
    }
    let allowed =
      isThere == true
      ? try KeySuccessions(record).keys : try signers(signature, &record, former, keys)
    let (statement, _) = try VerifiedArchive.check(
      archive, signature: signature, by: allowed, what: path)
    try package.check(is: statement, file: path)
    let build = Release.Build(
      platform: description.platform, size: archive.size, archive: archive.sha256,
      tree: package.tree, floors: description.elf.flatMap { Release.Floors($0) },
      signature: signature, library: description.libraryMark)
    let isNew = try record.insert(build, manifest, now: now)
    if isNew {
      record.describe(by: manifest)
      record.sequence += 1
    }
    let before = former?.rotations ?? keys.history.statements
    let newKey = Set(record.rotations).isSubset(of: before) ? nil : allowed.first?.fingerprint
    return (
      record,
      Published(
        name: manifest.name, version: manifest.version, platform: description.platform,
        isNew: isNew, newKey: newKey)
    )
  }

  /// The one key that may have signed it; where there is none, all that might have.
  private func signers(
    _ signature: String, _ record: inout IndexRecord, _ former: IndexRecord?, _ keys: PublisherKeys
  ) throws -> [MinisignPublicKey] {
    let id = try MinisignSignature(fileText: signature).keyID
    try keys.ring.refuseRevoked(id.hex, hint: "sign it with another key")
    let key =
      former == nil ? try keys.firstSigner(id, in: &record) : try keys.signer(id, in: &record)
    return try key.map { [$0] }
      ?? (former == nil ? keys.forNew : KeySuccessions(record).keys)
  }
}

extension IndexRecord {
  /// Adds a build; false where it is there already.
  ///
  /// - Throws: ``Diagnostic`` with `index.immutable` where the version has other bytes or constraints.
  fileprivate mutating func insert(_ build: Release.Build, _ manifest: Manifest, now: Timestamp)
    throws -> Bool
  {
    func immutable(_ why: String) -> Diagnostic {
      Diagnostic(
        .indexImmutable, "`\(manifest.name) \(manifest.version)` is published already, \(why)",
        hint: "versions never change; publish a higher one")
    }
    guard let place = releases.firstIndex(where: { $0.version == manifest.version }) else {
      releases.append(
        Release(
          version: manifest.version, published: now, constraints: manifest.constraints,
          builds: [build]))
      releases.sort { $0.version < $1.version }
      return true
    }
    guard sameBytes(releases[place].version.description, manifest.version.description) else {
      throw immutable("with other build metadata")
    }
    guard releases[place].constraints == manifest.constraints else {
      throw immutable("with other dependencies")
    }
    if let there = releases[place].build(for: build.platform) {
      guard there.archive == build.archive else { throw immutable("with other bytes") }
      return false
    }
    releases[place].builds.append(build)
    return true
  }

  /// Takes over what the newest manifest says for people.
  fileprivate mutating func describe(by manifest: Manifest) {
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

extension PackageDescription {
  /// By what the library is known without its package.
  fileprivate var libraryMark: Release.LibraryMark? {
    guard let file = files.first(where: { $0.path == library }),
      case .file(_, _, let digest) = file.content
    else { return nil }
    return Release.LibraryMark(digest: digest, buildID: elf?.buildID)
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
