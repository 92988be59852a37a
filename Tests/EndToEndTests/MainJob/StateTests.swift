import Files
import PkgCore
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
    let library = try #require(
      FileSystem.realPath("\(user.data)/hosts/sqlite/gens/1/plugins/delta.so"))
    let bytes = try FileSystem.read(library)
    try FileSystem.replace(library, with: Array(bytes.reversed()))
    let before = try user.installed()
    let refused = try user.plugctl("rollback")
    #expect(refused.exit == 5 && refused.code == "store.damaged", "\(refused)")
    #expect(try user.installed().difference(from: before) == [])
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
}
