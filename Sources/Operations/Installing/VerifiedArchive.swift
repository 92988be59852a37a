internal import Archiving
internal import Files
internal import PkgCore
internal import Signing

/// An archive whose bytes are known to be the ones that were promised. There is no other way to make
/// one than the checks below, and nothing is unpacked for installing that is not one.
struct VerifiedArchive: Sendable {
  let archive: DigestedArchive
  /// What its signer says it is; nil where nobody signed and that was allowed.
  let statement: ArchiveStatement?
  /// The signer's key id.
  let keyID: String?

  private init(archive: DigestedArchive, statement: ArchiveStatement?, keyID: String?) {
    self.archive = archive
    self.statement = statement
    self.keyID = keyID
  }

  /// For unpacking in a child.
  var job: UnpackChild.Job { UnpackChild.Job(descriptor: archive.raw, size: archive.size) }

  /// Checks an archive against a release of a verified record: size, digest, publisher's signature; and
  /// against the policy.
  init(
    _ archive: DigestedArchive, is build: Release.Build, of release: Release,
    in record: IndexRecord, from index: IndexConfiguration, admission: Admission
  ) throws {
    let what = "\(record.name) \(release.version)"
    try Self.check(archive, is: build, of: release, in: record)
    let claim = try Claim(build, of: release, in: record, index: index.name)
    guard let text = build.signature else {
      try admission.admit(claim)
      self.init(archive: archive, statement: nil, keyID: nil)
      return
    }
    let publicKeys = try record.keys.map { try MinisignPublicKey(fileText: $0) }
    let (statement, keyID) = try Self.check(archive, signature: text, by: publicKeys, what: what)
    let isSame =
      sameBytes(statement.name, record.name.description)
      && sameBytes(statement.version, release.version.description)
      && sameBytes(statement.platform, build.platform.text)
    guard isSame else {
      throw Diagnostic(
        .archiveMismatch, "the archive of `\(what)` was signed as another plugin",
        notes: ["signed: \(printable(statement.text))"],
        hint: "tell who runs the index; nothing was changed")
    }
    try admission.admit(claim)
    self.init(archive: archive, statement: statement, keyID: keyID)
  }

  /// Checks a file that came from outside an index: its signature, by a key that the user trusts; and
  /// against the policy. What nobody signed is not admitted yet: only unpacked it says what it is.
  init(
    _ archive: DigestedArchive, file: String, signature: String?, keys: KeyRing,
    admission: Admission
  ) throws {
    guard let signature else {
      if admission.hasException(for: archive.sha256) {
        self.init(archive: archive, statement: nil, keyID: nil)
        return
      }
      throw Diagnostic(
        .policyUnsigned, "`\(file)` is not signed: there is no `\(file).minisig`",
        notes: ["sha256 \(archive.sha256)"],
        hint: "sign it with `plugctl sign`, ask its publisher for the signature, "
          + "or name it under `unsigned` in `policy.yaml`")
    }
    let trusted = try keys.trustedKeys()
    let id = try MinisignSignature(fileText: signature).keyID.hex
    try keys.refuseRevoked(id)
    guard trusted.contains(where: { $0.keyID.hex == id }) else {
      throw Diagnostic(
        .keyUntrusted, "`\(file)` is signed by the key `\(id)`, which you don't trust",
        hint: "if you know whose key it is: `plugctl key trust FILE.pub`")
    }
    let (statement, keyID) = try Self.check(archive, signature: signature, by: trusted, what: file)
    try admission.admit(
      Claim(
        PluginName(statement.name), Version(statement.version), archive.sha256,
        signer: trusted.first { $0.keyID.hex == id }))
    self.init(archive: archive, statement: statement, keyID: keyID)
  }

  /// Refuses other bytes than the record lists: what a server alone can be at fault for.
  static func check(
    _ archive: DigestedArchive, is build: Release.Build, of release: Release, in record: IndexRecord
  ) throws {
    guard archive.size == build.size, archive.sha256 == build.archive else {
      throw Diagnostic(
        .archiveMismatch,
        "the archive of `\(record.name) \(release.version)` is not the one that the index lists",
        notes: [
          "expected sha256 \(build.archive), \(build.size) bytes",
          "found sha256 \(archive.sha256), \(archive.size) bytes",
        ],
        hint: "tell who runs the index or its mirror; nothing was changed")
    }
  }

  /// The statement of a signature by one of these keys over this archive.
  static func check(
    _ archive: DigestedArchive, signature text: String, by keys: [MinisignPublicKey], what: String
  ) throws -> (ArchiveStatement, String) {
    let signature = try MinisignSignature(fileText: text)
    guard let key = keys.first(where: { $0.keyID == signature.keyID }) else {
      throw Diagnostic(
        .signatureInvalid,
        "`\(what)` is signed by the key `\(signature.keyID)`, which is not its publisher's",
        notes: keys.map { "publisher's key: \($0.keyID)" })
    }
    let comment: String
    if signature.isPrehashed {
      do {
        comment = try signature.verify(archive.blake2b, by: key)
      } catch {
        throw error.diagnostic.noting("archive: `\(what)`")
      }
    } else {
      throw Diagnostic(
        .signatureInvalid, "`\(what)` bears a signature of minisign's old form",
        hint: "sign it with minisign 0.11 or `plugctl sign`")
    }
    let statement = try ArchiveStatement(comment)
    guard statement.digest == archive.sha256 else {
      throw Diagnostic(.signatureInvalid, "the signature of `\(what)` was made for another archive")
    }
    return (statement, signature.keyID.hex)
  }
}
