import Files
import PkgCore
import TestSupport
import Testing

@Suite("sources in a folder")
struct DiscoveryTests {
  let user: Sandbox

  init() throws { user = try Sandbox() }

  /// A plugin of Benana's in a folder, as its guide lays it out; it takes Go some seconds.
  private func benana() throws {
    try user.plugctl("init", "made", "--template", "go-plugin", "--host", "benana").succeeded()
    try FileSystem.makeFolders("\(user.work)/plugins")
    try FileSystem.rename("\(user.work)/made", to: "\(user.work)/plugins/notes")
    try user.folder.write(
      "work/plugins/notes/plugin.yaml",
      "name: notes\nversion: 0.1.0\ndescription: keeps notes\nauthor: Benana Team\n")
  }

  /// A plugin of ours that is built in no time.
  private func hello() throws {
    try user.plugctl("init", "plugins/hello", "--template", "c", "--publisher", "me").succeeded()
  }

  private func discover(_ more: String...) throws -> Outcome {
    try user.plugctl(["build", "--discover", "plugins"] + more)
  }

  private func states() throws -> [String?] {
    try discover("--dry-run", "--json").data()["sources"]?.arrayValue?.map {
      $0["state"]?.stringValue
    } ?? []
  }

  @Test("are listed, and no command is run, before the user allowed it")
  func listed() throws {
    try benana()
    let data = try discover("--json").succeeded().data()
    let source = data["sources"]?.arrayValue?.first
    #expect(data["allowed"]?.boolValue == false)
    #expect(source?["id"]?.stringValue == "local/notes")
    #expect(source?["library"]?.stringValue == "bin/plugins/notes.so")
    #expect(
      source?["command"]?.arrayValue?.prefix(3).map(\.stringValue) == [
        "go", "build", "-buildmode=plugin",
      ])
    #expect(!FileSystem.exists("\(user.work)/bin"))
    #expect(!FileSystem.exists("\(user.cache)/build"))
  }

  @Test("are built once allowed, and afterwards where they changed; nothing is written among them")
  func built() throws {
    try benana()
    let former = try user.folder.paths(below: "work/plugins")
    try discover("--allow").succeeded()
    #expect(FileSystem.exists("\(user.work)/bin/plugins/notes.so"))
    #expect(try user.folder.paths(below: "work/plugins") == former)
    #expect(try states() == ["current"])
    #expect(try discover().succeeded().output.isEmpty)
    let path = "work/plugins/notes/main.go"
    try user.folder.write(path, try user.folder.text(path) + "\n// another line\n")
    #expect(try states() == ["changed"])
    #expect(try discover().succeeded().lines.count == 1)
    try FileSystem.remove("\(user.work)/bin/plugins/notes.so")
    #expect(try states() == ["new"])
  }

  @Test("are built by name, and unchanged ones where that is asked for")
  func forced() throws {
    try hello()
    try user.plugctl("init", "plugins/other", "--template", "c", "--publisher", "me").succeeded()
    #expect(try discover("nosuch", "--allow").code == "plugin.unknown")
    #expect(try discover().succeeded().output.contains("no command was run"))
    let allowed = try discover("hello", "--allow").succeeded()
    #expect(allowed.lines.count == 1 && allowed.output.contains("me/hello"), "\(allowed)")
    #expect(try states() == ["current", "new"])
    #expect(try discover("me/hello").succeeded().output.isEmpty)
    let library = "\(user.work)/bin/plugins/hello.so"
    let former = try FileSystem.status(library).inode
    let again = try discover("hello", "--force").succeeded()
    #expect(again.lines.count == 1 && again.output.contains("me/hello"), "\(again)")
    #expect(try FileSystem.status(library).inode != former)
    let unknown = try discover("helo")
    #expect(unknown.code == "plugin.unknown" && unknown.errors.contains("`hello`"), "\(unknown)")
    #expect(try discover("--all").code == "usage.conflict")
    #expect(try discover("hello@0.1.0").code == "usage.invalid-value")
    #expect(try user.plugctl("build", "plugins/hello", "--force").code == "usage.conflict")
    try user.folder.write("work/plugins/hello/plugin.yaml", "schema: 1\n")
    #expect(try discover("hello").code == "manifest.invalid")
  }

  @Test("are no longer built once that is taken back")
  func forgotten() throws {
    try hello()
    try discover("--allow").succeeded()
    try discover("--forget").succeeded()
    try FileSystem.removeTree("\(user.work)/bin")
    try discover().succeeded()
    #expect(!FileSystem.exists("\(user.work)/bin"))
  }

  @Test("that a checkout brings are allowed by nothing in it")
  func carried() throws {
    try hello()
    try user.folder.write(
      "work/plugins/sources.json", "{\"schema\": 1, \"folders\": [\"\(user.work)/plugins\"]}")
    try user.folder.write("work/plugins/evil/build.sh", "touch ../ran")
    try user.folder.write(
      "work/plugins/evil/plugin.yaml",
      """
      schema: 1
      publisher: me
      name: evil
      version: 1.0.0
      host: plug
      build: { command: [sh, build.sh] }
      variants: [{ platform: \(Platform.current), library: x.so }]
      """)
    try discover().succeeded()
    #expect(!FileSystem.exists("\(user.work)/plugins/ran"))
    // Allowed, it still can't write beside itself.
    #expect(try discover("--allow").exit == 1)
    #expect(!FileSystem.exists("\(user.work)/plugins/ran"))
  }

  @Test("are not built where others can write")
  func writable() throws {
    try hello()
    try FileSystem.setMode("\(user.work)/plugins", 0o777)
    let outcome = try discover("--allow")
    #expect(outcome.code == "build.discovery" && outcome.exit == 12, "\(outcome)")
    try FileSystem.setMode("\(user.work)/plugins", 0o755)
    try discover("--allow").succeeded()
    try FileSystem.setMode("\(user.work)/plugins/hello", 0o777)
    try user.folder.write("work/plugins/hello/new.c", "")
    #expect(try discover().code == "build.discovery")
  }

  @Test("without a method that the host calls are told, before the host finds out")
  func methods() throws {
    try benana()
    let path = "work/plugins/notes/main.go"
    try discover("--allow").succeeded()
    let good = try user.plugctl("test", "./bin/plugins/notes.so", "--host", "benana").succeeded()
    #expect(!good.output.contains("plg-s009"), "\(good)")
    try user.folder.write(
      path,
      """
      package main

      type Half struct{}

      func (h *Half) Initialize() error   { return nil }
      func (h Half) GetMetadata() string  { return "" }
      func (h *Half) RegisterRoutes()     {}

      func NewPlugin() *Half { return &Half{} }

      """)
    for name in try FileSystem.names(in: "\(user.work)/plugins/notes") {
      guard name.hasSuffix(".go"), name != "main.go" else { continue }
      try FileSystem.remove("\(user.work)/plugins/notes/\(name)")
    }
    try discover().succeeded()
    let bad = try user.plugctl("test", "./bin/plugins/notes.so", "--host", "benana").succeeded()
    #expect(bad.output.contains("plg-s009 warn"), "\(bad)")
    #expect(bad.output.contains("`Half` lacks `Cleanup`"), "\(bad)")
  }

  @Test("that don't load leave what was built before")
  func notLoading() throws {
    try hello()
    try discover("--allow").succeeded()
    let former = try user.folder.read("work/bin/plugins/hello.so")
    for name in ["plugin.c", "exports.map"] {
      let path = "work/plugins/hello/\(name)"
      let text = try user.folder.text(path)
      try user.folder.write(path, text.replacing("plug_entry_v1", with: "other_entry"))
    }
    let outcome = try discover()
    #expect(outcome.exit == 7 || outcome.exit == 8, "\(outcome)")
    #expect(try user.folder.read("work/bin/plugins/hello.so") == former)
  }

  @Test("say what they are by DataBridge's manifest, or by their folder's name alone")
  func foreign() throws {
    try benana()
    try FileSystem.remove("\(user.work)/plugins/notes/plugin.yaml")
    #expect(
      try discover("--json").data()["sources"]?.arrayValue?.first?["version"]?.stringValue
        == "0.0.0")
    try user.folder.write(
      "work/plugins/notes/manifest.json",
      """
      {"id": "MyProcessor", "name": "My Custom Processor", "version": "1.0.0", "author": "Author",
       "description": "Description", "tags": ["custom"]}
      """)
    let listing = try discover("--publisher", "acme", "--json").succeeded().data()
    #expect(
      listing["sources"]?.arrayValue?.first?["id"]?.stringValue == "acme/myprocessor")
  }

  @Test("that can't be built say why, and the others are built")
  func unusable() throws {
    try hello()
    try user.folder.write("work/plugins/bare/main.go", "package main")
    try user.folder.write("work/plugins/odd/plugin.yaml", "name: odd\nversion: newest\n")
    #expect(try states() == ["unusable", "new", "unusable"])
    let outcome = try discover("--allow")
    #expect(outcome.exit == 13, "\(outcome)")
    #expect(FileSystem.exists("\(user.work)/bin/plugins/hello.so"))
  }
}
