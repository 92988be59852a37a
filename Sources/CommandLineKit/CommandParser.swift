/// Reads arguments by a table. Options may stand anywhere; `--` ends them; `--x=v` and `--x v` are
/// one; short ones bundle.
public struct CommandParser {
  /// Finds the candidate most like a mistyped word.
  public typealias Suggest = (_ word: String, _ candidates: [String]) -> String?

  private let table: CommandTable
  private let suggest: Suggest
  private var result = ParsedCommand()
  private var spec: CommandSpec?
  private var rest: ArraySlice<String>

  /// Reads the arguments after the program's name.
  ///
  /// `--help` and `--version` end the checks of counts, so that they answer whatever else is missing.
  /// - Throws: ``ParseError`` at the first fault.
  public static func parse(
    _ arguments: [String], by table: CommandTable, suggest: @escaping Suggest = { _, _ in nil }
  ) throws(ParseError) -> ParsedCommand {
    var parser = CommandParser(table: table, suggest: suggest, rest: arguments[...])
    return try parser.run()
  }

  private init(table: CommandTable, suggest: @escaping Suggest, rest: ArraySlice<String>) {
    self.table = table
    self.suggest = suggest
    self.rest = rest
  }

  private mutating func run() throws(ParseError) -> ParsedCommand {
    while let argument = rest.popFirst() {
      if argument == "--" {
        while let plain = rest.popFirst() { try positional(plain) }
      } else if argument.hasPrefix("--") {
        try longOption(argument.dropFirst(2))
      } else if argument.hasPrefix("-"), argument.count > 1 {
        try shortOptions(argument.dropFirst())
      } else {
        try positional(argument)
      }
    }
    if !result.has("help"), !result.has("version") { try checkCounts() }
    return result
  }

  private mutating func positional(_ text: String) throws(ParseError) {
    let below = spec?.subcommands ?? table.commands
    guard spec == nil || !below.isEmpty, result.arguments.isEmpty else {
      result.arguments.append(text)
      return
    }
    guard let next = below.first(where: { $0.isNamed(text) }) else {
      let names = below.filter { !$0.isHidden }.flatMap { [$0.name] + $0.aliases }
      throw .unknownCommand(text, parent: result.path, suggestion: suggest(text, names))
    }
    spec = next
    result.path.append(next.name)
  }

  private var options: [OptionSpec] { (spec?.options ?? []) + table.globals }

  private mutating func longOption(_ text: Substring) throws(ParseError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.long == name }) ?? laterOption({ $0.long == name })
    else {
      let names = options.map(\.long)
      throw .unknownOption(
        "--\(name)", command: result.path, suggestion: suggest(name, names).map { "--\($0)" })
    }
    try take(option, attached: parts.count == 2 ? String(parts[1]) : nil)
  }

  /// An option of the command that follows: `plugctl --with x install y`.
  private func laterOption(_ isWanted: (OptionSpec) -> Bool) -> OptionSpec? {
    guard spec == nil || spec?.subcommands.isEmpty == false else { return nil }
    var below = spec?.subcommands ?? table.commands
    for word in rest {
      guard let next = below.first(where: { $0.isNamed(word) }) else { continue }
      if let option = next.options.first(where: isWanted) { return option }
      below = next.subcommands
    }
    return nil
  }

  private mutating func shortOptions(_ text: Substring) throws(ParseError) {
    var letters = text
    while let letter = letters.popFirst() {
      guard
        let option = options.first(where: { $0.short == letter })
          ?? laterOption({ $0.short == letter })
      else {
        throw .unknownOption("-\(letter)", command: result.path, suggestion: nil)
      }
      if option.value == nil {
        try take(option, attached: nil)
      } else {
        let attached =
          letters.isEmpty ? nil : String(letters.first == "=" ? letters.dropFirst() : letters)
        return try take(option, attached: attached)
      }
    }
  }

  private mutating func take(_ option: OptionSpec, attached: String?) throws(ParseError) {
    var value = ""
    if let name = option.value {
      guard let found = attached ?? rest.popFirst() else {
        throw .missingValue(option: "--\(option.long)", value: name)
      }
      value = found
      if let choices = option.choices, !choices.contains(value) {
        throw .invalidChoice(option: "--\(option.long)", value: value, allowed: choices)
      }
    } else if attached != nil {
      throw .unexpectedValue(option: "--\(option.long)")
    }
    if result.has(option.long), option.value != nil, !option.isRepeatable {
      throw .repeatedOption("--\(option.long)")
    }
    result.values[option.long, default: []].append(value)
  }

  private func checkCounts() throws(ParseError) {
    guard let spec else { return }
    if !spec.subcommands.isEmpty {
      let known = spec.subcommands.filter { !$0.isHidden }.map(\.name)
      throw .missingSubcommand(command: result.path, known: known)
    }
    var count = result.arguments.count
    for argument in spec.arguments {
      switch argument.arity {
      case .one, .oneOrMore:
        guard count > 0 else { throw .missingArgument(argument.name, command: result.path) }
        count = argument.arity == .one ? count - 1 : 0
      case .optional: count = max(0, count - 1)
      case .any: count = 0
      }
    }
    guard count == 0 else {
      throw .unexpectedArgument(
        result.arguments[result.arguments.count - count], command: result.path)
    }
  }
}
