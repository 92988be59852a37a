internal import Files
public import PkgCore
internal import Signing

/// Handing on from key to key. Statements lie beside the keys, from where `publish` takes them:
///
/// ```
/// keys/rotations/<publisher>.<old id>.<new id>.minisig
/// ```
extension KeyRing {
  /// Makes a statement by which one key of a publisher hands on to the next, and keeps it for `publish`.
  ///
  /// - Returns: the text of a minisign signature.
  public func rotate(
    from old: String, to new: String, of publisher: NamePart, passphrase: PassphraseSource
  ) throws -> String {
    let named = try all().first { $0.name == new }?.publicKey ?? new
    let next = try Self.publicKey(named)
    try refuseRevoked(next.keyID.hex, hint: "hand on to another key")
    let secret = try secretKey(old, passphrase: passphrase)
    guard secret.publicKey != next else {
      throw Diagnostic(
        .usageConflict, "`\(printable(old))` and `\(printable(new))` are the same key",
        hint: "make the next one with `plugctl key generate NAME`")
    }
    let signature = try MinisignSignature(
      signing: blake2b(KeySuccessions.bytes(next)), with: secret,
      trustedComment: KeySuccessions.comment(publisher, next))
    try FileSystem.makeFolders(rotationsFolder, mode: 0o700)
    let name = "\(publisher).\(secret.publicKey.keyID.hex).\(next.keyID.hex).minisig"
    try FileSystem.replace("\(rotationsFolder)/\(name)", with: Array(signature.fileText.utf8))
    return signature.fileText
  }

  private var rotationsFolder: String { "\(ownFolder)/rotations" }

  /// The statements that lie beside the keys and in further files, with every key that is known here:
  /// whether one leads to another is for whoever uses them to check.
  ///
  /// - Throws: ``Diagnostic`` with `signature.malformed` for a file that is no signature.
  func successions(besides files: [String]) throws -> KeySuccessions {
    let stored = try FileSystem.namesIfPresent(in: rotationsFolder).filter {
      $0.ends(with: ".minisig")
    }.map { "\(rotationsFolder)/\($0)" }
    let statements = try (files + stored).map { path in
      let text = String(decoding: try FileSystem.read(path, limit: 1 << 14), as: UTF8.self)
      do throws(SigningError) { _ = try MinisignSignature(fileText: text) } catch {
        throw error.diagnostic.noting("file: `\(printable(path))`")
      }
      return text
    }
    return KeySuccessions(keys: try trustedKeys(), statements: statements)
  }
}
