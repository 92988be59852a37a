import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("a lock file")
struct LockTests {
  @Test("has every plugin's version, index, key, archives and reason, and is the same every time")
  func content() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/beta: ^1 }\n")
    let outcome = try project.plugctl("lock").succeeded()
    #expect(
      outcome.lines == [
        "locked acme/alpha 1.1.0", "locked acme/beta 1.0.0", "wrote plugctl.lock: 2 plugins",
      ], "\(outcome)")
    let plugins = try JSONParser.parse(FileSystem.read(project.lockPath))["hosts"]?["sqlite"]
    let alpha = try #require(plugins?["acme/alpha"])
    #expect(alpha["version"]?.stringValue == "1.1.0")
    #expect(alpha["index"]?.stringValue == "main")
    let signature = try #require(Examples.shared.get().archives["alpha 1.1.0"]) + ".minisig"
    let shown = try project.user.run(["cat", signature]).succeeded().lines[1]
    let id = try #require(bytes(base64: shown))[2..<10].reversed()
    #expect(
      UInt64(alpha["key"]?.stringValue ?? "", radix: 16) == id.reduce(0) { $0 << 8 | UInt64($1) })
    #expect(alpha["wanted"] == nil)
    #expect(alpha["neededBy"]?.arrayValue?.map(\.stringValue) == ["acme/beta"])
    #expect(plugins?["acme/beta"]?["wanted"]?.stringValue == "^1")
    let archive = try #require(Examples.shared.get().archives["alpha 1.1.0"])
    let digest = try project.user.run(["sha256sum", archive]).succeeded().output.prefix(64)
    let variant = alpha["variants"]?[Platform.current.text]
    #expect(variant?["sha256"]?.stringValue == String(digest))
    let first = try project.lock
    #expect(try project.plugctl("lock").succeeded().output == "nothing to do\n")
    try FileSystem.remove(project.lockPath)
    try project.plugctl("lock").succeeded()
    #expect(try project.lock == first)
  }

  @Test("keeps its versions until it is told to upgrade")
  func upgrade() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/alpha: =1.0.0 }\n")
    try project.plugctl("lock").succeeded()
    try project.write("schema: 1\nplugins: { acme/alpha: \"*\" }\n")
    #expect(try project.plugctl("lock", "--check").exit == 20)
    try project.plugctl("lock").succeeded()
    #expect(try project.locked() == ["alpha 1.0.0"])
    #expect(try project.plugctl("lock", "--upgrade", "nobody").exit == 3)
    let outcome = try project.plugctl("lock", "--upgrade", "alpha").succeeded()
    #expect(outcome.lines.first == "locked acme/alpha 1.0.0 -> 2.0.0", "\(outcome)")
  }

  @Test("is checked without being written")
  func check() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: ^1 }\n")
    let absent = try project.plugctl("lock", "--check", "--json")
    #expect(absent.exit == 20, "\(absent)")
    #expect(try absent.data()["current"]?.boolValue == false)
    #expect(!FileSystem.exists(project.lockPath))
    try project.plugctl("lock").succeeded()
    #expect(try project.plugctl("lock", "--check").exit == 0)
    // Comments, layout and reasons are nothing to the lock.
    try project.write("# why\nschema: 1\nplugins:\n  acme/delta: \"^1\"\n")
    #expect(try project.plugctl("lock", "--check").exit == 0)
  }

  @Test("is made for all targets at once, or refused")
  func targets() throws {
    let project = try ProjectUser(
      "schema: 1\ntargets: [{ platform: \(Platform.current), glibc: \"2.36\" }]\n"
        + "plugins: { acme/delta: ^1 }\n")
    try project.plugctl("lock").succeeded()
    try project.write(
      "schema: 1\ntargets: [linux-riscv64-gnu]\nplugins: { acme/delta: ^1 }\n")
    #expect(try project.plugctl("lock", "--check").exit == 20)
    let outcome = try project.plugctl("lock")
    #expect(outcome.exit == 4 || outcome.exit == 7, "\(outcome)")
    #expect(outcome.errors.contains("linux-riscv64-gnu"), "\(outcome)")
    #expect(outcome.hint?.contains("target") == true, "\(outcome)")
  }

  @Test("holds what the project pins, with the reason where that is in the way")
  func pins() throws {
    let pins =
      "pins: { acme/alpha: { version: =1.0.0, reason: \"1.1 is slow\", until: 2999-01-01 } }\n"
    let project = try ProjectUser("schema: 1\nplugins: { acme/beta: ^1 }\n" + pins)
    try project.plugctl("sync").succeeded()
    #expect(try project.user.list() == ["alpha 1.0.0", "beta 1.0.0"])
    #expect(try project.plugctl("upgrade").succeeded().output == "nothing to do\n")
    let refused = try project.plugctl("install", "alpha@^1.1")
    #expect(refused.exit == 4 || refused.exit == 12, "\(refused)")
    #expect(refused.errors.contains("1.1 is slow"), "\(refused)")
    try project.write(
      "schema: 1\nplugins: { acme/beta: ^1 }\n" + pins.replacing("2999", with: "1999"))
    try project.plugctl("lock", "--upgrade").succeeded()
    #expect(try project.locked() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test(
    "that can't be read stops every command that needs it",
    arguments: [
      ("{\"schema\": 9}", "schema.unknown"), ("{", "lock.invalid"), ("{}", "lock.invalid"),
      ("{\"schema\": 1, \"wanted\": \"sha256:0\", \"hosts\": {}}", "lock.invalid"),
      ("{\n<<<<<<< ours\n=======\n>>>>>>> theirs\n}", "lock.conflict"),
    ])
  func unreadable(text: String, code: String) throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: ^1 }\n")
    try project.writeLock(text)
    for command in [["sync"], ["lock"], ["diff"], ["install", "beta"], ["lock", "--check"]] {
      let outcome = try project.user.plugctl(command)
      #expect(outcome.exit == 13 && outcome.code == code, "\(outcome)")
      #expect(outcome.hint != nil, "\(outcome)")
    }
    #expect(try project.lock == text)
    #expect(try project.user.list() == [])
  }
}

@Suite("sync")
struct SyncTests {
  @Test("makes the host what the project wants, and says so first with `--dry-run`")
  func sync() throws {
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins: { acme/beta: ^1 }\n")
    try project.plugctl("install", "delta", "--no-save").succeeded()
    let plan = try project.plugctl("sync", "--dry-run").succeeded()
    #expect(
      plan.lines.map { String($0.split(separator: "(")[0]) } == [
        "would install acme/alpha 1.1.0 ", "would install acme/beta 1.0.0 ",
        "would remove acme/delta 1.1.0", "would write plugctl.lock",
      ], "\(plan)")
    #expect(!FileSystem.exists(project.lockPath))
    let diff = try project.plugctl("diff", "--exit-code")
    #expect(diff.exit == 20, "\(diff)")
    #expect(
      diff.lines == [
        "lock there is no plugctl.lock", "missing acme/beta: ^1 wanted",
        "extra acme/delta: 1.1.0 installed",
      ], "\(diff)")
    try project.plugctl("sync").succeeded()
    #expect(try project.user.list() == ["alpha 1.1.0", "beta 1.0.0"])
    #expect(try project.plugctl("sync").succeeded().output == "nothing to do\n")
    #expect(try project.plugctl("diff", "--exit-code").succeeded().output == "")
    // Only the wanted one counts as asked for.
    #expect(try project.plugctl("why", "alpha").succeeded().output.contains("needs"))
    #expect(try project.plugctl("autoremove").succeeded().output == "nothing to do\n")
  }

  @Test("goes to the locked versions, up and down")
  func versions() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/alpha: =1.0.0 }\n")
    try project.plugctl("lock").succeeded()
    try project.plugctl("install", "alpha@2.0.0", "--no-save").succeeded()
    let diff = try project.plugctl("diff", "--json").succeeded().data().arrayValue?.first
    #expect(diff?["kind"]?.stringValue == "version")
    #expect(diff?["installed"]?.stringValue == "2.0.0")
    #expect(diff?["locked"]?.stringValue == "1.0.0")
    let outcome = try project.plugctl("sync").succeeded()
    #expect(outcome.lines.first == "downgraded acme/alpha 2.0.0 -> 1.0.0", "\(outcome)")
  }

  @Test("with `--locked` refuses a lock that does not fit, and with `--frozen` only follows it")
  func locked() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: =1.0.0 }\n")
    for option in ["--locked", "--frozen"] {
      let outcome = try project.plugctl("sync", option)
      #expect(outcome.exit == 12 && outcome.code == "lock.stale", "\(outcome)")
    }
    try project.plugctl("lock").succeeded()
    try project.plugctl("sync", "--locked").succeeded()
    try project.write("schema: 1\nplugins: { acme/delta: ^1.1 }\n")
    let lock = try project.lock
    #expect(try project.plugctl("sync", "--locked").exit == 12)
    #expect(try project.plugctl("sync", "--frozen").succeeded().output == "nothing to do\n")
    #expect(try project.lock == lock)
    #expect(try project.user.list() == ["delta 1.0.0"])
    #expect(try project.plugctl("sync", "--locked", "--frozen").exit == 2)
  }

  @Test("with `--frozen` asks no index for news")
  func frozen() throws {
    let (index, owner) = try Examples.shared.get().index.copy()
    let server = try WebServer(index.path)
    let user = try Sandbox(["PLUGCTL_SCOPE": "", "PLUGCTL_ALLOW_HTTP": "1"])
    try user.add(index, at: server.url, scope: "user")
    try user.folder.write("work/plugctl.yaml", "schema: 1\nplugins: { acme/delta: ^1 }\n")
    try user.plugctl("lock").succeeded()
    // Old enough for any other command to ask.
    try user.run(["touch", "-d", "2 hours ago", "\(user.cache)/index/main/checked"]).succeeded()
    let before = server.requests.count
    try user.plugctl("sync", "--frozen").succeeded()
    let asked = server.requests.dropFirst(before)
    #expect(!asked.isEmpty && asked.allSatisfy { $0.hasPrefix("/a/") }, "\(asked)")
    withExtendedLifetime(owner) {}
  }

  @Test("refuses other bytes and other keys than the locked ones")
  func mismatch() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: ^1 }\n")
    try project.plugctl("lock").succeeded()
    let lock = try project.lock
    let digests = try JSONParser.parse(Array(lock.utf8))["hosts"]?["sqlite"]?["acme/delta"]
    let digest = try #require(
      digests?["variants"]?[Platform.current.text]?["sha256"]?.stringValue)
    let key = try #require(digests?["key"]?.stringValue)
    for (old, new) in [
      (digest, String(repeating: "0", count: 64)), ("\"\(key)\"", "\"1\""),
    ] {
      try project.writeLock(lock.replacing(old, with: new))
      for command in [
        ["sync"], ["sync", "--frozen"], ["install", "delta", "--locked"],
        ["install", "delta", "--frozen"],
      ] {
        let outcome = try project.user.plugctl(command)
        #expect(outcome.exit == 5 && outcome.code == "lock.mismatch", "\(outcome)")
      }
      #expect(try project.user.list() == [])
    }
    // What is installed is held against the lock as well.
    try project.writeLock(lock)
    try project.plugctl("sync").succeeded()
    try project.writeLock(lock.replacing(digest, with: String(repeating: "0", count: 64)))
    #expect(try project.plugctl("diff").succeeded().output.hasPrefix("bytes acme/delta"))
    #expect(try project.plugctl("sync", "--frozen").exit == 5)
  }

  @Test("install follows the lock with `--locked` and `--frozen`, and changes no file")
  func install() throws {
    let text = "schema: 1\nplugins: { acme/beta: ^1, acme/delta: =1.0.0 }\n"
    let project = try ProjectUser(text)
    try project.plugctl("lock").succeeded()
    let lock = try project.lock
    for name in ["taken", "delta@1.1.0"] {
      let outcome = try project.plugctl("install", name, "--locked")
      #expect(outcome.exit == 12 && outcome.code == "lock.stale", "\(outcome)")
    }
    try project.plugctl("install", "delta", "--locked").succeeded()
    try project.plugctl("install", "beta", "--frozen").succeeded()
    #expect(try project.user.list() == ["alpha 1.1.0", "beta 1.0.0", "delta 1.0.0"])
    #expect(try project.file == text)
    #expect(try project.lock == lock)
    let elsewhere = try project.plugctl("install", "delta", "--locked", "--scope", "user")
    #expect(elsewhere.exit == 2, "\(elsewhere)")
  }

  @Test("and `lock` and `diff` need a project")
  func noProject() throws {
    let user = try Sandbox()
    for command in ["sync", "lock", "diff"] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit == 2 && outcome.code == "usage.conflict", "\(outcome)")
    }
  }

  @Test("brings a project to one state again after a change that was killed")
  func killed() throws {
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins: {}\n")
    var numbers = SeededGenerator(seed: 20_260_202)
    for number in 0..<20 {
      let name = ["delta", "beta", "taken"][number % 3]
      let isThere = try project.file.contains("acme/\(name)")
      let running = try project.user.start([
        Programs.plugctl, isThere ? "remove" : "install", name,
      ])
      usleep(UInt32.random(in: 0..<180_000, using: &numbers))
      running.send(SIGKILL)
      running.wait()
      let label: Comment = "kill \(number)"
      // Every file is whole, whatever it says.
      #expect([0, 20].contains(try project.plugctl("diff", "--exit-code").exit), label)
      if number % 4 == 3 {
        let outcome = try project.plugctl("sync")
        #expect(outcome.exit == 0, "\(label): \(outcome)")
        #expect(try project.plugctl("diff", "--exit-code").exit == 0, label)
      }
    }
  }

  @Test("after a kill between commit and saving: `diff` shows it, and the same command mends it")
  func between() throws {
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins: {}\n")
    // What such a kill leaves is what `--no-save` leaves.
    try project.plugctl("install", "delta", "--no-save").succeeded()
    #expect(try project.plugctl("diff").succeeded().lines == ["extra acme/delta: 1.1.0 installed"])
    try project.plugctl("install", "delta").succeeded()
    #expect(try project.file.contains("acme/delta: ^1.1"))
    #expect(try project.plugctl("diff", "--exit-code").succeeded().output == "")
    try project.plugctl("remove", "delta", "--no-save").succeeded()
    #expect(
      try project.plugctl("diff").succeeded().lines == ["missing acme/delta: 1.1.0 locked"])
    try project.plugctl("remove", "delta").succeeded()
    #expect(try project.file == "schema: 1\nhost: sqlite\nplugins: {}\n")
    #expect(try project.plugctl("diff", "--exit-code").exit == 0)
  }

  @Test(
    "of somebody else's files is refused",
    .enabled(if: geteuid() == 0, "only root can give a file away"),
    arguments: ["plugctl.yaml", "plugctl.lock"])
  func foreign(file: String) throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: ^1 }\n")
    try project.plugctl("lock").succeeded()
    #expect(chown("\(project.user.work)/\(file)", 65_534, 65_534) == 0)
    let outcome = try project.plugctl("sync", "--scope", "project")
    #expect(outcome.exit == 12 && outcome.code == "project.untrusted", "\(outcome)")
    // Not asked for, the project is passed over with a word, so that there is none.
    let usual = try project.plugctl("sync")
    #expect(usual.exit == 2 && usual.errors.contains("warning[project.untrusted]"), "\(usual)")
  }
}
