internal import PkgCore
internal import Signing

/// What is said of an archive before it is believed: what it is, whence it comes, who signed it.
struct Claim: Sendable {
  /// Whence it comes.
  enum Source: Sendable, Equatable {
    /// From an index; nil where it came earlier and nobody knows any more by which role.
    case index(String, RecordAuthority?)
    /// From a file or URL.
    case brought
  }

  /// Who signed it.
  struct Signer: Sendable, Equatable {
    /// minisign's key id.
    let id: String
    /// The key; nil where but its id was kept.
    let key: MinisignPublicKey?

    var number: UInt64 { UInt64(id, radix: 16) ?? 0 }
    var fingerprint: SHA256Digest? { key?.fingerprint }
  }

  let name: PluginName
  let version: Version
  let archive: SHA256Digest
  let source: Source
  /// nil where nobody signed.
  let signer: Signer?
  /// The publisher's keys by its record, and the statements by which one hands on to the next.
  var successions = KeySuccessions(keys: [], statements: [])

  /// What a record says of one of its builds. Nothing is verified here but by the record's own role.
  init(_ build: Release.Build, of release: Release, in record: IndexRecord, index: String) throws {
    name = record.name
    version = release.version
    archive = build.archive
    source = .index(index, record.authority)
    let successions = try KeySuccessions(record)
    signer = try build.signature.map { text in
      let id = try MinisignSignature(fileText: text).keyID
      return Signer(id: id.hex, key: successions.keys.first { $0.keyID == id })
    }
    self.successions = successions
  }

  /// What a generation remembers of a plugin, whose archive was verified when it came.
  init(_ plugin: InstalledPlugin) {
    name = plugin.name
    version = plugin.version
    archive = plugin.archive
    source = if case .index(let index) = plugin.origin { .index(index, nil) } else { .brought }
    signer = plugin.keyID.map { Signer(id: $0, key: nil) }
  }

  /// What is said of a file.
  init(
    _ name: PluginName, _ version: Version, _ archive: SHA256Digest, signer: MinisignPublicKey?
  ) {
    self.name = name
    self.version = version
    self.archive = archive
    source = .brought
    self.signer = signer.map { Signer(id: $0.keyID.hex, key: $0) }
  }

  var what: String { "\(name) \(version)" }
}
