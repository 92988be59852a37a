internal import Files
internal import PkgCore
internal import Signing

/// An index's metadata as it stands in the served folder. Each file counts only as signed by whom the
/// operator's own copy of the root leads to: who can write the served folder can't have us sign what
/// they put there. Terms don't count, since what has expired is what must be signed anew.
struct RepositoryState {
  let folder: String
  let root: TUFRoot
  let timestamp: TUFTimestamp?
  let snapshot: TUFSnapshot?
  private var loaded: [[TUFRoleName]: TUFTargets] = [:]

  /// Reads what is there.
  init(folder: String, root: TUFRoot) throws {
    self.folder = folder
    self.root = root
    guard let bytes = try FileSystem.readIfPresent("\(folder)/metadata/timestamp.json") else {
      (timestamp, snapshot) = (nil, nil)
      return
    }
    let timestamp = try TUFTimestamp(bytes)
    try root.authority(for: .timestamp).verify(timestamp.document, role: .timestamp)
    let snapshot = try TUFSnapshot(
      FileSystem.read("\(folder)/metadata/\(timestamp.snapshot.version).snapshot.json"))
    try root.authority(for: .snapshot).verify(snapshot.document, role: .snapshot)
    (self.timestamp, self.snapshot) = (timestamp, snapshot)
  }

  /// The metadata of the role at the end of a way; nil where there is none yet.
  mutating func targets(_ way: [TUFRoleName]) throws -> TUFTargets? {
    if let known = loaded[way] { return known }
    guard let role = way.last, let version = snapshot?.meta(of: role)?.version,
      let authority = try authority(way)
    else { return nil }
    let path = "\(folder)/metadata/\(role.path(version: version, isConsistent: true))"
    let targets = try TUFTargets(FileSystem.read(path), role: role)
    try authority.verify(targets.document, role: role)
    loaded[way] = targets
    return targets
  }

  /// Who signs for the role at the end of a way; nil where nobody delegates to it.
  mutating func authority(_ way: [TUFRoleName]) throws -> TUFAuthority? {
    guard way.count > 1 else { return root.authority(for: .targets) }
    return try targets(Array(way.dropLast()))?.delegations?.authority(for: way[way.count - 1])
  }

  /// Every role's file in the snapshot.
  var files: [(role: TUFRoleName, meta: TUFFileMeta)] {
    (snapshot?.files ?? []).compactMap { name, meta in
      name.rest(before: ".json").map { (TUFRoleName(String($0)), meta) }
    }
  }

  /// The version of a role's metadata; nil where there is none yet.
  func version(of role: TUFRoleName) -> Int64? { snapshot?.meta(of: role)?.version }

  /// What a role delegates now.
  mutating func delegations(_ way: [TUFRoleName]) throws -> TUFDelegations? {
    try targets(way)?.delegations
  }
}
