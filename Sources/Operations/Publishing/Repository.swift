internal import Files
public import PkgCore
internal import Signing

/// An index as its operator has it: a folder that any web server can serve, and the keys of its roles
/// in another folder, which is never served.
///
/// ```
/// FOLDER/metadata/   1.root.json, root.json, N.targets.json, N.snapshot.json, timestamp.json
/// FOLDER/targets/    i/<publisher>/<sha256>.<name>.json, <sha256>.catalog.json
/// FOLDER/a/          <sha256>.tar.zst and <sha256>.tar.zst.minisig
/// KEYS/              root.key, targets.key, online.key        mode 0600, folder 0700
/// ```
public struct Repository: Sendable {
  /// How long each role's metadata is valid, in days.
  enum Term {
    static let root: Int64 = 365
    static let targets: Int64 = 182
    static let online: Int64 = 7
  }

  /// The folder that is served.
  public let folder: String
  /// The folder of keys.
  public let keysFolder: String

  /// The index in a folder; its keys lie in `FOLDER-keys` unless told otherwise.
  public init(_ folder: String, keys: String?) throws {
    self.folder = try FileSystem.absolute(folder)
    keysFolder = try keys.map { try FileSystem.absolute($0) } ?? self.folder + "-keys"
    let (served, secret) = (Self.real(self.folder), Self.real(keysFolder))
    guard secret != served, !secret.hasPrefix(served + "/") else {
      throw Diagnostic(
        .usageInvalidValue, "the keys would be served with the index",
        hint: "choose a `--keys` folder outside of `\(self.folder)`")
    }
  }

  /// The path with links resolved, as far as it exists.
  private static func real(_ path: String) -> String {
    if let real = FileSystem.realPath(path) { return real }
    let parent = FileSystem.folder(of: path)
    return parent == path ? path : "\(real(parent))/\(FileSystem.baseName(of: path))"
  }

  /// Makes keys and the first metadata of an empty index.
  ///
  /// - Returns: the fingerprint by which clients trust it: SHA-256 of `1.root.json`.
  public func initialise(now: Timestamp) throws -> SHA256Digest {
    guard !FileSystem.exists("\(folder)/metadata/root.json") else {
      throw Diagnostic(
        .indexExists, "`\(folder)` is an index already", hint: "choose another folder")
    }
    for name in ["metadata", "targets/i", "a"] { try FileSystem.makeFolders("\(folder)/\(name)") }
    try FileSystem.makeFolders(keysFolder, mode: 0o700)
    for name in ["root", "targets", "online"] { try makeKey(name) }
    let (root, targets, online) = (try signer("root"), try signer("targets"), try signer("online"))
    let authorities: [TUFRoleName: TUFAuthority] = [
      .root: TUFAuthority(keys: [root.key], threshold: 1),
      .targets: TUFAuthority(keys: [targets.key], threshold: 1),
      .snapshot: TUFAuthority(keys: [online.key], threshold: 1),
      .timestamp: TUFAuthority(keys: [online.key], threshold: 1),
    ]
    let draft = try TUFDraft.root(
      after: nil, authorities: authorities, expires: now.adding(days: Term.root)
    ).signed(with: [root])
    try write("metadata/1.root.json", draft.bytes)
    try write("metadata/root.json", draft.bytes)
    try commit(RepositoryChange(), now: now)
    return sha256(draft.bytes)
  }

  /// Runs a change while no other process changes the index.
  func exclusively<Value>(_ body: () throws -> Value) throws -> Value {
    guard FileSystem.exists("\(folder)/metadata/root.json") else {
      throw Diagnostic(
        .indexUnknown, "`\(folder)` is no index", hint: "make one: `plugctl index init \(folder)`")
    }
    guard let lock = try FileLock.acquire("\(keysFolder)/lock", waitSeconds: 30) else {
      throw Diagnostic(
        .systemLocked, "another process is changing the index `\(folder)`", hint: "wait for it")
    }
    defer { withExtendedLifetime(lock) {} }
    return try body()
  }

  /// The targets metadata as it stands; nil before the first.
  func targets() throws -> TUFTargets? {
    guard let snapshot = try snapshot(), let meta = snapshot.meta(of: .targets) else { return nil }
    return try TUFTargets(verified("metadata/\(meta.version).targets.json", .targets))
  }

  func snapshot() throws -> TUFSnapshot? {
    guard let timestamp = try timestamp() else { return nil }
    let path = "metadata/\(timestamp.snapshot.version).snapshot.json"
    return try TUFSnapshot(verified(path, .snapshot))
  }

  func timestamp() throws -> TUFTimestamp? {
    guard FileSystem.exists("\(folder)/metadata/timestamp.json") else { return nil }
    return try TUFTimestamp(verified("metadata/timestamp.json", .timestamp))
  }

  /// The root that the folder serves; where the root key is at hand, one that it signed.
  func root() throws -> TUFRoot {
    let bytes = try read("metadata/root.json")
    if FileSystem.exists("\(keysFolder)/root.key") {
      let authority = TUFAuthority(keys: [try signer("root").key], threshold: 1)
      try TUFDraft(bytes, role: .root).check(by: authority)
    }
    return try TUFRoot(bytes)
  }

  /// Metadata that our own keys signed: who can write the served folder can't have us sign what they
  /// put there.
  private func verified(_ path: String, _ role: TUFRoleName) throws -> [UInt8] {
    let bytes = try read(path)
    try TUFDraft(bytes, role: role).check(by: root().authority(for: role))
    return bytes
  }

  /// The bytes of a target, which must be those that the metadata lists.
  func bytes(of target: TUFTarget) throws -> [UInt8] {
    let bytes = try read("targets/" + target.filePath(isConsistent: true))
    try target.check(bytes)
    return bytes
  }

  /// Writes changed targets and new metadata for all of them, then the timestamp that makes them
  /// current.
  func commit(_ change: RepositoryChange, now: Timestamp) throws {
    let (targetsKey, online) = (try signer("targets"), try signer("online"))
    let former = try targets()
    var list = former?.targets ?? []
    for (path, bytes) in change.written {
      let target = TUFTarget(path: path, length: Int64(bytes.count), sha256: sha256(bytes))
      try write("targets/" + target.filePath(isConsistent: true), bytes)
      if let place = list.firstIndex(where: { sameBytes($0.path, path) }) {
        list[place] = target
      } else {
        list.append(target)
      }
    }
    list.sort { bytesPrecede($0.path, $1.path) }
    let targets = try TUFDraft.targets(
      after: former, targets: list, expires: now.adding(days: Term.targets)
    ).signed(with: [targetsKey])
    try targets.check(by: root().authority(for: .targets))
    let meta = try targets.fileMeta(withHash: true)
    let snapshot = try TUFDraft.snapshot(
      after: self.snapshot(), files: [(.targets, meta)], expires: now.adding(days: Term.online)
    ).signed(with: [online])
    let timestamp = try TUFDraft.timestamp(
      after: self.timestamp(), snapshot: snapshot, expires: now.adding(days: Term.online),
      issued: now
    ).signed(with: [online])
    try write("metadata/\(meta.version).targets.json", targets.bytes)
    try write("metadata/\(snapshot.fileMeta().version).snapshot.json", snapshot.bytes)
    try write("metadata/timestamp.json", timestamp.bytes)
  }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    try FileSystem.makeFolders(FileSystem.folder(of: "\(folder)/\(path)"))
    try FileSystem.replace("\(folder)/\(path)", with: bytes)
  }

  func read(_ path: String) throws -> [UInt8] { try FileSystem.read("\(folder)/\(path)") }

  private func makeKey(_ name: String) throws {
    let path = "\(keysFolder)/\(name).key"
    guard !FileSystem.exists(path) else { return }
    let text = try MinisignSecretKey.generate().fileText(passphrase: nil)
    try FileSystem.replace(path, with: Array(text.utf8), mode: 0o600)
  }

  private func signer(_ name: String) throws -> TUFSigner {
    let path = "\(keysFolder)/\(name).key"
    guard let bytes = try FileSystem.readIfPresent(path) else {
      throw Diagnostic(
        .keyNotFound, "the index's key `\(path)` is missing",
        hint: "say where the keys are with `--keys`")
    }
    return try TUFSigner(MinisignSecretKey(fileText: String(decoding: bytes, as: UTF8.self)))
  }
}

/// Targets that a change of an index writes.
struct RepositoryChange {
  /// Paths with their new content.
  var written: [(path: String, bytes: [UInt8])] = []
}

extension Timestamp {
  /// The moment so many days later.
  func adding(days: Int64) -> Timestamp { adding(seconds: days * 86_400) }
}
