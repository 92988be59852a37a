import Files
import PkgCore
import TestSupport
import Testing

/// What an author has who wrote for a host of the guides, before hearing of us.
@Suite("a guide's plugin")
struct GuidePluginTests {
  let workshop: Workshop
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    user = workshop.author
  }

  private func processor(_ manifest: String, library: String = "mine.so") throws {
    let built = try workshop.compile(
      PlugSource.minimal(id: "acme/mine", version: "1.0.0"), "mine",
      flags: ["-I\(Programs.repository)/Sources/CPlug"])
    try user.folder.write("work/mine/\(library)", FileSystem.read(built))
    try user.folder.write("work/mine/manifest.json", manifest)
  }

  @Test("of DataBridge is checked, published and installed by its own manifest")
  func databridge() throws {
    try processor(
      #"""
      {"id": "mine", "name": "My Processor", "version": "1.0.0", "description": "does it",
       "tags": ["custom"], "publisher": "acme", "license": "MIT"}
      """#)
    let lint = try user.plugctl("lint", "mine").succeeded()
    #expect(!lint.output.contains("warning"), "\(lint)")
    try user.plugctl("index", "init", "index", "--add", "own").succeeded()
    try user.plugctl("publish", "mine", "--to", "index").succeeded()
    try user.plugctl("install", "acme/mine", "--into", "plugins").succeeded()
    for name in ["mine.so", "manifest.json"] {
      #expect(FileSystem.target("\(user.work)/plugins/mine/\(name)")?.kind == .file)
    }
    let info = try user.plugctl("search", "processor", "--json").succeeded().data()
    #expect("\(info)".contains("My Processor"), "\(info)")
  }

  @Test("of Benana is built and packed by its own manifest")
  func benana() throws {
    try user.plugctl("init", "notes", "--template", "go-plugin", "--host", "benana").succeeded()
    try user.folder.write(
      "work/notes/plugin.yaml",
      "name: notes\nversion: 0.1.0\ndescription: keeps notes\nauthor: A Team\npublisher: acme\n")
    try user.plugctl("build", "notes").succeeded()
    #expect(FileSystem.exists("\(user.work)/notes/notes.so"))
    try user.plugctl("pack", "notes").succeeded()
    #expect(FileSystem.exists("\(user.work)/notes-0.1.0-\(Platform.current).tar.zst"))
  }

  @Test(
    "lacks what only its author knows, and is told of it",
    arguments: [
      (#"{"id": "mine", "version": "1.0.0"}"#, "mine.so", "`publisher` is missing"),
      (#"{"id": "mine", "publisher": "acme"}"#, "mine.so", "`version` is missing"),
      (
        #"{"id": "mine", "version": "1.0.0", "publisher": "!!"}"#, "mine.so",
        "`publisher` is `!!`"
      ),
      (#"{"id": "mine", "version": "1.0.0", "publisher": "acme"}"#, "mine.txt", "does not exist"),
    ])
  func lacking(manifest: String, library: String, message: String) throws {
    try processor(manifest, library: library)
    for command in ["lint", "pack"] {
      let outcome = try user.plugctl(command, "mine")
      #expect(
        outcome.exit == 13 && (outcome.output + outcome.errors).contains(message), "\(outcome)")
    }
  }

  @Test("with several libraries is the one of its name")
  func several() throws {
    try processor(#"{"id": "mine", "version": "1.0.0", "publisher": "acme"}"#)
    try user.folder.write("work/mine/other.so", "")
    try user.plugctl("pack", "mine").succeeded()
    try FileSystem.rename("\(user.work)/mine/mine.so", to: "\(user.work)/mine/third.so")
    let outcome = try user.plugctl("pack", "mine")
    #expect(
      outcome.exit == 13 && (outcome.output + outcome.errors).contains("several libraries"),
      "\(outcome)")
  }

  @Test("is not what has our fields without `schema`")
  func ours() throws {
    try user.folder.write(
      "work/mine/plugin.yaml", "publisher: acme\nname: mine\nversion: 1.0.0\nhost: plug\n")
    let outcome = try user.plugctl("lint", "mine")
    #expect(
      outcome.exit == 13 && (outcome.output + outcome.errors).contains("schema"), "\(outcome)")
  }
}
