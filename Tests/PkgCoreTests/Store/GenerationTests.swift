import PkgCore
import Testing

private func digest(_ byte: UInt8) -> SHA256Digest {
  SHA256Digest(bytes: Array(repeating: byte, count: 32))!
}

private func plugin(
  _ name: String, _ version: String, tree: UInt8 = 1, type: String? = nil,
  library: String = "lib/v.so"
) throws -> InstalledPlugin {
  InstalledPlugin(
    name: try PluginName(name), version: try Version(version), platform: .current,
    tree: digest(tree), archive: digest(tree), origin: .index("main"), library: library,
    type: type, summary: nil, isRequested: true, keyID: nil, constraints: Constraints())
}

@Suite("Generation")
struct GenerationTests {
  private static func full() throws -> Generation {
    var first = try plugin("acme/a", "1.0.0+b", type: "workload")
    first.summary = "text"
    first.keyID = "E7620F1842B4E81F"
    first.viewNames = ["a.so", "workloads/a.so"]
    first.constraints.dependencies = [
      Dependency(name: try PluginName("acme/b"), range: try VersionRange("^1"))
    ]
    first.constraints.abi = 1
    var second = try plugin("acme/b", "1.0.0-rc.1", tree: 2)
    second.origin = .file("./b.tar.zst")
    second.isEnabled = false
    second.isRequested = false
    return Generation(
      number: 3, created: Timestamp(secondsSinceEpoch: 1_795_243_434), host: "stormdb",
      command: "install acme/a", viewFolder: "/srv/plugins", view: .copies, pathStyle: .versioned,
      plugins: [second, first])
  }

  @Test(
    "knows where each plugin came from",
    arguments: [.index("main"), .file("b.tar.zst"), .url("https://x.test/b.tar.zst")]
      as [InstalledPlugin.Origin])
  func origins(origin: InstalledPlugin.Origin) throws {
    var generation = try Self.full()
    generation.plugins[0].origin = origin
    #expect(Generation(json: generation.json)?.plugins[0].origin == origin)
  }

  @Test("reads back what it writes")
  func roundTrip() throws {
    let generation = try Self.full()
    let read = try #require(Generation(json: JSONParser.parse(generation.json.prettyBytes)))
    #expect(read.json == generation.json)
    #expect(
      (read.number, read.host, read.command, read.viewFolder) == (
        3, "stormdb", "install acme/a", "/srv/plugins"
      ))
    #expect(read.isCopied && read.isVersioned)
    let (first, second) = (
      try #require(read.plugin(PluginName("acme/a"))),
      try #require(read.plugin(PluginName("acme/b")))
    )
    #expect(
      (first.isEnabled, first.isRequested, first.keyID, first.viewNames) == (
        true, true, "E7620F1842B4E81F", ["a.so", "workloads/a.so"]
      ))
    #expect(
      (second.isEnabled, second.isRequested, second.keyID, second.origin) == (
        false, false, nil, .file("./b.tar.zst")
      ))
    #expect(first.version.description == "1.0.0+b")
    #expect(first.constraints == generation.plugins[1].constraints)
    #expect(read.plugins.map(\.name.name.text) == ["b", "a"])
  }

  @Test(
    "is nil where a field is malformed",
    arguments: [
      ("schema", nil), ("schema", 2), ("generation", nil), ("generation", 0), ("generation", "3"),
      ("created", nil), ("created", "x"), ("host", nil), ("plugins", nil),
      ("plugins", ["x"]), ("plugins", [[:]]), ("view", nil), ("view", "magic"), ("path", nil),
      ("path", "x"),
    ] as [(String, JSON?)])
  func malformed(field: String, value: JSON?) throws {
    var object = try #require(Self.full().json.objectValue)
    object[field] = value
    #expect(Generation(json: .object(object)) == nil)
  }

  @Test(
    "is nil where a plugin is malformed or would lead outside",
    arguments: [
      ("id", "a"), ("version", "1"), ("platform", "x"), ("tree", "ab"), ("archive", nil),
      ("library", nil), ("library", "../x.so"), ("library", "/x.so"), ("view", ["../x"]),
      ("view", ["/etc/x"]), ("view", [""]), ("dependencies", ["acme/b": "latest"]),
    ] as [(String, JSON?)])
  func malformedPlugin(field: String, value: JSON?) throws {
    var object = try #require(Self.full().json.objectValue)
    var entry = try #require(object["plugins"]?.arrayValue?.last?.objectValue)
    entry[field] = value
    object["plugins"] = [.object(entry)]
    #expect(Generation(json: .object(object)) == nil)
  }

  @Test("a tree's name is 160 bits in base32")
  func treeName() {
    #expect(InstalledPlugin.treeName(digest(0)) == String(repeating: "a", count: 32))
    #expect(InstalledPlugin.treeName(digest(0xFF)) == String(repeating: "7", count: 32))
  }
}

@Suite("Transaction plan")
struct TransactionPlanTests {
  private static func steps(_ before: [InstalledPlugin], _ after: [InstalledPlugin])
    -> [TransactionPlan.Step.Action]
  {
    TransactionPlan(from: before, to: after).steps.map(\.action)
  }

  @Test("names each kind of change")
  func kinds() throws {
    let (one, two) = (try plugin("acme/a", "1.0.0"), try plugin("acme/a", "2.0.0", tree: 2))
    #expect(Self.steps([], [one]) == [.install])
    #expect(Self.steps([one], [two]) == [.upgrade(from: Version(1, 0, 0))])
    #expect(Self.steps([two], [one]) == [.downgrade(from: Version(2, 0, 0))])
    #expect(Self.steps([one], [try plugin("acme/a", "1.0.0", tree: 9)]) == [.replace])
    #expect(Self.steps([one], []) == [.remove])
    #expect(Self.steps([one], [one]) == [])
    #expect(TransactionPlan(from: [one], to: [one]).isEmpty)
  }

  @Test("keeps the order of dependencies, then removes by name, and knows the sizes")
  func order() throws {
    let plan = TransactionPlan(
      from: try [plugin("acme/z", "1.0.0"), plugin("acme/y", "1.0.0"), plugin("acme/b", "1.0.0")],
      to: try [
        plugin("acme/c", "1.0.0", tree: 3), plugin("acme/b", "1.0.0"),
        plugin("acme/a", "1.0.0", tree: 4),
      ], sizes: [digest(3): 30])
    #expect(plan.steps.map(\.name.name.text) == ["c", "a", "y", "z"])
    #expect(plan.steps.map(\.size) == [30, 0, 0, 0])
    #expect(plan.result.map(\.name.name.text) == ["c", "b", "a"])
  }

  @Test("a report names the former version")
  func report() throws {
    let plan = TransactionPlan(
      from: [try plugin("acme/a", "1.0.0")], to: [try plugin("acme/a", "2.0.0", tree: 2)])
    let step = try #require(
      InstallReport(host: "stormdb", scope: .user, plan: plan).json["steps"]?.arrayValue?.first)
    #expect(
      step == ["action": "upgrade", "id": "acme/a", "version": "2.0.0", "from": "1.0.0", "size": 0])
  }
}

@Suite("View layout")
struct ViewLayoutTests {
  private static func layout(
    _ placement: HostProfile.Placement, bundled: Bool = false, type: String? = "wl",
    view: HostProfile.View = .links
  ) throws -> ViewLayout {
    var profile = HostProfile(id: "h", title: "h")
    profile.layout.placement = placement
    profile.layout.view = view
    profile.layout.aliases = ["lib{name}.so"]
    profile.layout.foldersByType = [("wl", "workloads")]
    return ViewLayout(
      of: try plugin("acme/v", "1.0.0", type: type), by: profile, hasBundledLibraries: bundled)
  }

  @Test("lays files side by side, with aliases")
  func flat() throws {
    let layout = try Self.layout(.flat)
    #expect(layout.entries == (try Self.layout(.flat, type: nil)).entries)
    #expect(layout.entries.map(\.name) == ["v.so", "libv.so"])
    #expect(layout.entries.map(\.target) == ["lib/v.so", "lib/v.so"])
    #expect(layout.library == "v.so")
  }

  @Test("has a folder for each type, by its own name where the profile has none")
  func byType() throws {
    #expect(try Self.layout(.byType).library == "workloads/v.so")
    #expect(try Self.layout(.byType, type: "other").library == "other/v.so")
    #expect(try Self.layout(.byType, type: nil).library == "v.so")
  }

  @Test("links the whole tree for a folder of its own, or where libraries come along")
  func whole() throws {
    for layout in try [Self.layout(.perPlugin), Self.layout(.flat, bundled: true)] {
      #expect(layout.entries.map(\.name) == ["v"])
      #expect(layout.entries.map(\.target) == [""])
      #expect(layout.library == "v/lib/v.so")
    }
    #expect(try Self.layout(.byType, bundled: true).library == "workloads/v/lib/v.so")
  }
}
