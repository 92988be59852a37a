public import PkgCore

/// Timestamp metadata: which snapshot is the newest (TUF 4.6).
public struct TUFTimestamp: Sendable {
  /// The file it was read from.
  public let document: TUFDocument
  /// Version and expiry.
  public let header: TUFHeader
  /// What it says of `snapshot.json`.
  public let snapshot: TUFFileMeta
  /// When it was signed, which our repositories add; nil in those of others.
  public let issued: Timestamp?
  /// How many plugins the index has, which our repositories add; nil where it isn't said. For people
  /// only.
  public let pluginCount: Int64?

  /// The member for ``issued``: TUF itself has none.
  static let issuedName = "x-plugctl-issued"
  /// The member for ``pluginCount``.
  static let pluginCountName = "x-plugctl-plugins"

  /// Reads timestamp metadata; nothing is verified.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public init(_ bytes: [UInt8]) throws(TUFError) {
    document = try TUFDocument(bytes, role: .timestamp)
    do throws(TUFFault) {
      header = try TUFHeader(document.signed, role: .timestamp)
      let list = try TUFFileList(document.signed)
      guard let snapshot = list[TUFRoleName.snapshot.fileName] else {
        throw .member("signed.meta.snapshot.json")
      }
      self.snapshot = snapshot
      let isDated = document.signed[Self.issuedName] != nil
      issued = isDated ? try TUFFields(signed: document.signed).date(Self.issuedName) : nil
      pluginCount = try TUFFields(signed: document.signed).optionalInteger(
        Self.pluginCountName, from: 0)
    } catch {
      throw .malformed(.timestamp, error)
    }
  }
}
