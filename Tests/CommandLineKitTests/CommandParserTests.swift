import CommandLineKit
import Testing

@Suite("Command parser")
struct CommandParserTests {
  private static func parse(_ line: String) throws(ParseError) -> ParsedCommand {
    try CommandParser.parse(
      line.split(separator: " ").map(String.init), by: table,
      suggest: { word, candidates in candidates.first { $0.hasPrefix(word.prefix(2)) } })
  }

  @Test(
    "finds command and arguments",
    arguments: [
      ("install a", ["install"], ["a"]), ("add a b", ["install"], ["a", "b"]),
      ("show a", ["show"], ["a"]), ("show a b", ["show"], ["a", "b"]), ("list", ["list"], []),
      ("list list list", ["list"], ["list", "list"]),
      ("key generate k", ["key", "generate"], ["k"]), ("key new k", ["key", "generate"], ["k"]),
      ("key list", ["key", "list"], []),
      ("show -- --help", ["show"], ["--help"]), ("show -- -x --", ["show"], ["-x", "--"]),
      ("list -", ["list"], ["-"]), ("-v list", ["list"], []), ("__hidden x", ["__hidden"], ["x"]),
      ("", [], []), ("-v", [], []), ("--help", [], []), ("key secret", ["key", "secret"], []),
    ] as [(String, [String], [String])])
  func commands(line: String, path: [String], arguments: [String]) throws {
    let parsed = try Self.parse(line)
    #expect(parsed.path == path)
    #expect(parsed.arguments == arguments)
  }

  @Test(
    "takes options anywhere and in every form",
    arguments: [
      ("install --mode fast a", "mode", ["fast"]), ("install a --mode=fast", "mode", ["fast"]),
      ("--mode fast install a", "mode", ["fast"]), ("--mode=fast install a", "mode", ["fast"]),
      ("install -m fast a", "mode", ["fast"]), ("install -mfast a", "mode", ["fast"]),
      ("install -m=fast a", "mode", ["fast"]), ("-m fast install a", "mode", ["fast"]),
      ("install -nvm fast a", "mode", ["fast"]),
      ("install a --with x --with=y -wz", "with", ["x", "y", "z"]),
      ("-w x install a", "with", ["x"]), ("install a --host=", "host", [""]),
      ("install a --host=a=b", "host", ["a=b"]), ("install a -H -v", "host", ["-v"]),
      ("install a --host -- ", "host", ["--"]), ("key --bits 3 generate k", "bits", ["3"]),
      ("--bits 3 key generate k", "bits", ["3"]), ("key generate k -H x", "host", ["x"]),
      ("--into dir -n install a", "into", ["dir"]), ("list --exact", "exact", [""]),
    ] as [(String, String, [String])])
  func options(line: String, option: String, values: [String]) throws {
    let parsed = try Self.parse(line)
    #expect(parsed.all(option) == values)
    #expect(parsed.value(option) == values.last)
    #expect(parsed.has(option))
  }

  @Test(
    "counts flags",
    arguments: [("list", 0), ("list -v", 1), ("-v list -vv --verbose", 4), ("list -vVv", 2)])
  func counts(line: String, count: Int) throws {
    #expect(try Self.parse(line).count("verbose") == count)
  }

  @Test(
    "names each fault",
    arguments: [
      ("lst", .unknownCommand("lst", parent: [], suggestion: nil)),
      ("insall a", .unknownCommand("insall", parent: [], suggestion: "install")),
      ("key lift", .unknownCommand("lift", parent: ["key"], suggestion: "list")),
      ("install a --mude x", .unknownOption("--mude", command: ["install"], suggestion: nil)),
      ("install a --wit x", .unknownOption("--wit", command: ["install"], suggestion: "--with")),
      ("list --mode fast", .unknownOption("--mode", command: ["list"], suggestion: nil)),
      ("list -x", .unknownOption("-x", command: ["list"], suggestion: nil)),
      ("list -vx", .unknownOption("-x", command: ["list"], suggestion: nil)),
      ("install a --host", .missingValue(option: "--host", value: "NAME")),
      ("install a -H", .missingValue(option: "--host", value: "NAME")),
      ("list --verbose=yes", .unexpectedValue(option: "--verbose")),
      (
        "list --color sometimes",
        .invalidChoice(option: "--color", value: "sometimes", allowed: ["auto", "always", "never"])
      ),
      ("list --host a --host b", .repeatedOption("--host")),
      ("install", .missingArgument("REF", command: ["install"])),
      ("show", .missingArgument("NAME", command: ["show"])),
      ("show a b c", .unexpectedArgument("c", command: ["show"])),
      ("key list x", .unexpectedArgument("x", command: ["key", "list"])),
      ("key", .missingSubcommand(command: ["key"], known: ["generate", "list"])),
      ("key generate", .missingArgument("NAME", command: ["key", "generate"])),
    ] as [(String, ParseError)])
  func faults(line: String, error: ParseError) {
    #expect(throws: error) { try Self.parse(line) }
  }

  @Test(
    "asks for help or version whatever is missing",
    arguments: ["install --help", "key -h", "show a b c --help", "install -V"])
  func help(line: String) throws {
    let parsed = try Self.parse(line)
    #expect(parsed.has("help") || parsed.has("version"))
  }
}

@Suite("Command table")
struct CommandTableTests {
  @Test("finds commands by name and alias")
  func lookup() {
    #expect(table.command(at: ["add"])?.name == "install")
    #expect(table.command(at: ["key", "new"])?.name == "generate")
    #expect(table.command(at: ["key", "none"]) == nil)
    #expect(table.command(at: []) == nil)
  }

  @Test("leaves hidden commands out")
  func visible() {
    #expect(
      table.visible.map { $0.path.joined(separator: " ") } == [
        "install", "show", "list", "key", "key generate", "key list",
      ])
  }
}
