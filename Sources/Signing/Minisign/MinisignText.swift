import PkgCore

/// The lines and comments that minisign's three file formats share.
enum MinisignText {
  static let untrustedPrefix = "untrusted comment: "
  static let trustedPrefix = "trusted comment: "
  /// minisign's own limit for an untrusted comment; ours for both kinds.
  static let commentLimit = 1024
  /// The longest trusted comment that minisign reads.
  static let trustedCommentLimit = 8192

  /// The lines without their ends, `\n` or `\r\n`; empty lines at the end are dropped.
  static func lines(_ text: String) -> [String] {
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// What follows the prefix, compared as bytes; nil without it.
  static func comment(_ line: String, after prefix: String) -> String? {
    let bytes = Array(line.utf8)
    guard bytes.starts(with: prefix.utf8) else { return nil }
    return String(decoding: bytes.dropFirst(prefix.utf8.count), as: UTF8.self)
  }

  /// One line without control characters, tabs apart.
  static func isComment(_ text: String, limit: Int) -> Bool {
    text.utf8.count <= limit && text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
  }
}
