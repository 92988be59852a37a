import Files
import PkgCore
import Testing

@Suite("a host that loads several kinds of libraries")
struct LibraryKindTests {
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    user = try Sandbox()
    workshop = try StormPlugins.shared.get().workshop
  }

  @Test("refuses one that has the entry of none, and names the entry")
  func noEntry() throws {
    let library = try workshop.compile("int something(void) { return 1; }", "nothing")
    let outcome = try user.plugctl("test", library, "--host", "stormdb", "--level", "1")
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(outcome.output.contains("plg-s009 fail: it does not export `plug_entry_v1`"))
    try user.plugctl("key", "generate", "mine", "--unencrypted").succeeded()
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "nothing", version: "1.0.0", host: "stormdb", type: "workload", publisher: "storm"),
      library: library, key: nil)
    try user.plugctl("sign", archive).succeeded()
    let installed = try user.plugctl("install", archive)
    #expect(installed.exit == 8 && installed.errors.contains("`plug_entry_v1`"), "\(installed)")
    #expect(!FileSystem.exists("\(user.home)/.stormdb/plugins/nothing.so"))
  }

  @Test("takes one that has its entry, and says where nothing could be checked")
  func entry() throws {
    let library = try StormPlugins.library("sound", "1.0.0", workshop)
    let sound = try user.plugctl("test", library, "--host", "stormdb", "--level", "1", "--json")
      .succeeded()
    #expect(try Self.entryCheck(sound)?["status"]?.stringValue == "pass", "\(sound)")
    let unknown = try user.plugctl("test", library, "--level", "1", "--json").succeeded()
    let check = try Self.entryCheck(unknown)
    #expect(check?["status"]?.stringValue == "skip", "\(unknown)")
    #expect(check?["message"]?.stringValue?.isEmpty == false, "\(unknown)")
  }

  private static func entryCheck(_ outcome: Outcome) throws -> JSON? {
    try outcome.data().arrayValue?.first?["results"]?.arrayValue?
      .first { $0["check"]?.stringValue == "plg-s009" }
  }
}

@Suite("a host with folders of libraries of its own")
struct HostLibraryTests {
  @Test("has them searched, and nobody else has")
  func environment() throws {
    let user = try Sandbox()
    let workshop = try Workshop()
    let near = try workshop.compile("int near;", "libnear", flags: ["-Wl,-soname,libnear.so"])
    let file = try workshop.compile("int a;", "needy", flags: ["-Wl,--no-as-needed", near])
    try FileSystem.makeFolders("\(user.configuration)/hosts.d")
    let profile = """
      schema: 1
      id: mine
      probe:
        argv: [/bin/true]
        env: { LD_LIBRARY_PATH: "/none:\(FileSystem.folder(of: near))" }
      """
    try FileSystem.replace(
      "\(user.configuration)/hosts.d/mine.yaml", with: Array(profile.utf8), isDurable: false)
    try user.plugctl("test", file, "--host", "mine", "--level", "1").succeeded()
    let other = try user.plugctl("test", file, "--level", "1")
    #expect(other.exit == 8 && other.output.contains("`libnear.so`"), "\(other)")
  }
}

@Suite("an upgrade at level 4")
struct BreakingUpgradeTests {
  @Test("names exports of the installed version that are gone")
  func removed() throws {
    let workshop = try Workshop()
    func archive(_ version: String, _ more: String) throws -> String {
      let library = try workshop.compile(
        "int sqlite3_extension_init(void *db, char **error, const void *api) { return 0; }\n"
          + more,
        "plain")
      return try workshop.pack(
        Workshop.Facts(name: "plain", version: version), library: library)
    }
    try workshop.author.plugctl("install", archive("1.0.0", "int helper(void) { return 1; }"))
      .succeeded()
    let outcome = try workshop.author.plugctl(
      "install", archive("1.1.0", ""), "--test-level", "4", "--json"
    ).succeeded()
    let results = try outcome.data().arrayValue?.first?["tests"]?.arrayValue?.first?["results"]?
      .arrayValue
    let found = results?.first { $0["check"]?.stringValue == "plg-s034" }
    #expect(found?["status"]?.stringValue == "warn", "\(outcome)")
    #expect(found?["notes"]?.arrayValue?.first?.stringValue == "removed: `helper`", "\(outcome)")
  }
}

@Suite("a plugin that the host's own command refuses")
struct HostRefusalTests {
  @Test("is named beside the host")
  func named() throws {
    let workshop = try Workshop()
    let library = try workshop.compile(
      "int sqlite3_extension_init(void *db, char **error, const void *api) { return 1; }", "sulky")
    let archive = try workshop.pack(
      Workshop.Facts(name: "sulky", version: "1.0.0"), library: library)
    let outcome = try workshop.author.plugctl("install", archive)
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(
      outcome.errors.contains("error[load.failed]: `sqlite` can't load `acme/sulky 1.0.0`\n"),
      "\(outcome)")
  }
}
