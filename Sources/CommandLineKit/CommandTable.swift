/// The whole command line of a program as one value: parsing, help, completions and man pages are
/// made from it, so that they can't differ.
public struct CommandTable: Sendable {
  /// The program's name.
  public var program: String
  /// One line about the program.
  public var summary: String
  /// Its version, for man pages.
  public var version: String
  /// Options that every command takes.
  public var globals: [OptionSpec]
  /// Titles of groups in the order shown.
  public var groups: [String]
  /// All commands.
  public var commands: [CommandSpec]
  /// Exit codes with their meaning, for man pages.
  public var exitCodes: [(code: Int32, meaning: String)]
  /// Environment variables with their meaning, for man pages.
  public var environment: [(name: String, meaning: String)]

  /// A table of these parts.
  public init(
    program: String, summary: String, version: String, globals: [OptionSpec], groups: [String],
    commands: [CommandSpec], exitCodes: [(code: Int32, meaning: String)] = [],
    environment: [(name: String, meaning: String)] = []
  ) {
    self.program = program
    self.summary = summary
    self.version = version
    self.globals = globals
    self.groups = groups
    self.commands = commands
    self.exitCodes = exitCodes
    self.environment = environment
  }

  /// The command at a path of names, aliases resolved; nil where there is none.
  public func command(at path: [String]) -> CommandSpec? {
    guard let first = path.first, var spec = commands.first(where: { $0.isNamed(first) }) else {
      return nil
    }
    for name in path.dropFirst() {
      guard let next = spec.subcommands.first(where: { $0.isNamed(name) }) else { return nil }
      spec = next
    }
    return spec
  }

  /// Commands that are shown, each with its path, subcommands after their command.
  public var visible: [(path: [String], spec: CommandSpec)] {
    func walk(_ specs: [CommandSpec], _ path: [String]) -> [(path: [String], spec: CommandSpec)] {
      specs.filter { !$0.isHidden }.flatMap { spec in
        [(path + [spec.name], spec)] + walk(spec.subcommands, path + [spec.name])
      }
    }
    return walk(commands, [])
  }
}

/// What a shell may offer for a value.
public enum Completion: Sendable, Equatable {
  /// Nothing.
  case nothing
  /// Paths of files.
  case files
  /// Paths of folders.
  case folders
  /// These words.
  case words([String])
  /// What the program itself answers to `PROGRAM __complete KIND`.
  case dynamic(String)
}

/// One option.
public struct OptionSpec: Sendable {
  /// Without the two hyphens.
  public var long: String
  /// Without the hyphen.
  public var short: Character?
  /// What the value is called in help; nil for a flag.
  public var value: String?
  /// One line.
  public var help: String
  /// Whether it may stand several times; a flag then counts.
  public var isRepeatable: Bool
  /// What a shell may offer; words are also all that is allowed.
  public var completion: Completion

  /// An option of these parts.
  public init(
    _ long: String, short: Character? = nil, value: String? = nil, _ help: String,
    isRepeatable: Bool = false, completion: Completion = .nothing
  ) {
    self.long = long
    self.short = short
    self.value = value
    self.help = help
    self.isRepeatable = isRepeatable
    self.completion = completion
  }

  /// `-n, --dry-run` or `--host NAME`.
  public var synopsis: String {
    let names = (short.map { "-\($0), " } ?? "") + "--\(long)"
    return value.map { "\(names) \($0)" } ?? names
  }

  /// The only values allowed; nil where any is.
  var choices: [String]? {
    if case .words(let words) = completion, value != nil { words } else { nil }
  }
}

/// One positional argument.
public struct ArgumentSpec: Sendable {
  /// How often it stands.
  public enum Arity: Sendable, Equatable {
    /// Once.
    case one
    /// Once or not at all.
    case optional
    /// Once or more.
    case oneOrMore
    /// Any number of times.
    case any
  }

  /// In capitals, as in help.
  public var name: String
  /// One line.
  public var help: String
  /// How often it stands.
  public var arity: Arity
  /// What a shell may offer.
  public var completion: Completion

  /// An argument of these parts.
  public init(
    _ name: String, _ help: String, arity: Arity = .one, completion: Completion = .nothing
  ) {
    self.name = name
    self.help = help
    self.arity = arity
    self.completion = completion
  }

  /// `NAME`, `[NAME]`, `NAME...` or `[NAME...]`.
  public var synopsis: String {
    switch arity {
    case .one: name
    case .optional: "[\(name)]"
    case .oneOrMore: "\(name)..."
    case .any: "[\(name)...]"
    }
  }
}

/// One command.
public struct CommandSpec: Sendable {
  /// Its name.
  public var name: String
  /// Further names.
  public var aliases: [String] = []
  /// One of the table's groups.
  public var group: String
  /// One line.
  public var summary: String
  /// Paragraphs for help and man page.
  public var discussion: [String] = []
  /// Options of its own.
  public var options: [OptionSpec] = []
  /// Positional arguments in order; only the last may repeat.
  public var arguments: [ArgumentSpec] = []
  /// Commands below it.
  public var subcommands: [CommandSpec] = []
  /// Commands with a line about what each does.
  public var examples: [(command: String, meaning: String)] = []
  /// Whether help and completions leave it out.
  public var isHidden = false

  /// A command of these parts.
  public init(
    _ name: String, aliases: [String] = [], group: String = "", _ summary: String,
    discussion: [String] = [], options: [OptionSpec] = [], arguments: [ArgumentSpec] = [],
    subcommands: [CommandSpec] = [], examples: [(command: String, meaning: String)] = [],
    isHidden: Bool = false
  ) {
    self.name = name
    self.aliases = aliases
    self.group = group
    self.summary = summary
    self.discussion = discussion
    self.options = options
    self.arguments = arguments
    self.subcommands = subcommands
    self.examples = examples
    self.isHidden = isHidden
  }

  /// Whether it goes by this name.
  public func isNamed(_ text: String) -> Bool { name == text || aliases.contains(text) }
}
