import PkgCore

/// Who signs for a role: the keys that somebody trusted gives it, and how many of them must.
public struct TUFAuthority: Sendable {
  /// How many keys must sign; at least 1.
  public let threshold: Int
  /// The keys with the ids under which they are listed; ids are unique, keys need not be.
  public let keys: [(keyID: String, key: TUFKey)]

  /// Checks that enough keys signed (TUF 4.2.1, 5.3.4, 5.4.2, 5.5.3, 5.6.3).
  ///
  /// A key counts once, under however many ids it is listed; unusable keys and signatures that are
  /// no hexadecimal digits do not count.
  ///
  /// - Throws: ``TUFError/signatures(_:valid:threshold:)``.
  public func verify(_ document: TUFDocument, role: TUFRoleName) throws(TUFError) {
    let valid = validKeys(document).count
    guard valid >= threshold else {
      throw .signatures(role, valid: valid, threshold: threshold)
    }
  }

  /// The id under which a key is listed; nil where it isn't.
  public func keyID(of key: TUFKey) -> String? { keys.first { $0.key == key }?.keyID }

  /// Whether the same keys make up both; ids and threshold aside.
  public func hasSameKeys(as other: TUFAuthority) -> Bool {
    Set(keys.compactMap(\.key.value)) == Set(other.keys.compactMap(\.key.value))
  }

  private func validKeys(_ document: TUFDocument) -> Set<TUFKey.Value> {
    var valid: Set<TUFKey.Value> = []
    for signature in document.signatures {
      guard let entry = keys.first(where: { sameBytes($0.keyID, signature.keyID) }),
        let value = entry.key.value, !valid.contains(value),
        let bytes = [UInt8](hex: signature.text), !bytes.isEmpty,
        entry.key.verifies(bytes, of: document.canonicalBytes)
      else { continue }
      valid.insert(value)
    }
    return valid
  }
}

extension TUFAuthority {
  /// A role as metadata has it: `keyids` that are unique, and a `threshold` of at least 1. Ids that
  /// no key goes with are left out.
  init(_ role: TUFFields, keys: TUFKeyList) throws(TUFFault) {
    var listed: [(keyID: String, key: TUFKey)] = []
    var seen: Set<[UInt8]> = []
    for element in try role.array("keyids") {
      guard let keyID = element.stringValue else { throw .member("keyids") }
      guard seen.insert(Array(keyID.utf8)).inserted else { throw .duplicateKeyID(keyID) }
      if let key = keys[keyID] { listed.append((keyID, key)) }
    }
    threshold = Int(try role.integer("threshold", from: 1))
    self.keys = listed
  }
}
