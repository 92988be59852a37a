import Files
import PkgCore
import Testing

@Suite("the answer")
struct OutputTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  @Test(
    "with --json is one document of the envelope, on success and on failure",
    arguments: [
      ["list"], ["search", "alpha"], ["info", "alpha"], ["versions", "alpha"], ["outdated"],
      ["stats"], ["scan"],
      ["install", "delta"], ["install", "-n", "beta"], ["upgrade"], ["install", "nothing"],
      ["install", "missing"],
      ["remove", "nothing"], ["index", "list"], ["update"], ["host", "list"],
      ["host", "show", "sqlite"],
      ["host", "path", "sqlite"], ["key", "list"], ["key", "generate", "k", "--unencrypted"],
      ["test", "--list"],
      ["explain", "load.failed"], ["version"], ["files", "x"], ["owns", "/"], ["which", "x"],
      ["recover"],
      ["lint", "/no"], ["verify", "/no"], ["install", "--nonsense"], ["nonsense"],
      ["install", "taken@1.1.0"], [],
      ["help"], ["install", "--help"], ["init", "fresh", "--publisher", "acme"],
    ])
  func envelope(arguments: [String]) throws {
    let outcome = try user.plugctl(arguments + ["--json"])
    #expect(outcome.errors == "", "\(outcome)")
    #expect(outcome.output.hasSuffix("}\n") && outcome.lines.count == 1, "\(outcome)")
    let document = try outcome.document()
    #expect(
      document.members.map(\.name) == ["schema", "ok", "data", "warnings", "error"], "\(outcome)")
    #expect(document["schema"]?.stringValue?.hasPrefix("plugctl.") == true)
    #expect(document["schema"]?.stringValue?.hasSuffix("/1") == true)
    #expect(document["ok"]?.boolValue == (outcome.exit == 0))
    #expect(document["warnings"]?.arrayValue != nil)
    let python = try user.run(["python3", "-m", "json.tool"], input: outcome.output)
    #expect(python.exit == 0, "\(python)")
    let error = try #require(document["error"])
    guard outcome.exit != 0 else {
      #expect(error == .null)
      return
    }
    let fields = try #require(error.objectValue, "\(outcome)")
    #expect(fields["exit"]?.integerValue == Int64(outcome.exit))
    #expect(DiagnosticCode(rawValue: fields["code"]?.stringValue ?? "") != nil)
    #expect(fields["message"]?.stringValue?.isEmpty == false)
  }

  @Test("with --json carries warnings inside the document")
  func warnings() throws {
    let outcome = try user.plugctl("install", "taken@1.1.0", "--json").succeeded()
    let warnings = try #require(try outcome.document()["warnings"]?.arrayValue)
    #expect(warnings.first?["code"]?.stringValue == "version.yanked", "\(outcome)")
  }

  @Test("of a change as a document names every step")
  func report() throws {
    let data = try user.plugctl("install", "beta", "--json").succeeded().data()
    let steps = try #require(
      data.arrayValue?.first?["steps"]?.arrayValue
        ?? data.arrayValue?.first?["plan"]?["steps"]?.arrayValue, "\(data)")
    #expect(steps.compactMap { $0["id"]?.stringValue } == ["acme/alpha", "acme/beta"])
  }

  @Test("in a pipe has no header, tabs between cells, and whole lines")
  func pipe() throws {
    try user.plugctl("install", "beta").succeeded()
    #expect(
      try user.plugctl("list").output
        == "sqlite\tacme/alpha\t1.1.0\tmain\talpha for tests\nsqlite\tacme/beta\t1.0.0\tmain\tbeta for tests\n"
    )
  }

  @Test("in a terminal of 40 columns has a header, aligned columns, and no longer line")
  func terminal() throws {
    try user.plugctl("install", "beta").succeeded()
    let outcome = try PseudoTerminal.run(
      [Programs.plugctl, "list"], columns: 40, in: user, with: ["NO_COLOR": "1"])
    let lines = PseudoTerminal.screen(outcome.output)
    #expect(lines.count == 3 && lines[0].hasPrefix("HOST"), "\(lines)")
    #expect(lines.allSatisfy { $0.count <= 40 }, "\(lines)")
    let column = try #require(lines[0].firstRange(of: "VERSION")?.lowerBound)
    let offset = lines[0].distance(from: lines[0].startIndex, to: column)
    #expect(
      lines.dropFirst().allSatisfy { $0.dropFirst(offset).first?.isNumber == true }, "\(lines)")
    // The widest columns give way, not the last one.
    let history = try PseudoTerminal.run(
      [Programs.plugctl, "history"], columns: 60, in: user, with: ["NO_COLOR": "1"])
    let screen = PseudoTerminal.screen(history.output)
    #expect(
      screen.allSatisfy { $0.count <= 60 } && screen.last?.hasSuffix("  live") == true, "\(screen)")
  }

  @Test("is data on stdout only, errors on stderr only")
  func streams() throws {
    let failure = try user.plugctl("install", "nothing")
    #expect(failure.output == "" && failure.errors.hasPrefix("error["))
    let success = try user.plugctl("search", "alpha")
    #expect(success.errors == "" && success.output.contains("acme/alpha"))
    #expect(try user.plugctl("install", "delta", "-q").succeeded().output == "")
  }

  @Test(
    "is coloured as asked",
    arguments: [
      ([:], ["--color", "always"], true), ([:], ["--color", "never"], false), ([:], [], false),
      (["FORCE_COLOR": "1"], [], true), (["FORCE_COLOR": "1", "NO_COLOR": "1"], [], false),
      (["NO_COLOR": "1"], ["--color", "always"], true), (["PLUGCTL_COLOR": "always"], [], true),
      (["PLUGCTL_COLOR": "always"], ["--color", "never"], false),
    ] as [([String: String], [String], Bool)])
  func color(variables: [String: String], options: [String], isColored: Bool) throws {
    let outcome = try user.plugctl(["install", "nothing"] + options, with: variables)
    #expect(outcome.errors.contains("\u{1B}[") == isColored, "\(outcome)")
  }

  @Test(
    "in a terminal is coloured, unless that is dumb or NO_COLOR is set",
    arguments: [
      ([:], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false),
    ] as [([String: String], Bool)])
  func terminalColor(variables: [String: String], isColored: Bool) throws {
    let outcome = try PseudoTerminal.run(
      [Programs.plugctl, "install", "nothing"], columns: 80, in: user, with: variables)
    #expect(outcome.exit == 3)
    #expect(outcome.output.contains("\u{1B}[1;31m") == isColored, "\(outcome)")
  }

  @Test("to a reader that went away is no failure to crash on")
  func brokenPipe() throws {
    let outcome = try user.run([
      "sh", "-c", "\"$0\" help | head -c 10 >/dev/null; \"$0\" search >&- ; echo done",
      Programs.plugctl,
    ])
    #expect(outcome.output.hasSuffix("done\n"), "\(outcome)")
  }
}

@Suite("progress")
struct ProgressTests {
  let examples: Examples
  let server: WebServer
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    server = try WebServer(examples.index.path)
    user = try Sandbox()
    try user.add(examples.index, at: server.url)
  }

  private func makeSlow() {
    server.answers { $0.hasPrefix("/a/") ? .slow(pieces: 12, pauseMilliseconds: 100) : .plain }
  }

  @Test("of a slow download is shown in a terminal, and nothing of it remains")
  func bar() throws {
    makeSlow()
    let outcome = try PseudoTerminal.run(
      [Programs.plugctl, "install", "bulk"], columns: 60, in: user)
    #expect(outcome.exit == 0, "\(outcome)")
    #expect(
      outcome.output.contains("downloading ") && outcome.output.contains(" of 3.1 MB"), "\(outcome)"
    )
    let screen = PseudoTerminal.screen(outcome.output)
    #expect(
      screen.prefix(2) == ["plan for sqlite:", "  install acme/bulk 1.0.0 (3.1 MB)"], "\(screen)")
    #expect(
      screen.dropFirst(2).first?.hasPrefix("installed acme/bulk 1.0.0") == true, "\(screen)")
    #expect(!screen.contains { $0.contains("downloading") }, "\(screen)")
  }

  @Test("of what is quick is not shown")
  func quick() throws {
    let outcome = try PseudoTerminal.run(
      [Programs.plugctl, "install", "delta", "--test-level", "0"], columns: 60, in: user)
    #expect(outcome.exit == 0 && !outcome.output.contains("downloading"), "\(outcome)")
  }

  @Test("as JSON is an event a line on stderr")
  func json() throws {
    let outcome = try user.plugctl("install", "delta", "--progress", "json", "--json").succeeded()
    let events = try outcome.errors.split(separator: "\n").map { line in
      try #require(JSONParser.parse(Array(line.utf8)).objectValue?["event"]?.stringValue)
    }
    for event in ["planned", "downloading", "unpacking", "testing"] {
      #expect(events.contains(event), "\(events)")
    }
    _ = try outcome.document()
  }

  @Test("in plain form is a line a phase, in a pipe too, and by default there is none")
  func plain() throws {
    makeSlow()
    let outcome = try user.plugctl("install", "bulk", "--progress", "plain").succeeded()
    #expect(outcome.errors.contains("downloading ") && !outcome.errors.contains("\r"), "\(outcome)")
    try user.plugctl("remove", "bulk").succeeded()
    #expect(try user.plugctl("install", "bulk").succeeded().errors == "")
  }

  @Test("is never shown with --quiet")
  func quiet() throws {
    makeSlow()
    let outcome = try PseudoTerminal.run(
      [Programs.plugctl, "install", "bulk", "-q"], columns: 60, in: user)
    #expect(outcome.exit == 0 && outcome.output == "", "\(outcome)")
  }
}
