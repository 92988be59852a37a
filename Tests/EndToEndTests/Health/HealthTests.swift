import Files
import PkgCore
import TestSupport
import Testing

@Suite("audit")
struct AuditCommandTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  private func kinds(_ arguments: String...) throws -> [String] {
    let findings = try user.plugctl(arguments + ["--json"]).data().arrayValue ?? []
    return findings.compactMap { finding in
      finding["kind"]?.stringValue.map { "\($0) \(finding["subject"]?.stringValue ?? "")" }
    }
  }

  @Test("finds nothing where nothing is known, and exits with 0")
  func nothing() throws {
    #expect(try kinds("audit") == [])
    try user.plugctl("install", "alpha").succeeded()
    let outcome = try user.plugctl("audit", "--exit-code").succeeded()
    #expect(outcome.output == "")
  }

  @Test("finds yanked versions and revoked keys, and exits with 20 only where it is told to")
  func found() throws {
    try user.plugctl("install", "taken@1.1.0").succeeded()
    #expect(try kinds("audit") == ["yanked acme/taken 1.1.0"])
    #expect(try user.plugctl("audit").exit == 0)
    let outcome = try user.plugctl("audit", "--exit-code")
    #expect(outcome.exit == 20 && outcome.output.contains("it loses data"), "\(outcome)")
    let key = try user.plugctl("policy", "check", "taken@1.0.0", "--json").data()["key"]
    try user.plugctl("key", "revoke", try #require(key?.stringValue)).succeeded()
    #expect(try kinds("audit") == ["revoked acme/taken 1.1.0", "yanked acme/taken 1.1.0"])
    #expect(try kinds("doctor").contains("revoked acme/taken 1.1.0"))
  }

  @Test("finds a version that was withdrawn after it was installed")
  func withdrawn() throws {
    let (index, owner) = try examples.index.copy()
    let other = try Sandbox()
    try other.add(index)
    try other.plugctl("install", "alpha").succeeded()
    try examples.workshop.author.plugctl(
      "withdraw", "acme/alpha@2.0.0", "--to", index.path, "--reason", "a thief made it"
    ).succeeded()
    try other.plugctl("update").succeeded()
    let outcome = try other.plugctl("audit", "--exit-code")
    #expect(outcome.exit == 20 && outcome.output.hasPrefix("error[withdrawn]"), "\(outcome)")
    #expect(outcome.output.contains("a thief made it"))
    _ = owner
  }

  @Test("finds what the policy would not admit any more, and what comes from no known index")
  func policy() throws {
    try user.plugctl("install", "alpha").succeeded()
    try user.folder.write(
      "home/.config/plugctl/policy.yaml", "schema: 1\nkeys: { acme: [0123456789ABCDEF] }\n")
    #expect(try kinds("audit") == ["key acme/alpha 2.0.0"])
    try FileSystem.remove("\(user.configuration)/policy.yaml")
    try user.plugctl("index", "remove", "main").succeeded()
    #expect(try kinds("audit") == ["unknown acme/alpha 2.0.0"])
  }

  @Test("fails where an index can't be asked, since then nobody knows")
  func unreachable() throws {
    let server = try WebServer(examples.index.path)
    try user.plugctl("index", "remove", "main").succeeded()
    try user.add(examples.index, at: server.url)
    try user.plugctl("install", "alpha").succeeded()
    server.answers { _ in .status(404) }
    try FileSystem.removeTree("\(user.cache)/index")
    let outcome = try user.plugctl("audit", "--exit-code")
    #expect(outcome.exit == 6, "\(outcome)")
  }

  @Test(
    "finds that an index's metadata has expired", .enabled(if: FakeClock.library != nil))
  func expired() throws {
    try user.plugctl("install", "alpha").succeeded()
    let outcome = try user.plugctl(["audit", "--json"], with: FakeClock.moved("+8d"))
    let first = try outcome.data().arrayValue?.first
    #expect(first?["kind"]?.stringValue == "expired", "\(outcome)")
  }
}

@Suite("advisories of an index")
struct AdvisoryCommandTests {
  let index: ExampleIndex
  let owner: TestFolder
  let author: Sandbox

  init() throws {
    let examples = try Examples.shared.get()
    (index, owner) = try examples.index.copy()
    author = examples.workshop.author
  }

  private func advisory(_ more: String = "", id: String = "ACME-1", name: String = "acme/alpha")
    -> String
  {
    """
    { "id": "\(id)", "summary": "reads too far"\(more), "affected": [ { "package":
      { "ecosystem": "plugctl", "name": "\(name)" }, "ranges": [ { "type": "SEMVER",
      "events": [ { "introduced": "0" }, { "fixed": "1.1.0" } ] } ] } ], "x": { "unknown": 1.5 } }
    """
  }

  private func add(_ texts: String...) throws -> Outcome {
    let folder = try TestFolder("osv")
    for (place, text) in texts.enumerated() { try folder.write("\(place).json", text) }
    return try author.plugctl(
      ["index", "advisory", "add", "--to", index.path]
        + texts.indices.map { folder.file("\($0).json") })
  }

  private func listed() throws -> [String] {
    try author.plugctl("index", "advisory", "list", index.path).succeeded().lines
  }

  @Test("are published, replaced, found by `audit`, and taken away")
  func published() throws {
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "alpha@1.0.0", "delta").succeeded()
    #expect(try listed() == [])
    let other = advisory(id: "ACME-0", name: "acme/nobody")
    let added = try add(advisory(), other).succeeded()
    #expect(added.lines.prefix(2) == ["published ACME-1", "published ACME-0"], "\(added)")
    #expect(added.output.contains("note: the index has no plugin `acme/nobody`"), "\(added)")
    #expect(
      try listed() == ["ACME-0\tacme/nobody\treads too far", "ACME-1\tacme/alpha\treads too far"])
    try author.plugctl("index", "check", index.path).succeeded()
    try user.plugctl("update").succeeded()
    let audit = try user.plugctl("audit", "--exit-code")
    #expect(audit.exit == 20 && audit.output.contains("ACME-1: reads too far"), "\(audit)")
    #expect(audit.output.contains("mended in 1.1.0") && !audit.output.contains("ACME-0"))
    // As wrong as it turned out to be.
    try add(advisory(", \"withdrawn\": \"2026-01-01T00:00:00Z\"")).succeeded()
    #expect(try listed() == ["ACME-0\tacme/nobody\treads too far"])
    try user.plugctl("update").succeeded()
    try user.plugctl("audit", "--exit-code").succeeded()
    try author.plugctl("index", "advisory", "remove", "ACME-0", "--to", index.path).succeeded()
    #expect(try listed() == [])
    let gone = try author.plugctl("index", "advisory", "remove", "ACME-0", "--to", index.path)
    #expect(gone.exit == 3 && gone.code == "advisory.unknown" && gone.hint != nil, "\(gone)")
  }

  @Test("that `audit` could not read, or that would warn nobody, are refused whole")
  func refused() throws {
    try add(advisory()).succeeded()
    let before = try FileListing([index.path])
    let good = advisory(id: "ACME-2")
    let bad = [
      "{", "[]", "{}", "\"x\"", "{ \"schema\": 1, \"advisories\": [] }",
      "{ \"id\": \"A\", \"affected\": [] }", "{ \"id\": \"\", \"affected\": [] }",
      advisory(name: "alpha"), advisory(name: "acme/../alpha"),
      advisory().replacing("plugctl", with: "npm"), advisory().replacing("1.1.0", with: "one"),
      advisory().replacing("SEMVER", with: "GIT"), advisory(", \"id\": \"B\""),
      advisory().replacing("introduced", with: "begun"),
    ]
    for text in bad {
      let outcome = try add(good, text)
      #expect(outcome.exit == 13 && outcome.code == "index.invalid", "\(text): \(outcome)")
      #expect(outcome.hint != nil && outcome.errors.contains("1.json"), "\(outcome)")
      #expect(try FileListing([index.path]).difference(from: before) == [], "\(text)")
    }
  }
}

extension String {
  fileprivate func replacing(_ old: String, with new: String) -> String {
    var result = ""
    var rest = self[...]
    while let first = rest.first {
      if rest.hasPrefix(old) {
        result += new
        rest = rest.dropFirst(old.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

@Suite("doctor")
struct DoctorTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  private func kinds(_ variables: [String: String] = [:]) throws -> [String] {
    let findings = try user.plugctl(["doctor", "--json"], with: variables).data().arrayValue ?? []
    // For how long an index is valid is said as long as it is.
    return findings.compactMap { $0["kind"]?.stringValue }.filter { $0 != "valid" }
  }

  @Test("says of a fresh index only that one key signs its root, which is no reason to fail")
  func fresh() throws {
    #expect(try kinds() == ["threshold"])
    let outcome = try user.plugctl("doctor", "--exit-code").succeeded()
    // Seven only within the second in which the index was made.
    let said = [6, 7].map { "valid for \($0) days, until 20" }
    #expect(said.contains { outcome.output.contains($0) }, "\(outcome)")
  }

  @Test(
    "warns when less than a third of a term is left, and when none is",
    .enabled(if: FakeClock.library != nil),
    arguments: [("+4d", []), ("+5d", ["expiring", "expiring"]), ("+8d", ["expired", "expired"])])
  func terms(offset: String, expected: [String]) throws {
    let found = try kinds(FakeClock.moved(offset))
    #expect(found.filter { $0.hasPrefix("expir") } == expected, "\(found)")
    if !expected.isEmpty {
      #expect(
        try user.plugctl(["doctor", "--exit-code"], with: FakeClock.moved(offset)).exit == 20)
    }
  }

  @Test(
    "looks at the roles on which installed plugins hang", .enabled(if: FakeClock.library != nil))
  func roles() throws {
    try user.plugctl("install", "alpha").succeeded()
    let findings = try user.plugctl(["doctor", "--json"], with: FakeClock.moved("+300d")).data()
    let roles = Set(
      (findings.arrayValue ?? []).compactMap { finding -> String? in
        let (kind, role) = (finding["kind"]?.stringValue, finding["reference"]?.stringValue)
        return kind.flatMap { kind in role.map { "\(kind) \($0)" } }
      })
    #expect(
      roles.isSuperset(of: [
        "expiring root", "expiring pub-acme", "expired trusted", "expired targets",
        "expired snapshot",
      ]), "\(roles)")
  }

  @Test(
    "says that the clock is behind what was signed already", .enabled(if: FakeClock.library != nil))
  func clock() throws {
    let text = try user.plugctl(["doctor"], with: FakeClock.moved("-2d")).output
    #expect(text.contains("error[clock]"), "\(text)")
  }

  @Test("shows exceptions: those that end soon or ended as warnings")
  func exceptions() throws {
    func write(_ until: String) throws {
      try user.folder.write(
        "home/.config/plugctl/policy.yaml",
        "schema: 1\nunsigned: [{ plugin: acme/x, reason: \"no key yet\", until: \(until) }]\n")
    }
    try write("2999-01-01")
    let far = try user.plugctl("doctor", "--exit-code").succeeded()
    #expect(far.output.contains("notice[exception]: acme/x: may be unsigned until 2999-01-01"))
    try write("2020-01-01")
    let over = try user.plugctl("doctor", "--exit-code")
    #expect(over.exit == 20 && over.output.contains("warning[exception]: acme/x"), "\(over)")
  }

  @Test("finds secrets that others can read, and rules that others can write")
  func permissions() throws {
    try user.plugctl("key", "generate", "mine", "--unencrypted").succeeded()
    #expect(try kinds() == ["threshold"])
    try FileSystem.setMode("\(user.configuration)/keys/mine.key", 0o644)
    try FileSystem.setMode("\(user.configuration)/indexes.d/main.yaml", 0o666)
    #expect(try kinds() == ["permissions", "permissions", "threshold"])
    let text = try user.plugctl("doctor").output
    #expect(text.contains("warning[permissions]: \(user.configuration)/keys/mine.key"))
    #expect(text.contains("error[permissions]: \(user.configuration)/indexes.d/main.yaml"))
    #expect(text.contains("hint: run `chmod "))
  }

  @Test("finds scanners and files of an index's access that are not there")
  func missing() throws {
    try user.folder.write(
      "home/.config/plugctl/policy.yaml", "schema: 1\nscanners: [{ argv: [/no/such/scanner] }]\n")
    let path = "\(user.configuration)/indexes.d/main.yaml"
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    try FileSystem.replace(path, with: Array((text + "auth: { netrc: ~/nowhere }\n").utf8))
    #expect(try kinds() == ["access", "scanner", "threshold"])
  }

  @Test("goes on where one index's trust is damaged")
  func damaged() throws {
    try user.folder.write("home/.local/state/plugctl/trust/indexes/main/root.json", "{}")
    #expect(try kinds() == ["trust"])
  }
}
