public import PkgCore

extension TrustedMetadata {
  /// The targets metadata of the role at the end of a way of delegations, as far as it was taken in by
  /// that way; nil otherwise.
  ///
  /// - Parameter way: the roles from the top-level ``TUFRoleName/targets`` on, each delegated to by the
  ///   one before it.
  public func targets(by way: [TUFRoleName]) -> TUFTargets? {
    way == [.targets] ? targets : delegated[way]
  }

  /// Every delegated role that was taken in, one by two ways twice; in no order.
  public var delegatedRoles: [TUFTargets] { Array(delegated.values) }

  /// Takes in metadata of a delegated role, fetched or stored, under the authority of the one that
  /// delegates to it (TUF 5.6). What was verified by another way does not count: another delegator may
  /// name other keys for a role of the same name.
  ///
  /// - Throws: ``TUFError/missing(_:)`` where the delegator is not taken in or does not delegate to
  ///   the role, or the snapshot does not list it; otherwise as for the top-level targets.
  public mutating func updateDelegated(
    _ bytes: [UInt8], by way: [TUFRoleName], now: Timestamp
  ) throws(TUFError) {
    guard let role = way.last, way.count > 1 else { throw .missing(.targets) }
    guard let delegator = targets(by: Array(way.dropLast())) else {
      throw .missing(way[way.count - 2])
    }
    guard let authority = delegator.delegations?.authority(for: role) else { throw .missing(role) }
    delegated[way] = try acceptedTargets(bytes, role: role, by: authority, now: now)
  }

  /// The version of a role's metadata that the snapshot lists; nil where it lists none.
  public func version(of role: TUFRoleName) -> Int64? { snapshot?.meta(of: role)?.version }
}
