extension CompletionScript {
  /// The script for Bash.
  var bash: String {
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
}
