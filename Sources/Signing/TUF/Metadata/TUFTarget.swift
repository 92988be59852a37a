public import PkgCore

/// A file that targets metadata lists (TUF 4.5).
public struct TUFTarget: Sendable {
  /// Its path in the repository, without a slash at the start.
  public let path: String
  /// Its length in bytes.
  public let length: Int64
  /// Its hashes; at least one.
  public let hashes: TUFHashes
  /// What the operator adds (`custom`); nil without.
  public let custom: JSON?

  /// A file of this path, length and hash.
  public init(path: String, length: Int64, sha256: SHA256Digest, custom: JSON? = nil) {
    self.path = path
    self.length = length
    hashes = TUFHashes(sha256: sha256)
    self.custom = custom
  }

  init(path: String, _ fields: TUFFields) throws(TUFFault) {
    self.path = path
    length = try fields.integer("length", from: 0)
    guard let hashes = try fields.optionalHashes() else { throw .member("hashes") }
    self.hashes = hashes
    custom = try fields.whole()["custom"]
  }

  var json: JSON {
    var object = JSONObject([
      .init("length", .integer(length)), .init("hashes", .object(hashes.json)),
    ])
    object.append("custom", custom)
    return .object(object)
  }

  /// Checks a file that was hashed as it came (TUF 5.7.3).
  ///
  /// - Throws: ``TUFError/length(of:expected:found:)``, ``TUFError/hash(of:)``, and
  ///   ``TUFError/noSupportedHash(of:)`` where the metadata has no SHA-256.
  public func check(length found: Int64, sha256 digest: SHA256Digest) throws(TUFError) {
    guard found == length else { throw .length(of: path, expected: length, found: found) }
    guard let expected = hashes.sha256 else { throw .noSupportedHash(of: path) }
    guard digest == expected else { throw .hash(of: path) }
  }

  /// Checks a file in memory against every hash that is stated and supported (TUF 5.7.3).
  ///
  /// - Throws: as for a digest.
  public func check(_ bytes: [UInt8]) throws(TUFError) {
    guard Int64(bytes.count) == length else {
      throw .length(of: path, expected: length, found: Int64(bytes.count))
    }
    try hashes.check(bytes, of: path)
  }
}
