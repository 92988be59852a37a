/// What a person asked for, names resolved and counts checked.
public struct ParsedCommand: Sendable, Equatable {
  /// The command's names from the top, aliases resolved; empty where none was given.
  public internal(set) var path: [String] = []
  /// Positional arguments.
  public internal(set) var arguments: [String] = []
  /// Values by long name, in the order given; a flag has one empty value for each time.
  var values: [String: [String]] = [:]

  /// The last value of an option.
  public func value(_ option: String) -> String? { values[option]?.last }

  /// All values of an option.
  public func all(_ option: String) -> [String] { values[option] ?? [] }

  /// Whether a flag was given.
  public func has(_ option: String) -> Bool { values[option] != nil }

  /// The command line again: path, options by name, arguments after `--`.
  ///
  /// - Parameter dropped: options to leave out.
  public func words(without dropped: Set<String>) -> [String] {
    var words = path
    for (name, all) in values.sorted(by: { $0.key < $1.key }) where !dropped.contains(name) {
      words += all.map { $0.isEmpty ? "--\(name)" : "--\(name)=\($0)" }
    }
    return words + ["--"] + arguments
  }

  /// How often a flag was given.
  public func count(_ option: String) -> Int { values[option]?.count ?? 0 }
}

/// What is wrong with a command line.
public enum ParseError: Error, Sendable, Equatable {
  /// No such command, or no such command below `parent`.
  case unknownCommand(String, parent: [String], suggestion: String?)
  /// No such option for this command.
  case unknownOption(String, command: [String], suggestion: String?)
  /// The option stands at the end without its value.
  case missingValue(option: String, value: String)
  /// The option takes none.
  case unexpectedValue(option: String)
  /// The value is none of those allowed.
  case invalidChoice(option: String, value: String, allowed: [String])
  /// The option may stand but once.
  case repeatedOption(String)
  /// A positional argument is missing.
  case missingArgument(String, command: [String])
  /// A positional argument too many.
  case unexpectedArgument(String, command: [String])
  /// The command needs one of its subcommands.
  case missingSubcommand(command: [String], known: [String])
}
