import Files
import PkgCore
import TestSupport
import Testing

/// A real server with extensions: Debian's hypopg, and one of our own.
@Suite(
  "PostgreSQL and its extensions",
  .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
struct PostgresTests {
  let workshop: Workshop
  let index: ExampleIndex
  let user: Sandbox
  let server: PrivatePostgres

  init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    user = try Sandbox()
    server = try PrivatePostgres(user)
    try user.plugctl(
      "host", "add", "mypg", "--profile", "postgresql", "--binary", server.program
    ).succeeded()
  }

  /// A module as PostgreSQL's headers would make it: its block of numbers, and a function of version 1 of
  /// the calling convention.
  private func module(_ answer: Int, undefined: Bool = false) throws -> String {
    try workshop.compile(
      """
      static const struct { int len, version, args, keys, name, byval; char vendor[32]; } magic =
        { 56, 1500, 100, 32, 64, 1, "PostgreSQL" };
      const void *Pg_magic_func(void) { return &magic; }
      static const struct { int version; } v1 = { 1 };
      const void *pg_finfo_own_version(void) { return &v1; }
      \(undefined ? "extern int no_such_function(void);" : "")
      unsigned long own_version(void *call) { return \(undefined ? "no_such_function()" : "\(answer)"); }
      """, "own")
  }

  private func pack(_ version: String, _ library: String) throws -> String {
    let control = "default_version = '1.0'\nrelocatable = true\n"
    let script = """
      CREATE FUNCTION own_version() RETURNS int AS '$libdir/own' LANGUAGE C STRICT;

      """
    return try workshop.pack(
      Workshop.Facts(
        name: "own", version: version, host: "postgresql", type: "module",
        files: [
          ("own.control", Array(control.utf8)), ("own--1.0.sql", Array(script.utf8)),
        ]),
      library: library)
  }

  @Test("CREATE EXTENSION finds hypopg, and finds it no more once it is removed")
  func hypopg() throws {
    let fetched = try #require(Programs.realPlugins)
    let share = "\(fetched)/usr/share/postgresql/15/extension"
    let files = try FileSystem.names(in: share).filter { $0.hasPrefix("hypopg") }.sorted()
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "hypopg", version: "1.3.1", host: "postgresql", type: "module", publisher: "debian",
        files: files.map { ($0, try FileSystem.read("\(share)/\($0)")) }),
      library: "\(fetched)/usr/lib/postgresql/15/lib/hypopg.so")
    try index.publish(archive).succeeded()
    try user.add(index)
    try server.start()
    #expect(try server.query("CREATE EXTENSION hypopg").exit != 0)
    try user.plugctl("install", "hypopg", "--host", "mypg").succeeded()
    try server.query("CREATE EXTENSION hypopg").succeeded()
    try server.query("CREATE TABLE t (n int)").succeeded()
    let created = try server.query(
      "SELECT count(*) FROM hypopg_create_index('CREATE INDEX ON t (n)')")
    #expect(created.output == "1\n", "\(created)")
    try user.plugctl("verify").succeeded()
    try server.stop()
    try user.plugctl("remove", "hypopg").succeeded()
    for folder in [server.extensions, server.libraries] {
      #expect(try FileSystem.names(in: folder).allSatisfy { !$0.hasPrefix("hypopg") })
    }
  }

  @Test("an upgrade waits until the server is stopped, and the next one has the new version")
  func upgrade() throws {
    try index.publish(pack("1.0.0", module(1)), pack("2.0.0", module(2))).succeeded()
    try user.add(index)
    try user.plugctl("install", "own@1.0.0", "--host", "mypg").succeeded()
    try server.start("-c shared_preload_libraries=own")
    try server.query("CREATE EXTENSION own").succeeded()
    #expect(try server.query("SELECT own_version()").output == "1\n")
    let before = try user.installed()
    let refused = try user.plugctl("upgrade", "own")
    #expect(refused.exit == 10 && refused.code == "host.running", "\(refused)")
    let removal = try user.plugctl("remove", "own")
    #expect(removal.exit == 10, "\(removal)")
    // An upgrade of the server puts another file in its program's place; the old one still runs.
    try user.run(["cp", server.program, "\(server.program).new"]).succeeded()
    try user.run(["mv", "\(server.program).new", server.program]).succeeded()
    #expect(try user.plugctl("upgrade", "own").code == "host.running")
    #expect(try user.installed().difference(from: before).filter { $0.contains("/gens/") } == [])
    try server.stop()
    try user.plugctl("upgrade", "own").succeeded()
    try server.start("-c shared_preload_libraries=own")
    #expect(try server.query("SELECT own_version()").output == "2\n")
    let library = try #require(FileSystem.realPath("\(user.live("mypg"))/plugins/own.so"))
    #expect(try server.mapped().contains(library))
    try server.stop()
    try user.plugctl("rollback", "--host", "mypg").succeeded()
    try server.start()
    #expect(try server.query("SELECT own_version()").output == "1\n")
  }

  @Test(
    "a module with a symbol that the server lacks is refused, and nothing is in the server's folders"
  )
  func missingSymbol() throws {
    try index.publish(pack("1.0.0", module(1, undefined: true))).succeeded()
    try user.add(index)
    let outcome = try user.plugctl("install", "own", "--host", "mypg")
    #expect(outcome.exit == 8 && outcome.errors.contains("no_such_function"), "\(outcome)")
    #expect(!FileSystem.exists("\(server.extensions)/own.control"))
    #expect(!FileSystem.exists("\(server.libraries)/own.so"))
  }

  @Test("what was done to the server's folders by hand is told, and mended while the server runs")
  func damaged() throws {
    try index.publish(pack("1.0.0", module(1))).succeeded()
    try user.add(index)
    try user.plugctl("install", "own", "--host", "mypg").succeeded()
    try server.start()
    try FileSystem.remove("\(server.extensions)/own--1.0.sql")
    try FileSystem.replace("\(server.extensions)/own.control", with: Array("mine".utf8))
    #expect(try server.query("CREATE EXTENSION own").exit != 0)
    let found = try user.plugctl("verify")
    #expect(
      found.exit == 5 && found.output.contains("own.control` was not put there")
        && found.output.contains("own--1.0.sql` is missing"), "\(found)")
    try user.plugctl("repair").succeeded()
    try user.plugctl("verify").succeeded()
    try server.query("CREATE EXTENSION own").succeeded()
    #expect(try server.query("SELECT own_version()").output == "1\n")
  }

  @Test("a file of somebody else's in the server's folder is not replaced")
  func foreign() throws {
    try FileSystem.replace("\(server.extensions)/own.control", with: Array("mine".utf8))
    try index.publish(pack("1.0.0", module(1))).succeeded()
    try user.add(index)
    let outcome = try user.plugctl("install", "own", "--host", "mypg")
    #expect(outcome.exit == 1 && outcome.code == "store.conflict", "\(outcome)")
    #expect(try FileSystem.read("\(server.extensions)/own.control") == Array("mine".utf8))
  }

  @Test(
    "where the server's folder is not the user's, the files are in the generation, and that is said"
  )
  func notOurs() throws {
    try index.publish(pack("1.0.0", module(1))).succeeded()
    try user.add(index)
    let report = try user.plugctl("install", "own").succeeded()
    #expect(
      report.output.contains("postgresql looks for own--1.0.sql, own.control in"), "\(report)")
    let live = user.live("postgresql")
    #expect(FileSystem.target("\(live)/extra/extension/own.control")?.kind == .file)
    #expect(!FileSystem.exists("/usr/share/postgresql/15/extension/own.control"))
  }
}
