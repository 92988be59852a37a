import Files
import PkgCore
import TestSupport
import Testing

@Suite("a policy", .takes(lessThan: .seconds(180)))
struct PolicyTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
  }

  private func write(_ policy: String) throws {
    try user.folder.write("home/.config/plugctl/policy.yaml", "schema: 1\n\(policy)\n")
  }

  private func trustMaker() throws {
    try user.plugctl(
      "key", "trust", "\(examples.workshop.author.configuration)/keys/maker.pub"
    ).succeeded()
  }

  enum Route: CaseIterable, Sendable {
    case index, dependency, file, url, mirror, cache, rollback, enable, project
  }

  /// Brings everything to the point before the last command of a route, which is answered.
  private func prepare(_ route: Route) throws -> (command: [String], folder: String) {
    let delta = try #require(examples.archives["delta 1.1.0"])
    try user.add(examples.index)
    switch route {
    case .index: return (["install", "alpha"], user.work)
    case .dependency: return (["install", "beta"], user.work)
    case .file:
      try trustMaker()
      return (["install", delta], user.work)
    case .url:
      try trustMaker()
      return (["install", "file://\(delta)"], user.work)
    case .mirror:
      try user.plugctl("index", "remove", "main").succeeded()
      try user.plugctl(
        "index", "add", "\(user.work)/gone", "--name", "main", "--trust",
        examples.index.fingerprint, "--mirror", examples.index.path
      ).succeeded()
      return (["install", "alpha"], user.work)
    case .cache:
      try user.plugctl("install", "alpha").succeeded()
      try user.plugctl("remove", "alpha").succeeded()
      try FileSystem.removeTree("\(user.data)/trees")
      return (["install", "alpha", "--offline"], user.work)
    case .rollback:
      try user.plugctl("install", "alpha").succeeded()
      try user.plugctl("remove", "alpha").succeeded()
      return (["rollback"], user.work)
    case .enable:
      try user.plugctl("install", "alpha").succeeded()
      try user.plugctl("disable", "alpha").succeeded()
      return (["enable", "alpha"], user.work)
    case .project:
      try user.folder.write("work/p/plugctl.yaml", "schema: 1\nplugins: { acme/alpha: \"*\" }\n")
      return (["sync", "--scope", "project"], "\(user.work)/p")
    }
  }

  static let refusals: [(policy: String, code: String)] = [
    ("keys: { acme: [0123456789ABCDEF] }", "policy.key"),
    ("revoked_keys: [MAKER]", "key.revoked"),
    ("scanners: [{ argv: [/bin/false] }]", "policy.scanner"),
  ]

  @Test("holds on every route, and nothing changes", arguments: Route.allCases)
  func routes(route: Route) throws {
    let (command, folder) = try prepare(route)
    let scope = route == .project ? "project" : "user"
    func state() throws -> String {
      try user.plugctl(["list", "--json", "--scope", scope], in: folder).succeeded().output
    }
    let before = try state()
    let maker = try user.plugctl("policy", "check", "alpha", "--json").data()["key"]?.stringValue
    for refusal in Self.refusals {
      try write(refusal.policy.replacing("MAKER", with: try #require(maker)))
      let outcome = try user.plugctl(command, in: folder)
      #expect(outcome.code == refusal.code, "\(route): \(outcome)")
      #expect(outcome.exit == (refusal.code == "key.revoked" ? 5 : 12), "\(outcome)")
      #expect(outcome.hint != nil, "\(outcome)")
      #expect(try state() == before)
      // What would be refused is refused where it is only shown, too; scanners need the bytes.
      guard refusal.code != "policy.scanner", route != .project else { continue }
      #expect(try user.plugctl(command + ["--dry-run"], in: folder).code == refusal.code)
    }
    try write("scanners: [{ argv: [/bin/true] }]")
    try user.plugctl(command, in: folder).succeeded()
    #expect(try state() != before)
  }

  @Test("with an exception lets an unsigned archive in, by its bytes and up to its end")
  func unsigned() throws {
    let workshop = examples.workshop
    let archive = try workshop.pack(
      Workshop.Facts(name: "bare", version: "1.0.0"),
      library: workshop.extensionLibrary("bare", "1.0.0"), key: nil)
    let refused = try user.plugctl("install", archive)
    #expect(refused.exit == 12 && refused.code == "policy.unsigned", "\(refused)")
    let digest = try #require(
      refused.errors.split(separator: "\n").first { $0.hasPrefix("  sha256 ") }?.dropFirst(9))
    func exception(_ plugin: String, _ more: String, until: String = "2999-01-01") throws {
      try write("unsigned: [{ plugin: \(plugin), reason: \"no key yet\", until: \(until)\(more) }]")
    }
    for (plugin, more, until) in [
      ("acme/bare", "", "2999-01-01"), ("acme/other", ", sha256: \(digest)", "2999-01-01"),
      ("acme/bare", ", sha256: \(digest), version: 2.0.0", "2999-01-01"),
      ("acme/bare", ", sha256: \(digest)", "2020-01-01"),
      ("acme/bare", ", sha256: \(String(repeating: "0", count: 64))", "2999-01-01"),
    ] {
      try exception(plugin, more, until: until)
      let outcome = try user.plugctl("install", archive)
      #expect(
        outcome.exit == 12 && outcome.code == "policy.unsigned", "\(plugin)\(more): \(outcome)")
    }
    try exception("acme/bare", ", sha256: \(digest)")
    try user.plugctl("install", archive).succeeded()
    // It is marked, and does not come back once the exception is over.
    #expect(try user.plugctl("list").succeeded().output.contains("\tunsigned"))
    try user.plugctl("remove", "bare").succeeded()
    try exception("acme/bare", ", sha256: \(digest)", until: "2020-01-01")
    #expect(try user.plugctl("rollback").code == "policy.unsigned")
  }

  @Test(
    "has packages looked through by clamscan before they go live",
    .enabled(if: Programs.path(of: "clamscan") != nil))
  func clamscan() throws {
    let workshop = examples.workshop
    let evil = "this is what the test's own signature finds"
    let hexadecimal = evil.utf8.map { String($0, radix: 16) }.joined()
    let database = try user.folder.write("work/test.ndb", "Test.Evil:0:*:\(hexadecimal)\n")
    let clamscan = try #require(Programs.path(of: "clamscan"))
    try write("scanners: [{ argv: [\(clamscan), -r, -i, --no-summary, -d, \(database)] }]")
    let index = try workshop.makeIndex()
    for (name, text) in [("clean", "nothing"), ("dirty", evil)] {
      try index.publish(
        workshop.packExtension(name, "1.0.0", files: [("data.txt", Array(text.utf8))])
      ).succeeded()
    }
    try user.add(index)
    let outcome = try user.plugctl("install", "dirty")
    #expect(outcome.exit == 12 && outcome.code == "policy.scanner", "\(outcome)")
    #expect(outcome.errors.contains("Test.Evil") && outcome.errors.contains("acme/dirty"))
    try user.plugctl("install", "clean").succeeded()
    #expect(try user.list() == ["clean 1.0.0"])
  }

  @Test(
    "runs a scanner with the folders of packages, a time, and none of the caller's surroundings")
  func scanners() throws {
    try user.add(examples.index)
    let seen = "\(user.work)/seen"
    let script = try user.folder.write(
      "work/scan.sh",
      "#!/bin/sh\nenv >> \(seen)\nfor a; do ls \"$a/plugin.json\" >> \(seen); done\n")
    try FileSystem.setMode(script, 0o755)
    try write("scanners: [{ argv: [\(script)] }, { argv: [\(script), \"{tree}\"] }]")
    try user.plugctl(["install", "beta"], with: ["SECRET": "1", "LD_LIBRARY_PATH": "/x"])
      .succeeded()
    let text = String(decoding: try FileSystem.read(seen), as: UTF8.self)
    #expect(text.split(separator: "\n").count { $0.hasSuffix("/plugin.json") } == 4)
    #expect(text.split(separator: "\n").count { $0.hasPrefix("HOME=") } == 3)
    #expect(!text.contains("SECRET") && !text.contains("LD_LIBRARY_PATH"))
    for (line, words) in [
      ("{ argv: [/bin/sh, -c, \"sleep 60\"], timeout: 1s }", "took too long"),
      ("{ argv: [/no/such/program] }", "could not be run"),
      ("{ argv: [/bin/sh, -c, \"kill -9 $$\"] }", "broke off"),
      ("{ argv: [/bin/sh, -c, \"echo found something; exit 3\"] }", "found something"),
    ] {
      try write("scanners: [\(line)]")
      let outcome = try user.plugctl("install", "delta")
      #expect(outcome.exit == 12 && outcome.code == "policy.scanner", "\(outcome)")
      #expect(outcome.errors.contains(words), "\(outcome)")
    }
    #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test("of a project makes things stricter and nothing looser")
  func project() throws {
    try user.add(examples.index)
    let project = "\(user.work)/p"
    func command(_ policy: String) throws -> Outcome {
      try user.folder.write("work/p/plugctl.yaml", "schema: 1\npolicy: { \(policy) }\n")
      return try user.plugctl(
        ["install", "alpha", "--scope", "project", "--no-save"], in: project)
    }
    #expect(try command("keys: { acme: [0123456789ABCDEF] }").code == "policy.key")
    let looser = try command("scanners: [{ argv: [/bin/true] }]")
    #expect(looser.exit == 13 && looser.code == "project.invalid", "\(looser)")
    try write("keys: { acme: [0123456789ABCDEF] }")
    #expect(try command("publishers: any").code == "policy.key")
    let shown = try user.plugctl(
      ["policy", "show", "--scope", "project"], in: project
    ).succeeded()
    #expect(shown.lines.contains { $0.hasPrefix("publishers\t") })
  }

  @Test("is shown with the file that says each value, and checked")
  func show() throws {
    let usual = try user.plugctl("policy", "show").succeeded().lines
    #expect(usual.count == 1 && usual[0].hasSuffix("\tbuilt in"), "\(usual)")
    try user.add(examples.index)
    let admitted = try user.plugctl("policy", "check", "alpha").succeeded()
    #expect(admitted.output.contains("acme/alpha 2.0.0, signed by "))
    try write("publishers: any\nkeys: { acme: [0123456789ABCDEF] }")
    let lines = try user.plugctl("policy", "show").succeeded().lines
    let path = "\(user.configuration)/policy.yaml"
    #expect(lines.contains("publishers\tany\t\(path)"))
    #expect(lines.contains("keys\tacme: 123456789ABCDEF\t\(path)"))
    let refused = try user.plugctl("policy", "check", "alpha@1.0.0")
    #expect(refused.exit == 12 && refused.code == "policy.key", "\(refused)")
    #expect(refused.output.contains("may not be installed"))
    let delta = try #require(examples.archives["delta 1.1.0"])
    #expect(try user.plugctl("policy", "check", delta).code == "key.untrusted")
    try write("publishers: most\nscaners: []")
    for command in [["policy", "check"], ["policy", "show"], ["install", "alpha"]] {
      let broken = try user.plugctl(command)
      #expect(broken.exit == 13 && broken.code == "config.invalid", "\(broken)")
      #expect(broken.errors.contains("policy.yaml:2:") && broken.errors.contains("`scanners`"))
    }
    #expect(try user.list() == [])
  }

  @Test("that can't be read stops what it should have ruled, and says where")
  func unreadable() throws {
    try user.add(examples.index)
    try FileSystem.makeFolders("\(user.configuration)/policy.yaml")
    let outcome = try user.plugctl("install", "alpha")
    #expect(!outcome.succeeds && outcome.errors.contains("policy.yaml"), "\(outcome)")
  }

  @Test("has a key's hand-over to the next stated by the old one, as minisign checks it")
  func rotation() throws {
    for name in ["old", "new"] {
      try user.plugctl("key", "generate", name, "--unencrypted").succeeded()
    }
    let statement = try user.plugctl("key", "rotate", "old", "new", "--publisher", "acme")
      .succeeded().output
    #expect(statement.contains("trusted comment: plugctl-key:1 acme sha256="))
    let key = try user.plugctl("key", "list", "--json").data().arrayValue?.first {
      $0["name"]?.stringValue == "new"
    }
    let line = try #require(key?["publicKey"]?.stringValue)
    try user.folder.write("work/next", line)
    try user.folder.write("work/next.minisig", statement)
    try user.run(["minisign", "-Vm", "next", "-p", "\(user.configuration)/keys/old.pub"])
      .succeeded()
    #expect(try user.plugctl("key", "rotate", "old", "new").exit == 2)
  }
}
