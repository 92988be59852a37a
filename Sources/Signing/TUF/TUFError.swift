public import PkgCore

/// Why metadata or a target is refused.
public enum TUFError: Error, Sendable, Equatable {
  /// The bytes are not metadata of this role.
  case malformed(TUFRoleName, TUFFault)
  /// Fewer keys signed than must.
  case signatures(TUFRoleName, valid: Int, threshold: Int)
  /// The metadata's term is over.
  case expired(TUFRoleName, at: Timestamp, now: Timestamp)
  /// A lower version than the one trusted already.
  case rollback(TUFRoleName, trusted: Int64, found: Int64)
  /// The new snapshot lacks a file that the trusted one lists.
  case dropped(fileName: String)
  /// Another version than the one that must be here.
  case version(TUFRoleName, expected: Int64, found: Int64)
  /// Another length than the one stated.
  case length(of: String, expected: Int64, found: Int64)
  /// Another hash than the one stated.
  case hash(of: String)
  /// Only hashes by algorithms that are not supported are stated.
  case noSupportedHash(of: String)
  /// Metadata that must be trusted before is not.
  case missing(TUFRoleName)
  /// The clock is behind the time at which trusted metadata was signed.
  case clock(signedAt: Timestamp, now: Timestamp)
  /// No version follows this one in 64 bits.
  case versionExhausted(TUFRoleName)
}

/// What is wrong with the form of metadata.
public enum TUFFault: Error, Sendable, Equatable {
  /// Not JSON, or not the JSON that may be signed.
  case json(JSONError)
  /// More bytes than ``TUFLimits`` allow.
  case tooLong(limit: Int64)
  /// A member is missing or of the wrong kind; its path, such as `signed.roles.root`.
  case member(String)
  /// `_type` names another role.
  case type(String)
  /// A version of the specification that is not 1.x.
  case specification(String)
  /// The same key id twice.
  case duplicateKeyID(String)
  /// Two delegations to one role.
  case duplicateRole(String)
}

extension TUFError: Diagnosable {
  /// The code, a sentence and, where one helps, an action.
  public var diagnostic: Diagnostic {
    switch self {
    case .malformed(let role, let fault):
      Diagnostic(.trustMalformed, "the \(role) metadata is malformed", notes: [fault.note])
    case .signatures(let role, let valid, let threshold):
      Diagnostic(
        .trustSignature, "the \(role) metadata is not signed by enough trusted keys",
        notes: ["expected \(threshold)", "found \(valid)"])
    case .expired(let role, let at, let now):
      Diagnostic(
        .trustExpired, "the \(role) metadata expired at \(at)", notes: ["the time is \(now)"],
        hint: "ask the index's operator to sign it anew, or set the clock if it is wrong")
    case .clock(let signedAt, let now):
      Diagnostic(
        .trustClock, "the clock is behind the metadata, which was signed at \(signedAt)",
        notes: ["the time is \(now)"], hint: "set the clock")
    case .missing(let role):
      Diagnostic(.trustMissing, "there is no trusted \(role) metadata")
    case .versionExhausted(let role):
      Diagnostic(.trustMismatch, "the \(role) metadata has the last possible version")
    case .rollback, .dropped: rollbackDiagnostic
    default: mismatchDiagnostic
    }
  }

  private var rollbackDiagnostic: Diagnostic {
    switch self {
    case .rollback(let role, let trusted, let found):
      Diagnostic(
        .trustRollback, "the \(role) metadata is older than the one trusted already",
        notes: ["expected version \(trusted) or later", "found version \(found)"])
    case .dropped(let fileName):
      Diagnostic(.trustRollback, "the new snapshot metadata no longer lists `\(fileName)`")
    default: mismatchDiagnostic
    }
  }

  private var mismatchDiagnostic: Diagnostic {
    switch self {
    case .version(let role, let expected, let found):
      Diagnostic(
        .trustMismatch, "the \(role) metadata has another version than it must have",
        notes: ["expected version \(expected)", "found version \(found)"])
    case .length(let name, let expected, let found):
      Diagnostic(
        .trustMismatch, "`\(name)` has another length than the metadata says",
        notes: ["expected \(expected) bytes", "found \(found) bytes"])
    case .noSupportedHash(let name):
      Diagnostic(.trustMismatch, "the metadata has no SHA-256 or SHA-512 of `\(name)`")
    case .hash(let name):
      Diagnostic(.trustMismatch, "`\(name)` has another hash than the metadata says")
    default:
      Diagnostic(.trustMismatch, "the metadata does not fit together")
    }
  }
}

extension TUFFault {
  fileprivate var note: String {
    switch self {
    case .json(let error): error.diagnostic.message
    case .tooLong(let limit): "it is longer than \(limit) bytes"
    case .member(let path): "`\(path)` is missing or invalid"
    case .type(let found): "its type is `\(found)`"
    case .specification(let version): "its `spec_version` is `\(version)`, not 1.x"
    case .duplicateKeyID(let keyID): "key id `\(keyID)` appears twice"
    case .duplicateRole(let name): "the role `\(name)` is delegated to twice"
    }
  }
}
