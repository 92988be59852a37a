public import PkgCore

/// What every kind of signed metadata begins with (TUF 4.2.1).
public struct TUFHeader: Sendable {
  /// The version of the specification that we write.
  public static let specification = "1.0.34"

  /// The role, under the name that whoever delegates to it uses.
  public let role: TUFRoleName
  /// From 1 on; only grows.
  public let version: Int64
  /// The moment from which the metadata is no longer valid.
  public let expires: Timestamp

  init(_ signed: JSONObject, role: TUFRoleName) throws(TUFFault) {
    let fields = TUFFields(signed: signed)
    let type = try fields.string("_type")
    let expected = TUFRoleName.topLevel.contains(role) ? role.text : TUFRoleName.targets.text
    guard sameBytes(type, expected) else { throw .type(type) }
    try Self.checkSpecification(try fields.string("spec_version"))
    self.role = role
    version = try fields.integer("version", from: 1)
    expires = try fields.date("expires")
  }

  static func read(_ document: TUFDocument, role: TUFRoleName) throws(TUFError) -> TUFHeader {
    do throws(TUFFault) {
      return try TUFHeader(document.signed, role: role)
    } catch {
      throw .malformed(role, error)
    }
  }

  /// Throws where the term is over: metadata is valid before `expires`, not at it (TUF 5.4.4).
  ///
  /// - Throws: ``TUFError/expired(_:at:now:)``.
  public func checkExpiry(now: Timestamp) throws(TUFError) {
    guard now < expires else { throw .expired(role, at: expires, now: now) }
  }

  /// The members of new metadata, in the order in which we write them.
  static func json(_ role: TUFRoleName, version: Int64, expires: Timestamp) -> JSONObject {
    let type = TUFRoleName.topLevel.contains(role) ? role.text : TUFRoleName.targets.text
    return JSONObject([
      .init("_type", .string(type)), .init("spec_version", .string(specification)),
      .init("version", .integer(version)), .init("expires", .string(expires.rfc3339)),
    ])
  }

  /// The version after this one.
  static func version(after previous: Int64?, role: TUFRoleName) throws(TUFError) -> Int64 {
    let (next, overflows) = (previous ?? 0).addingReportingOverflow(1)
    guard !overflows else { throw .versionExhausted(role) }
    return next
  }

  /// TUF 1: any version of the same major number.
  private static func checkSpecification(_ text: String) throws(TUFFault) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let areNumbers = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard (2...3).contains(parts.count), areNumbers, parts[0].elementsEqual("1".utf8) else {
      throw .specification(text)
    }
  }
}
