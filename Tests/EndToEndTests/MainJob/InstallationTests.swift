import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("installing")
struct InstallationTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  @Test("the newest version that is not yanked is chosen, and sqlite3 answers with it")
  func newest() throws {
    try user.plugctl("install", "delta", "taken").succeeded()
    #expect(try user.list() == ["delta 1.1.0", "taken 1.0.0"])
    #expect(try user.sqlite("SELECT delta_version(), taken_version();").output == "1.1.0|1.0.0\n")
  }

  @Test(
    "a reference names versions",
    arguments: [
      ("delta@1.0.0", "delta 1.0.0"), ("delta=1.0.0", "delta 1.0.0"), ("acme/delta", "delta 1.1.0"),
      ("alpha@^1", "alpha 1.1.0"), ("alpha@<1.1", "alpha 1.0.0"), ("alpha@1.x", "alpha 1.1.0"),
      ("taken@1.1.0", "taken 1.1.0"),
    ])
  func reference(text: String, installed: String) throws {
    try user.plugctl("install", text).succeeded()
    #expect(try user.list() == [installed])
  }

  @Test("a dependency gets the newest version that fits")
  func dependency() throws {
    let report = try user.plugctl("install", "beta").succeeded()
    #expect(report.lines.prefix(2) == ["installed acme/alpha 1.1.0", "installed acme/beta 1.0.0"])
    #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test("what is installed already is nothing to do, without asking the index")
  func again() throws {
    let server = try WebServer(examples.index.path)
    let user = try Sandbox()
    try user.add(examples.index, at: server.url)
    try user.plugctl("install", "delta").succeeded()
    let asked = server.requests.count
    #expect(try user.plugctl("install", "delta").succeeded().output == "nothing to do\n")
    #expect(server.requests.count == asked)
  }

  @Test("a dry run says what would be done and does nothing")
  func dryRun() throws {
    let before = try user.installed()
    let report = try user.plugctl("install", "beta", "-n").succeeded()
    #expect(
      report.lines.count == 2 && report.lines.allSatisfy { $0.hasPrefix("would install acme/") },
      "\(report)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test(
    "the undo that a change prints takes it back",
    arguments: [
      ["install", "beta"], ["upgrade"], ["remove", "delta"], ["install", "delta@1.1.0"],
    ])
  func undo(arguments: [String]) throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let before = try user.list()
    let report = try user.plugctl(arguments).succeeded()
    #expect(try user.list() != before)
    let undo = try #require(report.lines.first { $0.hasPrefix("undo: plugctl ") })
    try user.plugctl(undo.dropFirst(14).split(separator: " ").map(String.init)).succeeded()
    #expect(try user.list() == before)
  }

  @Test("an upgrade moves everything, or only what is named")
  func upgrade() throws {
    try user.plugctl("install", "delta@1.0.0", "alpha@1.0.0").succeeded()
    try user.plugctl("upgrade", "delta").succeeded()
    #expect(try user.list() == ["alpha 1.0.0", "delta 1.1.0"])
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["alpha 2.0.0", "delta 1.1.0"])
    #expect(try user.plugctl("upgrade").succeeded().output == "nothing to do\n")
  }

  @Test("many plugins at once are one generation")
  func together() throws {
    try user.plugctl("install", "alpha", "delta", "taken", "bulk").succeeded()
    #expect(try FileSystem.names(in: "\(user.data)/hosts/sqlite/gens") == ["1"])
    #expect(try user.list().count == 4)
  }
}

@Suite("what is refused")
struct RefusedPluginTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "delta").succeeded()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let install: [String]
    let exit: Int32
    let code: String
    let mentions: String
    var testDescription: String { install.joined(separator: " ") }
  }

  @Test(
    "leaves everything as it was and says why",
    arguments: [
      Case(install: ["missing"], exit: 8, code: "load.failed", mentions: "no_such_function"),
      Case(install: ["crash"], exit: 9, code: "load.crashed", mentions: "SIGSEGV"),
      Case(install: ["orphan"], exit: 4, code: "solve.conflict", mentions: "absent"),
      Case(install: ["beta", "gamma"], exit: 4, code: "solve.conflict", mentions: "alpha"),
      Case(
        install: ["no_such_plugin"], exit: 3, code: "plugin.unknown", mentions: "no_such_plugin"),
      Case(install: ["delta@7.0.0"], exit: 3, code: "version.unknown", mentions: "7.0.0"),
      Case(
        install: ["delta@1.0.0"], exit: 12, code: "solve.downgrade",
        mentions: "plugctl downgrade acme/delta@1.0.0"),
      Case(install: ["delta@nonsense"], exit: 2, code: "range.invalid", mentions: "nonsense"),
      Case(
        install: ["taken", "--host", "nginx"], exit: 7, code: "incompatible.host",
        mentions: "sqlite"),
      Case(
        install: ["alpha", "missing"], exit: 8, code: "load.failed", mentions: "no_such_function"),
    ])
  func refused(refused: Case) throws {
    let before = try user.installed()
    let outcome = try user.plugctl(["install"] + refused.install)
    #expect(outcome.exit == refused.exit && outcome.code == refused.code, "\(outcome)")
    #expect(outcome.errors.contains(refused.mentions), "\(outcome)")
    #expect(outcome.output == "")
    #expect(try user.installed().difference(from: before) == [])
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
  }

  @Test("ends a plugin that hangs, within the time that the host's profile gives")
  func hanging() throws {
    try user.folder.write(
      "home/.config/plugctl/hosts.d/sqlite.yaml",
      "schema: 1\nid: sqlite\nextends: sqlite\nlimits: { executionMs: 1000 }\n")
    let before = try user.installed()
    let outcome = try user.plugctl("install", "hanging")
    #expect(outcome.exit == 9 && outcome.code == "load.timeout", "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test("that hangs is given up at once by Ctrl-C, and nothing changes")
  func hangingIsInterrupted() throws {
    try user.folder.write(
      "home/.config/plugctl/hosts.d/sqlite.yaml",
      "schema: 1\nid: sqlite\nextends: sqlite\nlimits: { executionMs: 600000 }\n")
    let before = try user.installed()
    let generations = try FileSystem.names(in: "\(user.data)/hosts/sqlite/gens")
    let running = try user.start([Programs.plugctl, "install", "hanging"])
    #expect(
      eventually {
        (try? FileSystem.names(in: "\(user.data)/hosts/sqlite/gens")) ?? [] != generations
      })
    usleep(500_000)
    running.send(SIGINT)
    let sent = ContinuousClock.now
    #expect(running.wait() == 130)
    #expect(ContinuousClock.now - sent < .seconds(30))
    #expect(running.errors.contains("error[system.interrupted]"), "\(running.errors)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test("names a library that is not there")
  func missingLibrary() throws {
    let workshop = examples.workshop
    let stub = try workshop.compile(
      "int stub(void) { return 1; }", "libnowhere", flags: ["-Wl,-soname,libnowhere.so.7"])
    let library = try workshop.compile(
      "extern int stub(void); int sqlite3_extension_init(void *a, char **b, const void *c) { return stub() - 1; }",
      "lacking", flags: [stub])
    let archive = try workshop.pack(
      Workshop.Facts(name: "lacking", version: "1.0.0"), library: library)
    let (index, owner) = try examples.index.copy()
    try index.publish(archive).succeeded()
    let user = try Sandbox()
    try user.add(index)
    let outcome = try user.plugctl("install", "lacking")
    #expect(outcome.exit == 8 && outcome.errors.contains("libnowhere.so.7"), "\(outcome)")
    #expect(try user.list() == [])
    withExtendedLifetime(owner) {}
  }
}
