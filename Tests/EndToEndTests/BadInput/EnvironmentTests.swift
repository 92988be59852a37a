import Files
import PkgCore
import TestSupport
import Testing

@Suite("unusual surroundings")
struct EnvironmentTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  @Test("a home with spaces, quotes and foreign letters is as good as any")
  func oddHome() throws {
    let home = "\(user.home)/a b/ü 'q'"
    try FileSystem.makeFolders(home)
    let odd = ["HOME": home]
    let index = [
      "index", "add", examples.index.path, "--name", "main", "--trust", examples.index.fingerprint,
    ]
    try user.plugctl(index, with: odd).succeeded()
    try user.plugctl(["install", "delta"], with: odd).succeeded()
    let file = try #require(
      try user.plugctl(["host", "path", "sqlite"], with: odd).succeeded().lines.dropFirst().first)
    let answer = try user.run([
      "sqlite3", "-batch", "-bail", "-init", file, ":memory:", "SELECT delta_version();",
    ])
    #expect(answer.output == "1.1.0\n", "\(answer)")
  }

  @Test(
    "nginx modules load from such a home too",
    .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
  func oddHomeOfNginx() throws {
    let home = "\(user.home)/a b/ü 'q'"
    try FileSystem.makeFolders(home)
    let index = try RealPlugins.shared.get().index
    let odd = ["HOME": home]
    try user.plugctl(
      ["index", "add", index.path, "--name", "real", "--trust", index.fingerprint], with: odd
    ).succeeded()
    try user.plugctl(["install", "set_misc"], with: odd).succeeded()
  }

  @Test(
    "an answer that can't be written is a failure, and says so",
    arguments: [
      (["list"], ">/dev/full"), (["list", "--json"], ">/dev/full"),
      (["completion", "bash"], ">/dev/full"), (["list"], ">&-"),
    ])
  func fullOutput(arguments: [String], redirection: String) throws {
    try user.plugctl("install", "delta").succeeded()
    let outcome = try user.run(
      ["sh", "-c", "\"$0\" \"$@\" \(redirection)", Programs.plugctl] + arguments)
    #expect(outcome.exit == 1 && outcome.errors.contains("standard output"), "\(outcome)")
  }

  @Test("closed streams take no file's place", arguments: ["<&- 2>&-", "<&- >&- 2>&-"])
  func closedStreams(redirection: String) throws {
    _ = try user.run([
      "sh", "-c", "\"$0\" install delta --progress json \(redirection)", Programs.plugctl,
    ])
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
    for (path, bytes) in try FileListing([user.home]).entries {
      #expect(!String(decoding: bytes.suffix(2000), as: UTF8.self).contains("\"event\""), "\(path)")
    }
  }

  @Test("a working folder that is gone matters only to what lies in it")
  func goneFolder() throws {
    let command = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" list"
    #expect(try user.run(["sh", "-c", command, Programs.plugctl]).exit == 0)
  }

  @Test(
    "another user than root installs for himself, and may look at the system's but not change it",
    .enabled(if: Machine.isRoot && Programs.path(of: "setpriv") != nil, "needs root and setpriv"))
  func unprivileged() throws {
    let root = user.folder.file("root")
    let add = [
      "index", "add", examples.index.path, "--name", "main", "--trust", examples.index.fingerprint,
    ]
    try user.plugctl(add + ["--root", root], with: ["PLUGCTL_SCOPE": ""]).succeeded()
    try user.plugctl(["install", "delta@1.0.0", "--root", root], with: ["PLUGCTL_SCOPE": ""])
      .succeeded()
    let other = try Sandbox(["PLUGCTL_SCOPE": ""])
    try other.run(["chown", "-R", "65534:65534", other.folder.path]).succeeded()
    func asOther(_ arguments: [String]) throws -> Outcome {
      try other.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Programs.plugctl]
          + arguments)
    }
    try asOther(add).succeeded()
    try asOther(["install", "delta"]).succeeded()
    #expect(try other.sqlite("SELECT delta_version();").output == "1.1.0\n")
    #expect(try asOther(["list", "--root", root]).succeeded().output.contains("delta\t1.0.0"))
    for command in [["upgrade"], ["remove", "delta"], ["install", "alpha"]] {
      let outcome = try asOther(command + ["--root", root])
      #expect(outcome.exit == 11 && outcome.code == "system.permission", "\(outcome)")
    }
    #expect(try asOther(["install", "alpha", "--root", root, "--dry-run"]).exit == 0)
  }
}
