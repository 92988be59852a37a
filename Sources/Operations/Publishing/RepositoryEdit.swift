internal import PkgCore
internal import Signing

/// A change of an index that is being put together: which targets and delegations each role gets. It
/// signs and writes nothing.
struct RepositoryEdit {
  /// What one role gets.
  struct Role {
    /// Targets that are added or take the place of others of the same path.
    var set: [String: TUFTarget] = [:]
    var removed: Set<String> = []
    /// nil leaves them as they are.
    var delegations: TUFDelegations?
  }

  var state: RepositoryState
  /// A new root, unsigned; nil leaves it as it is.
  var root: TUFDraft?
  /// By the way to the role. A role without a change in it is signed anew.
  private(set) var roles: [[TUFRoleName]: Role] = [:]
  /// Metadata that somebody else made and signed, in the place of what would be made here.
  var made: [[TUFRoleName]: TUFDraft] = [:]
  /// Content of targets, by path.
  private(set) var files: [(target: TUFTarget, bytes: [UInt8])] = []

  init(_ state: RepositoryState) { self.state = state }

  /// Puts a target's content into the role that is trusted for its path.
  ///
  /// - Parameter custom: what its role says of it besides; nil for nothing.
  mutating func write(_ path: String, _ bytes: [UInt8], custom: JSON? = nil) throws {
    let target = TUFTarget(
      path: path, length: Int64(bytes.count), sha256: sha256(bytes), custom: custom)
    files.append((target, bytes))
    try set(target, in: way(of: path))
  }

  mutating func set(_ target: TUFTarget, in way: [TUFRoleName]) throws {
    roles[way, default: Role()].set[target.path] = target
  }

  mutating func remove(_ path: String, from way: [TUFRoleName]) {
    roles[way, default: Role()].set[path] = nil
    roles[way, default: Role()].removed.insert(path)
  }

  mutating func delegate(_ delegations: TUFDelegations, from way: [TUFRoleName]) {
    roles[way, default: Role()].delegations = delegations
  }

  /// Takes the change of a role back.
  mutating func drop(_ way: [TUFRoleName]) { roles[way] = nil }

  /// Has a role signed anew though nothing in it changes.
  mutating func renew(_ way: [TUFRoleName]) {
    roles[way, default: Role()] = roles[way] ?? Role()
  }

  /// What a role delegates once this is done.
  mutating func delegations(_ way: [TUFRoleName]) throws -> TUFDelegations? {
    if let edited = roles[way]?.delegations { return edited }
    return try state.delegations(way)
  }

  /// Who signs for a role once this is done; nil where nobody delegates to it.
  mutating func authority(_ way: [TUFRoleName]) throws -> TUFAuthority? {
    guard way.count > 1 else {
      return try root.map { try TUFRoot($0.bytes) }?.authority(for: .targets)
        ?? state.root.authority(for: .targets)
    }
    return try delegations(Array(way.dropLast()))?.authority(for: way[way.count - 1])
  }

  /// All who must sign the role at the end of a way.
  mutating func authorities(_ way: [TUFRoleName]) throws -> [TUFAuthority] {
    if way == [.root], let root {
      return try [state.root, TUFRoot(root.bytes)].map { $0.authority(for: .root) }
    }
    guard let authority = try authority(way) else { throw TUFError.missing(way.last ?? .targets) }
    return [authority]
  }

  /// The role that is trusted for a path once this is done.
  mutating func way(of path: String) throws -> [TUFRoleName] {
    switch path {
    case IndexLayout.namesPath: return [.targets, IndexLayout.trusted]
    case IndexLayout.catalogPath, IndexLayout.advisoriesPath:
      return [.targets, IndexLayout.catalog]
    case IndexLayout.withdrawnPath: return [.targets, IndexLayout.withdrawn]
    default: break
    }
    // What they say is run or believed on every machine: for that the role whose keys are offline signs.
    if IndexLayout.host(ofPath: path) != nil { return [.targets] }
    if let publisher = IndexRecord.name(ofPath: path)?.publisher,
      try authority(IndexLayout.way(to: publisher)) != nil
    {
      return IndexLayout.way(to: publisher)
    }
    return try communityWay(of: path)
  }

  /// A target as it is once this is done; nil where nobody lists it.
  mutating func target(_ path: String) throws -> TUFTarget? {
    let way = try way(of: path)
    if let edited = roles[way]?.set[path] { return edited }
    guard roles[way]?.removed.contains(path) != true else { return nil }
    return try state.targets(way)?.target(named: path)
  }

  /// All targets of a role once this is done, by path.
  mutating func targets(_ way: [TUFRoleName]) throws -> [TUFTarget] {
    let edit = roles[way] ?? Role()
    let kept = (try state.targets(way)?.targets ?? []).filter {
      edit.set[$0.path] == nil && !edit.removed.contains($0.path)
    }
    return (kept + edit.set.values).sorted { bytesPrecede($0.path, $1.path) }
  }

  /// Whether the index is large enough for short terms.
  mutating func isLarge() throws -> Bool { try binBits() > IndexLayout.binBits(for: 20_000) }

  /// New metadata of every role that changes, unsigned, each after the one that delegates to it.
  mutating func drafts(now: Timestamp) throws -> [RoleDraft] {
    var drafts: [RoleDraft] = []
    if let root {
      drafts.append(RoleDraft(way: [.root], draft: root, authorities: try authorities([.root])))
    }
    let isLarge = try isLarge()
    for way in roles.keys.sorted(by: { $0.count < $1.count }) {
      guard let role = way.last else { continue }
      let draft =
        try made[way]
        ?? TUFDraft.targets(
          after: state.version(of: role), role: role, targets: targets(way),
          delegations: delegations(way),
          expires: now.adding(days: IndexLayout.days(role, isLarge: isLarge)))
      drafts.append(RoleDraft(way: way, draft: draft, authorities: try authorities(way)))
    }
    return drafts
  }
}

/// Metadata of one role that is being signed.
struct RoleDraft {
  /// The way to it; of a top-level role just its name.
  let way: [TUFRoleName]
  var draft: TUFDraft
  /// Each of them must have signed: for a root the former root's keys and its own.
  let authorities: [TUFAuthority]

  var role: TUFRoleName { draft.role }

  /// How many more people must sign; 0 where it is done.
  var missingCount: Int {
    authorities.map { authority in
      do throws(TUFError) {
        try draft.check(by: authority)
        return 0
      } catch {
        if case .signatures(_, let valid, let threshold) = error { return threshold - valid }
        return authority.threshold
      }
    }.max() ?? 0
  }

  mutating func sign(with keys: RepositoryKeys) throws {
    for authority in authorities {
      for (signer, keyID) in try keys.signers(for: authority) {
        try draft.sign(with: signer, keyID: keyID)
      }
    }
  }

  /// Throws where signatures are missing.
  func checkSigned() throws(TUFError) {
    for authority in authorities { try draft.check(by: authority) }
  }
}
