extension CompletionScript {
  /// The script for Fish.
  var fish: String {
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
