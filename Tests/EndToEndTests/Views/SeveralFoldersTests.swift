import Files
import PkgCore
import TestSupport
import Testing

@Suite("a plugin in several folders")
struct SeveralFoldersTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(StormPlugins.shared.get().index)
    try user.plugctl("install", "vector@1.0.0").succeeded()
    try user.plugctl("install", "vector@1.0.0", "--into", chosen).succeeded()
  }

  private var usual: String { "\(user.home)/.stormdb/plugins" }
  private var chosen: String { user.folder.file("chosen") }
  private var both: [Bool] {
    [usual, chosen].map { FileSystem.exists("\($0)/vector.so") }
  }

  @Test("is not removed before the folder is named")
  func refused() throws {
    let outcome = try user.plugctl("remove", "vector")
    #expect(outcome.exit == 3 && outcome.code == "instance.ambiguous", "\(outcome)")
    #expect(outcome.hint?.contains("--into") == true, "\(outcome)")
    for folder in [usual, chosen] { #expect(outcome.errors.contains("`\(folder)`"), "\(outcome)") }
    #expect(both == [true, true])
  }

  @Test("is removed from the folder that is named, the usual one too")
  func named() throws {
    try user.plugctl("remove", "vector", "--into", usual).succeeded()
    #expect(both == [false, true])
    try user.plugctl("remove", "vector").succeeded()
    #expect(both == [false, false])
  }

  @Test("is listed with each folder")
  func listed() throws {
    let lines = try user.plugctl("list").succeeded().lines
    #expect(Set(lines.map { $0.split(separator: "\t").last.map(String.init) }) == [usual, chosen])
    let data = try user.plugctl("list", "--json").succeeded().data().arrayValue
    #expect(Set(data?.map { $0["folder"]?.stringValue } ?? []) == [usual, chosen])
  }

  /// The chosen folder's name, as `list` prints it.
  private func name() throws -> String {
    let lines = try user.plugctl("list").succeeded().lines.filter { $0.hasSuffix(chosen) }
    return String(try #require(lines.first).prefix { $0 != "\t" })
  }

  @Test("is looked at in the one folder whose name `--host` has")
  func lookedAt() throws {
    let name = try name()
    try user.plugctl("upgrade", "vector", "--into", usual).succeeded()
    #expect(try user.list("--host", name) == ["vector 1.0.0"])
    #expect(try user.list("--host", "stormdb") == ["vector 1.0.0", "vector 1.1.0"])
    let outdated = try user.plugctl("outdated", "--host", name).succeeded()
    #expect(outdated.lines.count == 1 && outdated.output.hasPrefix(name), "\(outdated)")
    let history = try user.plugctl("history", "--host", name).succeeded()
    #expect(history.lines.count == 1, "\(history)")
    try FileSystem.remove("\(usual)/vector.so")
    try user.plugctl("verify", "--host", name).succeeded()
    #expect(try user.plugctl("verify", "--host", "stormdb").exit != 0)
    // Of what the host sees nothing is foreign all the same.
    try user.plugctl("repair", "--host", "stormdb").succeeded()
    let scan = try user.plugctl("scan", "--host", name).succeeded()
    #expect(scan.lines.count == 1 && scan.output.hasPrefix("managed\t"), "\(scan)")
  }

  @Test("is changed in the one folder whose name `--host` has")
  func changed() throws {
    let name = try name()
    try user.plugctl("plan", "upgrade", "--host", name, "-o", "plan.json").succeeded()
    try user.plugctl("apply", "plan.json").succeeded()
    #expect(try user.list() == ["vector 1.0.0", "vector 1.1.0"])
    try user.plugctl("install", "geo", "--host", name).succeeded()
    #expect(FileSystem.exists("\(chosen)/geo.so") && !FileSystem.exists("\(usual)/geo.so"))
    try user.plugctl("rollback", "1", "--host", name).succeeded()
    #expect(try user.list() == ["vector 1.0.0", "vector 1.0.0"])
    try user.plugctl("remove", "vector", "--host", name).succeeded()
    #expect(both == [true, false])
  }

  @Test("is not looked for in a folder of no such name, nor in two at once")
  func unknown() throws {
    for name in ["stormdb@nosuchone", "stormdb@", "@", "../hosts@x"] {
      for command in [["list"], ["remove", "vector"], ["upgrade"], ["rollback"]] {
        let outcome = try user.plugctl(command + ["--host", name])
        #expect(outcome.exit == 3 && outcome.code == "instance.unknown", "\(outcome)")
        #expect(outcome.hint?.contains("plugctl list") == true, "\(outcome)")
      }
    }
    let twice = try user.plugctl("remove", "vector", "--host", name(), "--into", usual)
    #expect(twice.exit == 2 && twice.code == "usage.conflict", "\(twice)")
    #expect(both == [true, true])
  }

  @Test("of a project is no matter of the project's files")
  func project() throws {
    let scope = ["PLUGCTL_SCOPE": "project"]
    try user.folder.write("work/plugctl.yaml", "schema: 1\nhost: stormdb\n")
    try user.plugctl(["install", "geo", "--into", "far"], with: scope).succeeded()
    let list = try user.plugctl(["list"], with: scope).succeeded().output
    let name = String(list.prefix { $0 != "\t" })
    #expect(name.hasPrefix("stormdb@"), "\(list)")
    for command in [["sync"], ["diff"], ["install", "vector", "--locked"]] {
      let outcome = try user.plugctl(command + ["--host", name], with: scope)
      #expect(outcome.exit == 2 && outcome.code == "usage.conflict", "\(outcome)")
    }
    // Nor where the folder is named by the environment, and the change by a plan.
    let named = scope.merging(["PLUGCTL_HOST": name]) { $1 }
    try user.plugctl(["plan", "install", "vector", "-o", "p.json"], with: named).succeeded()
    let applied = try user.plugctl(["apply", "p.json"], with: named).succeeded()
    #expect(!applied.errors.contains("unsaved"), "\(applied)")
    #expect(FileSystem.exists("\(user.work)/far/vector.so"))
    #expect(try user.folder.text("work/plugctl.yaml") == "schema: 1\nhost: stormdb\n")
    #expect(!FileSystem.exists("\(user.work)/plugctl.lock"))
    try user.plugctl(["remove", "geo", "vector", "--host", name], with: scope).succeeded()
  }

  @Test("that is not there, or damaged, is no matter of commands that don't look for it")
  func elsewhere() throws {
    for name in ["stormdb@nosuchone", try name()] {
      try user.plugctl(["index", "list", "--host", name]).succeeded()
    }
    #expect(
      try user.plugctl("install", "geo", "--host", "stormdb@nosuchone").code == "instance.unknown")
  }

  @Test("is told how to undo a change, with `--into` where the folder was chosen by hand")
  func undo() throws {
    let outcome = try user.plugctl("install", "vector@1.1.0", "geo", "--into", chosen).succeeded()
    #expect(
      outcome.lines.last == "undo: plugctl rollback 1 --host stormdb --into \(chosen)",
      "\(outcome)")
    let mixed = try user.plugctl("upgrade").succeeded()
    #expect(mixed.lines.last == "undo: plugctl rollback 1 --host stormdb", "\(mixed)")
    let before = try user.list()
    try user.plugctl("rollback", "1", "--host", "stormdb").succeeded()
    #expect(try user.list() != before)
  }

  @Test("of a host that reads a generation keeps its links through an upgrade of all")
  func include() throws {
    let user = try Sandbox()
    try user.add(Examples.shared.get().index)
    let chosen = user.folder.file("chosen")
    try user.plugctl("install", "alpha@1.0.0", "--into", chosen).succeeded()
    try user.plugctl("upgrade").succeeded()
    let manifest = try FileSystem.names(in: "\(user.data)/hosts").map {
      try FileSystem.read("\(user.data)/hosts/\($0)/current/manifest.json")
    }
    #expect(manifest.count == 1)
    let json = try JSONParser.parse(manifest[0])
    #expect(json["generation"]?.integerValue == 2 && json["view"]?.stringValue == "links")
  }
}

@Suite("a user without an index")
struct NoIndexTests {
  let user: Sandbox

  /// Installed from an index that is gone since.
  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
    try user.plugctl("install", "delta@1.0.0").succeeded()
    try user.plugctl("index", "remove", "main").succeeded()
  }

  @Test(
    "has nothing to upgrade, and is told why",
    arguments: [
      (["outdated"], ""), (["upgrade"], "nothing to do\n"),
      (["upgrade", "delta"], "nothing to do\n"),
    ])
  func nothing(command: [String], answer: String) throws {
    let outcome = try user.plugctl(command)
    #expect(outcome.exit == 0 && outcome.output == answer, "\(outcome)")
    #expect(outcome.errors.contains("warning[index.none]"), "\(outcome)")
    #expect(try user.list() == ["delta 1.0.0"])
  }

  @Test("gets what the generation knows from `info` and `stats`")
  func answers() throws {
    let info = try user.plugctl("info", "delta").succeeded()
    #expect(info.output.contains("acme/delta") && info.output.contains("1.0.0 for sqlite"))
    let data = try user.plugctl("info", "delta", "--json").succeeded().data()
    #expect(data["id"]?.stringValue == "acme/delta")
    #expect(data["installed"]?.arrayValue?.count == 1)
    let stats = try user.plugctl("stats").succeeded()
    #expect(stats.lines == ["all\tinstalled\t1", "all\tavailable\t0"], "\(stats)")
  }

  @Test("is told what a package says of itself")
  func package() throws {
    let workshop = try Workshop()
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "talker", version: "2.0.0",
        more: """
          license: MIT
          authors: [A. Person]
          tags: [chat]
          capabilities: [concurrent]
          permissions: { network: true, write: true }
          provides: { talking: 1.2.0 }
          conflicts: { acme/silence: "*" }
          """),
      library: workshop.extensionLibrary("talker", "2.0.0"))
    let author = workshop.author
    try author.plugctl("install", archive).succeeded()
    let lines = try author.plugctl("info", "talker").succeeded().lines
    for line in [
      "license    MIT", "authors    A. Person", "tags       chat", "can        concurrent",
      "may        network, write", "provides   talking 1.2.0", "conflicts  acme/silence *",
    ] {
      #expect(lines.contains(line), "\(line) in \(lines)")
    }
    let package = try author.plugctl("info", "talker", "--json").succeeded().data()["package"]
    #expect(package?["permissions"] == ["network", "write"])
  }

  @Test("is told that an index is missing where only one could answer")
  func missing() throws {
    for command in [["info", "alpha"], ["versions", "delta"], ["search"], ["install", "alpha"]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit == 3 && outcome.code == "index.none", "\(outcome)")
    }
    let outcome = try user.plugctl("upgrade", "delta@1.1.0")
    #expect(outcome.exit == 4, "\(outcome)")
    let empty = try Sandbox()
    for command in ["outdated", "upgrade", "stats"] { try empty.plugctl(command).succeeded() }
  }
}
