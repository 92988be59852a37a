/// Help made from the table.
public struct HelpText {
  private let table: CommandTable
  private let width: Int

  /// Help of a table for a terminal of so many columns.
  public init(_ table: CommandTable, width: Int) {
    self.table = table
    self.width = max(40, width)
  }

  /// All commands by group, and the global options.
  public var overview: String {
    var text =
      "\(table.program) - \(table.summary)\n\nusage: \(table.program) [options] COMMAND [ARGS]\n"
    for group in table.groups {
      let commands = table.commands.filter { $0.group == group && !$0.isHidden }
      guard !commands.isEmpty else { continue }
      text += "\n\(group):\n" + rows(commands.map { ($0.name, $0.summary) })
    }
    text += "\noptions:\n" + rows(table.globals.map { ($0.synopsis, $0.help) })
    return text + "\n"
      + wrapped("`\(table.program) help COMMAND` says more about a command.", indent: 0) + "\n"
  }

  /// One command in full.
  public func command(_ path: [String], _ spec: CommandSpec) -> String {
    var text =
      wrapped(spec.summary, indent: 0) + "\n\nusage: \(Self.usage(table.program, path, spec))\n"
    if !spec.aliases.isEmpty { text += "also: \(spec.aliases.joined(separator: ", "))\n" }
    for paragraph in spec.discussion {
      text += "\n" + wrapped(paragraph, indent: 0) + "\n"
    }
    if !spec.subcommands.isEmpty {
      let shown = spec.subcommands.filter { !$0.isHidden }
      text += "\ncommands:\n" + rows(shown.map { ($0.name, $0.summary) })
    }
    if !spec.arguments.isEmpty {
      text += "\narguments:\n" + rows(spec.arguments.map { ($0.name, $0.help) })
    }
    if !spec.options.isEmpty {
      text += "\noptions:\n" + rows(spec.options.map { ($0.synopsis, $0.help) })
    }
    if !spec.examples.isEmpty {
      text += "\nexamples:\n"
      for example in spec.examples {
        text +=
          "  \(table.program) \(example.command)\n" + wrapped(example.meaning, indent: 6) + "\n"
      }
    }
    return text + "\nglobal options: `\(table.program) --help`\n"
  }

  /// `plugctl key generate [options] NAME`.
  static func usage(_ program: String, _ path: [String], _ spec: CommandSpec) -> String {
    var words = [program] + path
    if !spec.subcommands.isEmpty { words.append("COMMAND") }
    if !spec.options.isEmpty { words.append("[options]") }
    return (words + spec.arguments.map(\.synopsis)).joined(separator: " ")
  }

  private func rows(_ rows: [(term: String, help: String)]) -> String {
    let widest = rows.map(\.term.count).max() ?? 0
    let column = min(widest, max(12, width / 3)) + 4
    var text = ""
    for row in rows {
      let term = "  " + row.term
      if term.count + 2 > column {
        text += term + "\n" + wrapped(row.help, indent: column) + "\n"
      } else {
        let gap = String(repeating: " ", count: column - term.count)
        text += term + gap + wrapped(row.help, indent: column).drop { $0 == " " } + "\n"
      }
    }
    return text
  }

  private func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(margin + line)
    return lines.joined(separator: "\n")
  }
}
