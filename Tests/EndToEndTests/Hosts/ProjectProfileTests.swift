import Files
import PkgCore
import TestSupport
import Testing

/// Profiles that come with a project are others' words, until its user has looked at them.
@Suite("a project's own hosts")
struct ProjectProfileTests {
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    workshop = try Workshop()
    user = workshop.author
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
    let (archive, scope) = try project(
      """
      detect: { binary: [sh], builtin: { argv: [touch, \(witness)], stream: stdout, regex: x } }
      paths: [{ scope: project, dir: ./plugins }]
      reload: { mode: command, argv: [touch, \(witness)] }
      """)
    let commands = [
      ["install", archive, "--no-save"], ["list", "--builtin", "--host", "acmedb"],
      ["reload", "one"],
    ]
    for command in commands {
      let outcome = try user.plugctl(command, with: scope)
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
    let (archive, scope) = try project("paths: [{ scope: project, dir: \(away) }]")
    let outcome = try user.plugctl("install", archive, "--no-save", with: scope)
    #expect(outcome.exit == 13 && outcome.code == "profile.invalid", "\(outcome)")
    #expect(!FileSystem.exists(away))
  }

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
}
