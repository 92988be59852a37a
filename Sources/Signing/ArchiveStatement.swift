public import PkgCore

/// What a publisher states about an archive, in the trusted comment of its signature:
/// `plugctl:1 <publisher/name> <version> <platform> sha256=<64 hexadecimal digits>`.
public struct ArchiveStatement: Sendable, Equatable {
  /// The full name, `publisher/name`.
  public var name: String
  /// The version as the manifest has it.
  public var version: String
  /// The platform that the archive is for.
  public var platform: String
  /// The digest of the archive.
  public var digest: SHA256Digest

  /// A statement of these facts. Each text is non-empty printable ASCII without spaces, the name
  /// with one slash; nil otherwise.
  public init?(name: String, version: String, platform: String, digest: SHA256Digest) {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard [name, version, platform].allSatisfy(Self.isWord), parts.count == 2,
      parts.allSatisfy({ !$0.isEmpty })
    else { return nil }
    self.name = name
    self.version = version
    self.platform = platform
    self.digest = digest
  }

  /// Reads the exact form that ``text`` has: single spaces, lower-case digits, nothing else.
  ///
  /// - Throws: ``SigningError/statementMalformed``.
  public init(_ text: String) throws(SigningError) {
    let words = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard words.count == 5, let hex = words[4].rest(after: "sha256="),
      let digest = SHA256Digest(hex: String(hex)),
      let statement = ArchiveStatement(
        name: words[1], version: words[2], platform: words[3], digest: digest),
      sameBytes(statement.text, text)
    else { throw .statementMalformed }
    self = statement
  }

  /// The statement as a trusted comment.
  public var text: String {
    "plugctl:1 \(name) \(version) \(platform) sha256=\(digest.hex)"
  }

  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
