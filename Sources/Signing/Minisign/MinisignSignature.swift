import PkgCore

/// A detached signature in minisign's format (`.minisig`), not yet verified.
///
/// ```
/// untrusted comment: text that nobody signed
/// base64 of 74 bytes:  0 "ED" of BLAKE2b-512, or "Ed" of the file itself   2 key id   10 signature
/// trusted comment: text
/// base64 of 64 bytes:  the signature of (signature, text)
/// ```
public struct MinisignSignature: Sendable {
  /// What minisign itself writes where no other comment is given.
  public static let usualComment = "signature from minisign secret key"

  /// The first comment, which anybody may have written.
  public let untrustedComment: String
  /// The key that the signature says it is of.
  public let keyID: MinisignKeyID
  /// Whether the BLAKE2b-512 digest is signed, not the file itself.
  public let isPrehashed: Bool
  /// What the second comment says; true only once ``verify(_:by:)-(BLAKE2bDigest,_)`` returns it.
  public let unverifiedComment: String
  private let signature: [UInt8]
  private let commentSignature: [UInt8]

  /// Signs a file by its digest.
  ///
  /// - Parameters:
  ///   - digest: BLAKE2b-512 of the whole file.
  ///   - trustedComment: one line of at most 1024 bytes, signed too.
  ///   - untrustedComment: one line of at most 1024 bytes, not signed.
  /// - Throws: ``SigningError/commentInvalid``, ``SigningError/library(function:)``.
  public init(
    signing digest: BLAKE2bDigest, with key: MinisignSecretKey, trustedComment: String,
    untrustedComment: String = usualComment
  ) throws(SigningError) {
    for comment in [trustedComment, untrustedComment] {
      guard MinisignText.isComment(comment, limit: MinisignText.commentLimit) else {
        throw .commentInvalid
      }
    }
    self.untrustedComment = untrustedComment
    keyID = key.publicKey.keyID
    isPrehashed = true
    unverifiedComment = trustedComment
    signature = try key.sign(digest.bytes)
    commentSignature = try key.sign(signature + Array(trustedComment.utf8))
  }

  /// Reads a `.minisig` file.
  ///
  /// - Throws: ``SigningError/signatureMalformed``.
  public init(fileText: String) throws(SigningError) {
    let lines = MinisignText.lines(fileText)
    guard lines.count == 4,
      let untrusted = MinisignText.comment(lines[0], after: MinisignText.untrustedPrefix),
      let trusted = MinisignText.comment(lines[2], after: MinisignText.trustedPrefix),
      MinisignText.isComment(trusted, limit: MinisignText.trustedCommentLimit),
      let blob = bytes(base64: lines[1]), blob.count == 74,
      let comment = bytes(base64: lines[3]), comment.count == Ed25519.signatureByteCount,
      let keyID = MinisignKeyID(bytes: Array(blob[2..<10]))
    else { throw .signatureMalformed }
    switch Array(blob[0..<2]) {
    case Array("ED".utf8): isPrehashed = true
    case Array("Ed".utf8): isPrehashed = false
    default: throw .signatureMalformed
    }
    self.keyID = keyID
    untrustedComment = untrusted
    unverifiedComment = trusted
    signature = Array(blob[10...])
    commentSignature = comment
  }

  /// The `.minisig` file, four lines.
  public var fileText: String {
    let blob = Array((isPrehashed ? "ED" : "Ed").utf8) + keyID.bytes + signature
    return """
      \(MinisignText.untrustedPrefix)\(untrustedComment)
      \(base64(blob))
      \(MinisignText.trustedPrefix)\(unverifiedComment)
      \(base64(commentSignature))

      """
  }

  /// Checks the signature over a file's digest, and the trusted comment with it.
  ///
  /// - Returns: the trusted comment, which is now worth its name.
  /// - Throws: ``SigningError/signatureOfOtherKey(expected:found:)``,
  ///   ``SigningError/signatureMismatch(_:)``, ``SigningError/trustedCommentMismatch(_:)``, and
  ///   ``SigningError/signatureNotPrehashed`` for one of the old kind.
  public func verify(_ digest: BLAKE2bDigest, by key: MinisignPublicKey) throws(SigningError)
    -> String
  {
    try checkKeyID(key)
    guard isPrehashed else { throw .signatureNotPrehashed }
    return try verify(message: digest.bytes, by: key)
  }

  /// Checks the signature over a whole file in memory, of either kind, and the trusted comment.
  ///
  /// - Returns: the trusted comment.
  /// - Throws: as for a digest, but never ``SigningError/signatureNotPrehashed``.
  public func verify(_ bytes: [UInt8], by key: MinisignPublicKey) throws(SigningError) -> String {
    try checkKeyID(key)
    return try verify(message: isPrehashed ? blake2b(bytes).bytes : bytes, by: key)
  }

  private func checkKeyID(_ key: MinisignPublicKey) throws(SigningError) {
    guard key.keyID == keyID else {
      throw .signatureOfOtherKey(expected: key.keyID, found: keyID)
    }
  }

  private func verify(message: [UInt8], by key: MinisignPublicKey) throws(SigningError) -> String {
    guard Ed25519.verify(signature, of: message, by: key.key) else {
      throw .signatureMismatch(keyID)
    }
    let commented = signature + Array(unverifiedComment.utf8)
    guard Ed25519.verify(commentSignature, of: commented, by: key.key) else {
      throw .trustedCommentMismatch(keyID)
    }
    return unverifiedComment
  }
}
