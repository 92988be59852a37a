import PkgCore

/// Root metadata: who signs for the four top-level roles (TUF 4.3).
public struct TUFRoot: Sendable {
  /// The file it was read from.
  public let document: TUFDocument
  /// Version and expiry.
  public let header: TUFHeader
  /// Whether files are fetched under names with version or hash (TUF 6.2).
  public let isConsistentSnapshot: Bool
  /// For each of ``TUFRoleName/topLevel``, who signs.
  private let authorities: [TUFRoleName: TUFAuthority]

  /// Reads root metadata; nothing is verified.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public init(_ bytes: [UInt8]) throws(TUFError) {
    try self.init(TUFDocument(bytes, role: .root))
  }

  init(_ document: TUFDocument) throws(TUFError) {
    self.document = document
    do throws(TUFFault) {
      header = try TUFHeader(document.signed, role: .root)
      let fields = TUFFields(signed: document.signed)
      if document.signed["consistent_snapshot"] == nil {
        isConsistentSnapshot = false
      } else {
        isConsistentSnapshot = try fields.member("consistent_snapshot") { $0.boolValue }
      }
      authorities = try Self.authorities(fields)
    } catch {
      throw .malformed(.root, error)
    }
  }

  /// Who signs for a top-level role; for any other name nobody, so that nothing verifies.
  public func authority(for role: TUFRoleName) -> TUFAuthority {
    authorities[role] ?? TUFAuthority(threshold: 1, keys: [])
  }

  private static func authorities(_ fields: TUFFields) throws(TUFFault) -> [TUFRoleName:
    TUFAuthority]
  {
    let keys = try TUFKeyList(fields)
    let roles = try fields.fields("roles")
    var authorities: [TUFRoleName: TUFAuthority] = [:]
    for role in TUFRoleName.topLevel {
      authorities[role] = try TUFAuthority(try roles.fields(role.text), keys: keys)
    }
    return authorities
  }
}
