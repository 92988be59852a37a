internal import Files
internal import PkgCore
internal import Signing

/// An index as its operator has it: a folder that any web server can serve, and the keys of its roles
/// in another folder, which is never served.
///
/// ```
/// FOLDER/metadata/   N.root.json, root.json, N.<role>.json, N.snapshot.json, timestamp.json
/// FOLDER/targets/    i/<publisher>/<sha256>.<name>.json, <sha256>.catalog.json, ...
/// FOLDER/a/          <sha256>.tar.zst and <sha256>.tar.zst.minisig
/// KEYS/              root.key, targets.key, online.key        mode 0600, folder 0700
/// KEYS/root.json     the root by which the operator knows the index
/// KEYS/pending/<n>/  changes that wait for signatures
/// ```
public struct Repository: Sendable {
  /// The folder that is served.
  public let folder: String
  /// The folder of keys.
  public let keysFolder: String
  /// What can sign here.
  var keys: RepositoryKeys

  /// The index in a folder; its keys lie in `FOLDER-keys` unless told otherwise.
  public init(_ folder: String, keys: String?) throws {
    self.folder = try FileSystem.absolute(folder)
    keysFolder = try keys.map { try FileSystem.absolute($0) } ?? self.folder + "-keys"
    self.keys = RepositoryKeys(folder: keysFolder)
    let (served, secret) = (Self.real(self.folder), Self.real(keysFolder))
    guard secret != served, !secret.begins(with: served + "/") else {
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

  /// The same with keys of people that were opened for this command.
  public func signing(with names: [String], of ring: KeyRing, passphrase: PassphraseSource) throws
    -> Repository
  {
    var copy = self
    for name in names {
      copy.keys.opened.append(try TUFSigner(ring.secretKey(name, passphrase: passphrase)))
    }
    return copy
  }

  /// Runs a change while no other process changes the index.
  func exclusively<Value>(_ body: () throws -> Value) throws -> Value {
    guard FileSystem.exists("\(folder)/metadata/root.json") || hasPending else {
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

  /// The metadata as it stands.
  func state() throws -> RepositoryState { try RepositoryState(folder: folder, root: root()) }

  /// The root by which the operator knows the index, brought up to the newest that is served: another
  /// operator may have changed it, by the rules that every client follows.
  func root() throws -> TUFRoot {
    let own = "\(keysFolder)/root.json"
    let known = try FileSystem.readIfPresent(own)
    var chain = try TrustedRootChain(trusting: known ?? firstRoot())
    while let next = chain.nextVersion,
      let bytes = try FileSystem.readIfPresent("\(folder)/metadata/\(next).root.json")
    {
      try chain.updateRoot(bytes)
    }
    let newest = chain.root.document.bytes
    let served = "metadata/\(chain.root.header.version).root.json"
    guard try read(served) == newest else {
      throw Diagnostic(
        .trustSignature, "`\(folder)/\(served)` is not the root that you know this index by",
        hint: "find out who changed it, and put your copy in its place: `\(own)`")
    }
    if known != newest { try FileSystem.replace(own, with: newest) }
    return chain.root
  }

  /// The served root of an index whose operator has no copy yet: one that our own key signed.
  private func firstRoot() throws -> [UInt8] {
    let bytes = try read("metadata/root.json")
    let root = try TUFRoot(bytes)
    guard try !keys.signers(for: root.authority(for: .root)).isEmpty else {
      throw Diagnostic(
        .trustMissing, "nothing says that the index in `\(folder)` is yours",
        hint: "copy its `root.json` into `\(keysFolder)`, or say where the keys are with `--keys`")
    }
    return bytes
  }

  /// The bytes of a target, which must be those that the metadata lists.
  func bytes(of target: TUFTarget) throws -> [UInt8] {
    let bytes = try read("targets/" + target.filePath(isConsistent: true))
    try target.check(bytes)
    return bytes
  }

  /// The same folder as whoever serves it has it.
  private var served: ServedFolder { ServedFolder(path: folder) }

  func write(_ path: String, _ bytes: [UInt8], isDurable: Bool = true) throws {
    try served.write(path, bytes, isDurable: isDurable)
  }

  func writeCompressible(_ path: String, _ bytes: [UInt8], isDurable: Bool) throws {
    try served.writeCompressible(path, bytes, isDurable: isDurable)
  }

  func sync() throws { try served.sync() }

  func read(_ path: String) throws -> [UInt8] { try served.read(path) }
}

extension Timestamp {
  /// The moment so many days later.
  func adding(days: Int64) -> Timestamp { adding(seconds: days * 86_400) }
}
