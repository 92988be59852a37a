import Files
import PkgCore
import TestSupport
import Testing

@Suite("changes that need no index")
struct StateTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
  }

  @Test("a plugin that nobody needs any more goes with `autoremove`, and only that")
  func autoremove() throws {
    try user.plugctl("install", "beta", "delta").succeeded()
    #expect(try user.plugctl("autoremove").succeeded().output == "nothing to do\n")
    try user.plugctl("remove", "beta").succeeded()
    #expect(try user.list() == ["alpha 1.1.0", "delta 1.1.0"])
    #expect(try user.plugctl("why", "alpha").succeeded().output.contains("autoremove"))
    try user.plugctl("autoremove").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
  }

  @Test("what is asked for by name stays, also where it came for another")
  func kept() throws {
    try user.plugctl("install", "beta").succeeded()
    let answer = try user.plugctl("install", "alpha@^1").succeeded()
    #expect(answer.output.contains("kept acme/alpha 1.1.0"), "\(answer)")
    try user.plugctl("remove", "beta").succeeded()
    #expect(try user.plugctl("autoremove").succeeded().output == "nothing to do\n")
  }

  @Test("a plugin that is disabled is hidden from its host, and comes back when enabled")
  func disabled() throws {
    try user.plugctl("install", "beta", "delta").succeeded()
    let refused = try user.plugctl("disable", "alpha")
    #expect(refused.exit == 4 && refused.code == "solve.required", "\(refused)")
    try user.plugctl("disable", "delta").succeeded()
    #expect(try user.sqlite("SELECT delta_version();").exit != 0)
    #expect(try user.sqlite("SELECT beta_version();").output == "1.0.0\n")
    #expect(try user.list().contains("delta 1.1.0"))
    let undo = try user.plugctl("enable", "delta").succeeded()
    #expect(undo.lines.first == "enabled acme/delta 1.1.0", "\(undo)")
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
    try user.plugctl("disable", "alpha", "--cascade").succeeded()
    #expect(try user.sqlite("SELECT beta_version();").exit != 0)
    try user.plugctl("enable", "beta").succeeded()
    #expect(try user.sqlite("SELECT beta_version(), alpha_version();").output == "1.0.0|1.1.0\n")
  }

  @Test("rollback goes back without a network, again and again, and history tells all")
  func rollback() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    try user.plugctl("upgrade").succeeded()
    try user.plugctl("remove", "delta").succeeded()
    try user.plugctl("rollback", "--offline").succeeded()
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
    try user.plugctl("rollback", "1", "--offline").succeeded()
    #expect(try user.sqlite("SELECT delta_version();").output == "1.0.0\n")
    let history = try user.plugctl("history").succeeded().lines
    #expect(history.map { $0.split(separator: "\t")[1] } == ["5", "4", "3", "2", "1"])
    #expect(history[0].hasSuffix("\tlive"))
    let diff = try user.plugctl("history", "2").succeeded()
    #expect(diff.lines[1] == "  upgraded acme/delta 1.0.0 -> 1.1.0", "\(diff)")
    for (arguments, exit) in [
      (["rollback", "9"], 3), (["history", "9"], 3), (["rollback", "x"], 2),
    ] {
      #expect(try user.plugctl(arguments).exit == exit)
    }
  }

  @Test("rollback refuses files that were changed, and keys that were revoked since")
  func rollbackRefuses() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    try user.plugctl("upgrade").succeeded()
    let manifest = try JSONParser.parse(
      FileSystem.read("\(user.data)/hosts/sqlite/gens/1/manifest.json"))
    let key = try #require(manifest["plugins"]?.arrayValue?.first?["key"]?.stringValue)
    try user.plugctl("key", "revoke", key).succeeded()
    #expect(try user.plugctl("rollback").code == "key.revoked")
    for list in ["\(user.state)/trust/revoked.json", "\(user.configuration)/revoked.json"] {
      try FileSystem.remove(list)
    }
    let library = try #require(
      FileSystem.realPath("\(user.data)/hosts/sqlite/gens/1/plugins/delta.so"))
    let bytes = try FileSystem.read(library)
    try FileSystem.replace(library, with: Array(bytes.reversed()))
    let before = try user.installed()
    let refused = try user.plugctl("rollback")
    #expect(refused.exit == 5 && refused.code == "store.damaged", "\(refused)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test("rollback says so where it can't tell what was withdrawn, and goes back all the same")
  func rollbackWithoutIndex() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    try user.plugctl("upgrade").succeeded()
    try FileSystem.removeTree("\(user.state)/trust/indexes")
    let back = try user.plugctl("rollback").succeeded()
    #expect(back.errors.contains("warning[trust.missing]"), "\(back)")
    #expect(try user.list() == ["delta 1.0.0"])
  }

  @Test("tree, why and dot tell who needs whom")
  func graph() throws {
    try user.plugctl("install", "beta", "delta").succeeded()
    #expect(
      try user.plugctl("tree").succeeded().output == """
        acme/beta 1.0.0
        └── acme/alpha 1.1.0 (^1)
        acme/delta 1.1.0

        """)
    #expect(
      try user.plugctl("tree", "alpha", "--reverse").succeeded().output == """
        acme/alpha 1.1.0
        └── acme/beta 1.0.0 (^1)

        """)
    #expect(
      try user.plugctl("why", "alpha").succeeded().output.contains(
        "`acme/beta` needs `acme/alpha` ^1"))
    let dot = try user.plugctl("tree", "--format", "dot").succeeded()
    #expect(dot.output.contains("\"sqlite/acme/beta\" -> \"sqlite/acme/alpha\" [label=\"^1\"]"))
    let json = try user.plugctl("tree", "--json").succeeded().data()
    let beta = json.arrayValue?.first?["plugins"]?.arrayValue?.first
    #expect(beta?["children"]?.arrayValue?.first?["id"]?.stringValue == "acme/alpha")
    #expect(try user.plugctl("why", "nobody").exit == 3)
  }

  @Test("a pin holds a plugin through upgrades, says so, and ends when it is lifted or over")
  func pins() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let pinned = try user.plugctl("pin", "delta", "--reason", "1.1.0 is slow").succeeded()
    #expect(pinned.lines.first == "pinned acme/delta 1.0.0", "\(pinned)")
    let kept = try user.plugctl("upgrade").succeeded()
    #expect(kept.output == "nothing to do\n")
    #expect(kept.errors.contains("warning[solve.pinned]") && kept.errors.contains("1.1.0 is slow"))
    #expect(try user.plugctl("why", "delta").succeeded().output.contains("pinned to =1.0.0"))
    #expect(
      try user.plugctl("outdated").succeeded().output
        == "sqlite\tacme/delta\t1.0.0\t-\t1.1.0\tpinned to =1.0.0\n")
    let refused = try user.plugctl("install", "delta@1.1.0")
    #expect(refused.exit == 12 && refused.code == "solve.pinned", "\(refused)")
    try user.plugctl("unpin", "delta").succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
    let wrong = try user.plugctl("pin", "delta@=1.0.0")
    #expect(wrong.exit == 12 && wrong.code == "solve.pinned", "\(wrong)")
    #expect(try user.plugctl("pin", "delta", "--until", "soon").exit == 2)
  }

  @Test("a pin that is over holds nothing, and none is made that would be")
  func expiredPin() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let refused = try user.plugctl("pin", "delta", "--until", "2020-01-01")
    #expect(refused.exit == 2 && refused.code == "usage.invalid-value", "\(refused)")
    try user.plugctl("pin", "delta", "--until", "2999-01-01").succeeded()
    let manifest = "\(user.data)/hosts/sqlite/current/manifest.json"
    let text = String(decoding: try FileSystem.read(manifest), as: UTF8.self)
    try FileSystem.replace(manifest, with: Array(text.replacing("2999-", with: "2001-").utf8))
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
  }

  @Test("`list` says what is pinned or disabled")
  func states() throws {
    try user.plugctl("install", "beta", "delta").succeeded()
    #expect(try user.plugctl("list").succeeded().lines.allSatisfy { $0.hasSuffix("for tests") })
    try user.plugctl("pin", "beta@^1").succeeded()
    try user.plugctl("disable", "beta", "delta").succeeded()
    let lines = try user.plugctl("list").succeeded().lines
    #expect(
      lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).last }
        == ["", "disabled, pinned to ^1", "disabled"])
  }

  @Test("a downgrade takes the version below, or the one that is named")
  func downgrade() throws {
    try user.plugctl("install", "alpha").succeeded()
    try user.plugctl("downgrade", "alpha").succeeded()
    #expect(try user.list() == ["alpha 1.1.0"])
    try user.plugctl("downgrade", "alpha@1.0.0").succeeded()
    #expect(try user.list() == ["alpha 1.0.0"])
    #expect(try user.plugctl("downgrade", "alpha").code == "version.unknown")
    #expect(try user.plugctl("downgrade", "delta").exit == 3)
  }

  @Test("a plan is carried out as it was looked at, or not at all")
  func plan() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let before = try user.installed()
    let made = try user.plugctl("plan", "upgrade", "-o", "p.json").succeeded()
    #expect(
      made.lines == [
        "would upgrade acme/delta 1.0.0 -> 1.1.0 (\(made.lines[0].split(separator: "(").last ?? "")",
        "next: plugctl apply p.json",
      ],
      "\(made)")
    #expect(try user.installed().difference(from: before) == [])
    try user.plugctl("apply", "p.json").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
    let again = try user.plugctl("apply", "p.json")
    #expect(again.exit == 12 && again.code == "plan.stale", "\(again)")
  }

  @Test("a plan with options is applied with them")
  func planWithOptions() throws {
    try user.plugctl("install", "beta").succeeded()
    try user.plugctl("plan", "remove", "alpha", "--cascade", "-o", "p.json").succeeded()
    try user.plugctl("apply", "p.json").succeeded()
    #expect(try user.list() == [])
  }

  @Test("a plan does not fit where something else was changed meanwhile")
  func stalePlan() throws {
    try user.plugctl("plan", "install", "beta", "-o", "p.json").succeeded()
    try user.plugctl("install", "delta").succeeded()
    let before = try user.installed()
    let refused = try user.plugctl("apply", "p.json")
    #expect(refused.exit == 12 && refused.code == "plan.stale", "\(refused)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test(
    "what is no plan is refused",
    arguments: [
      "", "{", "[]", "{\"schema\":2}", "{\"schema\":1}",
      "{\"schema\":1,\"created\":\"2026-01-01T00:00:00Z\",\"store\":\"/x\",\"command\":[\"install\"],\"instances\":[3]}",
    ])
  func noPlan(text: String) throws {
    try user.folder.write("work/p.json", text)
    let refused = try user.plugctl("apply", "p.json")
    #expect(refused.exit == 13 && refused.code == "plan.invalid", "\(refused)")
  }

  @Test("a plan's command is one that plans, whatever the file says")
  func foreignCommand() throws {
    try user.plugctl("plan", "install", "delta", "-o", "p.json").succeeded()
    let path = "\(user.work)/p.json"
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    for command in ["key list", "pin delta", "install --root=/tmp", "nonsense"] {
      let words = command.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ", ")
      let start = try #require(text.firstRange(of: "\"command\": ["))
      let end = try #require(text[start.upperBound...].firstIndex(of: "]"))
      try user.folder.write(
        "work/p.json", text[..<start.upperBound] + words + text[end...])
      let refused = try user.plugctl("apply", "p.json")
      #expect(refused.exit == 13 || refused.exit == 12, "\(refused)")
    }
  }

  @Test("why-not says what stands against a plugin, and where nothing does")
  func whyNot() throws {
    try user.plugctl("install", "beta").succeeded()
    let free = try user.plugctl("why-not", "delta").succeeded()
    #expect(free.lines.first == "nothing stands against `acme/delta@=1.1.0`", "\(free)")
    let clash = try user.plugctl("why-not", "gamma").succeeded()
    #expect(clash.output.contains("alpha"), "\(clash)")
    let json = try user.plugctl("why-not", "gamma", "--json").succeeded().data()
    #expect(json["possible"]?.boolValue == false)
    #expect(json["obstacle"]?["code"]?.stringValue == "solve.conflict")
    #expect(try user.plugctl("why-not", "nobody").exit == 3)
    try user.plugctl("install", "delta").succeeded()
    let lower = try user.plugctl("why-not", "delta@1.0.0").succeeded()
    #expect(lower.output.contains("`plugctl downgrade acme/delta@1.0.0`"), "\(lower)")
  }

  @Test("the lowest versions that fit are taken with --minimal")
  func minimal() throws {
    try user.plugctl("install", "beta", "delta", "--minimal").succeeded()
    #expect(try user.list() == ["alpha 1.0.0", "beta 1.0.0", "delta 1.0.0"])
  }

  @Test("what was published lately is not taken with --min-age, and the reason is said")
  func minimumAge() throws {
    let young = try user.plugctl("install", "delta", "--min-age", "1h")
    #expect(young.exit == 4 && young.errors.contains("was published on"), "\(young)")
    try user.plugctl("install", "delta", "--min-age", "0h").succeeded()
    #expect(try user.plugctl("install", "delta", "--min-age", "soon").exit == 2)
  }
}
