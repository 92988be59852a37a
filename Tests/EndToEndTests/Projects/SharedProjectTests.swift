import Files
import PkgCore
import TestSupport
import Testing

@Suite("a project that several people share")
struct SharedProjectTests {
  /// A user of an index with a project.
  private func member(_ index: ExampleIndex, _ text: String, _ lock: String? = nil) throws
    -> Sandbox
  {
    let user = try Sandbox(["PLUGCTL_SCOPE": ""])
    try user.add(index, scope: "user")
    try user.folder.write("work/plugctl.yaml", text)
    if let lock { try user.folder.write("work/plugctl.lock", lock) }
    return user
  }

  private func lock(of user: Sandbox) throws -> String {
    String(decoding: try FileSystem.read("\(user.work)/plugctl.lock"), as: UTF8.self)
  }

  @Test("has what was published since a member asked the index last")
  func published() throws {
    let examples = try Examples.shared.get()
    let (index, owner) = try examples.index.copy()
    let text = "schema: 1\nplugins: { acme/delta: ^1 }\n"
    let early = try member(index, text)
    try early.plugctl("search", "delta").succeeded()
    try index.publish(examples.workshop.packExtension("delta", "1.2.0")).succeeded()
    let late = try member(index, text)
    try late.plugctl("lock").succeeded()
    try early.folder.write("work/plugctl.lock", lock(of: late))
    let frozen = try early.plugctl("sync", "--frozen")
    #expect(frozen.exit == 3 && frozen.code == "version.unknown", "\(frozen)")
    #expect(frozen.hint?.contains("plugctl update") == true, "\(frozen)")
    try early.plugctl("sync", "--locked").succeeded()
    #expect(try early.list() == ["delta 1.2.0"])
    withExtendedLifetime(owner) {}
  }

  @Test("keeps a version that was yanked after it was locked, until it is upgraded")
  func yanked() throws {
    let examples = try Examples.shared.get()
    let (index, owner) = try examples.index.copy()
    let text = "schema: 1\nplugins: { acme/delta: ^1 }\n"
    let first = try member(index, text)
    try first.plugctl("lock").succeeded()
    try examples.workshop.author.plugctl(
      "yank", "acme/delta@1.1.0", "--to", index.path, "--reason", "too slow"
    ).succeeded()
    let second = try member(index, text, lock(of: first))
    let outcome = try second.plugctl("sync").succeeded()
    #expect(outcome.errors.contains("too slow"), "\(outcome)")
    #expect(try second.list() == ["delta 1.1.0"])
    let upgrade = try second.plugctl("lock", "--upgrade").succeeded()
    #expect(upgrade.lines.first == "locked acme/delta 1.1.0 -> 1.0.0", "\(upgrade)")
    withExtendedLifetime(owner) {}
  }

  @Test("refuses a lock from which somebody took what others need")
  func incomplete() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/beta: ^1 }\n")
    try project.plugctl("sync").succeeded()
    let json = try JSONParser.parse(FileSystem.read(project.lockPath))
    var hosts = try #require(json["hosts"]?.objectValue)
    var plugins = try #require(hosts["sqlite"]?.objectValue)
    plugins["acme/alpha"] = nil
    hosts["sqlite"] = .object(plugins)
    var document = try #require(json.objectValue)
    document["hosts"] = .object(hosts)
    try project.writeLock(String(decoding: JSON.object(document).prettyBytes, as: UTF8.self))
    for option in ["--locked", "--frozen"] {
      let outcome = try project.plugctl("sync", option)
      #expect(outcome.exit == 13 && outcome.code == "lock.invalid", "\(outcome)")
    }
    #expect(try project.user.list() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test("locks who provides what is needed, and needs no index where all is there")
  func provider() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    let archives = try [
      ("app", "dependencies: { similarity: '*' }"), ("engine", "provides: { similarity: 1.0.0 }"),
    ].map { try workshop.packExtension($0.0, "1.0.0", more: $0.1) }
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    let user = try member(index, "schema: 1\nplugins: { acme/app: ^1 }\n")
    try user.plugctl("sync").succeeded()
    #expect(try user.list() == ["app 1.0.0", "engine 1.0.0"])
    let engine = try JSONParser.parse(Array(lock(of: user).utf8))["hosts"]?["sqlite"]?[
      "acme/engine"]
    #expect(engine?["neededBy"]?.arrayValue?.map(\.stringValue) == ["acme/app"])
    try user.run(["rm", "-rf", user.cache, "\(user.state)/trust/indexes"]).succeeded()
    #expect(try user.plugctl("sync").succeeded().output == "nothing to do\n")
    try user.plugctl("remove", "app").succeeded()
    #expect(try !lock(of: user).contains("engine"))
    #expect(try user.plugctl("sync").succeeded().lines.first == "removed acme/engine 1.0.0")
  }

  @Test("wants an optional dependency that was asked for, so that others get it too")
  func optional() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    let archives = try [
      ("app", "dependencies: { geo: { version: '*', optional: true } }"), ("geo", ""),
    ].map { try workshop.packExtension($0.0, "1.0.0", more: $0.1) }
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    let first = try member(index, "schema: 1\nplugins: {}\n")
    try first.plugctl("install", "app", "--with", "geo").succeeded()
    let text = String(
      decoding: try FileSystem.read("\(first.work)/plugctl.yaml"), as: UTF8.self)
    #expect(text == "schema: 1\nplugins: { acme/app: ^1.0, acme/geo: ^1.0 }\n")
    #expect(try first.plugctl("diff", "--exit-code").exit == 0)
    let second = try member(index, text, lock(of: first))
    try second.plugctl("sync", "--locked").succeeded()
    #expect(try second.list() == ["app 1.0.0", "geo 1.0.0"])
  }

  @Test(
    "merges by git in all but the digest, and is locked again from either side",
    .enabled(if: Programs.path(of: "git") != nil, "there is no git"))
  func merged() throws {
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins:\n  acme/bulk: ^1\n")
    let user = project.user
    func git(_ arguments: String...) throws -> Outcome {
      try user.run(
        [
          "git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c",
          "commit.gpgsign=false",
        ]
          + arguments)
    }
    try project.plugctl("sync").succeeded()
    try user.folder.write("work/.gitignore", ".plugctl/\n")
    try git("init", "-q", "-b", "main").succeeded()
    try git("add", ".").succeeded()
    try git("commit", "-qm", "begin").succeeded()
    try git("checkout", "-qb", "side").succeeded()
    try project.write("schema: 1\nhost: sqlite\nplugins:\n  acme/alpha: ^1\n  acme/bulk: ^1\n")
    try project.plugctl("lock").succeeded()
    try git("commit", "-qam", "alpha").succeeded()
    try git("checkout", "-q", "main").succeeded()
    try project.write("schema: 1\nhost: sqlite\nplugins:\n  acme/bulk: ^1\n  acme/taken: ^1\n")
    try project.plugctl("lock").succeeded()
    try git("commit", "-qam", "taken").succeeded()
    #expect(try git("merge", "side").exit == 1)
    #expect(try git("diff", "--name-only", "--diff-filter=U").output == "plugctl.lock\n")
    #expect(try project.lock.split(separator: "\n").filter { $0.hasPrefix("<<<<<<<") }.count == 1)
    let refused = try project.plugctl("sync")
    #expect(refused.exit == 13 && refused.code == "lock.conflict", "\(refused)")
    try git("checkout", "--theirs", "plugctl.lock").succeeded()
    #expect(try project.plugctl("lock", "--check").exit == 20)
    try project.plugctl("lock").succeeded()
    #expect(try project.locked() == ["alpha 1.1.0", "bulk 1.0.0", "taken 1.0.0"])
  }

  @Test("is changed by one command at a time")
  func busy() throws {
    let project = try ProjectUser("schema: 1\nplugins: {}\n")
    try project.plugctl("install", "delta").succeeded()
    let file = "\(project.user.work)/.plugctl/project.lock"
    let holder = try project.user.start(["flock", file, "sleep", "60"])
    #expect(try eventually { try !project.user.run(["flock", "-n", file, "true"]).succeeds })
    for command in [["install", "beta"], ["remove", "delta"], ["sync"], ["lock"], ["upgrade"]] {
      let outcome = try project.user.plugctl(command)
      #expect(outcome.exit == 10 && outcome.code == "system.locked", "\(outcome)")
    }
    // What changes no file of the project waits for nobody.
    for command in [["diff"], ["lock", "--check"], ["sync", "--dry-run"]] {
      #expect(try project.user.plugctl(command).exit == 0, "\(command)")
    }
    withExtendedLifetime(holder) {}
  }

  @Test("for one host takes no plugin of another")
  func otherHost() throws {
    let project = try ProjectUser("schema: 1\nhost: nginx\nplugins: {}\n")
    let outcome = try project.plugctl("install", "delta")
    #expect(outcome.exit == 7 && outcome.code == "incompatible.host", "\(outcome)")
    #expect(try project.user.list() == [])
    try project.plugctl("install", "delta", "--no-save").succeeded()
    try project.write("schema: 1\nhost: nginx\nplugins: { acme/delta: ^1 }\n")
    #expect(try project.plugctl("sync").exit == 7)
  }

  @Test("says for programs what was changed in its files")
  func json() throws {
    let project = try ProjectUser("schema: 1\nplugins: {}\n")
    let data = try project.plugctl("install", "delta", "--json").succeeded().data()
    let saved = data.arrayValue?.first?["saved"]
    #expect(
      saved?.compactText
        == #"{"wanted":[{"id":"acme/delta","range":"^1.1"}],"unwanted":[],"lock":true}"#)
    let gone = try project.plugctl("remove", "delta", "--json").succeeded().data()
    #expect(
      gone.arrayValue?.first?["saved"]?.compactText
        == #"{"wanted":[],"unwanted":["acme/delta"],"lock":true}"#)
    let sync = try project.plugctl("sync", "--json").succeeded()
    #expect(try sync.data().compactText == #"{"hosts":[],"lock":false}"#)
    #expect(try sync.document()["schema"]?.stringValue == "plugctl.sync/1")
    #expect(try project.plugctl("diff", "--json").succeeded().data().arrayValue?.isEmpty == true)
  }

  @Test("does not want what came from a file, and says so")
  func file() throws {
    let examples = try Examples.shared.get()
    let project = try ProjectUser("schema: 1\nplugins: {}\n")
    let key = try examples.workshop.author.plugctl("key", "export", "maker").succeeded().output
    try project.user.folder.write("work/maker.pub", key)
    try project.plugctl("key", "trust", "maker.pub").succeeded()
    let archive = try #require(examples.archives["delta 1.1.0"])
    let outcome = try project.plugctl("install", archive).succeeded()
    #expect(outcome.errors.contains("the project does not want it"), "\(outcome)")
    #expect(try project.file == "schema: 1\nplugins: {}\n")
    let sync = try project.plugctl("sync").succeeded()
    #expect(sync.lines.first == "removed acme/delta 1.1.0", "\(sync)")
  }

  @Test("moves down within its range, and the lock follows")
  func downgrade() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/alpha: ^1 }\n")
    try project.plugctl("sync").succeeded()
    try project.plugctl("downgrade", "alpha").succeeded()
    #expect(try project.locked() == ["alpha 1.0.0"])
    #expect(try project.plugctl("diff", "--exit-code").exit == 0)
    let outcome = try project.plugctl("upgrade", "alpha@^2")
    #expect(outcome.exit == 4 && outcome.hint?.contains("plugctl install") == true, "\(outcome)")
    #expect(try project.user.list() == ["alpha 1.0.0"])
  }
}

extension JSON {
  fileprivate var compactText: String { String(decoding: compactBytes, as: UTF8.self) }
}
