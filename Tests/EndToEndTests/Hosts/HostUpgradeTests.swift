import Files
import PkgCore
import TestSupport
import Testing

/// What another build of a host would do to its plugins.
@Suite(
  "before a host is upgraded",
  .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
struct HostUpgradeTests {
  let real: RealPlugins
  let user: Sandbox

  init() throws {
    real = try RealPlugins.shared.get()
    user = try Sandbox()
  }

  /// A real nginx, or a module, that says that it is 1.23.0: the number is in it as text and as a number.
  private func newer(_ path: String, as name: String) throws -> String {
    var bytes = try FileSystem.read(path, limit: 64 << 20)
    func replace(_ old: [UInt8], _ new: [UInt8]) {
      for place in bytes.indices.dropLast(old.count - 1)
      where bytes[place] == old[0] && bytes[place..<place + old.count].elementsEqual(old) {
        bytes.replaceSubrange(place..<place + old.count, with: new)
      }
    }
    func number(_ value: UInt64) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    replace(Array("nginx/1.22.1".utf8), Array("nginx/1.23.0".utf8))
    replace(number(1_022_001), number(1_023_000))
    let copy = try user.folder.write(name, bytes)
    try FileSystem.setMode(copy, 0o755)
    return copy
  }

  @Test("`host check` names what breaks, and the upgrades that mend it")
  func check() throws {
    let (index, owner) = try real.index.copy()
    defer { withExtendedLifetime(owner) {} }
    let echo = "\(real.modules)/ngx_http_echo_module.so"
    try index.publish(
      real.pack(
        "echo", "0.64.0", "nginx", "module", newer(echo, as: "new/ngx_http_echo_module.so"),
        "requires: { host: \">=1.23\" }")
    ).succeeded()
    try user.add(index)
    try user.plugctl("install", "echo", "pcre").succeeded()
    let nginx = try newer(try #require(Programs.path(of: "nginx")), as: "nginx")
    let report = try user.plugctl("host", "check", "nginx", "--binary", nginx).succeeded()
    #expect(
      report.output.contains("module built for nginx 1.22.1, the host is 1.23.0"), "\(report)")
    #expect(report.output.contains("upgrade debian/echo 0.63.0 -> 0.64.0"), "\(report)")
    let coded = try user.plugctl(
      "host", "check", "nginx", "--binary", nginx, "--level", "1", "--exit-code")
    #expect(coded.exit == 20, "\(coded)")
    let same = try user.plugctl(
      "host", "check", "nginx", "--binary", try #require(Programs.path(of: "nginx")), "--exit-code")
    #expect(same.exit == 0 && same.output.contains("loads"), "\(same)")
    #expect(try user.list() == ["echo 0.63.0", "pcre 1.0.0"])
  }

  @Test("`host check` says so where no index mends it")
  func noWayOut() throws {
    try user.add(real.index)
    try user.plugctl("install", "echo").succeeded()
    let nginx = try newer(try #require(Programs.path(of: "nginx")), as: "nginx")
    let report = try user.plugctl("host", "check", "nginx", "--binary", nginx).succeeded()
    #expect(report.output.contains("nothing in your indexes mends it"), "\(report)")
  }

  @Test("`host check` says what breaks also where the index can't be asked what mends it")
  func checkWithoutIndex() throws {
    let (index, owner) = try real.index.copy()
    defer { withExtendedLifetime(owner) {} }
    try user.add(index)
    try user.plugctl("install", "echo").succeeded()
    try FileSystem.removeTree(index.path)
    try FileSystem.removeTree("\(user.cache)/index")
    let nginx = try newer(try #require(Programs.path(of: "nginx")), as: "nginx")
    let report = try user.plugctl("host", "check", "nginx", "--binary", nginx)
    #expect(report.output.contains("the host is 1.23.0"), "\(report)")
    #expect(report.output.contains("what would mend it can't be told"), "\(report)")
  }

  @Test("a snapshot says what differs in another build")
  func snapshot() throws {
    let nginx = try #require(Programs.path(of: "nginx"))
    let file = user.folder.file("before.json")
    try user.plugctl("host", "snapshot", "nginx", "-o", file).succeeded()
    let same = try user.plugctl("host", "snapshot", nginx, "--compare", file).succeeded()
    #expect(same.output == "nothing differs that plugins depend on\n", "\(same)")
    let other = try user.plugctl(
      "host", "snapshot", newer(nginx, as: "nginx"), "--compare", file
    ).succeeded()
    #expect(other.lines.prefix(3) == ["version", "  - 1.22.1", "  + 1.23.0"], "\(other)")
    #expect(other.output.contains("nginx signature"), "\(other)")
    try user.folder.write("work/bad.json", "{\"schema\": 9}")
    #expect(try user.plugctl("host", "snapshot", nginx, "--compare", "bad.json").exit == 13)
  }

  @Test("a module for another PostgreSQL is refused before the switch, and both versions are named")
  func postgresMagic() throws {
    var bytes = try FileSystem.read("/usr/lib/postgresql/15/lib/hstore.so", limit: 64 << 20)
    let block: [UInt8] = [56, 0, 0, 0, 0xDC, 5, 0, 0, 100, 0, 0, 0]
    let place = try #require(
      bytes.indices.dropLast(block.count).first {
        bytes[$0] == 56 && bytes[$0..<$0 + block.count].elementsEqual(block)
      })
    bytes[place + 4] = 0x78  // 1400
    let library = try user.folder.write("old/hstore.so", bytes)
    let archive = try real.pack("hstore", "1.0.0", "postgresql", "module", library)
    let outcome = try real.workshop.author.plugctl("install", archive)
    #expect(outcome.exit == 7, "\(outcome)")
    #expect(
      outcome.errors.contains("module built for PostgreSQL 14, the host is 15"), "\(outcome)")
  }
}
