internal import CommandLineKit
internal import Glibc
internal import Operations
internal import PkgCore

/// From arguments to an exit code: parse, call, render. The one place that catches.
enum Program {
  static func run(_ arguments: [String]) -> Int32 {
    // The unpacking child is this program; it must reach its sandbox before anything else happens.
    if arguments.first == HiddenCommands.unpack {
      return HiddenCommands.serveUnpacking(Array(arguments.dropFirst()))
    }
    if arguments.first == HiddenCommands.build {
      return HiddenCommands.serveBuilding(Array(arguments.dropFirst()))
    }
    Terminal.fillStandardStreams()
    var output = Output(arguments: arguments)
    do {
      let parsed = try parse(arguments)
      output = try Output(parsed)
      let answer = try answer(parsed, output)
      try output.finish(answer)
      return answer.exitCode
    } catch {
      let diagnostic = Interruption.signal.map(Self.interrupted) ?? present(error)
      output.finish(diagnostic)
      return Interruption.signal.map { 128 + $0 } ?? ExitCode.of(diagnostic.code.category)
    }
  }

  private static func parse(_ arguments: [String]) throws -> ParsedCommand {
    do throws(ParseError) {
      return try CommandParser.parse(
        arguments, by: .plugctl, suggest: { nearest(to: $0, among: $1) })
    } catch {
      throw error.diagnostic
    }
  }

  private static func answer(_ parsed: ParsedCommand, _ output: Output) throws -> Answer {
    if parsed.has("version") { return InformationCommands.version() }
    if parsed.path.isEmpty {
      return InformationCommands.overview(output, isFailure: !parsed.has("help"))
    }
    if parsed.has("help") { return InformationCommands.help(parsed.path, output) }
    guard let command = CommandRegistry.command(parsed.path) else {
      throw Diagnostic(
        .internalBug,
        "the command `\(parsed.path.joined(separator: " "))` is in the table and does nothing")
    }
    return try command(Invocation(parsed: parsed, output: output))
  }

  private static func present(_ error: any Error) -> Diagnostic {
    if let known = error as? any Diagnosable { return known.diagnostic }
    if error is CancellationError { return Diagnostic(.systemInterrupted, "interrupted") }
    return Diagnostic(
      .internalBug, "an unexpected error: \(error)",
      hint: "please report it, with the command that you ran")
  }

  private static func interrupted(_ signal: Int32) -> Diagnostic {
    Diagnostic(
      .systemInterrupted, signal == SIGTERM ? "terminated" : "interrupted",
      notes: ["nothing was changed, or the change was done to its end"])
  }
}

/// Exit codes, as `docs/cli.md` lists them.
enum ExitCode {
  static let table: [(code: Int32, meaning: String)] = [
    (0, "Done, also where there was nothing to do"),
    (1, "Failed, or any part failed"),
    (2, "Wrong usage"),
    (3, "Not found"),
    (4, "No versions fit together"),
    (5, "Integrity or signature"),
    (6, "Network, or missing from the cache when offline"),
    (7, "Incompatible with this machine or host"),
    (8, "The load test failed"),
    (9, "The load test crashed or timed out"),
    (10, "Locked by another process"),
    (11, "Permission or read-only"),
    (12, "Refused by policy"),
    (13, "Invalid manifest, package, configuration or index file"),
    (14, "Needs confirmation and none can be asked"),
    (20, "Findings, where the command was asked to fail on them"),
    (70, "A defect in plugctl"),
    (130, "Interrupted; nothing is half done"),
  ]

  static func of(_ category: FailureCategory) -> Int32 {
    switch category {
    case .failed: 1
    case .usage: 2
    case .notFound: 3
    case .noSolution: 4
    case .integrity: 5
    case .network: 6
    case .incompatible: 7
    case .loadTestFailed: 8
    case .loadTestCrashed: 9
    case .locked: 10
    case .permission: 11
    case .policy: 12
    case .invalidInput: 13
    case .needsConfirmation: 14
    case .findings: 20
    case .bug: 70
    case .interrupted: 130
    }
  }
}

extension ParseError {
  /// The error as everything else is shown.
  var diagnostic: Diagnostic {
    switch self {
    case .unknownCommand(let word, let parent, let suggestion):
      let place = parent.isEmpty ? "" : " of `plugctl \(parent.joined(separator: " "))`"
      return Diagnostic(
        .usageUnknownCommand, "`\(printable(word))` is no command\(place)",
        hint: suggestion.map { "did you mean `plugctl \((parent + [$0]).joined(separator: " "))`?" }
          ?? "`\((["plugctl"] + parent).joined(separator: " ")) --help` lists all commands")
    case .unknownOption(let option, let command, let suggestion):
      let name = (["plugctl"] + command).joined(separator: " ")
      return Diagnostic(
        .usageUnknownOption, "`\(name)` has no option `\(printable(option))`",
        hint: suggestion.map { "did you mean `\($0)`?" } ?? "`\(name) --help` lists its options")
    case .missingValue(let option, let value):
      return Diagnostic(
        .usageMissingValue, "`\(option)` needs a value", hint: "write `\(option) \(value)`")
    case .unexpectedValue(let option):
      return Diagnostic(.usageInvalidValue, "`\(option)` takes no value")
    case .invalidChoice(let option, let value, let allowed):
      return Diagnostic(
        .usageInvalidValue, "`\(option)` can't be `\(printable(value))`",
        hint: "it is one of " + allowed.map { "`\($0)`" }.joined(separator: ", "))
    case .repeatedOption(let option):
      return Diagnostic(.usageConflict, "`\(option)` stands twice")
    case .missingArgument(let name, let command):
      let path = (["plugctl"] + command).joined(separator: " ")
      return Diagnostic(
        .usageMissingArgument, "`\(path)` needs \(name)", hint: "`\(path) --help` shows how")
    case .unexpectedArgument(let text, let command):
      let path = (["plugctl"] + command).joined(separator: " ")
      let isUpdate = command == ["update"]
      return Diagnostic(
        .usageUnexpectedArgument, "`\(path)` takes no `\(printable(text))`",
        hint: isUpdate
          ? "did you mean `plugctl upgrade \(printable(text))`?"
          : "`\(path) --help` shows what it takes")
    case .missingSubcommand(let command, let known):
      let path = (["plugctl"] + command).joined(separator: " ")
      return Diagnostic(
        .usageMissingArgument, "`\(path)` needs a command of its own",
        hint: "it is one of " + known.map { "`\($0)`" }.joined(separator: ", "))
    }
  }
}
