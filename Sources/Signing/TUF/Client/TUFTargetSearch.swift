/// The search for one target through delegations: in pre-order, depth first, each role once
/// (TUF 5.6.7). It decides; loading the roles that it asks for is the caller's.
///
/// ```swift
/// var search = TUFTargetSearch("i/acme/vector.json")
/// while true {
///   switch try search.next(in: trusted) {
///   case .needs(let way): try trusted.updateDelegated(load(way), by: way, now: now)
///   case .found(let target, _): return target
///   case .absent: return nil
///   }
/// }
/// ```
public struct TUFTargetSearch: Sendable {
  /// What comes next.
  public enum Step: Sendable {
    /// Metadata of the last role on this way must be taken in with
    /// ``TrustedMetadata/updateDelegated(_:by:now:)``.
    case needs(way: [TUFRoleName])
    /// The target, and the roles on the way from the top-level role to the one that lists it.
    case found(TUFTarget, by: [TUFRoleName])
    /// No role that is trusted for the path lists it.
    case absent
  }

  /// The path that is looked for.
  public let path: String
  /// Roles to visit, the next one last, each with the way to it.
  private var pending: [[TUFRoleName]] = [[.targets]]
  private var visited: Set<TUFRoleName> = []

  /// A search that has visited nothing yet.
  public init(_ path: String) {
    self.path = path
  }

  /// Goes on as far as loaded metadata reaches.
  ///
  /// - Throws: ``TUFError/missing(_:)`` before the top-level targets are taken in.
  public mutating func next(in trusted: TrustedMetadata) throws(TUFError) -> Step {
    while let way = pending.last, let role = way.last {
      if visited.contains(role) {
        pending.removeLast()
        continue
      }
      // 5.6.7.1: a bound on what a malicious delegation can make us fetch.
      guard visited.count <= TUFLimits.visitedRoles else { return .absent }
      guard let targets = trusted.targets(by: way) else {
        guard way.count > 1 else { throw .missing(.targets) }
        return .needs(way: way)
      }
      pending.removeLast()
      visited.insert(role)
      if let target = targets.target(named: path) { return .found(target, by: way) }
      follow(targets.delegations?.roles(for: path) ?? [], from: way)
    }
    return .absent
  }

  private mutating func follow(
    _ roles: [(name: TUFRoleName, isTerminating: Bool)], from way: [TUFRoleName]
  ) {
    var next: [[TUFRoleName]] = []
    for role in roles {
      next.append(way + [role.name])
      if role.isTerminating {
        // 5.6.7.2.1: whatever else was to be visited is not.
        pending = []
        break
      }
    }
    pending += next.reversed()
  }
}
