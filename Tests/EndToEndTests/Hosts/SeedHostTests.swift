import Files
import PkgCore
import TestSupport
import Testing

@Suite("a project with plugins of the guides' hosts")
struct SeedHostTests {
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    user = try Sandbox(["PLUGCTL_SCOPE": "project"])
    workshop = try Workshop()
    try user.folder.write("work/plugctl.yaml", "schema: 1\n")
  }

  private func install(
    _ host: String, _ type: String, _ source: String, file: String = "mine", files: [String] = []
  ) throws -> Outcome {
    let index = try workshop.makeIndex()
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "mine", version: "1.0.0", host: host, type: type,
        files: files.map { ($0, Array("{}".utf8)) }),
      library: workshop.compile(
        source, file, flags: ["-I\(Programs.repository)/Sources/CPlug"]))
    try index.publish(archive).succeeded()
    try user.add(index, scope: "user")
    return try user.plugctl("install", "mine", "--host", host)
  }

  @Test("has PhantomDB's in the folder of its type")
  func phantom() throws {
    let source = "void *createPlugin(void) { return 0; } void destroyPlugin(void *plugin) {}"
    try install("phantomdb", "authentication_provider", source).succeeded()
    #expect(FileSystem.target("\(user.work)/plugins/authentication/mine.so")?.kind == .file)
  }

  @Test("refuses PhantomDB's without the second half of the factory")
  func half() throws {
    let outcome = try install("phantomdb", "data_type", "void *createPlugin(void) { return 0; }")
    #expect(outcome.exit == 8 && outcome.errors.contains("`destroyPlugin`"), "\(outcome)")
  }

  @Test("has distributed-transformer's under both names")
  func transformer() throws {
    let source = "void *create_plugin(void) { return 0; }"
    let outcome = try install(
      "distributed-transformer", "format", source, file: "libmine"
    ).succeeded()
    let start = try #require(outcome.output.firstRange(of: "plugin_dir: "))
    let folder = String(outcome.output[start.upperBound...].prefix { !$0.isNewline })
    for name in ["mine.so", "libmine.so"] {
      #expect(FileSystem.target("\(folder)/\(name)")?.kind == .file, "\(outcome)")
    }
  }

  @Test("has DataBridge's in a folder with its manifest")
  func bridge() throws {
    let source = PlugSource.minimal(id: "acme/mine", version: "1.0.0")
    try install("databridge", "processor", source, files: ["manifest.json"]).succeeded()
    for name in ["mine.so", "manifest.json"] {
      #expect(FileSystem.target("\(user.work)/plugins/mine/\(name)")?.kind == .file)
    }
    // Also a folder as it is installed can be tested.
    try user.plugctl("test", "./plugins/mine").succeeded()
  }

  @Test("has Benana's in its folder")
  func benana() throws {
    let source = PlugSource.minimal(id: "acme/mine", version: "1.0.0")
    try install("benana", "dynamic", source).succeeded()
    #expect(FileSystem.target("\(user.work)/bin/plugins/mine.so")?.kind == .file)
  }
}
