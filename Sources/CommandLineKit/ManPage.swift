/// Man pages in mdoc(7), made from the table; clean under `mandoc -T lint`.
public struct ManPage {
  private let table: CommandTable
  private let date: String

  /// Pages of a table.
  ///
  /// - Parameter date: `YYYY-MM-DD`, of the release.
  public init(_ table: CommandTable, date: String) {
    self.table = table
    self.date = date
  }

  /// File names and contents: one page for the program, one for each command.
  public var pages: [(file: String, text: String)] {
    [("\(table.program).1", overview)]
      + table.visible.map { path, spec in
        ("\(([table.program] + path).joined(separator: "-")).1", page(path, spec))
      }
  }

  private var overview: String {
    var text = head(table.program, table.summary)
    text += ".Nm\n.Op options\n.Ar command\n.Op Ar arguments\n"
    text += ".Sh DESCRIPTION\n.Nm\nhas these commands:\n.Bl -tag -width Ds\n"
    for (path, spec) in table.visible where spec.subcommands.isEmpty {
      text += ".It Cm \(Self.escaped(path.joined(separator: " ")))\n\(sentence(spec.summary))\n"
    }
    text += ".El\n.Pp\nOptions of all commands:\n" + options(table.globals)
    if !table.environment.isEmpty {
      text += ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
      for variable in table.environment {
        text += ".It Ev \(variable.name)\n\(sentence(variable.meaning))\n"
      }
      text += ".El\n"
    }
    if !table.exitCodes.isEmpty {
      text += ".Sh EXIT STATUS\n.Bl -tag -width Ds\n"
      for entry in table.exitCodes { text += ".It \(entry.code)\n\(sentence(entry.meaning))\n" }
      text += ".El\n"
    }
    return text
  }

  private func page(_ path: [String], _ spec: CommandSpec) -> String {
    let name = ([table.program] + path).joined(separator: "-")
    var text = head(name, spec.summary)
    text += ".Nm \(table.program) \(path.joined(separator: " "))\n"
    if !spec.options.isEmpty { text += ".Op options\n" }
    if !spec.subcommands.isEmpty { text += ".Ar command\n" }
    for argument in spec.arguments { text += Self.synopsis(argument) }
    text += ".Sh DESCRIPTION\n\(sentence(spec.summary))\n"
    for paragraph in spec.discussion { text += ".Pp\n\(sentence(paragraph))\n" }
    if !spec.aliases.isEmpty { text += ".Pp\nAlso: \(spec.aliases.joined(separator: ", ")).\n" }
    if !spec.subcommands.isEmpty {
      text += ".Bl -tag -width Ds\n"
      for below in spec.subcommands where !below.isHidden {
        text += ".It Cm \(below.name)\n\(sentence(below.summary))\n"
      }
      text += ".El\n"
    }
    if !spec.arguments.isEmpty {
      text += ".Bl -tag -width Ds\n"
      for argument in spec.arguments {
        text += ".It Ar \(argument.name)\n\(sentence(argument.help))\n"
      }
      text += ".El\n"
    }
    if !spec.options.isEmpty { text += ".Pp\nOptions:\n" + options(spec.options) }
    if !spec.examples.isEmpty {
      text += ".Sh EXAMPLES\n.Bl -tag -width Ds\n"
      for example in spec.examples {
        text +=
          ".It Li \(Self.escaped(table.program + " " + example.command))\n\(sentence(example.meaning))\n"
      }
      text += ".El\n"
    }
    return text + ".Sh SEE ALSO\n.Xr \(table.program) 1\n"
  }

  private func head(_ name: String, _ summary: String) -> String {
    """
    .Dd \(Self.mdocDate(date))
    .Dt \(name.uppercased()) 1
    .Os
    .Sh NAME
    .Nm \(name)
    .Nd \(Self.escaped(summary))
    .Sh SYNOPSIS

    """
  }

  private static func synopsis(_ argument: ArgumentSpec) -> String {
    switch argument.arity {
    case .one: ".Ar \(argument.name)\n"
    case .optional: ".Op Ar \(argument.name)\n"
    case .oneOrMore: ".Ar \(argument.name) ...\n"
    case .any: ".Op Ar \(argument.name) ...\n"
    }
  }

  private func options(_ options: [OptionSpec]) -> String {
    var text = ".Bl -tag -width Ds\n"
    for option in options {
      let names = (option.short.map { "Fl \($0) , " } ?? "") + "Fl Fl \(option.long)"
      text += ".It \(names)" + (option.value.map { " Ar \(Self.escaped($0))" } ?? "") + "\n"
      text += "\(sentence(option.help))\n"
    }
    return text + ".El\n"
  }

  /// A line of text: escaped, each sentence on a line of its own, a full stop at the end.
  private func sentence(_ text: String) -> String {
    var lines: [String] = [""]
    var words = text.split(separator: " ").map(String.init)[...]
    while let word = words.popFirst() {
      let line = lines[lines.count - 1]
      if line.count + word.count > 76 {
        lines.append(word)
      } else {
        lines[lines.count - 1] = line.isEmpty ? word : line + " " + word
      }
      if word.hasSuffix("."), !words.isEmpty { lines.append("") }
    }
    let closed = lines.filter { !$0.isEmpty }.map(Self.escaped).joined(separator: "\n")
    return closed.hasSuffix(".") || closed.hasSuffix(":") ? closed : closed + "."
  }

  /// Backslashes doubled; a dot or quote at the start of a line kept from being a request.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for letter in text {
      switch letter {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(letter)
      }
    }
    return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
  }

  /// mdoc wants `November 21, 2026`.
  private static func mdocDate(_ date: String) -> String {
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    let parts = date.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, (1...12).contains(parts[1]) else { return date }
    return "\(months[parts[1] - 1]) \(parts[2]), \(parts[0])"
  }
}
