import Files
import PkgCore
import TestSupport
import Testing

/// A user with a project in its working folder and an index.
struct ProjectUser {
  let user: Sandbox

  init(_ text: String = "schema: 1\nhost: sqlite\n") throws {
    user = try Sandbox(["PLUGCTL_SCOPE": ""])
    try user.add(Examples.shared.get().index, scope: "user")
    try write(text)
  }

  func write(_ text: String) throws { try user.folder.write("work/plugctl.yaml", text) }

  var file: String {
    get throws {
      String(decoding: try FileSystem.read("\(user.work)/plugctl.yaml"), as: UTF8.self)
    }
  }

  var lockPath: String { "\(user.work)/plugctl.lock" }

  var lock: String {
    get throws {
      try FileSystem.readIfPresent(lockPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
  }

  func writeLock(_ text: String) throws { try user.folder.write("work/plugctl.lock", text) }

  /// Locked versions of sqlite's plugins, by name.
  func locked() throws -> [String] {
    let json = try JSONParser.parse(FileSystem.read(lockPath))
    return (json["hosts"]?["sqlite"]?.objectValue?.members ?? []).map {
      "\($0.name.split(separator: "/")[1]) \($0.value["version"]?.stringValue ?? "")"
    }
  }

  func plugctl(_ arguments: String...) throws -> Outcome { try user.plugctl(arguments) }
}

@Suite("a project's files")
struct ProjectFilesTests {
  @Test("follow an install and a removal, and keep comments and layout")
  func saved() throws {
    let project = try ProjectUser(
      "schema: 1   # first\nhost: sqlite\nplugins:\n  # the good ones\n  acme/taken: \"*\"   # any\n"
    )
    let outcome = try project.plugctl("install", "delta", "beta@^1").succeeded()
    #expect(
      outcome.output.contains("project: acme/delta ^1.1 is wanted in plugctl.yaml"), "\(outcome)")
    #expect(
      try project.file
        == "schema: 1   # first\nhost: sqlite\nplugins:\n  # the good ones\n"
        + "  acme/taken: \"*\"   # any\n  acme/delta: ^1.1\n  acme/beta: ^1\n")
    #expect(
      try project.locked() == ["alpha 1.1.0", "beta 1.0.0", "delta 1.1.0", "taken 1.0.0"])
    try project.plugctl("remove", "beta").succeeded()
    #expect(
      try project.file
        == "schema: 1   # first\nhost: sqlite\nplugins:\n  # the good ones\n"
        + "  acme/taken: \"*\"   # any\n  acme/delta: ^1.1\n")
    #expect(try project.locked() == ["delta 1.1.0", "taken 1.0.0"])
    #expect(try project.plugctl("lock", "--check").exit == 0)
  }

  @Test("stay as they are with `--no-save`, with `--dry-run` and where the change fails")
  func unsaved() throws {
    let text = "schema: 1\nhost: sqlite\nplugins: {}\n"
    let project = try ProjectUser(text)
    try project.plugctl("install", "delta", "--dry-run").succeeded()
    #expect(try project.user.list() == [])
    try project.plugctl("install", "delta", "--no-save").succeeded()
    #expect(try project.plugctl("install", "crash").exit == 9)
    try project.plugctl("remove", "delta", "--no-save").succeeded()
    #expect(try project.file == text)
    #expect(!FileSystem.exists(project.lockPath))
  }

  @Test("take the range as it was asked for, in the place of the former one")
  func range() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: ^1 }\n")
    try project.plugctl("install", "delta").succeeded()
    #expect(try project.file == "schema: 1\nplugins: { acme/delta: ^1 }\n")
    try project.plugctl("install", "delta@1.0.0", "--allow-downgrade").succeeded()
    #expect(try project.file == "schema: 1\nplugins: { acme/delta: \"=1.0.0\" }\n")
    #expect(try project.locked() == ["delta 1.0.0"])
    // What the file wants binds an upgrade too.
    #expect(try project.plugctl("upgrade").succeeded().output == "nothing to do\n")
    try project.plugctl("install", "delta@^1.1").succeeded()
    #expect(try project.locked() == ["delta 1.1.0"])
  }

  @Test("follow an upgrade within their ranges")
  func upgrade() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/alpha: ^1 }\n")
    try project.plugctl("install", "alpha@1.0.0").succeeded()
    try project.write("schema: 1\nplugins: { acme/alpha: ^1 }\n")
    try project.plugctl("lock").succeeded()
    #expect(try project.locked() == ["alpha 1.0.0"])
    try project.plugctl("upgrade").succeeded()
    #expect(try project.user.list() == ["alpha 1.1.0"])
    #expect(try project.locked() == ["alpha 1.1.0"])
    #expect(try project.plugctl("diff", "--exit-code").exit == 0)
  }

  @Test("in a form that can't be edited are refused before anything is installed")
  func form() throws {
    let text = "schema: 1\nplugins: {\n  # none yet\n}\n"
    let project = try ProjectUser(text)
    let outcome = try project.plugctl("install", "delta")
    #expect(outcome.exit == 13 && outcome.code == "project.form", "\(outcome)")
    #expect(outcome.hint?.contains("--no-save") == true)
    #expect(try project.user.list() == [])
    #expect(try project.file == text)
  }

  @Test(
    "are refused with line and column where they are malformed",
    arguments: [
      ("schema: 1\nplugins: { acme/delta: \"^1.q\" }\n", "plugctl.yaml:2:24"),
      ("schema: 1\nplugins:\n  delta: ^1\n", "plugctl.yaml:3:3"),
      ("schema: 1\nplugins: [\n", "plugctl.yaml:3:1"), ("schema: 2\n", "plugctl.yaml:1:9"),
      ("plugins: {}\n", "`schema` is missing"),
      ("schema: 1\ntargets: [{ platform: Linux }]\n", "plugctl.yaml:2:23"),
      ("schema: 1\npins:\n  acme/delta: { version: ^1, until: soon }\n", "plugctl.yaml:3:37"),
      ("schema: 1\nplugins: { acme/my-x: ^1, acme/my_x: ^1 }\n", "stands twice"),
    ])
  func malformed(text: String, place: String) throws {
    let project = try ProjectUser(text)
    for command in [["install", "delta"], ["sync"], ["lock"], ["diff"], ["lock", "--check"]] {
      let outcome = try project.user.plugctl(command)
      #expect(outcome.exit == 13 && outcome.code == "project.invalid", "\(outcome)")
      #expect(outcome.errors.contains(place), "\(outcome)")
    }
    #expect(!FileSystem.exists(project.lockPath))
  }

  @Test("that want a plugin which nobody publishes are refused with its place")
  func unknown() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/dleta: ^1 }\n")
    for command in ["sync", "lock"] {
      let outcome = try project.plugctl(command)
      #expect(outcome.exit == 3 && outcome.code == "plugin.unknown", "\(outcome)")
      #expect(outcome.errors.contains("plugctl.yaml:2:12"), "\(outcome)")
      #expect(outcome.hint?.contains("delta") == true, "\(outcome)")
    }
  }

  @Test("name indexes that are pointed out and never added")
  func indexes() throws {
    let project = try ProjectUser(
      "schema: 1\nindexes: [{ name: other, url: https://plugins.example.org/ }]\nplugins: {}\n")
    let outcome = try project.plugctl("sync").succeeded()
    #expect(
      outcome.errors.contains("plugctl index add https://plugins.example.org --name other"),
      "\(outcome)")
    #expect(try project.plugctl("index", "list").succeeded().lines.count == 1)
  }

  @Test("that can't be written stop a change before it begins")
  func readOnly() throws {
    guard SmallDisk.isPossible else { return }
    let project = try ProjectUser()
    let disk = try SmallDisk("\(project.user.work)/disk", kilobytes: 512)
    try FileSystem.replace("\(disk.path)/plugctl.yaml", with: Array("schema: 1\n".utf8))
    try #require(disk.makeReadOnly())
    for command in [["install", "delta"], ["lock"], ["sync"], ["remove", "delta"]] {
      let outcome = try project.user.plugctl(command, in: disk.path)
      #expect(outcome.exit == 11, "\(outcome)")
    }
  }

  @Test("are changed by two commands one after the other")
  func together() throws {
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins: {}\n")
    let names = ["delta", "taken", "beta", "bulk"]
    let running = try names.map {
      try project.user.start([Programs.plugctl, "install", $0, "--wait", "60"])
    }
    for process in running { #expect(process.wait() == 0, "\(process.errors)") }
    let file = try project.file
    for name in names { #expect(file.contains("acme/\(name): ^1.0") || name == "delta") }
    #expect(try project.plugctl("diff", "--exit-code").exit == 0)
    #expect(try project.plugctl("lock", "--check").exit == 0)
  }
}
