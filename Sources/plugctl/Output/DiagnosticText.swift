internal import PkgCore

/// How a diagnostic looks.
///
/// ```
/// error[incompatible.glibc]: `vector_plugin` 1.4.0 can't load here
///   needs GLIBC_2.38, this system has 2.36
///   hint: 1.3.2 fits; run `plugctl install vector_plugin@1.3.2`
/// ```
enum DiagnosticText {
  static func text(_ diagnostic: Diagnostic, kind: String, _ style: Style) -> String {
    let head = "\(kind)[\(diagnostic.code.rawValue)]"
    let colored = kind == "error" ? style.red(head) : style.yellow(head)
    var lines = ["\(colored): \(style.bold(printable(diagnostic.message)))"]
    // A note may be a host's own words of several lines.
    for note in diagnostic.notes {
      for line in note.parts(at: "\n") { lines.append("  " + printable(String(line))) }
    }
    if let hint = diagnostic.hint { lines.append("  \(style.cyan("hint")): \(printable(hint))") }
    return lines.joined(separator: "\n")
  }

  static func json(_ diagnostic: Diagnostic) -> JSON {
    [
      "code": .string(diagnostic.code.rawValue),
      "exit": .integer(Int64(ExitCode.of(diagnostic.code.category))),
      "message": .string(diagnostic.message), "notes": .strings(diagnostic.notes),
      "hint": .optional(diagnostic.hint), "details": .object(diagnostic.details),
    ]
  }
}
