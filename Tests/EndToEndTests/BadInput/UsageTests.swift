import Files
import TestSupport
import Testing

@Suite("a command line that is wrong")
struct UsageTests {
  let user: Sandbox
  init() throws { user = try Sandbox() }

  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let error: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(
    "ends with 2, says what is wrong and what to do",
    arguments: [
      Case(
        arguments: ["instal", "x"],
        error:
          "error[usage.unknown-command]: `instal` is no command\n  hint: did you mean `plugctl install`?\n"
      ),
      Case(
        arguments: ["frobnicate"],
        error:
          "error[usage.unknown-command]: `frobnicate` is no command\n  hint: `plugctl --help` lists all commands\n"
      ),
      Case(
        arguments: ["plan", "frobnicate"],
        error:
          "error[usage.unknown-command]: `frobnicate` is no command of `plugctl plan`\n  hint: `plugctl plan --help` lists all commands\n"
      ),
      Case(
        arguments: ["install", "x", "--dry-rum"],
        error:
          "error[usage.unknown-option]: `plugctl install` has no option `--dry-rum`\n  hint: did you mean `--dry-run`?\n"
      ),
      Case(
        arguments: ["list", "-z"],
        error:
          "error[usage.unknown-option]: `plugctl list` has no option `-z`\n  hint: `plugctl list --help` lists its options\n"
      ),
      Case(
        arguments: ["install"],
        error:
          "error[usage.missing-argument]: `plugctl install` needs REF\n  hint: `plugctl install --help` shows how\n"
      ),
      Case(
        arguments: ["key"],
        error:
          "error[usage.missing-argument]: `plugctl key` needs a command of its own\n  hint: it is one of `generate`, `list`, `export`, `import`, `trust`, `revoke`, `rotate`\n"
      ),
      Case(
        arguments: ["update", "pcre"],
        error:
          "error[usage.unexpected-argument]: `plugctl update` takes no `pcre`\n  hint: did you mean `plugctl upgrade pcre`?\n"
      ),
      Case(
        arguments: ["list", "--scope", "galaxy"],
        error:
          "error[usage.invalid-value]: `--scope` can't be `galaxy`\n  hint: it is one of `project`, `user`, `system`\n"
      ),
      Case(
        arguments: ["list", "--host"],
        error: "error[usage.missing-value]: `--host` needs a value\n  hint: write `--host NAME`\n"),
      Case(
        arguments: ["list", "--json=yes"],
        error: "error[usage.invalid-value]: `--json` takes no value\n"),
      Case(
        arguments: ["list", "--host", "a", "--host", "b"],
        error: "error[usage.conflict]: `--host` stands twice\n"),
      Case(
        arguments: ["install", "x", "--jobs", "many"],
        error:
          "error[usage.invalid-value]: `--jobs` can't be `many`\n  hint: it is a number from 1 to 64\n"
      ),
      Case(
        arguments: ["list", "--root", "/tmp", "--scope", "user"],
        error:
          "error[usage.conflict]: `--root` works in system scope only\n  hint: add `--scope system`\n"
      ),
    ])
  func usage(wrong: Case) throws {
    let outcome = try user.plugctl(wrong.arguments)
    #expect(outcome.exit == 2, "\(outcome)")
    #expect(outcome.errors == wrong.error)
    #expect(outcome.output == "")
  }

  @Test("escape codes in arguments never reach the terminal")
  func escapes() throws {
    let outcome = try user.plugctl("list", "--host", "\u{1B}[31mred\u{7}")
    #expect(outcome.exit == 3 && outcome.code == "host.unknown", "\(outcome)")
    #expect(
      !outcome.errors.utf8.contains(0x1B) && !outcome.errors.utf8.contains(0x07), "\(outcome)")
  }
}

@Suite("what is not there")
struct AbsenceTests {
  let user: Sandbox
  init() throws { user = try Sandbox() }

  @Test(
    "ends with 3 and one action",
    arguments: [
      (["install", "x"], "index.none"), (["search", "x"], "index.none"),
      (["remove", "x"], "plugin.not-installed"),
      (["upgrade", "x"], "plugin.not-installed"), (["files", "x"], "plugin.not-installed"),
      (["which", "x"], "plugin.not-installed"), (["owns", "/etc/passwd"], "plugin.file-not-owned"),
      (["owns", "/no/such"], "system.not-found"), (["host", "show", "x"], "host.unknown"),
      (["host", "path", "x"], "host.unknown"), (["index", "remove", "x"], "index.unknown"),
      (["key", "export", "x"], "key.not-found"), (["key", "revoke", "x"], "key.not-found"),
      (["publish", "--to", "nowhere", "x.tar.zst"], "index.unknown"),
      (["verify", "./x"], "system.not-found"),
      (["test", "./x.so"], "system.not-found"), (["install", "./x.tar.zst"], "system.not-found"),
      (["sign", "x.tar.zst", "--key", "k"], "key.not-found"),
      (["lint", "nowhere"], "system.not-found"), (["scan", "nope"], "system.not-found"),
      (["key", "trust", "nope"], "system.not-found"),
      (
        [
          "index", "add", "/no/such/folder", "--trust",
          "sha256:\(String(repeating: "0", count: 64))",
        ], "system.not-found"
      ),
    ])
  func absent(arguments: [String], code: String) throws {
    let outcome = try user.plugctl(arguments)
    #expect(outcome.exit == 3 && outcome.code == code, "\(outcome)")
    #expect(outcome.output == "")
  }

  @Test("to look through a file as a folder is refused, with the command that does it")
  func scanFile() throws {
    let file = try user.folder.write("work/a.so", "x")
    let outcome = try user.plugctl("scan", file)
    #expect(outcome.exit == 2 && outcome.hint == "look at one file with `plugctl test`")
  }

  @Test("a name that can't be one is said to be whose, with the option that chooses another")
  func badNames() throws {
    let index = try Examples.shared.get().index
    let added = try user.plugctl("index", "add", index.path, "--name", "Bad Name")
    #expect(added.exit == 2 && added.errors.contains("`Bad Name` is no name for an index"))
    #expect(added.hint?.contains("`--name`") == true, "\(added)")
    try FileSystem.makeFolders("\(user.work)/Bad Folder")
    let begun = try user.plugctl(["init"], in: "\(user.work)/Bad Folder")
    #expect(begun.exit == 2 && begun.errors.contains("is no name for a plugin"), "\(begun)")
    #expect(begun.hint?.contains("`--name`") == true, "\(begun)")
    #expect(try user.plugctl(["init"], in: "/").hint?.contains("`--name`") == true)
  }

  @Test("a name that is nearly right is pointed out")
  func suggestion() throws {
    let examples = try Examples.shared.get()
    try user.add(examples.index)
    let unknown = try user.plugctl("install", "delts")
    #expect(unknown.exit == 3 && unknown.hint?.contains("delta") == true, "\(unknown)")
    try user.plugctl("install", "delta").succeeded()
    let installed = try user.plugctl("remove", "dleta")
    #expect(installed.exit == 3 && installed.hint == "did you mean `delta`?", "\(installed)")
  }
}
