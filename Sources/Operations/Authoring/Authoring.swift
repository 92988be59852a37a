internal import Archiving
internal import Files
public import PkgCore
internal import Signing

/// One archive that was packed.
public struct Packed: Sendable {
  /// Where it lies.
  public let path: String
  /// Bytes.
  public let size: Int64
  /// Its digest.
  public let digest: SHA256Digest
  /// What it is.
  public let name: PluginName
  /// Its version.
  public let version: Version
  /// What it runs on.
  public let platform: Platform
}

/// What an author does with a plugin before it is published.
public struct Authoring: Sendable {
  let session: Session

  /// Authoring with a session's profiles.
  public init(_ session: Session) { self.session = session }

  /// Checks a manifest, the files that it names, and the library as far as its file tells.
  ///
  /// - Returns: the findings; none means that it can be packed and published.
  public func lint(_ path: String) throws -> (file: String, findings: [Finding]) {
    let file = try ManifestFile(path)
    guard let manifest = file.manifest else { return (file.path, file.findings.list) }
    do {
      let profile = try ProfileCatalog(session).profile(manifest.host)
      if let type = manifest.type, !profile.types.isEmpty, !profile.types.contains(type) {
        file.findings.error(
          file.mark(of: "type"), "type",
          "`type` is `\(type)`; a plugin of `\(profile.id)` is one of \(profile.types.joined(separator: ", "))"
        )
      }
      for place in manifest.variants.indices { try lint(place, manifest, file, profile) }
    } catch let error as any Diagnosable where error.diagnostic.code == .hostUnknown {
      file.findings.warning(
        file.mark(of: "host"), "host",
        error.diagnostic.message + (error.diagnostic.hint.map { "; \($0)" } ?? ""))
    }
    if manifest.summary == nil {
      file.findings.warning(
        file.mark(of: "summary"), "summary", "`summary` is missing; search shows it")
    }
    if manifest.license == nil {
      file.findings.warning(file.mark(of: "license"), "license", "`license` is missing")
    }
    return (file.path, file.findings.list)
  }

  private func lint(
    _ place: Int, _ manifest: Manifest, _ file: ManifestFile, _ profile: HostProfile
  ) throws {
    let (variant, mark, path) = (
      manifest.variants[place], file.mark(ofVariant: place), "variants[\(place)]"
    )
    do {
      _ = try PackageDraft(file, variant, isExecutable: profile.layout.isExecutable)
      guard variant.platform == .current else { return }
      let library = "\(file.folder)/\(variant.library)"
      let report = try LoadTesting(profile).test(
        file: library, name: variant.library, LoadOptions(level: 1))
      for result in report.results where result.status == .fail || result.status == .warn {
        let text = "\(result.check.rawValue): \(result.message)"
        if result.status == .fail {
          file.findings.error(mark, path, text)
        } else {
          file.findings.warning(mark, path, text)
        }
      }
    } catch let error as any Diagnosable {
      file.findings.error(mark, path, error.diagnostic.message)
    }
  }

  /// Whether a host refuses libraries without execute permission.
  private func wantsExecutable(_ host: String) throws -> Bool {
    do { return try ProfileCatalog(session).profile(host).layout.isExecutable } catch let error
      as any Diagnosable where error.diagnostic.code == .hostUnknown
    {
      return false
    }
  }

  /// Packs every variant of a manifest whose library is there.
  ///
  /// - Parameters:
  ///   - platform: only this one; nil for all.
  ///   - folder: where archives are written.
  public func pack(_ path: String, platform: Platform?, into folder: String) throws -> [Packed] {
    let file = try ManifestFile(path)
    let manifest = try file.required()
    let variants = manifest.variants.filter { platform == nil || $0.platform == platform }
    guard !variants.isEmpty else {
      throw Diagnostic(
        .packageInvalid, "`\(file.path)` has no variant for \(platform?.text ?? "any platform")")
    }
    let isExecutable = try wantsExecutable(manifest.host)
    return try variants.map { variant in
      let draft = try PackageDraft(file, variant, isExecutable: isExecutable)
      let (path, written) = try draft.write(into: folder, modified: Self.sourceDate())
      return Packed(
        path: path, size: written.size, digest: written.digest, name: manifest.name,
        version: manifest.version, platform: variant.platform)
    }
  }

  /// Signs archives: a `.minisig` beside each, whose trusted comment says what the archive is.
  ///
  /// - Returns: the signatures' paths.
  public func sign(_ files: [String], key: String?, passphrase: PassphraseSource) throws -> [String]
  {
    let ring = KeyRing(session)
    let name = try key ?? ring.usualSecretKeyName()
    let secret = try ring.secretKey(name, passphrase: passphrase)
    return try OpenedPackage.with(files) { packages in
      try packages.map { package in
        let description = package.package.description
        let statement = ArchiveStatement(
          name: description.manifest.name.description,
          version: description.manifest.version.description,
          platform: description.platform.text, digest: package.archive.sha256)
        guard let statement else {
          throw Diagnostic(.internalBug, "a statement can't be made of `\(package.path)`")
        }
        let signature = try MinisignSignature(
          signing: package.archive.blake2b, with: secret, trustedComment: statement.text)
        let path = "\(package.path).minisig"
        try FileSystem.replace(path, with: Array(signature.fileText.utf8))
        return path
      }
    }
  }

  /// Checks archives by the user's own keys, or by one that is given.
  ///
  /// - Returns: what each archive is, by its signature and its content, which agree.
  public func verify(_ files: [String], publicKey: String?) throws -> [VerifiedFile] {
    let ring = KeyRing(session)
    let keys = try publicKey.map { [try KeyRing.publicKey($0)] } ?? ring.trustedKeys()
    return try files.map { file in
      let archive = try DigestedArchive.open(file, limit: PackageLimits.totalBytes)
      guard let bytes = try FileSystem.readIfPresent("\(file).minisig", limit: 1 << 14) else {
        throw Diagnostic(
          .signatureMissing, "`\(file)` is not signed: there is no `\(file).minisig`",
          hint: "sign it with `plugctl sign`")
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let signature = try MinisignSignature(fileText: text)
      try ring.refuseRevoked(signature.keyID.hex)
      guard let key = keys.first(where: { $0.keyID == signature.keyID }) else {
        throw Diagnostic(
          .keyUntrusted,
          "`\(file)` is signed by the key `\(signature.keyID)`, which you don't trust",
          hint: "if you know whose key it is: `plugctl key trust FILE.pub`")
      }
      return try verified(file, archive, signature, key)
    }
  }

  /// A signature over any file is checked; where the file is a package, also what it says of itself.
  private func verified(
    _ file: String, _ archive: DigestedArchive, _ signature: MinisignSignature,
    _ key: MinisignPublicKey
  ) throws -> VerifiedFile {
    let comment =
      signature.isPrehashed
      ? try signature.verify(archive.blake2b, by: key)
      : try signature.verify(FileSystem.read(file, limit: Int(PackageLimits.totalBytes)), by: key)
    guard let statement = try? ArchiveStatement(comment) else {
      return VerifiedFile(file: file, keyID: key.keyID.hex, comment: comment, package: nil)
    }
    guard statement.digest == archive.sha256 else {
      throw Diagnostic(.signatureInvalid, "the signature of `\(file)` was made for another archive")
    }
    let what = try OpenedPackage.with([file]) { packages in
      try packages[0].package.check(is: statement, file: file)
      let description = packages[0].package.description
      return "\(description.manifest.name) \(description.manifest.version) \(description.platform)"
    }
    return VerifiedFile(file: file, keyID: key.keyID.hex, comment: comment, package: what)
  }

  /// Seconds for every entry of an archive: `SOURCE_DATE_EPOCH`, or 0.
  static func sourceDate() -> Int64 {
    Machine.environment("SOURCE_DATE_EPOCH").flatMap { Int64($0) }.map { max(0, $0) } ?? 0
  }
}

/// A file whose signature fits.
public struct VerifiedFile: Sendable {
  /// The file.
  public let file: String
  /// The signer's key id.
  public let keyID: String
  /// The trusted comment.
  public let comment: String
  /// Name, version and platform, where the file is a package.
  public let package: String?
}
