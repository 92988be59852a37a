import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("doctor, of the machine")
struct MachineHealthTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
    try user.plugctl("install", "delta@1.0.0").succeeded()
  }

  private func kinds(_ outcome: Outcome) throws -> [String] {
    (try outcome.data().arrayValue ?? []).compactMap { $0["kind"]?.stringValue }
  }

  @Test("finds nothing heavier than a notice on a machine that works")
  func quiet() throws {
    try user.plugctl("doctor", "--exit-code").succeeded()
  }

  /// In a mount namespace of its own, a file system of another kind over the store.
  private func mounted(_ options: String, _ command: String) throws -> Outcome {
    let copy = user.folder.file("copy")
    return try user.run([
      "unshare", "--user", "--map-root-user", "--mount", "sh", "-ec",
      """
      cp -a '\(user.data)' '\(copy)'
      mount -t tmpfs -o \(options) none '\(user.data)'
      cp -a '\(copy)/.' '\(user.data)'
      \(command)
      """,
    ])
  }

  @Test(
    "finds a store from which no library can be loaded, that can't be written, or that is full",
    arguments: [
      ("noexec", "", "noexec"), ("size=8m", "", "space"), ("size=64m", "", "space"),
      (
        "size=500m",
        "mount -o remount,ro \"$DATA\" 2>/dev/null || mount -o remount,ro,size=500m none \"$DATA\"",
        "read-only"
      ),
    ])
  func disks(options: String, then: String, kind: String) throws {
    let found = try mounted(
      options, "DATA='\(user.data)'; \(then)\n'\(Programs.plugctl)' doctor --json")
    #expect(try kinds(found).contains(kind), "\(found)")
    for finding in try found.data().arrayValue ?? [] where finding["kind"]?.stringValue == kind {
      #expect(finding["hint"]?.stringValue != nil)
    }
  }

  @Test(
    "finds a folder through which the host's user can't pass",
    .enabled(if: geteuid() == 0, "only root can run it as another user"))
  func reachable() throws {
    let host = try user.start([
      "sh", "-c", "sleep 60 | exec setpriv --reuid 65534 --clear-groups sqlite3 :memory:",
    ])
    try FileSystem.setMode(user.home, 0o700)
    #expect(
      try eventually { try kinds(user.plugctl("doctor", "--json")).contains("reachable") })
    let found = try user.plugctl("doctor", "--exit-code")
    #expect(found.exit == 20 && found.output.contains("can't get at"), "\(found)")
    withExtendedLifetime(host) {}
  }

  @Test("finds what changes how hosts load libraries")
  func variables() throws {
    let found = try user.plugctl(["doctor", "--json"], with: ["LD_LIBRARY_PATH": "/nowhere"])
    #expect(try kinds(found).contains("variable"), "\(found)")
  }

  @Test("finds a host's variable that does not name the folder of what is installed")
  func hostVariable() throws {
    try user.folder.write(
      "home/.config/plugctl/hosts.d/sqlite.yaml",
      "schema: 1\nid: sqlite\nextends: sqlite\npaths: [{ env: SQLITE_PLUGINS, separator: \":\" }]\n"
    )
    #expect(try !kinds(user.plugctl("doctor", "--json")).contains("variable"))
    let wrong = try user.plugctl(["doctor", "--json"], with: ["SQLITE_PLUGINS": "/nowhere"])
    #expect(try kinds(wrong).contains("variable"), "\(wrong)")
    let path = try user.plugctl("host", "path", "sqlite", "--json").data()["variable"]?.stringValue
    let right = try #require(path?.split(separator: "=").last.map(String.init))
    let found = try user.plugctl(
      ["doctor", "--json"], with: ["SQLITE_PLUGINS": "/nowhere:\(right)"])
    #expect(try !kinds(found).contains("variable"), "\(found)")
  }

  @Test("finds a clock that went back", .enabled(if: FakeClock.library != nil))
  func clock() throws {
    let found = try user.plugctl(["doctor", "--json"], with: FakeClock.moved("-2d"))
    #expect(try kinds(found).contains("clock"), "\(found)")
  }

  @Test("finds a store that is damaged, and a trust memory that is gone")
  func store() throws {
    try FileSystem.remove("\(user.state)/trust/seal.key")
    #expect(try kinds(user.plugctl("doctor", "--json")).contains("trust"))
    try FileSystem.remove(user.live())
    try FileSystem.replace(user.live(), with: Array("x".utf8))
    let found = try user.plugctl("doctor")
    #expect(found.output.contains("error[store]: sqlite"), "\(found)")
    #expect(found.output.contains("plugctl recover"), "\(found)")
  }
}
