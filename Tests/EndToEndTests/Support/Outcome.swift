internal import Files
internal import PkgCore

/// What came of one command.
struct Outcome: Sendable, CustomStringConvertible {
  let command: String
  let end: ChildResult.End
  let output: String
  let errors: String

  /// The exit code; -1 where the process did not end by itself.
  var exit: Int32 { if case .exited(let code) = end { code } else { -1 } }
  var succeeds: Bool { exit == 0 }
  var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// The code in `error[CODE]: ...`; nil where there is no error.
  var code: String? {
    guard let line = errors.split(separator: "\n").first(where: { $0.hasPrefix("error[") }) else {
      return nil
    }
    return line.dropFirst(6).split(separator: "]").first.map(String.init)
  }

  /// The text after `hint: `.
  var hint: String? {
    errors.split(separator: "\n").first { $0.hasPrefix("  hint: ") }.map { String($0.dropFirst(8)) }
  }

  /// The document of `--json`.
  func document() throws -> JSONObject {
    guard let document = try JSONParser.parse(Array(output.utf8)).objectValue else {
      throw Unexpected(outcome: self)
    }
    return document
  }

  /// `data` of the document.
  func data() throws -> JSON {
    guard let data = try document()["data"] else { throw Unexpected(outcome: self) }
    return data
  }

  /// The same where the command succeeded; else the test ends here with all that it said.
  @discardableResult
  func succeeded() throws -> Outcome {
    guard exit == 0 else { throw Unexpected(outcome: self) }
    return self
  }

  /// The test ends here with all that the command said.
  struct Unexpected: Error, CustomStringConvertible {
    let outcome: Outcome
    var description: String { outcome.description }
  }

  var description: String { "`\(command)` ended with \(end)\nstdout: \(output)\nstderr: \(errors)" }
}
