internal import Files
internal import PkgCore
internal import Signing

/// What came of a change of an index.
public enum RepositoryOutcome: Sendable, Equatable {
  /// Clients see it.
  case published
  /// It waits for signatures: its number, which is its folder under `pending/`, and the roles that
  /// lack some.
  case waiting(change: Int, roles: [MissingSignatures])

  /// A role that more people must sign.
  public struct MissingSignatures: Sendable, Equatable {
    /// The role's name.
    public let role: String
    /// How many more.
    public let count: Int
  }
}

/// A change of an index whose metadata is made, and signed by some.
struct SignedChange {
  var drafts: [RoleDraft]
  let files: [(path: String, bytes: [UInt8])]

  var missing: [RepositoryOutcome.MissingSignatures] {
    drafts.filter { $0.missingCount > 0 }.map { .init(role: $0.role.text, count: $0.missingCount) }
  }

  mutating func sign(with keys: RepositoryKeys) throws {
    for place in drafts.indices { try drafts[place].sign(with: keys) }
  }
}

extension Repository {
  /// Signs a change with the keys at hand. Where they suffice, writes it, the timestamp that makes it
  /// current last; else keeps it until others have signed.
  func commit(_ edit: RepositoryEdit, now: Timestamp) throws -> RepositoryOutcome {
    var edit = edit
    var change = SignedChange(
      drafts: try edit.drafts(now: now),
      files: edit.files.map { ("targets/" + $0.target.filePath(isConsistent: true), $0.bytes) })
    try change.sign(with: keys)
    return try finish(change, as: nil, over: &edit, now: now)
  }

  /// Publishes a change that is signed; keeps another one, under its number where it has one.
  func finish(
    _ change: SignedChange, as number: Int?, over edit: inout RepositoryEdit, now: Timestamp
  ) throws -> RepositoryOutcome {
    guard change.missing.isEmpty else {
      return .waiting(change: try keep(change, as: number), roles: change.missing)
    }
    try publish(change, over: edit.state, isLarge: edit.isLarge(), now: now)
    if let number { try dropPending(number) }
    return .published
  }

  /// Writes what is signed: content, then the roles' metadata, then snapshot and timestamp.
  private func publish(
    _ change: SignedChange, over state: RepositoryState, isLarge: Bool, now: Timestamp
  ) throws {
    // Many files are synced at once (ADR 3), each with its `.gz`.
    let isMany = change.files.count + change.drafts.count > 50
    for file in change.files {
      try writeCompressible(file.path, file.bytes, isDurable: !isMany)
    }
    var list = Dictionary(state.files.map { ($0.role, $0.meta) }, uniquingKeysWith: { $1 })
    var root = state.root
    for signed in change.drafts {
      try signed.checkSigned()
      let meta = try signed.draft.fileMeta()
      let path = signed.role.path(version: meta.version, isConsistent: true)
      try writeCompressible("metadata/\(path)", signed.draft.bytes, isDurable: !isMany)
      if signed.role == .root {
        root = try TUFRoot(signed.draft.bytes)
      } else {
        list[signed.role] = meta
      }
    }
    if isMany { try sync() }
    let terms = TimestampTerms(
      isLarge: isLarge, pluginCount: try pluginCount(change, over: state), now: now)
    try publishTimestamp(list, over: state, root: root, terms)
    try write("metadata/root.json", root.document.bytes)
    try FileSystem.replace("\(keysFolder)/root.json", with: root.document.bytes)
  }

  private func publishTimestamp(
    _ list: [TUFRoleName: TUFFileMeta], over state: RepositoryState, root: TUFRoot,
    _ terms: TimestampTerms
  ) throws {
    func signed(_ role: TUFRoleName, _ make: (Timestamp) throws -> TUFDraft) throws -> TUFDraft {
      let expires = terms.now.adding(days: IndexLayout.days(role, isLarge: terms.isLarge))
      var signed = RoleDraft(
        way: [role], draft: try make(expires), authorities: [root.authority(for: role)])
      try signed.sign(with: keys)
      try signed.checkSigned()
      return signed.draft
    }
    let files = list.map { (role: $0.key, meta: $0.value) }.sorted {
      bytesPrecede($0.role.text, $1.role.text)
    }
    let snapshot = try signed(.snapshot) {
      try TUFDraft.snapshot(after: state.snapshot, files: files, expires: $0)
    }
    let timestamp = try signed(.timestamp) {
      try TUFDraft.timestamp(
        after: state.timestamp, snapshot: snapshot, expires: $0, issued: terms.now,
        pluginCount: terms.pluginCount)
    }
    let version = try snapshot.fileMeta().version
    try writeCompressible("metadata/\(version).snapshot.json", snapshot.bytes, isDurable: true)
    try write("metadata/timestamp.json", timestamp.bytes)
  }

  /// How many plugins the catalog's role says there are; nil where it doesn't.
  private func pluginCount(_ change: SignedChange, over state: RepositoryState) throws -> Int64? {
    var state = state
    let signed = try change.drafts.first { $0.role == IndexLayout.catalog }.map {
      try TUFTargets($0.draft.bytes, role: IndexLayout.catalog)
    }
    return try (signed ?? state.targets([.targets, IndexLayout.catalog]))?
      .target(named: IndexLayout.catalogPath)?.custom?[IndexLayout.pluginCountName]?.integerValue
  }
}

/// What a new timestamp depends on besides the roles.
private struct TimestampTerms {
  let isLarge: Bool
  let pluginCount: Int64?
  let now: Timestamp
}
