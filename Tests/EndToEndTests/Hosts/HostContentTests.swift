import Files
import PkgCore
import TestSupport
import Testing

/// What a host has and where it finds it: its own types, its folders, its running processes.
@Suite("what a host has")
struct HostContentTests {
  let storm: StormPlugins
  let user: Sandbox

  init() throws {
    storm = try StormPlugins.shared.get()
    user = try Sandbox()
    try user.add(storm.index)
  }

  @Test("`list --builtin` says what real hosts have without plugins")
  func builtIn() throws {
    func names(_ host: String) throws -> Set<String> {
      let data = try user.plugctl("--json", "list", "--builtin", "--host", host).succeeded().data()
      return Set(data.arrayValue?.compactMap { $0["name"]?.stringValue } ?? [])
    }
    let modules = try user.run(["sqlite3", ":memory:", "SELECT name FROM pragma_module_list"])
    #expect(try names("sqlite") == Set(modules.lines))
    let nginx = try names("nginx")
    #expect(nginx.contains("http_ssl_module") && !nginx.contains { $0.contains("=") })
    #expect(try names("openssl") == ["default"])
    let missing = try user.plugctl("list", "--builtin", "--host", "stormdb")
    #expect(missing.exit == 3 && missing.code == "host.not-found", "\(missing)")
    let silent = try user.plugctl("list", "--builtin", "--host", "redis")
    #expect(silent.exit == 13, "\(silent)")
  }

  @Test("a host that lists its own types shows them beside what the indexes have for it")
  func types() throws {
    let program = try user.folder.write(
      "bin/stormdb",
      "#!/bin/sh\n[ \"$1\" = --list-workloads ] && printf 'tpcc\\n  - bulk_insert\\n'\n")
    try FileSystem.setMode(program, 0o755)
    let found = try user.plugctl(
      "list", "--builtin", "--available", "--host", "stormdb",
      with: ["PATH": "\(FileSystem.folder(of: program)):/usr/bin:/bin"]
    ).succeeded()
    #expect(found.lines.prefix(2) == ["stormdb\tbulk_insert", "stormdb\ttpcc"], "\(found)")
    #expect(found.output.contains("storm/vector\t1.1.0"), "\(found)")
  }

  @Test("`list` is narrowed by state and by type")
  func states() throws {
    try user.plugctl("install", "vector", "geo").succeeded()
    try user.plugctl("disable", "geo").succeeded()
    func shown(_ arguments: String...) throws -> [String] {
      try user.plugctl(["list"] + arguments).succeeded().lines.map {
        String($0.split(separator: "\t")[1])
      }
    }
    #expect(try shown("--disabled") == ["storm/geo"])
    #expect(try shown("--enabled") == ["storm/vector"])
    #expect(try shown("--type", "workload").count == 2)
    #expect(try shown("--type", "other") == [])
  }

  @Test(
    "a file in an earlier folder hides a plugin: the report says so, and `which` names the winner first"
  )
  func shadowed() throws {
    let hidden = try user.folder.write("work/plugins/vector.so", "foreign")
    let report = try user.plugctl("install", "vector", "geo").succeeded()
    let mine = "\(user.home)/.stormdb/plugins/vector.so"
    #expect(
      report.output.contains("stormdb finds `\(hidden)` first, which hides `\(mine)`"), "\(report)")
    #expect(try user.plugctl("which", "vector").succeeded().lines == [hidden])
    #expect(try user.plugctl("which", "vector", "--all").succeeded().lines == [hidden, mine])
    let scan = try user.plugctl("--host", "stormdb", "scan").succeeded()
    #expect(scan.output.contains("shadowed\tuser\t\(mine)"), "\(scan)")
    #expect(
      try user.plugctl("which", "geo").succeeded().lines == ["\(user.home)/.stormdb/plugins/geo.so"]
    )
  }

  @Test("`reload` tells a running nginx, and says where nobody runs")
  func reload() throws {
    guard RealPlugins.areThere else { return }
    let user = try Sandbox()
    try user.add(try RealPlugins.shared.get().index)
    try user.plugctl("install", "echo").succeeded()
    func status(_ name: String) throws -> String? {
      try user.plugctl("--json", "reload", name).succeeded().data().arrayValue?.first?["status"]?
        .stringValue
    }
    #expect(try status("echo") == "not-running")
    let site = try NginxSite(
      top: "include \(user.live("nginx"))/activate/*.conf;",
      server: "location /echo { echo \"echo says $arg_word\"; }")
    try user.folder.write(
      "home/.config/plugctl/hosts.d/nginx.yaml",
      """
      schema: 1
      id: nginx
      extends: nginx
      reload: { mode: command, argv: [nginx, -s, reload, -p, \(site.folder.path), -c, \(site.folder.path)/nginx.conf] }

      """)
    #expect(try status("echo") == "reloaded")
    #expect(try site.body("/echo?word=on") == "echo says on")
    let unknown = try user.plugctl("reload", "nothing")
    #expect(unknown.exit == 3 && unknown.code == "plugin.not-installed", "\(unknown)")
  }
}
