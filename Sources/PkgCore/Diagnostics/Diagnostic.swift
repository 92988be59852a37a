/// How an error presents itself to a person or a program: a stable code, one sentence, the facts
/// beside it, and one action.
///
/// Rooms throw closed enums of facts that conform to ``Diagnosable``; use cases may throw a
/// diagnostic itself. Which exit code follows is the program's business.
public struct Diagnostic: Error, Sendable, Equatable {
  /// The stable code, documented in `docs/errors.md`.
  public var code: DiagnosticCode
  /// What went wrong: one lower-case sentence, objects in back-ticks, no full stop.
  public var message: String
  /// Further facts, a line each: expected and found, the cause as it was reported.
  public var notes: [String]
  /// One action in the imperative; nil where none helps.
  public var hint: String?
  /// The same facts for programs; in the envelope's `error.details`.
  public var details: JSONObject

  /// A diagnostic of these parts.
  public init(
    _ code: DiagnosticCode, _ message: String, notes: [String] = [], hint: String? = nil,
    details: JSONObject = JSONObject()
  ) {
    self.code = code
    self.message = message
    self.notes = notes
    self.hint = hint
    self.details = details
  }

  /// Equal in code, text and notes; details are derived from the same facts.
  public static func == (left: Diagnostic, right: Diagnostic) -> Bool {
    left.code == right.code && sameBytes(left.message, right.message) && left.notes == right.notes
      && left.hint == right.hint
  }

  /// The same diagnostic with a further note.
  public func noting(_ note: String) -> Diagnostic {
    var copy = self
    copy.notes.append(note)
    return copy
  }
}

/// An error that knows how to present itself.
public protocol Diagnosable: Error {
  /// The presentation.
  var diagnostic: Diagnostic { get }
}

extension Diagnostic: Diagnosable {
  /// Itself.
  public var diagnostic: Diagnostic { self }
}
