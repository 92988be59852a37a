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

  private let table: CommandTable

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
  private var commands: [(key: String, spec: CommandSpec)] {
    table.visible.map { ($0.path.joined(separator: " "), $0.spec) }
  }

  private static func words(_ option: OptionSpec) -> [String] {
    (option.short.map { ["-\($0)"] } ?? []) + ["--\(option.long)"]
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// The path of a command with its last name, and with each alias instead.
  private static func spellings(_ key: String, _ spec: CommandSpec) -> [String] {
    let parent = key.dropLast(spec.name.count)
    return [key] + spec.aliases.map { parent + $0 }
  }

  /// Options, long and short, that take the next word.
  private var takers: [String] {
    let options = (table.globals + table.visible.flatMap { $0.spec.options }).filter {
      $0.value != nil
    }
    return Set(options.flatMap(Self.words)).sorted()
  }

  // MARK: bash

  private var bash: String {
    let program = table.program
    let withValue = takers.joined(separator: "|")
    return """
      # bash completion for \(program), made by `\(program) completion bash`
      _\(program)() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev="" path="" word skip=0 index
        COMPREPLY=()
        ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD-1]}
        # Bash takes the `=` of `--option=value` for a word of its own.
        if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
        for ((index = 1; index < COMP_CWORD; index++)); do
          word=${COMP_WORDS[index]}
          if [[ $word == "=" ]]; then skip=1; continue; fi
          if ((skip)); then skip=0; continue; fi
          case $word in
            \(withValue)) skip=1 ;;
            -*) ;;
            *) case "${path:+$path }$word" in
      \(bashPaths)
               esac ;;
          esac
        done
        local words="" kind=""
        case "$path:$prev" in
      \(bashValues)
        esac
        if [[ -z $kind && $cur == -* ]]; then
          kind=words
          words=\(Self.quoted(table.globals.flatMap(Self.words).joined(separator: " ")))
          case $path in
      \(bashOptions)
          esac
        elif [[ -z $kind ]]; then
          case $path in
            "") kind=words words=\(Self.quoted(topLevel.joined(separator: " "))) ;;
      \(bashArguments)
          esac
        fi
        case $kind in
          words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
          files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
          folders) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
          ask) mapfile -t COMPREPLY < <(compgen -W "$(\(program) __complete "$words" 2>/dev/null)" -- "$cur") ;;
        esac
      }
      complete -F _\(program) \(program)

      """
  }

  private var topLevel: [String] { table.commands.filter { !$0.isHidden }.map(\.name) }

  private var bashPaths: String {
    commands.map { key, spec in
      "             \(Self.spellings(key, spec).map(Self.quoted).joined(separator: "|"))) path=\(Self.quoted(key)) ;;"
    }.joined(separator: "\n")
  }

  private var bashValues: String {
    let scoped = commands.flatMap { key, spec in spec.options.map { (key, $0) } }
    let all = scoped + table.globals.map { ("*", $0) }
    return all.filter { $0.1.value != nil }.map { key, option in
      let path = key == "*" ? "*" : Self.quoted(key)
      let patterns = Self.words(option).map { "\(path):\($0)" }.joined(separator: "|")
      return "    \(patterns)) \(Self.bashKind(option.completion)) ;;"
    }.joined(separator: "\n")
  }

  private var bashOptions: String {
    commands.filter { !$0.spec.options.isEmpty }.map { key, spec in
      let words = spec.options.flatMap(Self.words).joined(separator: " ")
      return "      \(Self.quoted(key))) words+=\(Self.quoted(" " + words)) ;;"
    }.joined(separator: "\n")
  }

  private var bashArguments: String {
    commands.compactMap { key, spec in
      if !spec.subcommands.isEmpty {
        let names = spec.subcommands.filter { !$0.isHidden }.map(\.name).joined(separator: " ")
        return "      \(Self.quoted(key))) kind=words words=\(Self.quoted(names)) ;;"
      }
      guard let last = spec.arguments.last, last.completion != .nothing else { return nil }
      return "      \(Self.quoted(key))) \(Self.bashKind(last.completion)) ;;"
    }.joined(separator: "\n")
  }

  private static func bashKind(_ completion: Completion) -> String {
    switch completion {
    case .nothing: "kind=none"
    case .files: "kind=files"
    case .folders: "kind=folders"
    case .words(let words): "kind=words words=\(quoted(words.joined(separator: " ")))"
    case .dynamic(let kind): "kind=ask words=\(quoted(kind))"
    }
  }

  // MARK: zsh

  private var zsh: String {
    let program = table.program
    var text = """
      #compdef \(program)
      # zsh completion for \(program), made by `\(program) completion zsh`
      _\(program)_ask() { compadd -- ${(f)"$(\(program) __complete $1 2>/dev/null | tr ' ' '\\n')"} }

      """
    for (key, spec) in commands {
      text +=
        "\(zshFunction(key))() {\n" + zshBody(key, spec.options, spec.arguments, spec.subcommands)
        + "}\n"
    }
    text += "_\(program)() {\n" + zshBody("", [], [], table.commands) + "}\n"
    // Works both when sourced and when autoloaded from a folder of `fpath`.
    return text
      + "if [ \"$funcstack[1]\" = \"_\(program)\" ]; then _\(program) \"$@\"; else compdef _\(program) \(program); fi\n"
  }

  private func zshFunction(_ key: String) -> String {
    "_\(table.program)__"
      + key.split(separator: " ").joined(separator: "__").split(separator: "-").joined(
        separator: "_")
  }

  private func zshBody(
    _ key: String, _ options: [OptionSpec], _ arguments: [ArgumentSpec], _ below: [CommandSpec]
  ) -> String {
    var specs = (options + table.globals).flatMap(zshOption)
    guard below.isEmpty else {
      specs += [Self.quoted("1: :->command"), Self.quoted("*:: :->rest")]
      let shown = below.filter { !$0.isHidden }
      let described = shown.map { Self.quoted("\($0.name):\($0.summary)") }.joined(separator: " ")
      let cases = shown.map { spec in
        "        \(([spec.name] + spec.aliases).joined(separator: "|"))) \(zshFunction(key.isEmpty ? spec.name : key + " " + spec.name)) ;;\n"
      }.joined()
      return """
          local line state context
          typeset -A opt_args
          _arguments -C -s \(specs.joined(separator: " "))
          case $state in
            command) local -a names=(\(described)); _describe command names ;;
            rest) case $line[1] in
        \(cases)      esac ;;
          esac

        """
    }
    for (index, argument) in arguments.enumerated() {
      let place = argument.arity == .any || argument.arity == .oneOrMore ? "*" : "\(index + 1)"
      specs.append(
        Self.quoted("\(place):\(argument.name.lowercased()):\(zshAction(argument.completion))"))
    }
    return "  _arguments -s \(specs.joined(separator: " "))\n"
  }

  private func zshOption(_ option: OptionSpec) -> [String] {
    let help = option.help.filter { !"[]:'`".contains($0) }
    let value = option.value.map { ":\($0.lowercased()):\(zshAction(option.completion))" } ?? ""
    return Self.words(option).map {
      Self.quoted("\(option.isRepeatable ? "*" : "")\($0)[\(help)]\(value)")
    }
  }

  private func zshAction(_ completion: Completion) -> String {
    switch completion {
    // Not a space: its message would keep the one option that fits from being inserted.
    case .nothing: "()"
    case .files: "_files"
    case .folders: "_files -/"
    case .words(let words): "(\(words.joined(separator: " ")))"
    case .dynamic(let kind): "{_\(table.program)_ask \(kind)}"
    }
  }

  // MARK: fish

  private var fish: String {
    let program = table.program
    var lines = [
      "# fish completion for \(program), made by `\(program) completion fish`", fishPath,
      "complete -c \(program) -f",
    ]
    for option in table.globals { lines.append("complete -c \(program)" + fishOption(option)) }
    for spec in table.commands where !spec.isHidden {
      lines.append(
        "complete -c \(program) -n \(fishIs("")) -a \(spec.name) -d \(Self.quoted(spec.summary))")
    }
    for (key, spec) in commands {
      let prefix = "complete -c \(program) -n \(fishIs(key))"
      for option in spec.options { lines.append(prefix + fishOption(option)) }
      for below in spec.subcommands where !below.isHidden {
        lines.append("\(prefix) -a \(below.name) -d \(Self.quoted(below.summary))")
      }
      if let last = spec.arguments.last {
        lines.append(contentsOf: fishArgument(prefix, last.completion))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A function that prints the command typed so far; values of options are no commands.
  private var fishPath: String {
    let cases = commands.map { key, spec in
      "          case \(Self.spellings(key, spec).map(Self.quoted).joined(separator: " "))\n            set path \(Self.quoted(key))"
    }.joined(separator: "\n")
    return """
      function __\(table.program)_path
        set -l path ''
        set -l skip 0
        set -l typed (commandline -opc)
        for word in $typed[2..-1]
          if test $skip = 1
            set skip 0
            continue
          end
          switch $word
            case \(takers.joined(separator: " "))
              set skip 1
            case '-*'
            case '*'
              switch (string trim -- "$path $word")
      \(cases)
              end
          end
        end
        echo $path
      end
      """
  }

  /// The condition that the command typed so far is this one.
  private func fishIs(_ key: String) -> String {
    Self.quoted("contains -- \"\(key)\" (__\(table.program)_path)")
  }

  private func fishArgument(_ prefix: String, _ completion: Completion) -> [String] {
    switch completion {
    case .nothing: []
    case .files: [prefix + " -F"]
    case .folders: [prefix + " -a '(__fish_complete_directories)'"]
    case .words(let words): [prefix + " -a \(Self.quoted(words.joined(separator: " ")))"]
    case .dynamic(let kind):
      [prefix + " -a '(\(table.program) __complete \(kind) 2>/dev/null | string split \" \")'"]
    }
  }

  private func fishOption(_ option: OptionSpec) -> String {
    var text =
      (option.short.map { " -s \($0)" } ?? "") + " -l \(option.long) -d \(Self.quoted(option.help))"
    guard option.value != nil else { return text }
    switch option.completion {
    case .files: text += " -r -F"
    case .folders: text += " -x -a '(__fish_complete_directories)'"
    case .words(let words): text += " -x -a \(Self.quoted(words.joined(separator: " ")))"
    case .dynamic(let kind):
      text += " -x -a '(\(table.program) __complete \(kind) 2>/dev/null | string split \" \")'"
    case .nothing: text += " -x"
    }
    return text
  }
}
