internal import Archiving
internal import Files
internal import PkgCore
internal import Signing

/// Makes a submission: what `publish` does where the index can't be written.
public struct Submitting: Sendable {
  private let session: Session

  /// Submissions of a session.
  public init(_ session: Session) { self.session = session }

  /// Checks archives as the index will, and puts them into a folder to be sent, with the publisher's
  /// records signed by its key where it has a role of its own.
  ///
  /// - Parameters:
  ///   - files: signed archives of one publisher.
  ///   - folder: made anew.
  ///   - index: the index's name; nil where there is but one.
  ///   - key: the publisher's key.
  ///   - rotations: files of statements by which its keys hand on, besides those beside the keys.
  public func submit(
    _ files: [String], into folder: String, index name: String?, key keyName: String?,
    rotations: [String] = [], passphrase: PassphraseSource
  ) async throws -> Submission {
    let (ring, network) = (KeyRing(session), Network(session))
    let secret = try ring.secretKey(
      keyName ?? ring.usualSecretKeyName(), passphrase: passphrase)
    let registry = IndexRegistry(session)
    let index = try registry.only(name)
    let client = try await IndexClient.open(index, session, network, refresh: .always)
    let names = try OpenedPackage.with(files) { packages in
      packages.map(\.package.description.manifest.name)
    }
    guard let publisher = names.first?.publisher,
      names.allSatisfy({ $0.publisher == publisher })
    else {
      throw Diagnostic(
        .usageConflict, "these are archives of several publishers",
        hint: "make a submission for each")
    }
    var former: [PluginName: IndexRecord] = [:]
    for name in Set(names) { former[name] = try await client.record(name) }
    let signer = try TUFSigner(secret)
    let role = try await Self.role(of: publisher, signer, client)
    let keys = PublisherKeys(
      forNew: [secret.publicKey], offered: try ring.successions(besides: rotations), ring: ring)
    var submission = Submission(
      folder: try FileSystem.absolute(folder), publisher: publisher,
      packages: files.map { FileSystem.baseName(of: $0) }, key: secret.publicKey.base64,
      hasRole: role != nil)
    let records = try Self.records(files, former, keys, now: session.now)
    let claimed = keys.offered.claims(of: publisher)
    submission.rotations = claimed.statements
    submission.keys = claimed.keys.map(\.base64)
    try submission.begin(copying: files)
    if let role { try write(role, records, of: submission, signedBy: signer) }
    return submission
  }

  /// The publisher's role, where this key signs it; one that the index vouches for is the index's to sign.
  private static func role(
    of publisher: NamePart, _ signer: TUFSigner, _ client: IndexClient
  ) async throws -> TUFTargets? {
    let way = IndexLayout.way(to: publisher)
    let above = try await client.metadata.targets(by: Array(way.dropLast()))
    guard let authority = above?.delegations?.authority(for: way[2]),
      authority.keyID(of: signer.key) != nil
    else { return nil }
    return try await client.metadata.targets(by: way)
  }

  private static func records(
    _ files: [String], _ former: [PluginName: IndexRecord], _ keys: PublisherKeys,
    now: Timestamp
  ) throws -> [IndexRecord] {
    try OpenedPackage.with(files) { packages in
      var records = former
      var changed: Set<PluginName> = []
      for package in packages {
        let name = package.package.description.manifest.name
        let (record, published) = try package.added(
          to: records[name], keys: keys, now: now)
        records[name] = record
        if published.isNew { changed.insert(name) }
      }
      guard !changed.isEmpty else {
        throw Diagnostic(.indexImmutable, "all of these archives are published already")
      }
      return changed.sorted().compactMap { records[$0] }
    }
  }

  private func write(
    _ role: TUFTargets, _ records: [IndexRecord], of submission: Submission,
    signedBy signer: TUFSigner
  ) throws {
    var targets: [TUFTarget] = []
    for record in records {
      let bytes = record.json.compactBytes
      try FileSystem.replace(submission.recordPath(record.name), with: bytes, isDurable: false)
      targets.append(
        TUFTarget(
          path: IndexRecord.path(of: record.name), length: Int64(bytes.count),
          sha256: sha256(bytes)))
    }
    let kept = role.targets.filter { old in !targets.contains { sameBytes($0.path, old.path) } }
    let all = (kept + targets).sorted { bytesPrecede($0.path, $1.path) }
    let days = IndexLayout.days(role.header.role, isLarge: false)
    let draft = try TUFDraft.targets(
      after: role.header.version, role: role.header.role, targets: all,
      expires: session.now.adding(days: days)
    ).signed(with: [signer])
    try FileSystem.replace(submission.rolePath, with: draft.bytes)
  }
}
