/// How a check ended.
public enum CheckStatus: String, Sendable, CaseIterable {
  /// What must hold holds.
  case pass
  /// It does not, and the plugin must not be installed.
  case fail
  /// It does not, and the plugin loads.
  case warn
  /// A fact without judgement.
  case info
  /// Not run; the message says why.
  case skip
  /// The plugin's process died of a signal.
  case crash
  /// The plugin's process did not come to an end.
  case timeout
  /// The check itself could not be carried out.
  case harnessError = "harness-error"
  /// Not run, since another check failed, which the message names.
  case blocked
  /// A finding that the user does not want to count; the message has his reason.
  case ignored

  /// Whether the plugin is refused.
  public var isRefusal: Bool {
    switch self {
    case .fail, .crash, .timeout, .harnessError: true
    case .pass, .warn, .info, .skip, .blocked, .ignored: false
    }
  }
}

/// What one check found.
public struct CheckResult: Sendable, Equatable {
  /// The check.
  public var check: CheckID
  /// How it ended.
  public var status: CheckStatus
  /// One lower-case sentence without a full stop; empty for a plain pass.
  public var message: String
  /// Further facts, a line each.
  public var notes: [String]
  /// One action in the imperative; nil where none helps.
  public var hint: String?
  /// How long it took; nil where it was not measured.
  public var duration: Duration?
  /// The check that must pass before this one is run, where that failed.
  public var blockedBy: CheckID?

  /// A result of these parts.
  public init(
    _ check: CheckID, _ status: CheckStatus, _ message: String = "", notes: [String] = [],
    hint: String? = nil, duration: Duration? = nil
  ) {
    self.check = check
    self.status = status
    self.message = message
    self.notes = notes
    self.hint = hint
    self.duration = duration
  }
}

extension CheckResult {
  /// `{"check","name","status","message","notes","hint","blockedBy","microseconds"}`; empty members are left
  /// out.
  public var json: JSON {
    var object = JSONObject()
    object.append("check", .string(check.rawValue))
    object.append("name", .string(check.name))
    object.append("status", .string(status.rawValue))
    object.append("message", message.isEmpty ? nil : .string(message))
    object.append("notes", notes.isEmpty ? nil : .strings(notes))
    object.append("hint", hint.map { .string($0) })
    object.append("blockedBy", blockedBy.map { .string($0.rawValue) })
    object.append("microseconds", duration.map { .integer($0.microseconds) })
    return .object(object)
  }
}

extension Duration {
  /// Whole microseconds, rounded down.
  fileprivate var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}
