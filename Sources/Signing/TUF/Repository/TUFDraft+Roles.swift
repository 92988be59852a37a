public import PkgCore

/// Makers of new metadata, each one version above the previous metadata. Members of the previous
/// file that we don't know are not carried over.
extension TUFDraft {
  /// New root metadata.
  ///
  /// - Parameters:
  ///   - previous: the root that it follows; nil for version 1.
  ///   - authorities: who signs for each of ``TUFRoleName/topLevel``.
  /// - Throws: ``TUFError/missing(_:)`` for a role that nobody, or too few, can sign for;
  ///   ``TUFError/versionExhausted(_:)``.
  public static func root(
    after previous: TUFRoot?, authorities: [TUFRoleName: TUFAuthority], expires: Timestamp
  ) throws(TUFError) -> TUFDraft {
    let version = try TUFHeader.version(after: previous?.header.version, role: .root)
    var signed = TUFHeader.json(.root, version: version, expires: expires)
    var keys = JSONObject()
    var roles = JSONObject()
    for role in TUFRoleName.topLevel {
      guard let authority = authorities[role], authority.isSatisfiable else { throw .missing(role) }
      for (keyID, key) in authority.keys { keys[keyID] = .object(key.json) }
      roles.append(role.text, authority.json)
    }
    signed.append("consistent_snapshot", true)
    signed.append("keys", .object(keys))
    signed.append("roles", .object(roles))
    return try TUFDraft(signed: signed, role: .root)
  }

  /// New timestamp metadata, with the length and hash of the snapshot.
  ///
  /// - Parameters:
  ///   - previous: the timestamp that it follows; nil for version 1.
  ///   - snapshot: the signed snapshot that is the newest.
  ///   - issued: now; clients whose clock is behind it are told so.
  ///   - pluginCount: how many plugins there are, for people; nil says nothing of it.
  /// - Throws: ``TUFError/malformed(_:_:)``, ``TUFError/versionExhausted(_:)``.
  public static func timestamp(
    after previous: TUFTimestamp?, snapshot: TUFDraft, expires: Timestamp, issued: Timestamp,
    pluginCount: Int64? = nil
  ) throws(TUFError) -> TUFDraft {
    let version = try TUFHeader.version(after: previous?.header.version, role: .timestamp)
    let header = try TUFHeader.read(snapshot.document, role: .snapshot)
    let meta = TUFFileMeta(
      version: header.version, length: Int64(snapshot.bytes.count),
      hashes: TUFHashes(sha256: sha256(snapshot.bytes)))
    var signed = TUFHeader.json(.timestamp, version: version, expires: expires)
    signed.append("meta", .object(JSONObject([.init(TUFRoleName.snapshot.fileName, meta.json)])))
    signed.append(TUFTimestamp.issuedName, .string(issued.rfc3339))
    signed.append(TUFTimestamp.pluginCountName, pluginCount.map { .integer($0) })
    return try TUFDraft(signed: signed, role: .timestamp)
  }

  /// New snapshot metadata.
  ///
  /// - Parameters:
  ///   - previous: the snapshot that it follows; nil for version 1.
  ///   - files: every role's metadata, each role once; versions suffice.
  /// - Throws: ``TUFError/missing(_:)`` unless targets are among the files,
  ///   ``TUFError/dropped(fileName:)`` and ``TUFError/rollback(_:trusted:found:)`` for what clients
  ///   of the previous snapshot would refuse, ``TUFError/versionExhausted(_:)``.
  public static func snapshot(
    after previous: TUFSnapshot?, files: [(role: TUFRoleName, meta: TUFFileMeta)],
    expires: Timestamp
  ) throws(TUFError) -> TUFDraft {
    guard files.contains(where: { $0.role == .targets }) else { throw .missing(.targets) }
    let places = Dictionary(
      files.enumerated().map { (Array($1.role.fileName.utf8), $0) }, uniquingKeysWith: { $1 })
    for (name, old) in previous?.files ?? [] {
      guard let new = places[Array(name.utf8)].map({ files[$0] }) else {
        throw .dropped(fileName: name)
      }
      guard new.meta.version >= old.version else {
        throw .rollback(new.role, trusted: old.version, found: new.meta.version)
      }
    }
    let version = try TUFHeader.version(after: previous?.header.version, role: .snapshot)
    var signed = TUFHeader.json(.snapshot, version: version, expires: expires)
    var members = JSONObject()
    for file in files { members.append(file.role.fileName, file.meta.json) }
    signed.append("meta", .object(members))
    return try TUFDraft(signed: signed, role: .snapshot)
  }

  /// New targets metadata, of the top-level role or a delegated one.
  ///
  /// - Parameters:
  ///   - previous: the version that it follows; nil for version 1.
  ///   - targets: every file; paths are unique.
  ///   - delegations: whom the role delegates to; nil for none.
  /// - Throws: ``TUFError/malformed(_:_:)``, ``TUFError/versionExhausted(_:)``.
  public static func targets(
    after previous: Int64?, role: TUFRoleName = .targets, targets: [TUFTarget],
    delegations: TUFDelegations? = nil, expires: Timestamp
  ) throws(TUFError) -> TUFDraft {
    let version = try TUFHeader.version(after: previous, role: role)
    var signed = TUFHeader.json(role, version: version, expires: expires)
    var members = JSONObject()
    for target in targets { members.append(target.path, target.json) }
    signed.append("targets", .object(members))
    signed.append("delegations", delegations.map(\.json))
    return try TUFDraft(signed: signed, role: role)
  }

  /// What a snapshot says of this metadata: its version, and its length and hash where asked.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public func fileMeta(withHash: Bool = false) throws(TUFError) -> TUFFileMeta {
    let version = try TUFHeader.read(document, role: role).version
    guard withHash else { return TUFFileMeta(version: version) }
    return TUFFileMeta(
      version: version, length: Int64(bytes.count), hashes: TUFHashes(sha256: sha256(bytes)))
  }
}

extension TUFAuthority {
  /// These keys, of which so many must sign; each under the id that we give it.
  public init(keys: [TUFKey], threshold: Int) {
    self.threshold = threshold
    self.keys = keys.map { ($0.keyID, $0) }
  }

  /// Whether there are enough different usable keys to reach the threshold.
  var isSatisfiable: Bool {
    threshold >= 1 && Set(keys.compactMap(\.key.value)).count >= threshold
  }

  var json: JSON {
    ["keyids": .strings(keys.map(\.keyID)), "threshold": .integer(Int64(threshold))]
  }
}
