/// One fault or doubt about a document, with its place.
public struct Finding: Sendable, Equatable {
  /// How much it weighs.
  public enum Severity: String, Sendable {
    /// The document can't be used.
    case error
    /// It can be used, and is probably not what was meant.
    case warning
  }

  /// How much it weighs.
  public let severity: Severity
  /// The place; `Mark.none` where the document was no text.
  public let mark: Mark
  /// The field, as `variants[0].library`; empty for the whole document.
  public let path: String
  /// What is wrong, as a diagnostic's message.
  public let message: String

  /// A finding of these parts.
  public init(_ severity: Severity, mark: Mark, path: String, message: String) {
    self.severity = severity
    self.mark = mark
    self.path = path
    self.message = message
  }

  /// `file:line:column: message`, without the place where there is none.
  public func line(in file: String) -> String {
    let place = mark == .none ? file : "\(file):\(mark)"
    let kind = severity == .warning ? "warning: " : ""
    return "\(place): \(kind)\(message)"
  }
}

/// Collects what is wrong with a document while it is read, so that a person sees all of it at once.
public final class Findings {
  /// In the order found.
  public private(set) var list: [Finding] = []

  /// None yet.
  public init() {}

  /// Whether the document can't be used.
  public var hasErrors: Bool { list.contains { $0.severity == .error } }

  /// Notes a fault.
  public func error(_ mark: Mark, _ path: String, _ message: String) {
    list.append(Finding(.error, mark: mark, path: path, message: message))
  }

  /// Notes a doubt.
  public func warning(_ mark: Mark, _ path: String, _ message: String) {
    list.append(Finding(.warning, mark: mark, path: path, message: message))
  }

  /// A diagnostic that carries all errors as notes.
  ///
  /// - Parameters:
  ///   - code: `manifest.invalid` and the like.
  ///   - file: the document's name as the person knows it.
  ///   - what: what it should have been: "manifest".
  public func diagnostic(_ code: DiagnosticCode, file: String, what: String) -> Diagnostic {
    let errors = list.filter { $0.severity == .error }
    return Diagnostic(
      code, "`\(file)` is not a valid \(what)", notes: errors.map { $0.line(in: file) },
      details: JSONObject([
        .init("findings", .array(list.map { finding in finding.json(in: file) }))
      ]))
  }
}

extension Finding {
  /// For programs: severity, file, line, column, path, message.
  public func json(in file: String) -> JSON {
    [
      "severity": .string(severity.rawValue), "file": .string(file),
      "line": .integer(Int64(mark.line)), "column": .integer(Int64(mark.column)),
      "path": .string(path), "message": .string(message),
    ]
  }
}
