import Files
import PkgCore
import TestSupport
import Testing

/// Real hosts take up a plugin of Debian's and one of our own, and the next versions of both; what can't
/// load never gets there. PostgreSQL, which must be stopped for that, has a suite of its own.
@Suite(
  "a real host that runs",
  .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
struct RealHostUpgradeTests {
  static let hosts: [RealHost] = [.sqlite, .openssl, .nginx, .gstreamer, .redis]

  let workshop: Workshop
  let index: ExampleIndex
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    user = try Sandbox()
  }

  private func publish(_ host: RealHost, own version: Int, _ statement: String = "") throws {
    let own = try workshop.compile(host.source(version, statement), host.file, flags: host.flags)
    try index.publish(
      workshop.pack(
        Workshop.Facts(
          name: "own", version: "\(version).0.0", host: host.id, type: host.type,
          files: [("VERSION", Array("\(version)".utf8))]), library: own)
    ).succeeded()
  }

  private func publish(_ host: RealHost, real version: Int) throws {
    try index.publish(
      workshop.pack(
        Workshop.Facts(
          name: host.real.name, version: "\(version).0.0", host: host.id, type: host.type,
          publisher: "debian", files: [("VERSION", Array("\(version)".utf8))]),
        library: host.real.library)
    ).succeeded()
  }

  /// The files of both plugins as the store has them now.
  private func libraries(_ host: RealHost) throws -> [String] {
    let names = [FileSystem.baseName(of: host.real.library), "\(host.file).so"]
    return try names.map { name in
      try #require(FileSystem.realPath("\(user.live(host.id))/plugins/\(name)"), "\(name)")
    }
  }

  /// The libraries that are mapped by the host's process, or by one of its children.
  private func maps(_ libraries: [String], _ process: RunningProcess) throws -> Bool {
    let children = try user.run(["pgrep", "-P", "\(process.id)"]).lines
    let text = ([("\(process.id)")] + children).map { id in
      String(
        decoding: (try? FileSystem.read("/proc/\(id)/maps", limit: 16 << 20)) ?? [], as: UTF8.self)
    }.joined()
    return libraries.allSatisfy { text.firstRange(of: $0) != nil }
  }

  /// What must be mapped: gst-launch opens the plugins of its elements only.
  private func wanted(_ host: RealHost, _ libraries: [String]) -> [String] {
    host.id == "gstreamer" ? Array(libraries.prefix(1)) : libraries
  }

  @Test("maps what is installed, and after an upgrade the new versions", arguments: hosts)
  func upgrade(host: RealHost) throws {
    try publish(host, real: 1)
    try publish(host, own: 1)
    try user.add(index)
    try user.plugctl("install", host.real.name, "own").succeeded()
    let old = try libraries(host)
    var process = try user.start(host.command(user))
    #expect(try eventually { try maps(wanted(host, old), process) }, "\(host): \(process.errors)")
    if host.id == "nginx" {
      let site = user.folder.file("site")
      try user.folder.write(
        "home/.config/plugctl/hosts.d/nginx.yaml",
        "schema: 1\nid: nginx\nextends: nginx\nreload: { mode: command, argv: [nginx, -s, reload, -p, \(site), -c, \(site)/nginx.conf] }\n"
      )
    }
    try publish(host, real: 2)
    try publish(host, own: 2)
    try user.plugctl("update").succeeded()
    let report = try user.plugctl("upgrade").succeeded()
    let new = try libraries(host)
    #expect(Set(new).isDisjoint(with: old))
    switch host.id {
    case "nginx": #expect(report.output.contains("nginx was told to reload"), "\(report)")
    case "redis":
      #expect(report.output.contains("redis is running (1 processes); restart it"), "\(report)")
      process = try user.start(host.command(user))
    default: process = try user.start(host.command(user))
    }
    #expect(try eventually { try maps(wanted(host, new), process) }, "\(host): \(process.errors)")
    if host.id == "gstreamer" {
      let said = try user.run(
        ["gst-inspect-1.0", "own"],
        with: [
          "GST_PLUGIN_PATH": "\(user.home)/.local/share/gstreamer-1.0/plugins",
          "GST_REGISTRY": user.folder.file("second-registry"),
        ])
      #expect(said.output.contains("2.0"), "\(said)")
    }
    if host.id == "redis" {
      let said = try user.run(["redis-cli", "-s", user.folder.file("redis"), "module", "list"])
      #expect(said.output.contains("own") && said.output.contains("ver\n2"), "\(said)")
    }
  }

  @Test(
    "is not given a version with a symbol that nobody has, and keeps what it runs", arguments: hosts
  )
  func refused(host: RealHost) throws {
    try publish(host, own: 1)
    try publish(host, real: 1)
    try user.add(index)
    try user.plugctl("install", host.real.name, "own").succeeded()
    let before = try libraries(host)
    try publish(host, own: 2, "no_such_function()")
    try user.plugctl("update").succeeded()
    let outcome = try user.plugctl("upgrade")
    #expect(outcome.exit == 8 && outcome.errors.contains("no_such_function"), "\(outcome)")
    #expect(try libraries(host) == before)
    let process = try user.start(host.command(user))
    #expect(
      try eventually { try maps(wanted(host, before), process) }, "\(host): \(process.errors)")
  }
}
