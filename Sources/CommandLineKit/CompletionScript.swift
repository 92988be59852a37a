/// Scripts that make a shell complete the program's commands, options and values.
///
/// The scripts hold the table; only names of plugins and the like are asked of the program, by
/// `PROGRAM __complete KIND`.
public struct CompletionScript {
  /// Shells that are served.
  public enum Shell: String, Sendable, CaseIterable {
    /// GNU Bash, with or without bash-completion.
    case bash
    /// Zsh with compinit.
    case zsh
    /// Fish.
    case fish
  }

  let table: CommandTable

  /// Scripts of a table.
  public init(_ table: CommandTable) { self.table = table }

  /// The script for a shell.
  public func text(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// Every visible command with the options that it takes, global ones left out.
  var commands: [(key: String, spec: CommandSpec)] {
    table.visible.map { ($0.path.joined(separator: " "), $0.spec) }
  }

  static func words(_ option: OptionSpec) -> [String] {
    (option.short.map { ["-\($0)"] } ?? []) + ["--\(option.long)"]
  }

  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// The path of a command with its last name, and with each alias instead.
  static func spellings(_ key: String, _ spec: CommandSpec) -> [String] {
    let parent = key.dropLast(spec.name.count)
    return [key] + spec.aliases.map { parent + $0 }
  }

  /// Options, long and short, that take the next word.
  var takers: [String] {
    let options = (table.globals + table.visible.flatMap { $0.spec.options }).filter {
      $0.value != nil
    }
    return Set(options.flatMap(Self.words)).sorted()
  }
}
