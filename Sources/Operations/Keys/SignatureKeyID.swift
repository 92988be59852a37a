internal import Signing

/// The key that a signature names; nothing is verified by it.
enum SignatureKeyID {
  static func read(_ signature: String) throws -> String {
    try MinisignSignature(fileText: signature).keyID.hex
  }
}
