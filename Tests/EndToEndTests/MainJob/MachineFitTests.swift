import Files
import PkgCore
import TestSupport
import Testing

/// What a version needs of the processor and of the host's ABI, from the library's note or the manifest
/// to the choice of versions.
@Suite("what fits the machine")
struct MachineFitTests {
  /// `quick` 1.0.0 for any x86-64, 1.1.0 for x86-64-v3, 2.0.0 for x86-64-v4.
  private static let quick = Result {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    let archives = try [("1.0.0", nil), ("1.1.0", "v3"), ("2.0.0", "v4")].map { version, level in
      try workshop.pack(
        Workshop.Facts(name: "quick", version: version),
        library: workshop.compile(
          "int sqlite3_extension_init(void *db, char **e, const void *api) { return 0; }", "quick",
          flags: level.map { ["-Wl,-z,x86-64-\($0)"] } ?? []))
    }
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    return index
  }

  private static var isX86: Bool { Platform.current.text.hasPrefix("linux-x86_64") }

  @Test(
    "a lock for a processor has what it can run", .enabled(if: isX86, "only x86-64 has levels"),
    arguments: [("x86-64", "1.0.0"), ("x86-64-v2", "1.0.0"), ("x86-64-v3", "1.1.0")])
  func target(isa: String, version: String) throws {
    let project = try Self.project(isa, "\"*\"")
    // This machine counts as well, and may be the lesser one.
    let fitting = min(version, try Self.best())
    try project.plugctl("lock").succeeded()
    #expect(try project.locked() == ["quick \(fitting)"])
    #expect(try project.lock.contains("\"isa\": \"\(isa)\""))
    if version == "1.1.0", fitting == version {
      let plugins = try JSONParser.parse(FileSystem.read(project.lockPath))["hosts"]?["sqlite"]
      let variant = plugins?["acme/quick"]?["variants"]?[Platform.current.text]
      #expect(variant?["isa"]?.stringValue == "x86-64-v3")
    }
  }

  @Test(
    "a version for another processor than a target's is refused with both named",
    .enabled(if: isX86, "only x86-64 has levels"))
  func targetRefused() throws {
    let project = try Self.project("x86-64-v2", "=1.1.0")
    let outcome = try project.plugctl("lock")
    #expect(outcome.exit == 4 || outcome.exit == 7, "\(outcome)")
    if try Self.best() == "2.0.0" {
      #expect(
        outcome.errors.contains(
          "needs instructions of x86-64-v4 or x86-64-v3, a target of the project has x86-64-v2"),
        "\(outcome)")
    }
    try project.write("schema: 1\ntargets: [{ platform: \(Platform.current), isa: fast }]\n")
    let misspelt = try project.plugctl("lock")
    #expect(misspelt.errors.contains("must be a level such as x86-64-v3"), "\(misspelt)")
  }

  @Test(
    "the newest version that this processor runs is installed, and a newer one refused",
    .enabled(if: isX86, "only x86-64 has levels"))
  func thisMachine() throws {
    let user = try Sandbox()
    try user.add(Self.quick.get())
    try user.plugctl("install", "quick", "--test-level", "0").succeeded()
    let best = try Self.best()
    #expect(try user.list() == ["quick \(best)"])
    guard best != "2.0.0" else { return }
    let outcome = try user.plugctl("install", "quick@2.0.0")
    #expect(outcome.exit == 7 && outcome.code == "incompatible.processor", "\(outcome)")
    #expect(outcome.errors.contains("needs instructions of x86-64-v4, this processor has x86-64"))
  }

  @Test("a plugin for another number of the host's ABI is not chosen, and refused by name")
  func abiNumber() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    for (version, number) in [("1.0.0", 1), ("2.0.0", 2)] {
      let archive = try workshop.pack(
        Workshop.Facts(
          name: "grid", version: version, host: "stormdb", type: "workload",
          more: "requires: { abi: \(number) }"),
        library: StormPlugins.library("grid", version, workshop))
      try index.publish(archive)
    }
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "grid").succeeded()
    #expect(try user.list() == ["grid 1.0.0"])
    let outcome = try user.plugctl("install", "grid@2.0.0")
    #expect(outcome.exit == 7 && outcome.code == "incompatible.abi", "\(outcome)")
    #expect(outcome.errors.contains("needs stormdb ABI 2, this host has 1"), "\(outcome)")
    // A profile of one's own may say otherwise.
    try user.folder.write(
      "home/.config/plugctl/hosts.d/stormdb.yaml",
      "schema: 1\nid: stormdb\nextends: stormdb\nabi_number: 2\n")
    try user.plugctl("install", "grid@2.0.0").succeeded()
    #expect(try user.list() == ["grid 2.0.0"])
  }

  private static func project(_ isa: String, _ range: String) throws -> ProjectUser {
    let project = try ProjectUser()
    try project.plugctl("index", "remove", "main", "--scope", "user").succeeded()
    try project.user.add(quick.get(), scope: "user")
    try project.write(
      "schema: 1\ntargets: [{ platform: \(Platform.current), isa: \(isa) }]\n"
        + "plugins: { acme/quick: \(range) }\n")
    return project
  }

  /// The newest of `quick` for this processor, by what the dynamic loader says of it.
  private static func best() throws -> String {
    let user = try Sandbox()
    let help = try user.run(["/lib64/ld-linux-x86-64.so.2", "--help"]).output
    func has(_ level: String) -> Bool { help.contains("x86-64-\(level) (supported") }
    return has("v4") ? "2.0.0" : has("v3") ? "1.1.0" : "1.0.0"
  }
}
