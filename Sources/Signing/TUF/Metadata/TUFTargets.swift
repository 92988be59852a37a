import PkgCore

/// Targets metadata, of the top-level role or a delegated one (TUF 4.5).
public struct TUFTargets: Sendable {
  /// The file it was read from.
  public let document: TUFDocument
  /// Role, version and expiry.
  public let header: TUFHeader
  /// The files listed, in the order received; paths are unique.
  public let targets: [TUFTarget]
  /// Whom the role delegates to; nil without.
  public let delegations: TUFDelegations?
  private let places: [[UInt8]: Int]

  /// Reads targets metadata; nothing is verified.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public init(_ bytes: [UInt8], role: TUFRoleName = .targets) throws(TUFError) {
    document = try TUFDocument(bytes, role: role)
    do throws(TUFFault) {
      header = try TUFHeader(document.signed, role: role)
      var targets: [TUFTarget] = []
      var places: [[UInt8]: Int] = [:]
      for (path, fields) in try TUFFields(signed: document.signed).each("targets") {
        places[Array(path.utf8)] = targets.count
        targets.append(try TUFTarget(path: path, fields))
      }
      self.targets = targets
      self.places = places
      delegations =
        document.signed["delegations"] == nil
        ? nil : try TUFDelegations(TUFFields(signed: document.signed).fields("delegations"))
    } catch {
      throw .malformed(role, error)
    }
  }

  /// The file of this path, compared as bytes; nil where it is not listed.
  public func target(named path: String) -> TUFTarget? {
    places[Array(path.utf8)].map { targets[$0] }
  }

  /// Whether the role delegates to another one.
  public func delegates(to role: TUFRoleName) -> Bool {
    delegations?.authority(for: role) != nil
  }
}
