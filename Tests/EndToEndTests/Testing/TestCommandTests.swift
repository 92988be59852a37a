import Files
import PkgCore
import TestSupport
import Testing

@Suite("plugctl test")
struct TestCommandTests {
  let user: Sandbox
  /// A plugin that passes all.
  let good: String
  /// One that takes any configuration: plg-d021.
  let bad: String

  init() throws {
    user = try Sandbox()
    let bytes = try FileSystem.read("\(Programs.folder)/plugctl-selftest.so")
    good = user.folder.file("good.so")
    bad = user.folder.file("plg-d021.so")
    for path in [good, bad] {
      try FileSystem.replace(path, with: bytes, isDurable: false)
      try FileSystem.setMode(path, 0o755)
    }
  }

  @Test("lets a plugin live once where no level is asked for")
  func defaultLevel() throws {
    let outcome = try user.plugctl("test", good).succeeded()
    #expect(outcome.output.hasPrefix("good.so: passed, level 3, "), "\(outcome)")
  }

  @Test("names the check, the reason and the command that repeats it")
  func failure() throws {
    let outcome = try user.plugctl("test", bad)
    #expect(outcome.exit == 8)
    #expect(
      outcome.output.contains(
        "initialize with `{\"plugctl_no_such_key\":1}` returned OK, not INVALID_CONFIG"),
      "\(outcome)")
    #expect(outcome.errors.contains("repeat it with: gdb --args "), "\(outcome)")
  }

  @Test("runs the command that it names")
  func repeated() throws {
    let outcome = try user.plugctl("test", bad)
    let line = try #require(
      outcome.errors.split(separator: "\n").first { $0.contains("gdb --args ") })
    let command = line.split(separator: "gdb --args ")[1]
    let again = try user.run(["sh", "-c", String(command)])
    #expect(again.errors.contains("bad initialize with"), "\(again)")
  }

  @Test("runs it under the debugger where that is asked for")
  func debugged() throws {
    let script = "printf 'run\\nquit\\n' | '\(Programs.plugctl)' test"
    for (file, said) in [(bad, "bad initialize with"), (good, "done")] {
      let outcome = try user.run(["sh", "-c", "\(script) '\(file)' --debug"]).succeeded()
      #expect((outcome.output + outcome.errors).contains(said), "\(outcome)")
      #expect(outcome.output.contains("(gdb)"), "\(outcome)")
    }
    try user.folder.write("work/no.so", "")
    #expect(try user.plugctl("test", "./no.so", "--debug").code == "load.harness")
  }

  @Test("runs only what is included, and not what is excluded")
  func selection() throws {
    let one = try user.plugctl("test", bad, "--include", "init-twice,plg-d024").succeeded()
    #expect(one.output.contains("2 checks passed, 0 skipped"), "\(one)")
    let without = try user.plugctl("test", bad, "--exclude", "plg-d021").succeeded()
    #expect(without.output.contains("passed, level 3"), "\(without)")
  }

  @Test("shows what stands in the way of a check that is included")
  func blocked() throws {
    let path = user.folder.file("plg-d020.so")
    try FileSystem.replace(path, with: FileSystem.read(good), isDurable: false)
    let outcome = try user.plugctl("test", path, "--include", "plg-d021")
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(outcome.output.contains("plg-d020 fail: initialize with its own example"), "\(outcome)")
    #expect(outcome.output.contains("1 blocked"), "\(outcome)")
  }

  @Test("does not count what is ignored with a reason, and shows that")
  func ignored() throws {
    let outcome = try user.plugctl("test", bad, "--ignore", "plg-d021=the vendor knows").succeeded()
    #expect(outcome.output.contains("1 ignored"), "\(outcome)")
    #expect(outcome.output.contains("ignored: the vendor knows"), "\(outcome)")
    let reasonless = try user.plugctl("test", bad, "--ignore", "plg-d021")
    #expect(reasonless.exit == 2 && reasonless.errors.contains("gives no reason"), "\(reasonless)")
  }

  @Test("does not count what its project ignores, which lets nothing be installed")
  func projectIgnores() throws {
    let text = "schema: 1\nhost: sqlite\nignore: { plg-d021: \"the vendor knows\" }\n"
    try user.folder.write("project/plugctl.yaml", text)
    let project = user.folder.file("project")
    let outcome = try user.plugctl(["test", bad], with: ["PLUGCTL_SCOPE": ""], in: project)
    #expect(outcome.exit == 0 && outcome.output.contains("ignored: the vendor knows"), "\(outcome)")
    try user.folder.write("project/plugctl.yaml", text.replacing("d021", with: "d921"))
    let unknown = try user.plugctl(["test", bad], with: ["PLUGCTL_SCOPE": ""], in: project)
    #expect(unknown.exit == 13, "\(unknown)")
    #expect(unknown.errors.contains("there is no check `plg-d921`; did you mean"), "\(unknown)")
  }

  @Test(
    "says how to name what lies here under a name that is not installed",
    arguments: ["caller", "My-Plugin", "caller.d"])
  func hereToo(name: String) throws {
    let elsewhere = try user.plugctl("test", name)
    #expect(elsewhere.hint?.contains("./") != true, "\(elsewhere)")
    try FileSystem.makeFolders("\(user.work)/\(name)")
    for more in [[], ["--workload"]] {
      let outcome = try user.plugctl(["test", name] + more)
      #expect(outcome.exit == elsewhere.exit && outcome.code == elsewhere.code, "\(outcome)")
      #expect(outcome.hint?.contains("`plugctl test ./\(name)`") == true, "\(outcome)")
    }
  }

  @Test("refuses a check that is none, with the nearest name", arguments: ["include", "exclude"])
  func unknown(option: String) throws {
    let outcome = try user.plugctl("test", good, "--\(option)", "init-twise")
    #expect(outcome.exit == 2, "\(outcome)")
    #expect(outcome.errors.contains("did you mean `init-twice`?"), "\(outcome)")
  }

  @Test(
    "ends with the code of what it found in every form",
    arguments: ["text", "json", "junit", "sarif"])
  func forms(form: String) throws {
    let outcome = try user.plugctl("test", bad, "--format", form)
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(outcome.output.contains("plg-d021"), "\(outcome)")
  }

  @Test("says what differs when it is repeated")
  func repeats() throws {
    let source = """
      #include <stdlib.h>
      #include <time.h>
      __attribute__((constructor)) static void begin(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_nsec / 64 % 2) abort();
      }
      """
    let workshop = try Workshop()
    let flaky = try workshop.compile(source, "flaky")
    let outcome = try user.plugctl("test", flaky, "--repeat", "40", "--level", "2")
    #expect(outcome.exit == 9, "\(outcome)")
    #expect(outcome.output.contains("it does not end the same each time: "), "\(outcome)")
    let sound = try user.plugctl("test", good, "--repeat", "3", "--level", "2").succeeded()
    #expect(!sound.output.contains("does not end the same"), "\(sound)")
  }

  @Test("loads all that it is given into one process, in several orders")
  func together() throws {
    let fine = try user.plugctl("test", "--together", good, bad).succeeded()
    #expect(fine.output.contains("passed"), "\(fine)")
    // This one does not bear a second copy of the library beside it.
    let crash = user.folder.file("plg-d003.so")
    try FileSystem.replace(crash, with: FileSystem.read(good), isDurable: false)
    let outcome = try user.plugctl("test", "--together", good, crash)
    #expect(outcome.exit == 9, "\(outcome)")
    #expect(outcome.output.contains("in the order good.so, plg-d003.so"), "\(outcome)")
  }

  @Test("keeps the input that a plugin did not survive, as a file that shows it again")
  func reproducer() throws {
    let path = user.folder.file("plg-f001.so")
    try FileSystem.replace(path, with: FileSystem.read(good), isDurable: false)
    let outcome = try user.plugctl(
      ["test", path, "--include", "plg-f001", "--duration", "20"], in: user.home)
    #expect(outcome.exit == 9, "\(outcome)")
    let name = try #require(
      FileSystem.names(in: user.home).first { $0.hasPrefix("plugctl-plg-f001-") })
    let bytes = try FileSystem.read("\(user.home)/\(name)")
    #expect(String(decoding: bytes.dropFirst(4), as: UTF8.self).contains("[["))
  }

  @Test("keeps the report of a crash where the input can't be kept")
  func unwritable() throws {
    let path = user.folder.file("plg-f001.so")
    try FileSystem.replace(path, with: FileSystem.read(good), isDurable: false)
    let outcome = try user.plugctl(
      ["test", path, "--include", "plg-f001", "--duration", "20"], in: "/proc")
    #expect(outcome.exit == 9, "\(outcome)")
    #expect(outcome.output.contains("which can't be kept: "), "\(outcome)")
  }

  @Test(
    "refuses a plugin whose exception leaves it, at every level that opens it",
    arguments: ["3", "4"])
  func panic(level: String) throws {
    let outcome = try user.plugctl(
      "test", "\(Programs.folder)/plugctl-selftest-panic.so", "--level", level)
    #expect(outcome.exit == 8, "\(outcome)")
    let alone = try user.plugctl(
      "test", "\(Programs.folder)/plugctl-selftest-panic.so", "--include", "plg-d020")
    #expect(alone.exit == 8 && alone.output.contains("plg-d045 fail"), "\(alone)")
  }

  @Test("shows no control characters of a file's name")
  func oddName() throws {
    let path = user.folder.file("e\u{1B}[31mvil.so")
    try FileSystem.replace(path, with: FileSystem.read(good), isDurable: false)
    let outcome = try user.plugctl("test", path, "--level", "1").succeeded()
    #expect(!outcome.output.contains("\u{1B}"), "\(outcome)")
  }

  @Test("takes a path for a path, also one where nothing is")
  func missingPath() throws {
    let outcome = try user.plugctl("test", "./nothing-here")
    #expect(outcome.exit == 3 && outcome.errors.contains("does not exist"), "\(outcome)")
  }

  @Test(
    "refuses a database without a path from the root",
    arguments: ["sqlite:a.db", "sqlite://a.db", "sqlite:"])
  func database(dsn: String) throws {
    let outcome = try user.plugctl("test", good, "--dsn", dsn)
    #expect(outcome.exit == 2 && outcome.errors.contains("sqlite:///tmp/a.db"), "\(outcome)")
  }

  @Test("tests its own checks")
  func selfTest() throws {
    let outcome = try user.plugctl("test", "--self-test").succeeded()
    #expect(outcome.output.contains("57 plugins, 57 judged as they should be"), "\(outcome)")
  }
}
