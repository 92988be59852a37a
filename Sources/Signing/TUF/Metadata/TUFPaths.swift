import PkgCore

/// Where a repository keeps its files, with consistent snapshots or without (TUF 6.2).
extension TUFRoleName {
  /// The role's metadata file, below the metadata's URL: `3.root.json`, `timestamp.json`. Bytes that
  /// a URL can't hold are percent-encoded, the slash among them.
  ///
  /// - Parameters:
  ///   - version: the version wanted.
  ///   - isConsistent: what the root says; root files bear their version in any case, and the
  ///     timestamp's never.
  public func path(version: Int64, isConsistent: Bool) -> String {
    let isVersioned = self == .root || (isConsistent && self != .timestamp)
    return (isVersioned ? "\(version)." : "") + encoded + ".json"
  }

  /// The name as one path element: letters, digits and `-._~` stay (RFC 3986, 2.3), so that no
  /// name leaves its folder and other TUF clients use the same file.
  public var encoded: String {
    var output = ""
    for byte in text.utf8 {
      let isKept =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || "-._~".utf8.contains(byte)
      output += isKept ? String(Unicode.Scalar(byte)) : "%" + [byte].hex.uppercased()
    }
    return output
  }
}

extension TUFTarget {
  /// The file below the targets' URL: with consistent snapshots its last element has the hash in
  /// front, `i/a/<sha256>.b.json`.
  public func filePath(isConsistent: Bool) -> String {
    guard isConsistent, let hash = hashes.json.members.first?.value.stringValue else { return path }
    let bytes = Array(path.utf8)
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    let folder = String(decoding: bytes[..<start], as: UTF8.self)
    return "\(folder)\(hash).\(String(decoding: bytes[start...], as: UTF8.self))"
  }
}
