internal import Files
public import PkgCore
internal import Signing

/// A change of an index that waits for signatures.
public struct PendingChange: Sendable {
  /// Its number, and the name of its folder.
  public let number: Int
  /// What it makes anew, a line each, for those who sign to compare with what they mean.
  public let lines: [String]
}

/// ```
/// KEYS/pending/<n>/change.json      { schema: 1, roles: [[way]...], files: [path...] }
/// KEYS/pending/<n>/<role>.json      the role's metadata with the signatures so far
/// KEYS/pending/<n>/files/<path>     content that is written with it
/// ```
extension Repository {
  private var pendingFolder: String { "\(keysFolder)/pending" }

  var hasPending: Bool { ((try? pendingNumbers()) ?? []).isEmpty == false }

  func pendingNumbers() throws -> [Int] {
    try FileSystem.namesIfPresent(in: pendingFolder).compactMap { Int($0) }.sorted()
  }

  /// Keeps a change for others to sign.
  ///
  /// - Returns: its number.
  func keep(_ change: SignedChange, as known: Int?) throws -> Int {
    let number = try known ?? (pendingNumbers().last ?? 0) + 1
    let folder = "\(pendingFolder)/\(number)"
    try FileSystem.makeFolders(folder, mode: 0o700)
    for file in change.files {
      try FileSystem.makeFolders(FileSystem.folder(of: "\(folder)/files/\(file.path)"))
      try FileSystem.replace("\(folder)/files/\(file.path)", with: file.bytes)
    }
    for signed in change.drafts {
      try FileSystem.replace("\(folder)/\(signed.role.encoded).json", with: signed.draft.bytes)
    }
    let description: JSON = [
      "schema": 1, "roles": .array(change.drafts.map { .strings($0.way.map(\.text)) }),
      "files": .strings(change.files.map(\.path)),
    ]
    try FileSystem.replace("\(folder)/change.json", with: description.prettyBytes)
    return number
  }

  func dropPending(_ number: Int) throws {
    try FileSystem.removeTree("\(pendingFolder)/\(number)")
  }

  /// Roles of which a new version waits for signatures.
  func waitingRoles() throws -> Set<TUFRoleName> {
    var roles: Set<TUFRoleName> = []
    for number in try pendingNumbers() {
      for file in try FileSystem.names(in: "\(pendingFolder)/\(number)") where file != "change.json"
      {
        if let role = file.rest(before: ".json") { roles.insert(TUFRoleName(String(role))) }
      }
    }
    return roles
  }

  /// Signs every waiting change with the keys at hand, and publishes those that are complete.
  public func signWaiting(now: Timestamp) throws -> [RepositoryOutcome] {
    try exclusively {
      try pendingNumbers().map { number in
        var (change, edit) = try pending(number)
        try change.sign(with: keys)
        return try finish(change, as: number, over: &edit, now: now)
      }
    }
  }

  /// The changes that wait.
  public func pendingChanges() throws -> [PendingChange] {
    try pendingNumbers().map { number in
      let (change, _) = try pending(number)
      return PendingChange(
        number: number,
        lines: try change.drafts.flatMap { try MetadataSigning.lines($0.draft.bytes, $0.role) })
    }
  }

  /// Gives a waiting change up.
  ///
  /// - Throws: ``Diagnostic`` with `index.unknown` where there is none of this number.
  public func abandon(_ number: Int) throws {
    guard try pendingNumbers().contains(number) else {
      throw Diagnostic(.indexUnknown, "no change \(number) waits for signatures")
    }
    try dropPending(number)
  }

  private func pending(_ number: Int) throws -> (SignedChange, RepositoryEdit) {
    let folder = "\(pendingFolder)/\(number)"
    let json = try JSONParser.parse(FileSystem.read("\(folder)/change.json"))
    let ways = (json["roles"]?.arrayValue ?? []).map { $0.texts.map { TUFRoleName($0) } }
    var edit: RepositoryEdit?
    var drafts: [(way: [TUFRoleName], draft: TUFDraft)] = []
    for way in ways {
      guard let role = way.last else { continue }
      let draft = try TUFDraft(
        FileSystem.read("\(folder)/\(role.encoded).json"), role: role)
      drafts.append((way, draft))
      if role == .root, !FileSystem.exists("\(self.folder)/metadata/root.json") {
        edit = RepositoryEdit(try RepositoryState(folder: self.folder, root: TUFRoot(draft.bytes)))
      }
    }
    var base = try edit ?? RepositoryEdit(state())
    // What delegates to a role may be part of the same change.
    for (way, draft) in drafts {
      if way == [.root] {
        base.root = draft
      } else if let delegations = try TUFTargets(draft.bytes, role: draft.role).delegations {
        base.delegate(delegations, from: way)
      }
    }
    let signed = try drafts.map { way, draft in
      try RoleDraft(way: way, draft: draft, authorities: base.authorities(way))
    }
    for role in signed { try checkCurrent(role, over: base.state, number) }
    let files = try (json["files"]?.texts ?? []).map { path in
      (path: path, bytes: try FileSystem.read("\(folder)/files/\(path)"))
    }
    return (SignedChange(drafts: signed, files: files), base)
  }

  /// Another change of the same role may have been published meanwhile.
  private func checkCurrent(_ signed: RoleDraft, over state: RepositoryState, _ number: Int) throws
  {
    let present =
      signed.role == .root ? state.root.header.version : state.version(of: signed.role) ?? 0
    let version = try signed.draft.fileMeta().version
    let isFirstRoot = signed.role == .root && version == 1
    guard version == present + 1 || isFirstRoot else {
      throw Diagnostic(
        .indexInvalid,
        "the waiting change \(number) is of version \(version) of the \(signed.role) metadata, and version \(present) is published",
        hint: "give it up with `plugctl index sign \(folder) --abandon \(number)` and make it again"
      )
    }
  }
}
