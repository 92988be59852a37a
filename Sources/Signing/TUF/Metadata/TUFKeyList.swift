import PkgCore

/// The `keys` of root metadata or of delegations, found by their ids in constant time: an index may
/// delegate to thousands of publishers.
struct TUFKeyList: Sendable {
  private var keys: [[UInt8]: TUFKey] = [:]

  /// Reads the member `keys`.
  init(_ fields: TUFFields) throws(TUFFault) {
    for (keyID, key) in try fields.each("keys") {
      keys[Array(keyID.utf8)] = TUFKey(json: try key.whole())
    }
  }

  subscript(keyID: String) -> TUFKey? { keys[Array(keyID.utf8)] }
}
