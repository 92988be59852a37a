import Files
import PkgCore
import TestSupport
import Testing

/// Hosts beside the built-in ones: second installations, own profiles, those of projects and indexes.
@Suite("hosts of one's own")
struct HostSetupTests {
  /// The author of the plugins, whose own key is trusted.
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    workshop = try Workshop()
    user = workshop.author
  }

  /// A copy, so that no server of this machine runs it.
  private var server: String { user.folder.file("bin/postgres") }

  private func module(_ name: String) throws -> String {
    try workshop.pack(
      Workshop.Facts(name: name, version: "1.0.0", host: "postgresql", type: "module"),
      library: workshop.compile("void *Pg_magic_func(void) { return 0; }", name))
  }

  private func addSecond() throws -> Outcome {
    if !FileSystem.exists(server) {
      try FileSystem.makeFolders(FileSystem.folder(of: server))
      try user.run(["cp", "/usr/lib/postgresql/15/bin/postgres", server]).succeeded()
    }
    return try user.plugctl("host", "add", "pg15", "--profile", "postgresql", "--binary", server)
  }

  @Test("a second installation has plugins of its own, also those made for its kind")
  func second() throws {
    try addSecond().succeeded()
    let index = try workshop.makeIndex()
    try index.publish(module("one"), module("two")).succeeded()
    try user.add(index)
    try user.plugctl("install", "one").succeeded()
    try user.plugctl("install", "two", "--host", "pg15").succeeded()
    #expect(try user.plugctl("list", "--host", "pg15").succeeded().output.contains("acme/two"))
    #expect(FileSystem.exists("\(user.live("pg15"))/plugins/two.so"))
    #expect(!FileSystem.exists("\(user.live("postgresql"))/plugins/two.so"))
    let path = try user.plugctl("host", "path", "pg15").succeeded().output
    #expect(path.contains("dynamic_library_path = '\(user.live("pg15"))/plugins:$libdir'"))
    let wrong = try user.plugctl("install", "two", "--host", "redis")
    #expect(wrong.exit == 7 && wrong.code == "incompatible.host", "\(wrong)")
    let file = try user.plugctl("install", module("three"), "--host", "redis")
    #expect(file.code == "incompatible.host", "\(file)")
  }

  @Test("a host's name is taken once, its program must be there, and its kind must be known")
  func faults() throws {
    try addSecond().succeeded()
    #expect(try addSecond().code == "host.exists")
    #expect(
      try user.plugctl("host", "add", "nginx", "--profile", "nginx").code == "host.exists")
    let missing = try user.plugctl(
      "host", "add", "pg9", "--profile", "postgresql", "--binary", "/none/postgres")
    #expect(missing.exit == 3 && missing.code == "host.not-found", "\(missing)")
    #expect(try user.plugctl("host", "add", "pg9", "--profile", "posgres").exit == 3)
    #expect(try user.plugctl("host", "add", "pg9").exit == 2)
    #expect(try user.plugctl("host", "add", "../x", "--profile", "nginx").exit == 2)
    let chain = try user.plugctl("host", "add", "pg16", "--profile", "pg15")
    #expect(chain.hint?.contains("--profile postgresql") ?? false, "\(chain)")
  }

  @Test("a host is removed only when it has no plugins")
  func removal() throws {
    try addSecond().succeeded()
    try user.plugctl("install", module("one"), "--host", "pg15").succeeded()
    let refused = try user.plugctl("host", "remove", "pg15")
    #expect(refused.exit == 1 && refused.code == "host.in-use", "\(refused)")
    try user.plugctl("remove", "one", "--host", "pg15").succeeded()
    try user.plugctl("host", "remove", "pg15").succeeded()
    #expect(try user.plugctl("host", "show", "pg15").code == "host.unknown")
    #expect(try user.plugctl("host", "remove", "nginx").code == "host.unknown")
  }

  @Test("the programs of this machine are found, and who uses them")
  func detection() throws {
    func hosts(of binary: String) throws -> [String]? {
      try user.plugctl("--json", "host", "detect").succeeded().data().arrayValue?
        .first { $0["binary"]?.stringValue == binary }?["hosts"]?.texts
    }
    let nginx = try #require(Programs.path(of: "nginx"))
    #expect(try hosts(of: nginx) == ["nginx"])
    let copy = "\(user.work)/nginx"
    try user.run(["cp", nginx, copy]).succeeded()
    try user.plugctl("host", "add", "web", "--profile", "nginx", "--binary", copy).succeeded()
    let shown = try user.plugctl("host", "show", "web").succeeded().output
    #expect(shown.contains("\(copy) 1."), "\(shown)")
  }

  private static let noisy = """
    schema: 1
    id: acmedb
    title: Acme DB
    detect:
      binary: [sh]
      version: { argv: [touch, WITNESS], stream: stdout, regex: "([0-9.]+)" }
    paths: [{ scope: project, dir: ./plugins }]
    types: [extension]

    """

  @Test(
    "a project's profile runs nothing until it is approved, and nothing again once it has changed")
  func approval() throws {
    let witness = user.folder.file("witness")
    let profile = Self.noisy.replacing("WITNESS", with: witness)
    try user.folder.write("work/plugctl.yaml", "schema: 1\n")
    try user.folder.write("work/.plugctl/hosts.d/acmedb.yaml", profile)
    func show() throws -> Outcome {
      try user.plugctl("host", "show", "acmedb", with: ["PLUGCTL_SCOPE": "project"]).succeeded()
    }
    func approve(_ more: String...) throws -> Outcome {
      try user.plugctl(
        ["host", "approve", "acmedb"] + more, with: ["PLUGCTL_SCOPE": "project"])
    }
    #expect(try show().errors.contains("profile.unapproved"))
    #expect(!FileSystem.exists(witness))
    let asked = try approve()
    #expect(asked.exit == 14 && asked.errors.contains("touch \(witness)"), "\(asked)")
    try approve("--yes").succeeded()
    #expect(try !show().errors.contains("profile.unapproved"))
    #expect(FileSystem.exists(witness))
    try FileSystem.remove(witness)
    try user.folder.write("work/.plugctl/hosts.d/acmedb.yaml", profile + "# changed\n")
    #expect(try show().errors.contains("profile.unapproved"))
    #expect(!FileSystem.exists(witness))
  }

  @Test("nor is it asked what is built in, or told to reload, and both say so")
  func unapproved() throws {
    let witness = user.folder.file("witness")
    try user.folder.write("work/plugctl.yaml", "schema: 1\n")
    try user.folder.write(
      "work/.plugctl/hosts.d/acmedb.yaml",
      """
      schema: 1
      id: acmedb
      detect: { binary: [sh], builtin: { argv: [touch, \(witness)], stream: stdout, regex: x } }
      paths: [{ scope: project, dir: ./plugins }]
      types: [extension]
      reload: { mode: command, argv: [touch, \(witness)] }

      """)
    let archive = try workshop.pack(
      Workshop.Facts(name: "one", version: "1.0.0", host: "acmedb"),
      library: workshop.compile("int f(void) { return 1; }", "one"))
    let commands = [
      ["install", archive, "--no-save"], ["list", "--builtin", "--host", "acmedb"],
      ["reload", "one"],
    ]
    for command in commands {
      let outcome = try user.plugctl(command, with: ["PLUGCTL_SCOPE": "project"])
      #expect((outcome.output + outcome.errors).contains("profile.unapproved"), "\(outcome)")
    }
    #expect(!FileSystem.exists(witness))
  }

  @Test("a profile's words steer no terminal")
  func printableProfile() throws {
    try user.folder.write(
      "work/loud.yaml",
      """
      schema: 1
      id: loud
      title: "a \\e[31mtitle\\a"
      paths: [{ scope: project, dir: ./plugins }]
      types: [extension]
      reload: { mode: command, argv: ["a\\e[2J"], hint: "a \\e]0;hint\\a" }

      """)
    for command in [
      ["host", "lint", "loud.yaml"], ["host", "add", "loud.yaml"], ["host", "list"],
      ["host", "show", "loud"],
    ] {
      let outcome = try user.plugctl(command)
      #expect(!(outcome.output + outcome.errors).contains { $0 == "\u{1B}" || $0 == "\u{7}" })
    }
  }

  @Test("a project's profile has no plugins put outside of the project")
  func outside() throws {
    let away = user.folder.file("away")
    try user.folder.write("work/plugctl.yaml", "schema: 1\n")
    try user.folder.write(
      "work/.plugctl/hosts.d/acmedb.yaml",
      "schema: 1\nid: acmedb\npaths: [{ scope: project, dir: \(away) }]\ntypes: [extension]\n")
    let archive = try workshop.pack(
      Workshop.Facts(name: "one", version: "1.0.0", host: "acmedb"),
      library: workshop.compile("int f(void) { return 1; }", "one"))
    let outcome = try user.plugctl(
      "install", archive, "--no-save", with: ["PLUGCTL_SCOPE": "project"])
    #expect(outcome.exit == 13 && outcome.code == "profile.invalid", "\(outcome)")
    #expect(!FileSystem.exists(away))
  }

  @Test("an index describes a host, and who trusts the index takes it")
  func fromIndex() throws {
    let index = try workshop.makeIndex()
    let profile = try workshop.author.folder.write(
      "any-name.yaml",
      "schema: 1\nid: acmedb\ntitle: Acme DB\nextends: sqlite\npaths: [{ scope: user, dir: ~/acme }]\n"
    )
    let broken = try workshop.author.folder.write(
      "broken.yaml", "schema: 1\nid: other\nlayout: 7\n")
    let refused = try workshop.author.plugctl(
      "index", "host", "add", broken, "--to", index.path)
    #expect(refused.exit == 13, "\(refused)")
    try workshop.author.plugctl("index", "host", "add", profile, "--to", index.path).succeeded()
    #expect(
      try workshop.author.plugctl("index", "host", "list", index.path).succeeded().output
        == "acmedb\tAcme DB\n")
    try user.add(index)
    let unknown = try user.plugctl("host", "add", "acmebd", "--from", "acme")
    #expect(unknown.exit == 3, "\(unknown)")
    let name = try #require(
      try user.plugctl("--json", "index", "list").succeeded().data().arrayValue?.first?["name"]?
        .stringValue)
    let asked = try user.plugctl("host", "add", "acmedb", "--from", name)
    #expect(asked.exit == 14 && asked.errors.contains("-init {activate}/load.sql"), "\(asked)")
    try user.plugctl("host", "add", "acmedb", "--from", name, "--yes").succeeded()
    let shown = try user.plugctl("host", "show", "acmedb").succeeded().output
    #expect(shown.contains("Acme DB") && shown.contains("~/acme"), "\(shown)")
    try workshop.author.plugctl("index", "check", index.path).succeeded()
    try workshop.author.plugctl("index", "host", "remove", "acmedb", "--to", index.path).succeeded()
    #expect(
      try workshop.author.plugctl("index", "host", "list", index.path).succeeded().output == "")
  }

  /// A project whose profile of SQLite came with it.
  private func project(_ more: String) throws -> (archive: String, scope: [String: String]) {
    try user.folder.write("work/plugctl.yaml", "schema: 1\n")
    try user.folder.write(
      "work/.plugctl/hosts.d/acmedb.yaml", "schema: 1\nid: acmedb\ntypes: [extension]\n\(more)\n")
    let archive = try workshop.pack(
      Workshop.Facts(name: "one", version: "1.0.0", host: "acmedb"),
      library: workshop.compile("int f(void) { return 1; }", "one"))
    return (archive, ["PLUGCTL_SCOPE": "project"])
  }

  @Test(
    "a profile whose names lead out of their folders is refused, and lint says why",
    arguments: [
      "activate: { file: \"../../../../victim\", text: evil }",
      "activate: { file: \"\", text: evil }",
      "layout: { place: flat, file: \"../../../../victim\", view: links, path: stable }",
      "layout: { place: flat, file: \"{name}.so\", aliases: [\"../x\"] }",
      "layout: { place: by-type, file: \"{name}.so\", by_type: { extension: ../x } }",
      "layout: { extra: [{ match: \"*.md\", to: relative }] }",
      "layout: { extra: [{ match: \"*.md\", to: \"{nosuch}/x\" }] }",
      "layout: { extra: [{ match: \"**.md\", to: /x }] }",
      "layout: { extra: [{ match: \"*.md\", to: /a/x }, { match: \"*.md\", to: /b/x }] }",
      "types: [../x]",
      "paths: [{ env: HOME, separator: \"\" }]", "paths: [{ env: HOME, separator: ab }]",
      "probe: { argv: [] }", "probe: { argv: [sh], files: { ../x: y } }",
    ])
  func unsafeNames(field: String) throws {
    let text = "schema: 1\nid: acmedb\n\(field)\n"
    let file = try user.folder.write("work/acmedb.yaml", text)
    let lint = try user.plugctl("host", "lint", file)
    #expect(lint.exit == 13 && lint.output.contains("acmedb.yaml:"), "\(lint)")
    #expect(try user.plugctl("host", "add", "./acmedb.yaml").code == "profile.invalid")
    try user.folder.write("work/plugctl.yaml", "schema: 1\n")
    try user.folder.write("work/.plugctl/hosts.d/acmedb.yaml", text)
    for command in [["host", "show", "acmedb"], ["scan", "--host", "acmedb"]] {
      let outcome = try user.plugctl(command, with: ["PLUGCTL_SCOPE": "project"])
      #expect(outcome.exit == 13, "\(outcome)")
    }
  }

  @Test("a project's folder behind a link that leads away gets nothing")
  func linkedAway() throws {
    let away = user.folder.file("away")
    try FileSystem.makeFolders(away)
    try FileSystem.link("\(user.work)/x", to: away)
    let (archive, scope) = try project("paths: [{ scope: project, dir: ./x/new }]")
    let outcome = try user.plugctl("install", archive, "--no-save", with: scope)
    #expect(outcome.exit == 13 && outcome.code == "profile.invalid", "\(outcome)")
    #expect(try FileSystem.names(in: away) == [])
    let into = try user.plugctl("install", archive, "--no-save", "--into", "x/new", with: scope)
    #expect(into.exit == 2, "\(into)")
    #expect(try FileSystem.names(in: away) == [])
    try user.plugctl("list", with: scope).succeeded()
  }

  @Test("a package whose type would lead out of the host's folder is refused")
  func unsafeType() throws {
    let library = try workshop.compile("int f(void) { return 1; }", "one")
    let source = try workshop.source(
      Workshop.Facts(name: "one", version: "1.0.0", host: "phantomdb", type: "../../x"),
      library: library)
    let outcome = try user.plugctl("pack", source)
    #expect(outcome.exit == 13, "\(outcome)")
  }

  @Test("further files go to folders of any name, also one with a blank, and follow the folder")
  func furtherFiles() throws {
    let folder = "\(user.home)/share dir/extension"
    try FileSystem.makeFolders(folder)
    let profile = try user.folder.write(
      "work/acmedb.yaml",
      """
      schema: 1
      id: acmedb
      types: [extension]
      paths: [{ scope: user, dir: ~/acme }]
      layout: { extra: [{ match: "*.md", to: "~/share dir//extension/" }] }

      """)
    try user.plugctl("host", "add", profile).succeeded()
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "one", version: "1.0.0", host: "acmedb",
        files: [("READ.md", Array("top".utf8)), ("doc/READ.md", Array("below".utf8))]),
      library: workshop.compile("int f(void) { return 1; }", "one"))
    try user.plugctl("install", archive).succeeded()
    #expect(try FileSystem.read("\(folder)/READ.md") == Array("top".utf8))
    try user.plugctl("verify").succeeded()
    // The host's own folder vanishes, with whatever was in it: nothing is made there, and all goes on.
    try FileSystem.removeTree("\(user.home)/share dir")
    try FileSystem.replace("\(user.home)/share dir", with: Array("a file".utf8))
    try user.plugctl("disable", "one").succeeded()
    try user.plugctl("recover").succeeded()
    try FileSystem.remove("\(user.home)/share dir")
    try user.plugctl("enable", "one").succeeded()
    #expect(!FileSystem.exists("\(user.home)/share dir"))
    // It comes back, and the next change links again.
    try FileSystem.makeFolders(folder)
    try user.plugctl("disable", "one").succeeded()
    try user.plugctl("enable", "one").succeeded()
    #expect(try FileSystem.read("\(folder)/READ.md") == Array("top".utf8))
    try user.plugctl("remove", "one").succeeded()
    #expect(try FileSystem.names(in: folder) == [])
  }

  @Test("a further file that a damaged generation left goes with `recover`")
  func strays() throws {
    let folder = "\(user.home)/share"
    try FileSystem.makeFolders(folder)
    let profile = try user.folder.write(
      "work/acmedb.yaml",
      "schema: 1\nid: acmedb\ntypes: [extension]\npaths: [{ scope: user, dir: ~/acme }]\n"
        + "layout: { extra: [{ match: \"*.md\", to: ~/share }] }\n")
    try user.plugctl("host", "add", profile).succeeded()
    for (version, name) in [("1.0.0", "old.md"), ("2.0.0", "new.md")] {
      let archive = try workshop.pack(
        Workshop.Facts(
          name: "one", version: version, host: "acmedb",
          files: [(name, Array(version.utf8)), ("both.md", Array(version.utf8))]),
        library: workshop.compile("int f(void) { return 1; }", "one"))
      try user.plugctl("install", archive).succeeded()
    }
    #expect(try FileSystem.names(in: folder).sorted() == ["both.md", "new.md"])
    try FileSystem.replace("\(user.live("acmedb"))/manifest.json", with: Array("{".utf8))
    try user.plugctl("recover").succeeded()
    #expect(try FileSystem.read("\(folder)/old.md") == Array("1.0.0".utf8))
    let left = try FileSystem.names(in: folder).filter {
      FileSystem.target("\(folder)/\($0)") == nil
    }
    #expect(left == [], "links that lead nowhere")
  }

  @Test("a project's host gets what is installed, also where plugins are made for its kind")
  func projectHost() throws {
    try user.plugctl("host", "add", "other", "--profile", "sqlite").succeeded()
    try user.folder.write("work/plugctl.yaml", "schema: 1\nhost: other\n")
    let index = try workshop.makeIndex()
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try user.add(index, scope: "user")
    let scope = ["PLUGCTL_SCOPE": "project"]
    try user.plugctl("install", "vector", with: scope).succeeded()
    #expect(FileSystem.exists("\(user.work)/.plugctl/hosts/other/current"))
    #expect(!FileSystem.exists("\(user.work)/.plugctl/hosts/sqlite"))
    let sync = try user.plugctl("sync", with: scope).succeeded()
    #expect(sync.output.contains("nothing to do"), "\(sync)")
  }

  @Test("the way back names the host where another has the same plugin")
  func undo() throws {
    try user.plugctl("host", "add", "other", "--profile", "sqlite", "--dir", "\(user.home)/other")
      .succeeded()
    let index = try workshop.makeIndex()
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try user.add(index)
    try user.plugctl("install", "vector").succeeded()
    let report = try user.plugctl("install", "vector", "--host", "other").succeeded()
    #expect(FileSystem.target("\(user.home)/other/vector.so")?.kind == .file)
    #expect(report.output.contains("undo: plugctl remove acme/vector --host other"), "\(report)")
    let unclear = try user.plugctl("remove", "vector")
    #expect(unclear.code == "instance.ambiguous", "\(unclear)")
    #expect(unclear.hint?.contains("--host") ?? false, "\(unclear)")
    try user.plugctl("remove", "vector", "--host", "other").succeeded()
  }

  @Test("what a host has built in is told by its second installation too")
  func builtIns() throws {
    let program = try #require(Programs.path(of: "sqlite3"))
    try user.plugctl("host", "add", "other", "--profile", "sqlite", "--binary", program).succeeded()
    #expect(try user.plugctl("list", "--builtin", "--host", "other").succeeded().lines.count > 1)
    #expect(try user.plugctl("host", "add", "any", "--profile", "sqlite").exit != 0)
  }
}

/// What another build of a host would do to its plugins.
@Suite(
  "before a host is upgraded",
  .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
struct HostUpgradeTests {
  let real: RealPlugins
  let user: Sandbox

  init() throws {
    real = try RealPlugins.shared.get()
    user = try Sandbox()
  }

  /// A real nginx, or a module, that says that it is 1.23.0: the number is in it as text and as a number.
  private func newer(_ path: String, as name: String) throws -> String {
    var bytes = try FileSystem.read(path, limit: 64 << 20)
    func replace(_ old: [UInt8], _ new: [UInt8]) {
      for place in bytes.indices.dropLast(old.count - 1)
      where bytes[place] == old[0] && bytes[place..<place + old.count].elementsEqual(old) {
        bytes.replaceSubrange(place..<place + old.count, with: new)
      }
    }
    func number(_ value: UInt64) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    replace(Array("nginx/1.22.1".utf8), Array("nginx/1.23.0".utf8))
    replace(number(1_022_001), number(1_023_000))
    let copy = try user.folder.write(name, bytes)
    try FileSystem.setMode(copy, 0o755)
    return copy
  }

  @Test("`host check` names what breaks, and the upgrades that mend it")
  func check() throws {
    let (index, owner) = try real.index.copy()
    defer { withExtendedLifetime(owner) {} }
    let echo = "\(real.modules)/ngx_http_echo_module.so"
    try index.publish(
      real.pack(
        "echo", "0.64.0", "nginx", "module", newer(echo, as: "new/ngx_http_echo_module.so"),
        "requires: { host: \">=1.23\" }")
    ).succeeded()
    try user.add(index)
    try user.plugctl("install", "echo", "pcre").succeeded()
    let nginx = try newer(try #require(Programs.path(of: "nginx")), as: "nginx")
    let report = try user.plugctl("host", "check", "nginx", "--binary", nginx).succeeded()
    #expect(
      report.output.contains("module built for nginx 1.22.1, the host is 1.23.0"), "\(report)")
    #expect(report.output.contains("upgrade debian/echo 0.63.0 -> 0.64.0"), "\(report)")
    let coded = try user.plugctl(
      "host", "check", "nginx", "--binary", nginx, "--level", "1", "--exit-code")
    #expect(coded.exit == 20, "\(coded)")
    let same = try user.plugctl(
      "host", "check", "nginx", "--binary", try #require(Programs.path(of: "nginx")), "--exit-code")
    #expect(same.exit == 0 && same.output.contains("loads"), "\(same)")
    #expect(try user.list() == ["echo 0.63.0", "pcre 1.0.0"])
  }

  @Test("`host check` says so where no index mends it")
  func noWayOut() throws {
    try user.add(real.index)
    try user.plugctl("install", "echo").succeeded()
    let nginx = try newer(try #require(Programs.path(of: "nginx")), as: "nginx")
    let report = try user.plugctl("host", "check", "nginx", "--binary", nginx).succeeded()
    #expect(report.output.contains("nothing in your indexes mends it"), "\(report)")
  }

  @Test("`host check` says what breaks also where the index can't be asked what mends it")
  func checkWithoutIndex() throws {
    let (index, owner) = try real.index.copy()
    defer { withExtendedLifetime(owner) {} }
    try user.add(index)
    try user.plugctl("install", "echo").succeeded()
    try FileSystem.removeTree(index.path)
    try FileSystem.removeTree("\(user.cache)/index")
    let nginx = try newer(try #require(Programs.path(of: "nginx")), as: "nginx")
    let report = try user.plugctl("host", "check", "nginx", "--binary", nginx)
    #expect(report.output.contains("the host is 1.23.0"), "\(report)")
    #expect(report.output.contains("what would mend it can't be told"), "\(report)")
  }

  @Test("a snapshot says what differs in another build")
  func snapshot() throws {
    let nginx = try #require(Programs.path(of: "nginx"))
    let file = user.folder.file("before.json")
    try user.plugctl("host", "snapshot", "nginx", "-o", file).succeeded()
    let same = try user.plugctl("host", "snapshot", nginx, "--compare", file).succeeded()
    #expect(same.output == "nothing differs that plugins depend on\n", "\(same)")
    let other = try user.plugctl(
      "host", "snapshot", newer(nginx, as: "nginx"), "--compare", file
    ).succeeded()
    #expect(other.lines.prefix(3) == ["version", "  - 1.22.1", "  + 1.23.0"], "\(other)")
    #expect(other.output.contains("nginx signature"), "\(other)")
    try user.folder.write("work/bad.json", "{\"schema\": 9}")
    #expect(try user.plugctl("host", "snapshot", nginx, "--compare", "bad.json").exit == 13)
  }

  @Test("a module for another PostgreSQL is refused before the switch, and both versions are named")
  func postgresMagic() throws {
    var bytes = try FileSystem.read("/usr/lib/postgresql/15/lib/hstore.so", limit: 64 << 20)
    let block: [UInt8] = [56, 0, 0, 0, 0xDC, 5, 0, 0, 100, 0, 0, 0]
    let place = try #require(
      bytes.indices.dropLast(block.count).first {
        bytes[$0] == 56 && bytes[$0..<$0 + block.count].elementsEqual(block)
      })
    bytes[place + 4] = 0x78  // 1400
    let library = try user.folder.write("old/hstore.so", bytes)
    let archive = try real.pack("hstore", "1.0.0", "postgresql", "module", library)
    let outcome = try real.workshop.author.plugctl("install", archive)
    #expect(outcome.exit == 7, "\(outcome)")
    #expect(
      outcome.errors.contains("module built for PostgreSQL 14, the host is 15"), "\(outcome)")
  }
}
