import Files
import PkgCore
import Testing

/// Every command that can be typed, by asking the program itself.
enum Commands {
  static let all = Result { try find() }

  private static func find() throws -> [[String]] {
    let user = try Sandbox()
    func below(_ path: [String]) throws -> [[String]] {
      let help = try user.plugctl(path + ["--help"]).succeeded()
      let isOverview = path.isEmpty
      var found: [[String]] = []
      var isInside = false
      for line in help.output.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasSuffix(":"), !line.hasPrefix(" ") {
          isInside = isOverview ? line != "options:" : line == "commands:"
        }
        guard isInside, line.hasPrefix("  "), !line.hasPrefix("   "),
          let name = line.split(separator: " ").first
        else { continue }
        found += [path + [String(name)]] + (try below(path + [String(name)]))
      }
      return found
    }
    return try below([])
  }
}

@Suite("help")
struct HelpTests {
  let user: Sandbox
  let commands: [[String]]

  init() throws {
    user = try Sandbox()
    commands = try Commands.all.get()
  }

  @Test("is there for every command, and shows how to use it")
  func every() throws {
    #expect(commands.count > 45)
    for command in commands {
      let help = try user.plugctl(command + ["--help"])
      #expect(help.exit == 0 && help.errors == "", "\(help)")
      #expect(help.output.contains("usage: plugctl \(command.joined(separator: " "))"), "\(help)")
      #expect(try user.plugctl(["help"] + command).output == help.output)
    }
  }

  @Test("lists every command that has a man page")
  func listed() throws {
    try user.plugctl("man", "pages").succeeded()
    let pages = try FileSystem.names(in: "\(user.work)/pages")
    #expect(pages.count > 40)
    let listed = commands.map { "plugctl-\($0.joined(separator: "-")).1" }
    for page in pages where page != "plugctl.1" { #expect(listed.contains(page)) }
  }

  @Test("keeps within the width but for usage, examples and long words", arguments: [40, 80, 120])
  func width(columns: Int) throws {
    for command in [[]] + commands {
      let help = try user.plugctl(command + ["--help"], with: ["COLUMNS": "\(columns)"])
      for line in help.lines where line.count > columns {
        let isWhole =
          line.hasPrefix("usage: ") || line.hasPrefix("plugctl - ") || line.hasPrefix("  plugctl ")
          || line.hasPrefix("  -")
        #expect(
          isWhole || !line.drop(while: { $0 == " " }).contains(" "),
          "\(command) at \(columns): \(line)")
      }
    }
  }

  @Test("every command of the table is carried out by something")
  func registered() throws {
    for command in commands {
      // What it does here matters not, only that the program knows it.
      let outcome = try user.plugctl(command + (Self.needsArgument(command) ? ["x"] : []))
      #expect(outcome.exit != 70 && outcome.code != "internal.bug", "\(outcome)")
    }
  }

  private static func needsArgument(_ command: [String]) -> Bool {
    [
      "info", "versions", "files", "owns", "which", "install", "remove", "verify", "import", "sign",
      "explain",
    ]
    .contains(command[0]) || command.count > 1
  }

  @Test("an overview without a command goes to stdout, and the exit code is 2")
  func overview() throws {
    let none = try user.plugctl()
    #expect(none.exit == 2 && none.output.hasPrefix("plugctl - "), "\(none)")
    #expect(try user.plugctl("--help").exit == 0)
    #expect(try user.plugctl("--version").output == user.plugctl("version").output)
  }

  @Test("explains every code that it can show, and knows no other")
  func explain() throws {
    for code in DiagnosticCode.allCases {
      let outcome = try user.plugctl("explain", code.rawValue)
      #expect(outcome.exit == 0 && outcome.output.contains(code.rawValue), "\(outcome)")
    }
    let unknown = try user.plugctl("explain", "load.faild")
    #expect(
      [2, 3].contains(unknown.exit) && unknown.hint?.contains("load.failed") == true, "\(unknown)")
  }
}
