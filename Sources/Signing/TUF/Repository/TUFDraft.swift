import PkgCore

/// Metadata that is being made: signed by one person after another, then published.
public struct TUFDraft: Sendable {
  /// The role that the metadata is of.
  public let role: TUFRoleName
  /// The metadata with the signatures so far.
  public private(set) var document: TUFDocument

  /// The file as it is published, or handed to the next person who signs.
  public var bytes: [UInt8] { document.bytes }

  /// Reads a file that others signed, to add a signature.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public init(_ bytes: [UInt8], role: TUFRoleName) throws(TUFError) {
    self.role = role
    document = try TUFDocument(bytes, role: role)
  }

  init(signed: JSONObject, role: TUFRoleName) throws(TUFError) {
    self.role = role
    document = try TUFDocument(signed: signed, role: role)
  }

  /// Adds a signature, or renews this key's.
  ///
  /// - Parameter keyID: the id under which the metadata above lists the key; nil for the id that we
  ///   give keys.
  /// - Throws: ``SigningError/library(function:)``, ``TUFError/malformed(_:_:)``.
  public mutating func sign(with signer: TUFSigner, keyID: String? = nil) throws {
    let signature = try signer.signature(
      of: document.canonicalBytes, keyID: keyID ?? signer.keyID)
    document = try document.adding(signature, role: role)
  }

  /// The same, signed.
  public func signed(with signers: [TUFSigner]) throws -> TUFDraft {
    var copy = self
    for signer in signers { try copy.sign(with: signer) }
    return copy
  }

  /// Whether these keys, so many, signed.
  ///
  /// - Throws: ``TUFError/signatures(_:valid:threshold:)``.
  public func check(by authority: TUFAuthority) throws(TUFError) {
    try authority.verify(document, role: role)
  }
}
