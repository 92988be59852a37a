internal import CommandLineKit
internal import Glibc
internal import PkgCore
internal import Synchronization

/// Where answers and everything else go: data to stdout, the rest to stderr.
final class Output: Sendable {
  let isJSON: Bool
  let isQuiet: Bool
  let verbosity: Int
  /// Nobody is to be asked.
  let isSilent: Bool
  /// Questions that have a safe answer are answered with yes.
  let saysYes: Bool
  let style: Style
  let errorStyle: Style
  /// Whether a person reads stdout.
  let isInteractive: Bool
  let width: Int
  private let schema: String
  private let progress: ProgressDisplay
  private let warnings = Mutex<[Diagnostic]>([])

  /// For errors of parsing, where the options are not known yet.
  init(arguments: [String]) {
    isJSON = arguments.prefix { $0 != "--" }.contains("--json")
    isQuiet = false
    verbosity = 0
    isSilent = true
    saysYes = false
    isInteractive = Terminal.isTerminal(1)
    width = Terminal.width(1)
    style = Style(isColored: Terminal.usesColor("auto", 1))
    errorStyle = Style(isColored: Terminal.usesColor("auto", 2))
    schema = "error"
    progress = ProgressDisplay(.none, style: errorStyle)
  }

  init(_ parsed: ParsedCommand) throws {
    isJSON = parsed.has("json")
    isQuiet = parsed.has("quiet")
    verbosity = parsed.count("verbose")
    isSilent =
      parsed.has("no-input") || Environment.flag("PLUGCTL_NO_INPUT") || Environment.flag("CI")
    saysYes = parsed.has("yes")
    let color = parsed.value("color") ?? Environment.text("PLUGCTL_COLOR") ?? "auto"
    isInteractive = Terminal.isTerminal(1)
    width = Terminal.width(1)
    style = Style(isColored: Terminal.usesColor(color, 1) && !isJSON)
    errorStyle = Style(isColored: Terminal.usesColor(color, 2))
    schema = parsed.path.isEmpty ? "help" : parsed.path.joined(separator: "-")
    let form = parsed.value("progress") ?? Environment.text("PLUGCTL_PROGRESS") ?? "auto"
    progress = ProgressDisplay(ProgressDisplay.Form.of(form, isQuiet: isQuiet), style: errorStyle)
  }

  /// Takes progress from operations; warnings are kept for the end of a JSON document.
  var progressSink: ProgressSink {
    { event in
      switch event {
      case .warning(let diagnostic): self.warn(diagnostic)
      case .output(let plugin, let line) where !self.progress.isForPrograms:
        self.showOutput(of: plugin, line)
      default:
        if case .planned(let plan, let host) = event { self.show(plan, host) }
        self.progress.show(event)
      }
    }
  }

  /// A line of a command that was run for a plugin: foreign text, so nothing in it steers the terminal.
  private func showOutput(of plugin: String, _ line: String) {
    guard !isQuiet else { return }
    let text = printable(line.replacing("\t", with: "    "))
    progress.interrupt { writeError(errorStyle.dim("\(plugin): ") + text) }
  }

  /// A person sees what is about to be done before it is done.
  private func show(_ plan: TransactionPlan, _ host: String) {
    guard !isJSON, !isQuiet, Terminal.isTerminal(2) else { return }
    let steps = plan.steps.map { step in
      let former = step.formerVersion.map { "\($0) -> " } ?? ""
      let size = step.size > 0 ? " (\(sizeText(step.size)))" : ""
      return "  \(step.word) \(step.name) \(former)\(step.version)\(size)"
    }
    let text = (["plan for \(host):"] + steps).joined(separator: "\n")
    progress.interrupt { writeError(errorStyle.dim(text)) }
  }

  /// Shows a warning now, or keeps it for the JSON document; the same one but once.
  func warn(_ diagnostic: Diagnostic) {
    let isNew = warnings.withLock { warnings in
      guard !warnings.contains(diagnostic) else { return false }
      warnings.append(diagnostic)
      return true
    }
    if isNew, !isJSON {
      progress.interrupt {
        self.writeError(DiagnosticText.text(diagnostic, kind: "warning", self.errorStyle))
      }
    }
  }

  /// Ends with an answer.
  ///
  /// - Throws: ``Diagnostic`` where it can't be written.
  func finish(_ answer: Answer) throws {
    progress.end()
    if let raw = answer.raw, !isJSON { return try writeAnswer(raw) }
    guard isJSON else {
      if !answer.text.isEmpty { try writeAnswer(Array((answer.text + "\n").utf8)) }
      if let failure = answer.failure {
        writeError(DiagnosticText.text(failure, kind: "error", errorStyle))
      }
      return
    }
    try writeAnswer(
      document(answer.schema, isOK: answer.exitCode == 0, data: answer.json, error: answer.failure))
  }

  /// Ends with an error.
  func finish(_ diagnostic: Diagnostic) {
    progress.end()
    let isWritten =
      isJSON
      && Terminal.write(document(schema, isOK: false, data: .null, error: diagnostic), to: 1) == 0
    if !isWritten {
      writeError(DiagnosticText.text(diagnostic, kind: "error", errorStyle))
    }
  }

  /// Asks for yes or no.
  ///
  /// - Throws: ``Diagnostic`` with `confirmation.needed` where nobody can be asked.
  func confirm(_ question: String, hint: String) throws -> Bool {
    guard !isSilent, Terminal.isTerminal(2),
      let line = try Terminal.ask("\(question) [y/N] ", isSecret: false)
    else {
      throw Diagnostic(
        .trustConfirmation, "this needs your confirmation, and nobody can be asked",
        notes: [question], hint: hint)
    }
    let answer = String(decoding: line, as: UTF8.self).lowercased()
    return answer == "y" || answer == "yes"
  }

  /// Asks for a passphrase without showing it.
  func askSecret(_ label: String) throws -> [UInt8] {
    guard !isSilent, let line = try Terminal.ask("\(label): ", isSecret: true) else {
      throw Diagnostic(
        .confirmationNeeded,
        "a \(label.parts(at: " ").first ?? "passphrase") is needed, and nobody can be asked",
        hint: "name a file with `--passphrase-file`, or make the key with `--unencrypted`")
    }
    return line
  }

  /// Asks twice for a passphrase that nobody could look up later.
  func askNewSecret(_ label: String) throws -> [UInt8] {
    let first = try askSecret(label)
    guard try askSecret("the same again") == first else {
      throw Diagnostic(
        .keyPassphrase, "the two passphrases are not the same",
        hint: "nothing was made; run the command again")
    }
    return first
  }

  private func writeError(_ text: String) { Terminal.write(Array((text + "\n").utf8), to: 2) }

  private func writeAnswer(_ bytes: [UInt8]) throws {
    let number = Terminal.write(bytes, to: 1)
    guard number != 0 else { return }
    throw Diagnostic(
      number == ENOSPC ? .systemNoSpace : .systemCall,
      "the answer can't be written to standard output",
      notes: ["write: \(String(cString: strerror(number)))", "what the command was to do is done"])
  }

  private func document(_ schema: String, isOK: Bool, data: JSON, error: Diagnostic?) -> [UInt8] {
    let warnings = warnings.withLock { $0 }
    let document: JSON = [
      "schema": .string("plugctl.\(schema)/1"), "ok": .bool(isOK), "data": data,
      "warnings": .array(warnings.map { DiagnosticText.json($0) }),
      "error": error.map { DiagnosticText.json($0) } ?? .null,
    ]
    return document.compactBytes + [0x0A]
  }
}
