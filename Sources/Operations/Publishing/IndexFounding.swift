internal import Files
public import PkgCore
internal import Signing

/// How many of how many people must sign.
public struct SigningThreshold: Sendable, Equatable {
  /// So many must.
  public let count: Int
  /// Of so many.
  public let people: Int

  /// Reads `2-of-3`; nil for anything else, or where fewer people are there than must sign.
  public init?(_ text: String) {
    let parts = text.parts(at: "-", keepsEmpty: true)
    guard parts.count == 3, parts[1] == "of", let count = Int(parts[0]), let people = Int(parts[2]),
      (1...people).contains(count), people <= 64
    else { return nil }
    self.count = count
    self.people = people
  }
}

/// Makes an index: its keys, its root, and the roles that everything else hangs on.
public struct IndexFounding: Sendable {
  private let repository: Repository
  private let now: Timestamp

  /// The founding of one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// An index whose keys are all made here and lie in its key folder.
  ///
  /// - Returns: the fingerprint by which clients trust it: SHA-256 of `1.root.json`.
  public func found() throws -> SHA256Digest {
    try makeFolders()
    let people = TUFAuthority(keys: [try repository.keys.make("root").key], threshold: 1)
    let targets = TUFAuthority(keys: [try repository.keys.make("targets").key], threshold: 1)
    guard case .published = try found(root: people, targets: targets) else {
      throw Diagnostic(.internalBug, "an index with all its keys at hand waits for signatures")
    }
    return sha256(try repository.read("metadata/1.root.json"))
  }

  /// An index that several people sign for, each with a key of their own. It waits for their
  /// signatures; only the key that is online is made here.
  ///
  /// - Parameters:
  ///   - threshold: how many of them must sign.
  ///   - keys: their public keys: files, or the bare base64.
  /// - Returns: the fingerprint that the root will have does not depend on who signs first, but on the
  ///   signatures; so it is known when it is published.
  public func found(threshold: SigningThreshold, keys: [String]) throws -> RepositoryOutcome {
    let keys = try keys.map { try TUFKey(ed25519: KeyRing.publicKey($0).key) }
    let different = keys.enumerated().filter { place, key in !keys[..<place].contains(key) }.count
    guard different == threshold.people, keys.count == different else {
      throw Diagnostic(
        .usageInvalidValue,
        "\(threshold.count)-of-\(threshold.people) needs \(threshold.people) different keys, and there are \(different)",
        hint: "name each person's public key with `--public-key FILE.pub`")
    }
    try makeFolders()
    let people = TUFAuthority(keys: keys, threshold: threshold.count)
    return try found(root: people, targets: people)
  }

  private func makeFolders() throws {
    guard !FileSystem.exists("\(repository.folder)/metadata/root.json"), !repository.hasPending
    else {
      throw Diagnostic(
        .indexExists, "`\(repository.folder)` is an index already", hint: "choose another folder")
    }
    for name in ["metadata", "targets/i", "a"] {
      try FileSystem.makeFolders("\(repository.folder)/\(name)")
    }
    try FileSystem.makeFolders(repository.keysFolder, mode: 0o700)
  }

  private func found(root: TUFAuthority, targets: TUFAuthority) throws -> RepositoryOutcome {
    let online = TUFAuthority(keys: [try repository.keys.make("online").key], threshold: 1)
    let draft = try TUFDraft.root(
      after: nil,
      authorities: [.root: root, .targets: targets, .snapshot: online, .timestamp: online],
      expires: now.adding(days: IndexLayout.days(.root, isLarge: false)))
    let state = try RepositoryState(folder: repository.folder, root: TUFRoot(draft.bytes))
    var edit = RepositoryEdit(state)
    edit.root = draft
    try edit.layOut(targets: targets, online: online)
    return try repository.commit(edit, now: now)
  }
}

extension RepositoryEdit {
  /// The roles of a new index, empty.
  mutating func layOut(targets: TUFAuthority, online: TUFAuthority) throws {
    let keys = targets.keys.map(\.key)
    // A name or a new publisher needs one of these people, the emergency list two where there are two.
    let admin = TUFAuthority(keys: keys, threshold: 1)
    let emergency = TUFAuthority(keys: keys, threshold: min(2, keys.count))
    delegate(
      IndexLayout.topLevel(admin: admin, emergency: emergency, online: online), from: [.targets])
    delegate(.roles([]), from: [.targets, IndexLayout.trusted])
    try write(IndexLayout.namesPath, NamesDocument([:]).json.compactBytes)
    try write(catalog: [])
    renew([.targets, IndexLayout.community])
  }
}
