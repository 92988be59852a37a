public import PkgCore

/// What can be wrong with keys, signatures and statements.
public enum SigningError: Error, Sendable, Equatable {
  /// The text is no minisign public key.
  case publicKeyMalformed
  /// The key is well formed, but must not be trusted.
  case publicKeyWeak(KeyWeakness)
  /// The text is no minisign secret key.
  case secretKeyMalformed
  /// The secret key file names an algorithm, or a cost of scrypt, that is not supported.
  case secretKeyUnsupported
  /// The two halves of the secret key do not belong together.
  case secretKeyInconsistent
  /// The secret key is encrypted and no passphrase was given.
  case passphraseNeeded
  /// The secret key does not open with this passphrase.
  case passphraseWrong
  /// The text is no minisign signature.
  case signatureMalformed
  /// The signature is of another key than the one expected.
  case signatureOfOtherKey(expected: MinisignKeyID, found: MinisignKeyID)
  /// The signature is of this key, but not of these bytes.
  case signatureMismatch(MinisignKeyID)
  /// The bytes are signed, but the trusted comment is not the signed one.
  case trustedCommentMismatch(MinisignKeyID)
  /// The signature is of the old kind, over the whole file; its digest is not enough.
  case signatureNotPrehashed
  /// A comment with a line break or another control character, or too long.
  case commentInvalid
  /// The trusted comment is no statement about an archive.
  case statementMalformed
  /// A call into libcrypto failed.
  case library(function: String)
}

extension SigningError: Diagnosable {
  /// The code, a sentence and one action.
  public var diagnostic: Diagnostic {
    switch self {
    case .publicKeyMalformed: Diagnostic(.keyInvalid, "this is no minisign public key")
    case .publicKeyWeak(let weakness): weakness.diagnostic
    case .secretKeyMalformed: Diagnostic(.keyInvalid, "this is no minisign secret key")
    case .secretKeyUnsupported:
      Diagnostic(.keyInvalid, "the secret key uses an algorithm or a cost that is not supported")
    case .secretKeyInconsistent:
      Diagnostic(.keyInvalid, "the public half of the secret key does not fit its secret half")
    case .passphraseNeeded: Diagnostic(.keyPassphrase, "the secret key needs a passphrase")
    case .passphraseWrong:
      Diagnostic(.keyPassphrase, "the passphrase does not open the secret key")
    case .commentInvalid:
      Diagnostic(.usageInvalidValue, "a comment must be one line of at most 1024 bytes")
    case .library(let function):
      Diagnostic(.internalBug, "`\(function)` of libcrypto failed")
    default: signatureDiagnostic
    }
  }

  private var signatureDiagnostic: Diagnostic {
    switch self {
    case .signatureOfOtherKey(let expected, let found):
      Diagnostic(
        .signatureInvalid, "the signature is by another key",
        notes: ["expected key \(expected)", "found key \(found)"])
    case .signatureMismatch(let key):
      Diagnostic(.signatureInvalid, "the signature by key `\(key)` does not fit these bytes")
    case .trustedCommentMismatch(let key):
      Diagnostic(.signatureInvalid, "the trusted comment is not the one that key `\(key)` signed")
    case .signatureNotPrehashed:
      Diagnostic(
        .signatureInvalid, "the signature is of minisign's legacy kind",
        hint: "sign again with minisign 0.10 or later")
    case .statementMalformed:
      Diagnostic(.signatureInvalid, "the trusted comment is no statement about an archive")
    default:
      Diagnostic(.signatureInvalid, "this is no minisign signature")
    }
  }
}

extension KeyWeakness {
  var diagnostic: Diagnostic {
    switch self {
    case .allZero: Diagnostic(.keyWeak, "the public key is all zeros")
    case .smallOrder: Diagnostic(.keyWeak, "the public key is a point of small order")
    case .nonCanonical: Diagnostic(.keyWeak, "the public key is not in its canonical form")
    case .trivialRSA: Diagnostic(.keyWeak, "the RSA key has an exponent with which anybody signs")
    case .shortRSA(let bits):
      Diagnostic(
        .keyWeak, "the RSA key is too short",
        notes: ["expected at least 2048 bits", "found \(bits) bits"])
    }
  }
}
