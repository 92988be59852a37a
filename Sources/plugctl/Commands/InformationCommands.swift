internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands about the program itself.
enum InformationCommands {
  static func version() -> Answer {
    Answer(
      "version", json: ["name": "plugctl", "version": .string(PlugctlVersion.text)],
      text: "plugctl \(PlugctlVersion.text)")
  }

  static func overview(_ output: Output, isFailure: Bool) -> Answer {
    let text = HelpText(.plugctl, width: output.width).overview
    var answer = Answer("help", json: ["text": .string(text)], text: String(text.dropLast()))
    // Without a command there is nothing to do, and a script should notice.
    if isFailure {
      answer.exitCode = ExitCode.of(.usage)
      answer.failure = Diagnostic(
        .usageMissingArgument, "`plugctl` needs a command",
        hint: "begin with `plugctl search`, or `plugctl index add URL`")
    }
    return answer
  }

  static func help(_ path: [String], _ output: Output) -> Answer {
    guard let spec = CommandTable.plugctl.command(at: path) else {
      return overview(output, isFailure: false)
    }
    let text = HelpText(.plugctl, width: output.width).command(path, spec)
    return Answer("help", json: ["text": .string(text)], text: String(text.dropLast()))
  }

  static func helpCommand(_ call: Invocation) throws -> Answer {
    guard CommandTable.plugctl.command(at: call.arguments) != nil || call.arguments.isEmpty else {
      let names = CommandTable.plugctl.visible.map { $0.path.joined(separator: " ") }
      let typed = call.arguments.joined(separator: " ")
      throw Diagnostic(
        .usageUnknownCommand, "`\(printable(typed))` is no command",
        hint: nearest(to: typed, among: names).map { "did you mean `\($0)`?" }
          ?? "`plugctl --help` lists all")
    }
    return help(call.arguments, call.output)
  }

  static func completion(_ call: Invocation) throws -> Answer {
    guard let shell = CompletionScript.Shell(rawValue: call.arguments[0]) else {
      throw Diagnostic(
        .usageInvalidValue, "there is no completion for `\(printable(call.arguments[0]))`",
        hint: "it is `bash`, `zsh` or `fish`")
    }
    let script = CompletionScript(.plugctl).text(for: shell)
    var answer = Answer("completion", json: ["text": .string(script)], text: "")
    answer.raw = Array(script.utf8)
    return answer
  }

  static func man(_ call: Invocation) throws -> Answer {
    let pages = ManPage(.plugctl, date: PlugctlVersion.date).pages
    guard let folder = call.arguments.first else {
      var answer = Answer("man", json: ["text": .string(pages.first?.text ?? "")], text: "")
      answer.raw = pages.first.map { Array($0.text.utf8) }
      return answer
    }
    let files = try TextFiles.write(pages.map { ($0.file, $0.text) }, into: folder)
    return Answer("man", json: .strings(files), text: "wrote \(files.count) pages into \(folder)")
  }

  static func explain(_ call: Invocation) throws -> Answer {
    let word = call.arguments[0]
    if let check = CheckID.allCases.first(where: { $0.rawValue == word || $0.name == word })?.check
    {
      return explain(check, call)
    }
    guard let code = DiagnosticCode(rawValue: word) else {
      let words = DiagnosticCode.allCases.map(\.rawValue) + CheckID.allCases.map(\.rawValue)
      let near = nearest(to: word, among: words)
      throw Diagnostic(
        .usageInvalidValue, "there is no code or check `\(printable(word))`",
        hint: near.map { "did you mean `\($0)`?" } ?? "codes stand in brackets: error[CODE]")
    }
    let exit = ExitCode.of(code.category)
    return Answer(
      "explain",
      json: [
        "code": .string(code.rawValue), "exit": .integer(Int64(exit)),
        "text": .string(code.explanation),
      ],
      text: "\(call.output.style.bold(code.rawValue)) (exit code \(exit))\n\(code.explanation)")
  }

  private static func explain(_ check: Check, _ call: Invocation) -> Answer {
    let head = "\(check.id.rawValue) \(check.name)"
    return Answer(
      "explain",
      json: [
        "check": .string(check.id.rawValue), "name": .string(check.name),
        "level": .integer(Int64(check.level)), "severity": .string(check.severity.rawValue),
        "text": .string(check.requirement),
      ],
      text: """
        \(call.output.style.bold(head)) (level \(check.level), \(check.severity.rawValue))
        \(check.requirement).
        """)
  }

  static func complete(_ call: Invocation) throws -> Answer {
    let (queries, kind) = (IndexQueries(try call.session()), call.arguments[0])
    let names = try Interruption.run { await queries.completions(kind) }
    return Answer("complete", json: .strings(names), text: names.joined(separator: " "))
  }
}
