internal import Archiving
internal import Files
public import PkgCore
internal import Signing

/// One value of the policy that counts, with where it comes from.
public struct PolicyValue: Sendable {
  /// `publishers`, `unsigned`, `keys`, `revoked_keys` or `scanners`.
  public let field: String
  /// What it says, on one line.
  public let text: String
  /// The file; `built in` for what holds without one.
  public let origin: String
  /// When it ends; nil for no end.
  public let until: Timestamp?
}

/// What the policy says of one plugin or archive.
public struct PolicyAnswer: Sendable {
  /// Name and version.
  public let what: String
  /// The signer's key id; nil where nobody signed.
  public let keyID: String?
  /// Why it may be installed, or why not; nil for a reason that needs no words.
  public let obstacle: Diagnostic?
}

/// Answers about the policy; changes and asks nothing.
public struct PolicyQueries: Sendable {
  private let session: Session

  /// Questions of a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Every value that counts.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid`.
  public func values() throws -> [PolicyValue] {
    let policy = try PolicyFiles.effective(session)
    func value(_ field: String, _ text: String, _ origin: String, until: Timestamp? = nil)
      -> PolicyValue
    {
      PolicyValue(field: field, text: text, origin: origin, until: until)
    }
    var values = [
      value("publishers", policy.publishers.value.rawValue, policy.publishers.origin)
    ]
    values += policy.unsigned.map { one in
      let exception = one.value
      let version = exception.range.map { " \($0)" } ?? ""
      let archive = exception.archive.map { " sha256 \($0)" } ?? ""
      return value(
        "unsigned",
        "\(exception.plugin)\(version)\(archive) until \(exception.until.day): \(exception.reason)",
        one.origin, until: exception.until)
    }
    values += policy.keys.map { one in
      let keys = one.value.keys.map(\.description).joined(separator: ", ")
      return value("keys", "\(one.value.publisher): \(keys)", one.origin)
    }
    values += policy.revokedKeys.map { value("revoked_keys", $0.value.description, $0.origin) }
    values += policy.scanners.map {
      let seconds = $0.value.timeoutMilliseconds / 1000
      return value(
        "scanners", "\($0.value.arguments.joined(separator: " ")) (\(seconds) s)", $0.origin)
    }
    return values
  }

  /// Whether a plugin of the indexes, or an archive, would be admitted.
  public func check(_ text: String) async throws -> PolicyAnswer {
    switch try InstallRequest.Item(text) {
    case .file(let path): return try check(file: path)
    case .url(let url):
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(url))` is not here yet",
        hint: "download it, and check the file")
    case .reference(let reference): return try await check(reference)
    }
  }

  private func check(_ reference: PluginReference) async throws -> PolicyAnswer {
    let source = try await RecordSource.open(session, Network(session), refresh: .whenOld)
    let name = try await source.fullName(reference)
    let found = try await source.record(name)
    let fitting = found?.record.releases.filter { reference.range?.contains($0.version) ?? true }
    guard let found,
      let release = fitting?.last(where: { !$0.version.isPrerelease }) ?? fitting?.last
    else {
      throw Diagnostic(
        .versionUnknown, "no index has `\(reference)`", hint: "`plugctl versions \(name)` lists all"
      )
    }
    guard let build = release.build(for: .current) else {
      throw Diagnostic(
        .incompatiblePlatform, "`\(name)` \(release.version) has no build for this machine")
    }
    let claim = try Claim(build, of: release, in: found.record, index: found.index.name)
    return try answer(claim.what, claim.signer?.id) { try $0.admit(claim) }
  }

  /// The archive is unpacked nowhere; what nobody signed is known by its digest only.
  private func check(file: String) throws -> PolicyAnswer {
    let archive = try DigestedArchive.open(file, limit: PackageLimits.totalBytes)
    let bytes = try FileSystem.readIfPresent("\(file).minisig", limit: 1 << 14)
    let signature = bytes.map { String(decoding: $0, as: UTF8.self) }
    let id = try signature.map { try MinisignSignature(fileText: $0).keyID.hex }
    return try answer(file, id) { admission in
      _ = try VerifiedArchive(
        archive, file: file, signature: signature, keys: KeyRing(session), admission: admission)
    }
  }

  private func answer(_ what: String, _ keyID: String?, _ admit: (Admission) throws -> Void) throws
    -> PolicyAnswer
  {
    // Nothing is remembered, and a question is an obstacle: nobody is asked here.
    let silent = session.asking(Session.nobody)
    let admission = try Admission(silent)
    do {
      try admit(admission)
    } catch let error as Diagnostic
      where [.policy, .integrity, .needsConfirmation].contains(error.code.category)
    {
      return PolicyAnswer(what: what, keyID: keyID, obstacle: error)
    }
    return PolicyAnswer(what: what, keyID: keyID, obstacle: nil)
  }
}
