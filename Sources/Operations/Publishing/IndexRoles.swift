internal import Files
public import PkgCore
internal import Signing

/// Changes of who signs what in an index.
public struct IndexRoles: Sendable {
  private let repository: Repository
  private let now: Timestamp

  /// Changes to one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// Gives the roles that certain keys sign to other keys: the role named, and every other one that the
  /// same keys sign.
  ///
  /// - Parameters:
  ///   - role: `root`, `targets`, `online` (snapshot, timestamp and what changes by itself) or the name
  ///     of a delegated role.
  ///   - keys: public keys, files or bare base64; empty has one made in the key folder.
  ///   - threshold: how many of them must sign; 1 by default.
  public func rotate(_ role: String, to keys: [String], threshold: Int?) throws
    -> RepositoryOutcome
  {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      let name = role == "online" ? TUFRoleName.timestamp : TUFRoleName(role)
      guard let former = try edit.presentAuthority(name) else { throw unknown(role) }
      let isTopLevel = TUFRoleName.topLevel.contains(name)
      let new = try authority(keys, threshold: threshold, made: isTopLevel ? role : "\(role)-role")
      let rotation = RoleRotation(
        from: former, to: new, only: isTopLevel && name != .root ? nil : name)
      try edit.rotate(rotation, now: now)
      return try repository.commit(edit, now: now)
    }
  }

  /// Gives a publisher a role of its own, which nobody else can list plugins for; what the community's
  /// roles list of it goes over.
  ///
  /// - Parameters:
  ///   - keys: the publisher's public keys; empty has the index's admin vouch for it.
  ///   - threshold: how many of them must sign; 1 by default.
  public func addPublisher(_ publisher: NamePart, keys: [String], threshold: Int?) throws
    -> RepositoryOutcome
  {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      let authority =
        keys.isEmpty
        ? try vouching(&edit) : try self.authority(keys, threshold: threshold, made: "")
      // Where the role is there already, this rotates it.
      let isNew = try edit.authority(IndexLayout.way(to: publisher)) == nil
      try edit.setAuthority(of: publisher, authority)
      if isNew { try takeOver(publisher, &edit) }
      return try repository.commit(edit, now: now)
    }
  }

  /// Has a publisher's role list nothing. The role stays: a name that was a publisher's is never
  /// anybody else's.
  public func removePublisher(_ publisher: NamePart) throws -> RepositoryOutcome {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      let way = IndexLayout.way(to: publisher)
      guard try edit.authority(way) != nil else { throw unknown("pub-\(publisher)") }
      try edit.setAuthority(of: publisher, vouching(&edit))
      for target in try edit.targets(way) { edit.remove(target.path, from: way) }
      var names = try repository.names(&edit)
      names.remove(publisher)
      try edit.write(IndexLayout.namesPath, names.json.compactBytes)
      try edit.write(
        catalog: try repository.catalog(&edit).filter { $0.name.publisher != publisher })
      return try repository.commit(edit, now: now)
    }
  }

  /// The publishers that have roles, each with how many plugins, and who signs.
  public func publishers() throws -> [PublisherListing] {
    try repository.exclusively { try listings() }
  }

  private func listings() throws -> [PublisherListing] {
    var edit = RepositoryEdit(try repository.state())
    guard case .roles(let roles) = try edit.delegations([.targets, IndexLayout.trusted]) else {
      return []
    }
    let admin = try vouching(&edit)
    return try roles.compactMap { role in
      guard let publisher = IndexLayout.publisher(of: role.name) else { return nil }
      let plugins = try edit.targets(IndexLayout.way(to: publisher)).count
      return PublisherListing(
        publisher: publisher, plugins: plugins, threshold: role.authority.threshold,
        keys: role.authority.keys.count, isVouchedFor: role.authority.hasSameKeys(as: admin))
    }
  }

  private func takeOver(_ publisher: NamePart, _ edit: inout RepositoryEdit) throws {
    let way = IndexLayout.way(to: publisher)
    var names = try repository.names(&edit)
    for entry in try repository.catalog(&edit) where entry.name.publisher == publisher {
      let path = IndexRecord.path(of: entry.name)
      let community = try edit.communityWay(of: path)
      guard let target = try edit.state.targets(community)?.target(named: path) else { continue }
      edit.remove(path, from: community)
      try edit.set(target, in: way)
      _ = names.add(entry.name)
    }
    try edit.write(IndexLayout.namesPath, names.json.compactBytes)
  }

  private func vouching(_ edit: inout RepositoryEdit) throws -> TUFAuthority {
    let admin = try edit.authority([.targets, IndexLayout.trusted])
    return TUFAuthority(keys: admin?.keys.map(\.key) ?? [], threshold: 1)
  }

  private func authority(_ keys: [String], threshold: Int?, made name: String) throws
    -> TUFAuthority
  {
    guard !keys.isEmpty else {
      guard threshold ?? 1 == 1 else {
        throw Diagnostic(
          .usageInvalidValue, "one key alone is made, and \(threshold ?? 1) can't sign",
          hint: "name the keys with `--public-key`")
      }
      return TUFAuthority(
        keys: [try repository.keys.replace(name, now: now).key], threshold: 1)
    }
    let keys = try keys.map { try TUFKey(ed25519: KeyRing.publicKey($0).key) }
    let threshold = threshold ?? 1
    guard (1...keys.count).contains(threshold) else {
      throw Diagnostic(
        .usageInvalidValue, "\(threshold) of \(keys.count) keys can't sign",
        hint: "name as many keys as must sign, or more")
    }
    return TUFAuthority(keys: keys, threshold: threshold)
  }

  private func unknown(_ role: String) -> Diagnostic {
    Diagnostic(
      .indexUnknown, "the index has no role `\(printable(role))`",
      hint: "it has root, targets, online, trusted, catalog, withdrawn, community and pub-PUBLISHER"
    )
  }
}

/// A publisher that has a role of its own.
public struct PublisherListing: Sendable {
  /// Who.
  public let publisher: NamePart
  /// How many plugins its role lists.
  public let plugins: Int
  /// How many of its keys must sign.
  public let threshold: Int
  /// How many keys it has.
  public let keys: Int
  /// Whether the index's admin signs for it.
  public let isVouchedFor: Bool
}
