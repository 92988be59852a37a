import Files
import PkgCore
import TestSupport
import Testing

/// Hosts beside the built-in ones: second installations, own profiles, those of projects and indexes.
@Suite("hosts of one's own")
struct HostSetupTests {
  /// The author of the plugins, whose own key is trusted.
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    workshop = try Workshop()
    user = workshop.author
  }

  /// A copy, so that no server of this machine runs it.
  private var server: String { user.folder.file("bin/postgres") }

  private func module(_ name: String) throws -> String {
    try workshop.pack(
      Workshop.Facts(name: name, version: "1.0.0", host: "postgresql", type: "module"),
      library: workshop.compile("void *Pg_magic_func(void) { return 0; }", name))
  }

  private func addSecond() throws -> Outcome {
    if !FileSystem.exists(server) {
      try FileSystem.makeFolders(FileSystem.folder(of: server))
      try user.run(["cp", "/usr/lib/postgresql/15/bin/postgres", server]).succeeded()
    }
    return try user.plugctl("host", "add", "pg15", "--profile", "postgresql", "--binary", server)
  }

  @Test("a second installation has plugins of its own, also those made for its kind")
  func second() throws {
    try addSecond().succeeded()
    let index = try workshop.makeIndex()
    try index.publish(module("one"), module("two")).succeeded()
    try user.add(index)
    try user.plugctl("install", "one").succeeded()
    try user.plugctl("install", "two", "--host", "pg15").succeeded()
    #expect(try user.plugctl("list", "--host", "pg15").succeeded().output.contains("acme/two"))
    #expect(FileSystem.exists("\(user.live("pg15"))/plugins/two.so"))
    #expect(!FileSystem.exists("\(user.live("postgresql"))/plugins/two.so"))
    let path = try user.plugctl("host", "path", "pg15").succeeded().output
    #expect(path.contains("dynamic_library_path = '\(user.live("pg15"))/plugins:$libdir'"))
    let wrong = try user.plugctl("install", "two", "--host", "redis")
    #expect(wrong.exit == 7 && wrong.code == "incompatible.host", "\(wrong)")
    let file = try user.plugctl("install", module("three"), "--host", "redis")
    #expect(file.code == "incompatible.host", "\(file)")
  }

  @Test("a host's name is taken once, its program must be there, and its kind must be known")
  func faults() throws {
    try addSecond().succeeded()
    #expect(try addSecond().code == "host.exists")
    #expect(
      try user.plugctl("host", "add", "nginx", "--profile", "nginx").code == "host.exists")
    let missing = try user.plugctl(
      "host", "add", "pg9", "--profile", "postgresql", "--binary", "/none/postgres")
    #expect(missing.exit == 3 && missing.code == "host.not-found", "\(missing)")
    #expect(try user.plugctl("host", "add", "pg9", "--profile", "posgres").exit == 3)
    #expect(try user.plugctl("host", "add", "pg9").exit == 2)
    #expect(try user.plugctl("host", "add", "../x", "--profile", "nginx").exit == 2)
    let chain = try user.plugctl("host", "add", "pg16", "--profile", "pg15")
    #expect(chain.hint?.contains("--profile postgresql") ?? false, "\(chain)")
  }

  @Test("a host is removed only when it has no plugins")
  func removal() throws {
    try addSecond().succeeded()
    try user.plugctl("install", module("one"), "--host", "pg15").succeeded()
    let refused = try user.plugctl("host", "remove", "pg15")
    #expect(refused.exit == 1 && refused.code == "host.in-use", "\(refused)")
    try user.plugctl("remove", "one", "--host", "pg15").succeeded()
    try user.plugctl("host", "remove", "pg15").succeeded()
    #expect(try user.plugctl("host", "show", "pg15").code == "host.unknown")
    #expect(try user.plugctl("host", "remove", "nginx").code == "host.unknown")
  }

  @Test("the programs of this machine are found, and who uses them")
  func detection() throws {
    func hosts(of binary: String) throws -> [String]? {
      try user.plugctl("--json", "host", "detect").succeeded().data().arrayValue?
        .first { $0["binary"]?.stringValue == binary }?["hosts"]?.texts
    }
    let nginx = try #require(Programs.path(of: "nginx"))
    #expect(try hosts(of: nginx) == ["nginx"])
    let copy = "\(user.work)/nginx"
    try user.run(["cp", nginx, copy]).succeeded()
    try user.plugctl("host", "add", "web", "--profile", "nginx", "--binary", copy).succeeded()
    let shown = try user.plugctl("host", "show", "web").succeeded().output
    #expect(shown.contains("\(copy) 1."), "\(shown)")
  }

  @Test("an index describes a host, and who trusts the index takes it")
  func fromIndex() throws {
    let index = try workshop.makeIndex()
    let profile = try workshop.author.folder.write(
      "any-name.yaml",
      "schema: 1\nid: acmedb\ntitle: Acme DB\nextends: sqlite\npaths: [{ scope: user, dir: ~/acme }]\n"
    )
    let broken = try workshop.author.folder.write(
      "broken.yaml", "schema: 1\nid: other\nlayout: 7\n")
    let refused = try workshop.author.plugctl(
      "index", "host", "add", broken, "--to", index.path)
    #expect(refused.exit == 13, "\(refused)")
    try workshop.author.plugctl("index", "host", "add", profile, "--to", index.path).succeeded()
    #expect(
      try workshop.author.plugctl("index", "host", "list", index.path).succeeded().output
        == "acmedb\tAcme DB\n")
    try user.add(index)
    let unknown = try user.plugctl("host", "add", "acmebd", "--from", "acme")
    #expect(unknown.exit == 3, "\(unknown)")
    let name = try #require(
      try user.plugctl("--json", "index", "list").succeeded().data().arrayValue?.first?["name"]?
        .stringValue)
    let asked = try user.plugctl("host", "add", "acmedb", "--from", name)
    #expect(asked.exit == 14 && asked.errors.contains("-init {activate}/load.sql"), "\(asked)")
    try user.plugctl("host", "add", "acmedb", "--from", name, "--yes").succeeded()
    let shown = try user.plugctl("host", "show", "acmedb").succeeded().output
    #expect(shown.contains("Acme DB") && shown.contains("~/acme"), "\(shown)")
    try workshop.author.plugctl("index", "check", index.path).succeeded()
    try workshop.author.plugctl("index", "host", "remove", "acmedb", "--to", index.path).succeeded()
    #expect(
      try workshop.author.plugctl("index", "host", "list", index.path).succeeded().output == "")
  }

  /// A project whose profile of SQLite came with it.
  @Test("a project's host gets what is installed, also where plugins are made for its kind")
  func projectHost() throws {
    try user.plugctl("host", "add", "other", "--profile", "sqlite").succeeded()
    try user.folder.write("work/plugctl.yaml", "schema: 1\nhost: other\n")
    let index = try workshop.makeIndex()
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try user.add(index, scope: "user")
    let scope = ["PLUGCTL_SCOPE": "project"]
    try user.plugctl("install", "vector", with: scope).succeeded()
    #expect(FileSystem.exists("\(user.work)/.plugctl/hosts/other/current"))
    #expect(!FileSystem.exists("\(user.work)/.plugctl/hosts/sqlite"))
    let sync = try user.plugctl("sync", with: scope).succeeded()
    #expect(sync.output.contains("nothing to do"), "\(sync)")
  }

  @Test("the way back names the host where another has the same plugin")
  func undo() throws {
    try user.plugctl("host", "add", "other", "--profile", "sqlite", "--dir", "\(user.home)/other")
      .succeeded()
    let index = try workshop.makeIndex()
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try user.add(index)
    try user.plugctl("install", "vector").succeeded()
    let report = try user.plugctl("install", "vector", "--host", "other").succeeded()
    #expect(FileSystem.target("\(user.home)/other/vector.so")?.kind == .file)
    #expect(report.output.contains("undo: plugctl remove acme/vector --host other"), "\(report)")
    let unclear = try user.plugctl("remove", "vector")
    #expect(unclear.code == "instance.ambiguous", "\(unclear)")
    #expect(unclear.hint?.contains("--host") ?? false, "\(unclear)")
    try user.plugctl("remove", "vector", "--host", "other").succeeded()
  }

  @Test("what a host has built in is told by its second installation too")
  func builtIns() throws {
    let program = try #require(Programs.path(of: "sqlite3"))
    try user.plugctl("host", "add", "other", "--profile", "sqlite", "--binary", program).succeeded()
    #expect(try user.plugctl("list", "--builtin", "--host", "other").succeeded().lines.count > 1)
    #expect(try user.plugctl("host", "add", "any", "--profile", "sqlite").exit != 0)
  }
}
