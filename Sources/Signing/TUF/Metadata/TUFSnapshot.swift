import PkgCore

/// Snapshot metadata: which versions of targets metadata belong together (TUF 4.4).
public struct TUFSnapshot: Sendable {
  /// The file it was read from.
  public let document: TUFDocument
  /// Version and expiry.
  public let header: TUFHeader
  let list: TUFFileList

  /// Reads snapshot metadata; nothing is verified.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public init(_ bytes: [UInt8]) throws(TUFError) {
    document = try TUFDocument(bytes, role: .snapshot)
    do throws(TUFFault) {
      header = try TUFHeader(document.signed, role: .snapshot)
      list = try TUFFileList(document.signed)
      guard list[TUFRoleName.targets.fileName] != nil else {
        throw .member("signed.meta.targets.json")
      }
    } catch {
      throw .malformed(.snapshot, error)
    }
  }

  /// What it says of a role's metadata; nil where it lists no such role.
  public func meta(of role: TUFRoleName) -> TUFFileMeta? { list[role.fileName] }

  /// The files that it lists and what it says of them, in its order.
  public var files: [(name: String, meta: TUFFileMeta)] { list.files }
}
