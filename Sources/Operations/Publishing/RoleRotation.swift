internal import PkgCore
internal import Signing

/// Other keys for roles.
struct RoleRotation {
  /// The keys that sign so far.
  let from: TUFAuthority
  let to: TUFAuthority
  /// The one role that is meant; nil for all that these keys sign.
  let only: TUFRoleName?

  /// Who signs for a role afterwards.
  func authority(_ role: TUFRoleName, _ present: TUFAuthority) -> TUFAuthority {
    guard only.map({ $0 == role }) ?? present.hasSameKeys(as: from) else { return present }
    if only != nil || TUFRoleName.topLevel.contains(role) { return to }
    // What several may sign alone stays so; the emergency list needs two where there are two.
    let isEmergency = role == IndexLayout.withdrawn
    return TUFAuthority(
      keys: to.keys.map(\.key), threshold: isEmergency ? min(2, to.keys.count) : 1)
  }
}

extension RepositoryEdit {
  /// Who signs for a role of any kind now; nil where there is no such role.
  mutating func presentAuthority(_ role: TUFRoleName) throws -> TUFAuthority? {
    if TUFRoleName.topLevel.contains(role) { return state.root.authority(for: role) }
    if let publisher = IndexLayout.publisher(of: role) {
      return try authority(IndexLayout.way(to: publisher))
    }
    return try authority([.targets, role])
  }

  /// Puts other keys into the root and into every delegation that is meant, and has each role that they
  /// sign signed anew.
  mutating func rotate(_ rotation: RoleRotation, now: Timestamp) throws {
    try rotateRoot(rotation, now: now)
    try rotateRoles(of: [.targets], rotation)
    try rotateRoles(of: [.targets, IndexLayout.trusted], rotation)
    let community = [TUFRoleName.targets, IndexLayout.community]
    if case .bins(let bins) = try delegations(community), let online = try authority(community),
      !bins.authority.hasSameKeys(as: online)
    {
      delegate(
        .bins(
          TUFHashBins(
            authority: online, bitLength: bins.bitLength, namePrefix: bins.namePrefix)),
        from: community)
      for way in try communityWays() { renew(way) }
    }
  }

  /// The next root, with the same keys and a new term.
  mutating func renewRoot(now: Timestamp) throws {
    root = try TUFDraft.root(
      after: state.root,
      authorities: Dictionary(
        uniqueKeysWithValues: TUFRoleName.topLevel.map { ($0, state.root.authority(for: $0)) }),
      expires: now.adding(days: IndexLayout.days(.root, isLarge: false)))
  }

  private mutating func rotateRoot(_ rotation: RoleRotation, now: Timestamp) throws {
    var authorities: [TUFRoleName: TUFAuthority] = [:]
    for role in TUFRoleName.topLevel {
      authorities[role] = rotation.authority(role, state.root.authority(for: role))
    }
    let isChanged = authorities.contains { role, new in
      let old = state.root.authority(for: role)
      return !new.hasSameKeys(as: old) || new.threshold != old.threshold
    }
    guard isChanged else { return }
    root = try TUFDraft.root(
      after: state.root, authorities: authorities,
      expires: now.adding(days: IndexLayout.days(.root, isLarge: false)))
    renew([.targets])
  }

  private mutating func rotateRoles(of way: [TUFRoleName], _ rotation: RoleRotation) throws {
    guard case .roles(let roles) = try delegations(way) else { return }
    let new = roles.map { role in
      TUFDelegatedRole(role, signedBy: rotation.authority(role.name, role.authority))
    }
    let changed = zip(roles, new).filter {
      !$0.authority.hasSameKeys(as: $1.authority)
        || $0.authority.threshold != $1.authority.threshold
    }
    guard !changed.isEmpty else { return }
    delegate(.roles(new), from: way)
    for (role, _) in changed where state.version(of: role.name) != nil { renew(way + [role.name]) }
  }
}
