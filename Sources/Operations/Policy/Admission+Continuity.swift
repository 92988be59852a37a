internal import PkgCore
internal import Signing

/// Who may sign the next version of what is installed.
extension Admission {
  /// Whether the next version of an installed plugin is signed by the key of the installed one, by one to
  /// which that hands on, or by one that the user trusts. A key id alone says nothing where the key is
  /// known: whoever makes a key chooses its id.
  ///
  /// - Parameters:
  ///   - former: the id of the key that signed what is installed.
  ///   - signer: the id of the key that signs the next version.
  func isContinued(
    from former: String, to signer: String, in record: IndexRecord, of index: String
  ) throws -> Bool {
    guard let next = try Self.key(signer, of: record) else { return false }
    if let known = try remembered(former, of: record, index) {
      if known == next { return true }
    } else if next.keyID.hex == former {
      return true
    }
    return try keys.trustedKeys().contains(next)
      || handsOn(from: former, to: signer, in: record, of: index)
  }

  /// Whether a publisher's key, remembered from an index, hands on to another by a record's statements: so
  /// that the next version of an installed plugin may be signed by another key.
  func handsOn(from former: String, to signer: String, in record: IndexRecord, of index: String)
    throws -> Bool
  {
    guard let known = try remembered(former, of: record, index),
      let next = try Self.key(signer, of: record)
    else { return false }
    return try KeySuccessions(record).lead(
      from: [known], to: next, of: record.name.publisher,
      isRevoked: { try keys.isRevoked($0.keyID.hex) })
  }

  /// The key of an id that was seen first; another of the same id is somebody else's.
  private func remembered(_ id: String, of record: IndexRecord, _ index: String) throws
    -> MinisignPublicKey?
  {
    try entry(index, record.name.publisher)?.keys.map(\.key).first { $0.keyID.hex == id }
  }

  private static func key(_ id: String, of record: IndexRecord) throws -> MinisignPublicKey? {
    try KeySuccessions(record).keys.first { $0.keyID.hex == id }
  }
}
