internal import Files
public import PkgCore
internal import Signing

/// Signs an index's metadata anew before it expires, and makes all of it anew from the records.
public struct IndexRenewal: Sendable {
  /// What a renewal did.
  public struct Result: Sendable {
    /// Whether clients see it.
    public let outcome: RepositoryOutcome
    /// Roles that were signed anew, besides snapshot and timestamp.
    public let renewed: [String]
    /// Roles whose term is more than half over and that no key here signs, with their ends.
    public let ending: [(role: String, expires: Timestamp)]
  }

  private let repository: Repository
  private let now: Timestamp

  /// The renewal of one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// Signs snapshot and timestamp anew, and every role whose term is more than half over and that a key at
  /// hand signs; where others must sign too, it waits for them. What nobody here can sign is told.
  public func renew() throws -> Result {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      let waiting = try repository.waitingRoles()
      var renewed: [String] = []
      var ending: [(role: String, expires: Timestamp)] = []
      for (way, header) in try endingRoles(&edit) where !waiting.contains(header.role) {
        let authority = try edit.presentAuthority(header.role) ?? edit.authority(way)
        guard let authority, try !repository.keys.signers(for: authority).isEmpty else {
          ending.append((header.role.text, header.expires))
          continue
        }
        renewed.append(header.role.text)
        if header.role == .root {
          try edit.renewRoot(now: now)
        } else {
          edit.renew(way)
        }
      }
      return Result(
        outcome: try repository.commit(edit, now: now), renewed: renewed, ending: ending)
    }
  }

  private func endingRoles(_ edit: inout RepositoryEdit) throws -> [(way: [TUFRoleName], TUFHeader)]
  {
    var headers: [(way: [TUFRoleName], TUFHeader)] = [([.root], edit.state.root.header)]
    for way in try edit.allWays() where way.last != IndexLayout.withdrawn {
      if let header = try edit.state.targets(way)?.header { headers.append((way, header)) }
    }
    let isLarge = try edit.isLarge()
    return headers.filter { _, header in
      let days = IndexLayout.days(header.role, isLarge: isLarge)
      return header.expires < now.adding(days: max(1, days / 2))
    }
  }

  /// Makes names, catalog and metadata anew from the records: after a restore, or for an index whose
  /// records all lie in the top-level role, as the first version of plugctl made them.
  ///
  /// - Parameter bits: spreads the community's plugins over so many bins, 2 to the power of this; nil for
  ///   as many as their number asks for.
  public func rebuild(bits: Int?) throws -> RepositoryOutcome {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      if try edit.delegations([.targets]) == nil { try moveFromTopLevel(&edit) }
      if let bits, try edit.binBits() != bits { try edit.layOutBins(bits) }
      var records: [IndexRecord] = []
      for way in try edit.recordWays() {
        for target in try edit.targets(way) { records.append(try repository.record(target)) }
      }
      try edit.write(catalog: records.compactMap { CatalogDocument.Entry($0) })
      try repository.putNames(records.map(\.name), into: &edit)
      for way in try edit.allWays()
      where edit.state.version(of: way[way.count - 1]) != nil {
        guard let authority = try edit.authority(way) else { continue }
        if try repository.keys.signers(for: authority).count >= authority.threshold {
          edit.renew(way)
        }
      }
      return try repository.commit(edit, now: now)
    }
  }

  private func moveFromTopLevel(_ edit: inout RepositoryEdit) throws {
    let former = try edit.targets([.targets])
    try edit.layOut(
      targets: edit.state.root.authority(for: .targets),
      online: edit.state.root.authority(for: .timestamp))
    for target in former {
      edit.remove(target.path, from: [.targets])
      guard let name = IndexRecord.name(ofPath: target.path) else { continue }
      try repository.vouch(for: name.publisher, in: &edit)
      try edit.set(target, in: edit.way(of: target.path))
    }
    try edit.growBins()
  }
}

extension RepositoryEdit {
  /// The ways to all roles below the root that list targets.
  mutating func allWays() throws -> [[TUFRoleName]] {
    var ways: [[TUFRoleName]] = [[.targets]]
    if case .roles(let roles) = try delegations([.targets]) {
      ways += roles.map { [.targets, $0.name] }
    }
    for way in try recordWays() where !ways.contains(way) { ways.append(way) }
    return ways
  }

  /// The role of the community that a record's path falls to, whoever has it now.
  mutating func communityWay(of path: String) throws -> [TUFRoleName] {
    let community = [TUFRoleName.targets, IndexLayout.community]
    guard case .bins(let bins) = try delegations(community) else { return community }
    return community + [bins.role(of: path)]
  }
}
