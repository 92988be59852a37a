public import PkgCore

/// Signed metadata as it stands in a file (TUF 4.2.1), well formed, not verified.
public struct TUFDocument: Sendable {
  /// One signature in the file.
  public struct Signature: Sendable, Equatable {
    /// The id of the key, as the file has it.
    public var keyID: String
    /// Hexadecimal digits; anything else is an invalid signature, not a malformed file.
    public var text: String
  }

  /// The file, byte for byte as received.
  public let bytes: [UInt8]
  /// The part that is signed, with members that we don't know.
  public let signed: JSONObject
  /// The bytes that are signed: the canonical JSON of ``signed``.
  public let canonicalBytes: [UInt8]
  /// The signatures; key ids are unique.
  public let signatures: [Signature]

  /// Reads a file. It must name the role as its `_type`; delegated roles are `targets`.
  ///
  /// - Throws: ``TUFError/malformed(_:_:)``.
  public init(_ bytes: [UInt8], role: TUFRoleName) throws(TUFError) {
    let limit = TUFLimits.bytes(of: role)
    guard Int64(bytes.count) <= limit else { throw .malformed(role, .tooLong(limit: limit)) }
    do throws(TUFFault) {
      let json = try Self.json(bytes)
      signed = try TUFFields(json, at: "").object("signed")
      signatures = try Self.signatures(json)
      guard let canonical = JSON.object(signed).canonicalBytes else { throw .member("signed") }
      canonicalBytes = canonical
    } catch {
      throw .malformed(role, error)
    }
    self.bytes = bytes
  }

  /// New metadata without signatures yet.
  init(signed: JSONObject, role: TUFRoleName) throws(TUFError) {
    try self.init(signed: signed, signatures: [], role: role)
  }

  private init(signed: JSONObject, signatures: [Signature], role: TUFRoleName) throws(TUFError) {
    guard let canonical = JSON.object(signed).canonicalBytes else {
      throw .malformed(role, .member("signed"))
    }
    self.signed = signed
    self.signatures = signatures
    canonicalBytes = canonical
    let list = signatures.map { signature -> JSON in
      ["keyid": .string(signature.keyID), "sig": .string(signature.text)]
    }
    let file: JSON = ["signatures": .array(list), "signed": .object(signed)]
    // People read and sign root files; the others are fetched often.
    bytes = role == .root ? file.prettyBytes : file.compactBytes + [0x0A]
  }

  /// The same metadata with this signature added, or put in place of one by the same key.
  ///
  /// The file is written anew; signatures already there stay valid, since the signed part is the
  /// same. This is how several people sign one root, each at a time.
  func adding(_ signature: Signature, role: TUFRoleName) throws(TUFError) -> TUFDocument {
    let others = signatures.filter { !sameBytes($0.keyID, signature.keyID) }
    return try TUFDocument(signed: signed, signatures: others + [signature], role: role)
  }

  private static func json(_ bytes: [UInt8]) throws(TUFFault) -> JSON {
    do throws(JSONError) {
      return try JSONParser.parse(bytes, integersOnly: true)
    } catch {
      throw .json(error)
    }
  }

  private static func signatures(_ json: JSON) throws(TUFFault) -> [Signature] {
    var signatures: [Signature] = []
    var seen: Set<[UInt8]> = []
    for (index, element) in try TUFFields(json, at: "").array("signatures").enumerated() {
      let fields = TUFFields(element, at: "signatures[\(index)]")
      let keyID = try fields.string("keyid")
      guard seen.insert(Array(keyID.utf8)).inserted else { throw .duplicateKeyID(keyID) }
      signatures.append(Signature(keyID: keyID, text: try fields.string("sig")))
    }
    return signatures
  }
}
