/// Something about what is installed, or about this machine's trust, that somebody should look at.
public struct HealthFinding: Sendable, Equatable {
  /// How much it weighs.
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    /// Good to know.
    case notice
    /// To be done soon.
    case warning
    /// Wrong now.
    case error

    /// The lighter is the lesser.
    public static func < (left: Self, right: Self) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  /// What kind it is, for programs: `yanked`, `expired`, `permissions`.
  public let kind: String
  /// How much it weighs.
  public let severity: Severity
  /// What it is about: a plugin with its version, an index, a file.
  public let subject: String
  /// What is the matter, as a diagnostic's message.
  public let message: String
  /// What to do; nil where nothing helps.
  public let hint: String?
  /// An advisory's id, a role, or the like; nil for none.
  public let reference: String?

  /// A finding of these parts.
  public init(
    _ kind: String, _ severity: Severity, _ subject: String, _ message: String,
    hint: String? = nil, reference: String? = nil
  ) {
    self.kind = kind
    self.severity = severity
    self.subject = subject
    self.message = message
    self.hint = hint
    self.reference = reference
  }

  /// One element of `plugctl.audit/1` and `plugctl.doctor/1`.
  public var json: JSON {
    [
      "kind": .string(kind), "severity": .string(severity.rawValue), "subject": .string(subject),
      "message": .string(message), "hint": .optional(hint), "reference": .optional(reference),
    ]
  }
}
