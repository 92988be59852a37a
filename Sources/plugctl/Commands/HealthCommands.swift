internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `audit` and `doctor`.
enum HealthCommands {
  static func audit(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let findings = try Interruption.run { try await Audit(session).findings() }
    return answer("audit", findings, call, nothing: "nothing installed is known to be bad")
  }

  static func doctor(_ call: Invocation) throws -> Answer {
    answer(
      "doctor", try Doctor(call.session()).findings(), call, nothing: "everything is in order")
  }

  private static func answer(
    _ command: String, _ findings: [HealthFinding], _ call: Invocation, nothing: String
  ) -> Answer {
    let style = call.output.style
    let lines = findings.flatMap { finding -> [String] in
      let word =
        switch finding.severity {
        case .error: style.red("error")
        case .warning: style.yellow("warning")
        case .notice: "notice"
        }
      let head = "\(word)[\(finding.kind)]: \(style.bold(finding.subject)): \(finding.message)"
      return [head] + (finding.hint.map { ["  \(style.cyan("hint")): \($0)"] } ?? [])
    }
    let isQuiet = call.output.isQuiet || !call.output.isInteractive
    var answer = Answer(
      command, json: .array(findings.map(\.json)),
      text: findings.isEmpty ? (isQuiet ? "" : nothing) : lines.joined(separator: "\n"))
    // What is only good to know is no reason to fail.
    if call.parsed.has("exit-code"), findings.contains(where: { $0.severity > .notice }) {
      answer.exitCode = 20
    }
    return answer
  }
}
