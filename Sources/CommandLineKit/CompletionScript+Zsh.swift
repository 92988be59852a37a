extension CompletionScript {
  /// The script for Zsh.
  var zsh: String {
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
}
