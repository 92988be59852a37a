import Files
import PkgCore
import TestSupport
import Testing

/// Templates that are of their host's type, and what is said of those that are not.
@Suite("what a template makes, by its host's type")
struct TemplateInterfaceTests {
  /// A template whose plugin is of a type of its own.
  struct Kind: Sendable, CustomStringConvertible {
    let template: String
    let host: String
    let type: String
    var description: String { "\(template) for \(host)" }
  }

  static let kinds = [
    Kind(template: "c", host: "plug", type: "processor"),
    Kind(template: "c", host: "stormdb", type: "workload"),
    Kind(template: "rust", host: "stormdb", type: "workload"),
    Kind(template: "c", host: "distributed-transformer", type: "format"),
  ]

  let user: Sandbox
  init() throws { user = try Sandbox() }

  private func begin(_ template: String, _ host: String) throws -> Outcome {
    try user.plugctl(
      "init", "hello", "--template", template, "--host", host, "--publisher", "me", "--json"
    ).succeeded()
  }

  /// By Debian's compilers: those of a person's home ask for it, and here it is empty.
  private func build() throws {
    try user.plugctl("build", "hello", with: ["PATH": "/usr/bin:/bin"]).succeeded()
  }

  private func drive(_ dsn: String) throws -> JSON {
    let outcome = try user.plugctl(
      "test", "./hello", "--workload", "--dsn", dsn, "--duration", "500ms", "--format", "json"
    ).succeeded()
    return try #require(try JSONParser.parse(Array(outcome.output.utf8))["metrics"])
  }

  private func expectAllRan(_ metrics: JSON) {
    #expect(metrics["errors"]?.integerValue == 0, "\(metrics)")
    #expect(metrics["plugin"]?["failed"]?.integerValue == 0, "\(metrics)")
    for operation in ["read", "write", "sum"] {
      let count = metrics["operations"]?[operation]?["count"]?.integerValue
      #expect(
        (count ?? 0) > 0 && count == metrics["plugin"]?[operation]?.integerValue, "\(metrics)")
    }
  }

  @Test("is clean, passes level 4 without a warning, and packs", arguments: kinds)
  func good(_ kind: Kind) throws {
    _ = try begin(kind.template, kind.host)
    try build()
    let lint = try user.plugctl("lint", "hello").succeeded()
    #expect(lint.output.contains("is fine"), "\(lint)")
    let tested = try user.plugctl("test", "./hello", "--level", "4").succeeded()
    #expect(tested.output.contains("passed") && !tested.output.contains("warn"), "\(tested)")
    try user.plugctl("pack", "hello", "--output", "dist").succeeded()
  }

  @Test("describes the interface of the manifest's type, and has it", arguments: kinds)
  func interface(_ kind: Kind) throws {
    let begun = try begin(kind.template, kind.host)
    #expect(try begun.data()["note"]?.stringValue == nil, "\(begun)")
    try build()
    #expect(try user.folder.text("work/hello/plugin.yaml").contains("type: \(kind.type)\n"))
    let name =
      kind.template == "rust" ? "target/release/libplugin_hello.so" : "build/hello.so"
    let library = try user.folder.read("work/hello/\(name)")
    let description = try user.folder.read("work/hello/describe.json")
    // What `describe` writes is built in; plg-d014 and plg-d015 hold the table against it.
    #expect(library.firstRange(of: description) != nil)
    let interfaces = try JSONParser.parse(description)["interfaces"]?.arrayValue ?? []
    #expect(interfaces.contains { $0.stringValue == "plug.\(kind.type)/1" }, "\(interfaces)")
  }

  @Test("is driven against SQLite, and leaves no table", arguments: ["c", "rust"])
  func sqlite(template: String) throws {
    _ = try begin(template, "stormdb")
    try build()
    let file = "\(user.work)/load.db"
    expectAllRan(try drive("sqlite://\(file)"))
    let left = try user.run(["sqlite3", file, "SELECT count(*) FROM sqlite_master"]).succeeded()
    #expect(left.output == "0\n", "\(left)")
    try user.plugctl(
      "test", "./hello", "--include", "plg-i002", "--level", "4", "--dsn", "sqlite://\(file)"
    ).succeeded()
  }

  @Test(
    "is driven against PostgreSQL, and leaves no table",
    .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"),
    arguments: ["c", "rust"])
  func postgres(template: String) throws {
    _ = try begin(template, "stormdb")
    try build()
    let server = try PrivatePostgres(user)
    try server.start()
    expectAllRan(try drive("postgresql:///postgres?host=\(server.socketFolder)&user=tester"))
    let left = try server.query("SELECT count(*) FROM pg_class WHERE relname LIKE 'hello%'")
    #expect(left.output == "0\n", "\(left)")
  }

  @Test(
    "is said to be a processor where there is none of the host's type",
    arguments: [
      ("go", "stormdb", "of type `workload` are the templates in c, rust"),
      ("rust", "distributed-transformer", "of type `format` are the templates in c"),
      ("c", "benana", "no template is of type `dynamic`"),
    ])
  func note(template: String, host: String, words: String) throws {
    let begun = try begin(template, host)
    let note = "it is a plugin of `plug.processor/1`; \(words)"
    #expect(try begun.data()["note"]?.stringValue == note, "\(begun)")
    let told = try user.plugctl("init", "other", "--template", template, "--host", host).succeeded()
    #expect(told.lines.contains("note: \(note)"), "\(told)")
  }

  @Test(
    "has no note where it is what its type says",
    arguments: [
      ("rust", "plug"), ("c", "sqlite"), ("swift", "databridge"), ("go-plugin", "stormdb"),
    ])
  func silent(template: String, host: String) throws {
    #expect(try begin(template, host).data()["note"]?.stringValue == nil)
  }
}
