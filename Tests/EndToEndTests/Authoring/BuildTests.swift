import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("a build")
struct BuildTests {
  let user: Sandbox
  init() throws { user = try Sandbox() }

  /// A plugin's folder whose command is sh's.
  private func plugin(
    _ name: String, _ script: String, more: String = "", platform: Platform = .current
  ) throws {
    try user.folder.write("work/\(name)/build.sh", script)
    try user.folder.write(
      "work/\(name)/plugin.yaml",
      """
      schema: 1
      publisher: me
      name: \(name)
      version: 1.0.0
      host: plug
      build: { command: [sh, build.sh] }
      variants: [{ platform: \(platform), library: out.so }]
      \(more)

      """)
  }

  private static let compile = "echo 'int x;' | cc -shared -fPIC -x c -o out.so -"

  @Test("has its library where `pack` looks, and says how long it took")
  func built() throws {
    try plugin("one", Self.compile)
    let data = try user.plugctl("build", "one", "--json").succeeded().data()
    let report = data.arrayValue?.first
    #expect(report?["id"]?.stringValue == "me/one")
    #expect(report?["end"]?.stringValue == "built")
    #expect(report?["libraries"]?.arrayValue?.first?.stringValue == "one/out.so")
    #expect(report?["milliseconds"]?.integerValue ?? 0 > 0)
    try user.plugctl("pack", "one").succeeded()
  }

  @Test("runs CMake as any other tool")
  func cmake() throws {
    try plugin("one", "cmake -B made . && cmake --build made && mv made/libone.so out.so")
    try user.folder.write(
      "work/one/CMakeLists.txt",
      """
      cmake_minimum_required(VERSION 3.10)
      project(one C)
      set(CMAKE_POSITION_INDEPENDENT_CODE ON)
      add_library(one SHARED one.c)

      """)
    try user.folder.write("work/one/one.c", "int x;\n")
    try user.plugctl("build", "one").succeeded()
    #expect(FileSystem.exists("\(user.work)/one/out.so"))
  }

  @Test("streams what its command says to stderr, and nothing of it steers the terminal")
  func output() throws {
    try plugin("one", "printf 'a\\033[2Jb\\n'; echo plain >&2; \(Self.compile)")
    let outcome = try user.plugctl("build", "one").succeeded()
    #expect(outcome.errors.contains("me/one: plain"))
    #expect(outcome.errors.contains("me/one: a\\u{1b}[2Jb"), "\(outcome)")
    #expect(outcome.lines.count == 1)
  }

  @Test(
    "is confined",
    arguments: [
      ("echo x >../made", false), ("echo x >$HOME/made", false), ("echo x >/tmp/made", false),
      ("cat $HOME/.config/plugctl/keys/mine.key", false), ("cat $HOME/.ssh/id", false),
      ("cat $HOME/.config/gh/hosts.yml", false), ("cat $HOME/.config/other", true),
      ("python3 -c 'import socket; socket.socket()'", false),
      ("python3 -c 'import socket; socket.socket(socket.AF_UNIX)'", false),
      ("kill -0 $PPID", false), ("mknod device c 1 3", false), ("test \"$MY_TOKEN\"", false),
      ("echo x >made", true), ("echo x >$TMPDIR/made", true),
      ("echo x >$XDG_CACHE_HOME/made", true),
      ("cat $HOME/other", true), ("mkdir -p a b && echo >a/x && mv a/x b/x", true),
      ("echo x >a && mv a $TMPDIR/a", true), ("echo x >/dev/null", true),
    ])
  func confined(script: String, works: Bool) throws {
    try user.plugctl("key", "generate", "mine", "--unencrypted").succeeded()
    for name in [".ssh/id", ".config/gh/hosts.yml"] {
      try user.folder.write("home/\(name)", "secret")
    }
    try user.folder.write("home/.config/other", "open")
    try user.folder.write("home/other", "open")
    try plugin("one", "\(script) || exit 9\n\(Self.compile)")
    let outcome = try user.plugctl(["build", "one"], with: ["MY_TOKEN": "secret"])
    #expect(outcome.succeeds == works, "\(outcome)")
    if !works { #expect(outcome.code == "build.failed" && outcome.exit == 1) }
    // Each is the sandbox's doing: without it all of them work, but for what root alone may do.
    guard !works, !script.hasPrefix("mknod") else { return }
    let free = try user.plugctl(["build", "one", "--no-sandbox"], with: ["MY_TOKEN": "secret"])
    #expect(free.succeeds, "\(free)")
  }

  @Test(
    "fails with the code of what is wrong",
    arguments: [
      ("exit 3", "build.failed", Int32(1)), ("kill -9 $$", "build.failed", 1),
      ("true", "build.library", 1), ("echo no >out.so", "build.library", 1),
      ("sleep 60", "build.timeout", 1),
    ])
  func faults(script: String, code: String, exit: Int32) throws {
    try plugin("one", script)
    let outcome = try user.plugctl("build", "one", "--timeout", "1")
    #expect(outcome.code == code && outcome.exit == exit, "\(outcome)")
  }

  @Test("fails where there is no manifest, no command, no such program, no such name")
  func missing() throws {
    try user.folder.write("work/empty/readme", "")
    try plugin("one", "")
    let path = "work/one/plugin.yaml"
    let text = try user.folder.text(path)
    #expect(try user.plugctl("build", "empty").code == "manifest.invalid")
    #expect(try user.plugctl("build").exit == 13)
    #expect(try user.plugctl("build", "./absent").exit == 3)
    #expect(try user.plugctl("build", "other").code == "plugin.unknown")
    try user.folder.write(path, text.replacing("[sh, build.sh]", with: "[no-such-program]"))
    let unknown = try user.plugctl("build", "one")
    #expect(unknown.code == "build.failed" && unknown.errors.contains("could not be run"))
    try user.folder.write(path, text.replacing("build: {", with: "# {"))
    let none = try user.plugctl("build", "one")
    #expect(none.code == "build.none" && none.exit == 13, "\(none)")
  }

  @Test("refuses a library for another processor", arguments: ["riscv64", "s390x", "aarch64"])
  func processor(machine: String) throws {
    try plugin("one", Self.compile, platform: try #require(Platform("linux-\(machine)-gnu")))
    let outcome = try user.plugctl("build", "one")
    #expect(outcome.code == "build.library", "\(outcome)")
  }

  @Test("of all builds each after what it depends on, and passes over what has no command")
  func order() throws {
    try plugin("a", "test -e ../b/out.so && \(Self.compile)", more: "dependencies: { b: '*' }")
    try plugin("b", "test -e ../c/out.so && \(Self.compile)", more: "dependencies: { c: '*' }")
    try plugin("c", "sleep 0.3; \(Self.compile)")
    try user.folder.write("work/build/d/plugin.yaml", "what was made: no manifest")
    try user.plugctl("init", "plain").succeeded()
    let outcome = try user.plugctl("build", "--all", "--json").succeeded()
    let reports = try #require(try outcome.data().arrayValue)
    #expect(
      reports.map { $0["id"]?.stringValue } == ["me/a", "me/b", "me/c", "my-publisher/plain"])
    #expect(
      reports.map { $0["end"]?.stringValue } == ["built", "built", "built", "skipped"])
  }

  @Test("of all goes on where one fails, but for what depends on it")
  func partly() throws {
    try plugin("a", Self.compile, more: "dependencies: { b: '*' }")
    try plugin("b", "exit 1")
    try plugin("c", Self.compile)
    let outcome = try user.plugctl("build", "--all", "--json")
    #expect(outcome.exit == 1)
    let ends = try outcome.data().arrayValue?.map { $0["end"]?.stringValue }
    #expect(ends == ["failed", "failed", "built"])
    #expect(!FileSystem.exists("\(user.work)/a/out.so"))
  }

  @Test("of plugins that need each other still ends")
  func cycle() throws {
    try plugin("a", Self.compile, more: "dependencies: { b: '*' }")
    try plugin("b", Self.compile, more: "dependencies: { a: '*' }")
    try user.plugctl("build", "--all").succeeded()
  }

  @Test("ends with all that it started when it is interrupted")
  func interrupted() throws {
    try plugin("one", "sleep 4321 & echo started; wait")
    let build = try user.start([Programs.plugctl, "build", "one"])
    #expect(eventually { build.errors.contains("started") })
    build.send(SIGINT)
    #expect(build.wait() == 130)
    #expect(try user.run(["pgrep", "-f", "sleep 4321"]).exit == 1)
  }

  @Test("waits for another one of the same folder")
  func waiting() throws {
    // Two at once would find each other's mark.
    try plugin("one", "mkdir busy || exit 9; sleep 1; rmdir busy; \(Self.compile)")
    let first = try user.start([Programs.plugctl, "build", "one"])
    #expect(eventually { FileSystem.exists("\(user.work)/one/busy") })
    let second = try user.plugctl("build", "one").succeeded()
    #expect(second.errors.contains("waiting for another build"))
    #expect(first.wait() == 0)
  }

  @Test("gives up waiting when it is interrupted, or has waited too long")
  func impatience() throws {
    try plugin("one", "echo started; sleep 4323")
    let first = try user.start([Programs.plugctl, "build", "one"])
    #expect(eventually { first.errors.contains("started") })
    let outcome = try user.plugctl("build", "one", "--timeout", "1")
    #expect(outcome.code == "system.locked" && outcome.exit == 10, "\(outcome)")
    let second = try user.start([Programs.plugctl, "build", "one"])
    #expect(eventually { second.errors.contains("waiting") })
    second.send(SIGINT)
    #expect(second.wait() == 130)
    first.send(SIGINT)
    #expect(first.wait() == 130)
  }

  @Test("leaves no process behind that its command left running")
  func leftOver() throws {
    try plugin("one", "sleep 4322 & \(Self.compile)")
    try user.plugctl("build", "one").succeeded()
    #expect(try user.run(["pgrep", "-f", "sleep 4322"]).exit == 1)
  }

  @Test("keeps a cache of its own for each folder, which `cache clean` removes once it is old")
  func cache() throws {
    try plugin("one", "echo x >$XDG_CACHE_HOME/kept; \(Self.compile)")
    try plugin("two", "! test -e $XDG_CACHE_HOME/kept && \(Self.compile)")
    try user.plugctl("build", "--all").succeeded()
    let folders = try FileSystem.names(in: "\(user.cache)/build").map {
      "\(user.cache)/build/\($0)"
    }
    #expect(folders.count == 2)
    try user.run(["touch", "-d", "3 days ago", folders[0]]).succeeded()
    try user.plugctl("cache", "clean", "--all").succeeded()
    #expect(!FileSystem.exists(folders[0]) && FileSystem.exists(folders[1]))
  }
}
