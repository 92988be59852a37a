import Files
import PkgCore
import Synchronization
import TestSupport
import Testing

/// A way by which a plugin's bytes may go live, up to the command that must be refused.
struct Route: Sendable, CustomTestStringConvertible {
  let name: String
  /// What came before, while all was well.
  var before: @Sendable (RouteBench) throws -> Void = { _ in }
  /// `{file}` and `{url}` stand for the archive.
  let command: [String]
  /// What is said of a withdrawn version.
  var whereWithdrawn = "version.withdrawn"
  /// Whether the index's word was looked up before the command.
  var isLookedUp = false

  var testDescription: String { name }

  static let all: [Route] = [
    Route(name: "index", command: ["install", "alpha"]),
    Route(name: "index, exact version", command: ["install", "acme/alpha@1.1.0"]),
    Route(name: "index, only shown", command: ["install", "alpha", "--dry-run"]),
    Route(name: "plan", command: ["plan", "install", "alpha", "-o", "plan.json"]),
    Route(
      name: "apply", before: { try $0.run("plan", "install", "alpha@1.1.0", "-o", "plan.json") },
      command: ["apply", "plan.json"]),
    Route(
      name: "dependency", command: ["install", "beta"], whereWithdrawn: "solve.conflict"),
    Route(
      name: "dependency of a file", command: ["install", "{beta}"],
      whereWithdrawn: "solve.conflict"),
    Route(name: "mirror", before: { try $0.useMirror() }, command: ["install", "alpha@1.1.0"]),
    Route(
      name: "mirror that was made", before: { try $0.useMadeMirror() },
      command: ["install", "alpha@1.1.0"]),
    // It was made before, and what is known since counts more.
    Route(
      name: "bundle", before: { try $0.makeBundle("acme/alpha@1.1.0") },
      command: ["bundle", "install", "b.tar"], whereWithdrawn: "trust.rollback"),
    Route(
      name: "bundle, only shown", before: { try $0.makeBundle("acme/alpha@1.1.0") },
      command: ["bundle", "install", "b.tar", "--dry-run"], whereWithdrawn: "trust.rollback"),
    Route(
      name: "bundle, dependency", before: { try $0.makeBundle("acme/beta") },
      command: ["bundle", "install", "b.tar"], whereWithdrawn: "trust.rollback"),
    Route(
      name: "bundle that was made since", before: { $0.carriesNews() },
      command: ["bundle", "install", "b.tar", "alpha@1.1.0"]),
    Route(
      name: "upgrade", before: { try $0.run("install", "{old}") }, command: ["upgrade"]),
    Route(name: "file", command: ["install", "{file}"]),
    Route(name: "file, only shown", command: ["install", "{file}", "--dry-run"]),
    Route(name: "file, offline", command: ["install", "{file}", "--offline"], isLookedUp: true),
    Route(name: "URL", command: ["install", "{url}"]),
    Route(
      name: "cache",
      before: {
        try $0.run("install", "alpha@1.1.0")
        try $0.run("remove", "alpha")
      }, command: ["install", "alpha@1.1.0"]),
    Route(
      name: "cache, offline",
      before: {
        try $0.run("install", "alpha@1.1.0")
        try $0.run("remove", "alpha")
      }, command: ["install", "alpha@1.1.0", "--offline"], isLookedUp: true),
    Route(
      name: "rollback",
      before: {
        try $0.run("install", "alpha@1.1.0", "delta")
        try $0.run("remove", "alpha")
      }, command: ["rollback"]),
    Route(
      name: "rollback, only shown",
      before: {
        try $0.run("install", "alpha@1.1.0", "delta")
        try $0.run("remove", "alpha")
      }, command: ["rollback", "--dry-run"]),
    Route(
      name: "rollback, of a file",
      before: {
        try $0.run("install", "{file}")
        try $0.run("remove", "alpha")
      }, command: ["rollback"]),
    Route(
      name: "enable",
      before: {
        try $0.run("install", "alpha@1.1.0")
        try $0.run("disable", "alpha")
      }, command: ["enable", "alpha"]),
    Route(name: "sync", before: { try $0.lock() }, command: ["sync"]),
    Route(name: "sync, only shown", before: { try $0.lock() }, command: ["sync", "--dry-run"]),
    Route(
      name: "lock", before: { try $0.lock() }, command: ["install", "acme/alpha", "--locked"]),
    Route(
      name: "lock, nothing looked up", before: { try $0.lock() },
      command: ["install", "acme/alpha", "--frozen"], isLookedUp: true),
  ]
}

/// A user, an index that can be changed, and the archive in question.
final class RouteBench: Sendable {
  let user: Sandbox
  private let index: ExampleIndex
  private let owner: TestFolder
  private let examples: Examples
  private let server: WebServer
  /// Who keeps a mirror, and makes bundles.
  private let keeper: Sandbox
  private let hasMirror = Atomic(false)
  private let hasBundle = Atomic(false)

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox(["PLUGCTL_SCOPE": ""])
    keeper = try Sandbox()
    (index, owner) = try examples.index.copy()
    server = try WebServer(index.path)
    try user.folder.write("home/.config/plugctl/config.yaml", "schema: 1\n")
    try user.add(index, scope: "user")
    try keeper.add(index)
    let key = try FileSystem.read("\(examples.workshop.author.configuration)/keys/maker.pub")
    try user.folder.write("work/maker.pub", key)
    try plugctl(["key", "trust", "maker.pub", "--name", "maker"]).succeeded()
    for (name, archive) in [
      ("file", "alpha 1.1.0"), ("old", "alpha 1.0.0"), ("beta", "beta 1.0.0"),
    ] {
      let path = try #require(examples.archives[archive])
      for suffix in ["", ".minisig"] {
        let bytes = try FileSystem.read(path + suffix)
        try user.folder.write("work/\(name).tar.zst\(suffix)", bytes)
        try FileSystem.replace("\(index.path)/\(name).tar.zst\(suffix)", with: bytes)
      }
    }
  }

  func plugctl(_ arguments: [String]) throws -> Outcome {
    let filled = arguments.map { argument in
      switch argument {
      case "{file}", "{old}", "{beta}": "./\(argument.dropFirst().dropLast()).tar.zst"
      case "{url}": server.url + "/file.tar.zst"
      default: argument
      }
    }
    let scope = FileSystem.exists("\(user.work)/plugctl.yaml") ? "project" : "user"
    return try user.plugctl(filled, with: ["PLUGCTL_SCOPE": scope])
  }

  func run(_ arguments: String...) throws { try plugctl(arguments).succeeded() }

  /// The index's own server is gone, and a copy of it is there.
  func useMadeMirror() throws {
    hasMirror.store(true, ordering: .relaxed)
    try update()
    try use(mirror: "\(keeper.work)/mirror")
  }

  func makeBundle(_ items: String...) throws {
    try keeper.plugctl(["bundle", "create", "-o", "\(user.work)/b.tar"] + items).succeeded()
  }

  /// A bundle is made once the news are out.
  func carriesNews() { hasBundle.store(true, ordering: .relaxed) }

  /// The keeper's copies follow the index.
  func update() throws {
    if hasMirror.load(ordering: .relaxed) { try keeper.plugctl("mirror", "mirror").succeeded() }
    guard hasBundle.load(ordering: .relaxed) else { return }
    try keeper.plugctl(
      "bundle", "create", "-o", "\(user.work)/b.tar", "beta", "--all-versions"
    ).succeeded()
  }

  /// The index's own server is gone.
  func useMirror() throws { try use(mirror: server.url) }

  private func use(mirror: String) throws {
    try run("index", "remove", "main")
    let path = "\(user.configuration)/indexes.d/main.yaml"
    try user.add(index, at: server.url, scope: "user")
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    var lines = text.split(separator: "\n").map(String.init)
    lines.removeAll { $0.hasPrefix("url:") }
    lines += ["url: \"http://127.0.0.1:1\"", "mirrors: [\"\(mirror)\"]"]
    try FileSystem.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  func lock() throws {
    try user.folder.write("work/plugctl.yaml", "schema: 1\nplugins: { acme/alpha: =1.1.0 }\n")
    try run("lock")
  }

  func withdraw(lookingUp isLookedUp: Bool) throws {
    try examples.workshop.author.plugctl(
      "withdraw", "acme/alpha", "--to", index.path, "--reason", "a thief made it"
    ).succeeded()
    try update()
    _ = try plugctl(["update"])
    if isLookedUp { try run("info", "acme/alpha") }
  }

  func revoke() throws {
    let keys = try plugctl(["key", "list", "--json"]).data().arrayValue ?? []
    try run("key", "revoke", try #require(keys.first?["id"]?.stringValue), "--reason", "stolen")
  }
}

@Suite("every route by which bytes go live", .takes(lessThan: .seconds(300)))
struct RefusedRouteTests {
  @Test("works while nothing is known against them", arguments: Route.all)
  func good(route: Route) throws {
    let bench = try RouteBench()
    try route.before(bench)
    try bench.update()
    try bench.plugctl(route.command).succeeded()
  }

  @Test("refuses a version that was withdrawn", arguments: Route.all)
  func withdrawn(route: Route) throws {
    let bench = try RouteBench()
    try route.before(bench)
    try bench.withdraw(lookingUp: route.isLookedUp)
    let exits: [String: Int32] = ["solve.conflict": 4, "trust.rollback": 5]
    try refuse(route, bench, route.whereWithdrawn, exit: exits[route.whereWithdrawn] ?? 12)
  }

  @Test("refuses what a revoked key signed (a17)", arguments: Route.all)
  func revoked(route: Route) throws {
    let bench = try RouteBench()
    try route.before(bench)
    try bench.update()
    try bench.revoke()
    try refuse(route, bench, "key.revoked", exit: 5)
  }

  private func refuse(_ route: Route, _ bench: RouteBench, _ code: String, exit: Int32) throws {
    let folders = [bench.user.data, "\(bench.user.work)/.plugctl"]
    let before = try FileListing(folders)
    let outcome = try bench.plugctl(route.command)
    #expect(outcome.exit == exit && outcome.code == code, "\(outcome)")
    #expect(outcome.hint != nil, "\(outcome)")
    // Folders and lock files of a first attempt are no state.
    let changed = try FileListing(folders).difference(from: before).filter { path in
      try !path.hasSuffix("/lock") && FileSystem.status(path).kind != .folder
    }
    #expect(changed == [])
    #expect(!outcome.errors.contains("warning[trust.missing]"), "\(outcome)")
  }
}
