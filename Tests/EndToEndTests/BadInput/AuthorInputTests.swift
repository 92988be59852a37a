import Files
import PkgCore
import TestSupport
import Testing

@Suite("a manifest that can't be read")
struct UnreadableManifestTests {
  let user: Sandbox
  init() throws { user = try Sandbox() }

  @Test(
    "is refused with 13, at its line and column",
    arguments: [
      ("schema: 1\nname: [unclosed\n", "3:1"), ("schema: 1\n\tname: x\n", "2:1"),
      ("schema: 1\nname: a\nname: b\n", "3:1"),
      ("- a\n- b\n", "1:1"),
      ("schema: 1\npublisher: acme\nname: UPPER\nversion: 1.0.0\nhost: sqlite\n", "3:7"),
      ("schema: 1\npublisher: acme\nname: x\nversion: one\nhost: sqlite\n", "4:10"),
      (
        "schema: 1\npublisher: acme\nname: x\nversion: 1.0.0\nhost: sqlite\ndependencies: { y: '>>1' }\n",
        "6:"
      ),
    ]
      + [
        ("dependencies: { y: ^1, x: ^1 }", "6:24"), ("dependencies: { acme/X: ^1 }", "6:17"),
        ("conflicts: { x: <1 }", "6:14"), ("dependencies: { y: '>2 <1' }", "6:20"),
        ("dependencies: { y: { version: '<0.0.0-0' } }", "6:31"),
        ("any_of: [{ y: 1, acme/x: 1 }]", "6:18"), ("requires: { host: '>3 <2' }", "6:19"),
      ].map { line, place in
        (
          "schema: 1\npublisher: acme\nname: x\nversion: 1.0.0\nhost: sqlite\n\(line)\nvariants: [{ platform: linux-x86_64-gnu, library: x.so }]\n",
          place
        )
      })
  func refused(text: String, place: String) throws {
    try user.folder.write("work/plugin/plugin.yaml", text)
    for command in ["pack", "lint"] {
      let outcome = try user.plugctl(command, "plugin")
      #expect(outcome.exit == 13, "\(outcome)")
      #expect((outcome.errors + outcome.output).contains("plugin.yaml:\(place)"), "\(outcome)")
    }
  }

  @Test("names a library that is not there, or no library", arguments: [nil, "text"])
  func library(content: String?) throws {
    try user.folder.write(
      "work/plugin/plugin.yaml",
      """
      schema: 1
      publisher: acme
      name: x
      version: 1.0.0
      host: sqlite
      type: extension
      variants: [{ platform: \(Platform.current.text), library: x.so }]

      """)
    if let content { try user.folder.write("work/plugin/x.so", content) }
    let outcome = try user.plugctl("pack", "plugin")
    #expect([3, 13].contains(outcome.exit) && outcome.errors.contains("x.so"), "\(outcome)")
  }
}

@Suite("a profile or configuration that can't be read")
struct UnreadableConfigurationTests {
  @Test(
    "is refused with 13 and its place",
    arguments: [
      ("hosts.d/mine.yaml", "schema: 1\nid: [\n"), ("hosts.d/mine.yaml", "schema: 9\nid: mine\n"),
      ("hosts.d/mine.yaml", "schema: 1\ntitle: no id\n"),
    ])
  func profile(file: String, text: String) throws {
    let user = try Sandbox()
    try user.folder.write("home/.config/plugctl/\(file)", text)
    let outcome = try user.plugctl("host", "show", "mine")
    #expect(outcome.exit == 13 && outcome.errors.contains("mine.yaml"), "\(outcome)")
  }
}

@Suite("publishing")
struct PublishingTests {
  let examples: Examples
  init() throws { examples = try Examples.shared.get() }

  @Test("the same archive twice is nothing to do")
  func again() throws {
    let (index, owner) = try examples.index.copy()
    let before = try FileListing([owner.path])
    try index.publish(try #require(examples.archives["delta 1.0.0"])).succeeded()
    #expect(try FileListing([owner.path]).difference(from: before) == [])
  }

  @Test("a version with other bytes is refused with 13, and the index stays")
  func immutable() throws {
    let (index, owner) = try examples.index.copy()
    let other = try examples.workshop.packExtension(
      "delta", "1.0.0", files: [("README", Array("new".utf8))])
    let before = try FileListing([owner.path])
    let outcome = try index.publish(other)
    #expect(outcome.exit == 13 && outcome.code == "index.immutable", "\(outcome)")
    #expect(try FileListing([owner.path]).difference(from: before) == [])
  }

  @Test("by another key than the plugin's is refused with 5")
  func otherKey() throws {
    let (index, owner) = try examples.index.copy()
    let thief = try Workshop()
    let archive = try thief.packExtension("delta", "1.2.0")
    let before = try FileListing([owner.path])
    let outcome = try index.publish(archive)
    #expect(outcome.exit == 5, "\(outcome)")
    #expect(try FileListing([owner.path]).difference(from: before) == [])
  }

  @Test("an archive without signature is refused")
  func unsigned() throws {
    let (index, owner) = try examples.index.copy()
    let workshop = examples.workshop
    let archive = try workshop.pack(
      Workshop.Facts(name: "plain", version: "1.0.0"),
      library: workshop.extensionLibrary("plain", "1.0.0"), key: nil)
    let outcome = try index.publish(archive)
    #expect(outcome.exit == 5 && outcome.code == "signature.missing", "\(outcome)")
    withExtendedLifetime(owner) {}
  }

  @Test("of several archives with one bad takes none")
  func allOrNone() throws {
    let (index, owner) = try examples.index.copy()
    let good = try examples.workshop.packExtension("fresh", "1.0.0")
    let bad = try examples.workshop.packExtension(
      "delta", "1.0.0", files: [("README", Array("x".utf8))])
    let before = try FileListing([owner.path])
    #expect(try index.publish(good, bad).exit == 13)
    #expect(try FileListing([owner.path]).difference(from: before) == [])
  }

  @Test(
    "an index that was altered anywhere fails its check with 13",
    arguments: ["metadata", "targets", "a"])
  func check(part: String) throws {
    let (index, owner) = try examples.index.copy()
    try examples.workshop.author.plugctl("index", "check", index.path).succeeded()
    // Records that were replaced are still served to who has older metadata; bulk's never was.
    let files = try FileListing(["\(index.path)/\(part)"]).entries.keys.sorted().filter {
      !$0.hasSuffix(".minisig") && (part != "targets" || $0.hasSuffix(".bulk.json"))
    }
    let file = try #require(
      files.last { FileSystem.target($0)?.kind == .file && !$0.hasSuffix("root.json") })
    var bytes = try FileSystem.read(file)
    bytes[bytes.count / 2] ^= 1
    try FileSystem.replace(file, with: bytes)
    let outcome = try examples.workshop.author.plugctl("index", "check", index.path)
    #expect(outcome.exit == 13 && outcome.code == "index.invalid", "\(file): \(outcome)")
    withExtendedLifetime(owner) {}
  }

  @Test("an index's check names what its plugins need and nothing in it answers")
  func unanswered() throws {
    let check = try examples.workshop.author.plugctl("index", "check", examples.index.path)
      .succeeded()
    let sentence =
      "`acme/orphan` 1.0.0 needs `acme/absent` ^1, which nothing in this index answers"
    #expect(check.lines.filter { $0.hasPrefix("note:") } == ["note: \(sentence)"], "\(check)")
    let json = try examples.workshop.author.plugctl(
      "index", "check", examples.index.path, "--json")
    #expect(try json.data()["unanswered"]?.arrayValue?.map(\.stringValue) == [sentence])
  }

  @Test("a yanked version stays, says so, and can be taken back")
  func yank() throws {
    let (index, owner) = try examples.index.copy()
    let user = try Sandbox()
    try user.add(index)
    let versions = try user.plugctl("versions", "taken").succeeded()
    #expect(
      versions.lines.contains {
        $0.hasPrefix("1.1.0\t") && $0.contains("yanked") && $0.contains("it loses data")
      }, "\(versions)")
    let exact = try user.plugctl("install", "taken@1.1.0").succeeded()
    #expect(exact.errors.contains("yanked"), "\(exact)")
    try examples.workshop.author.plugctl("unyank", "acme/taken@1.1.0", "--to", index.path)
      .succeeded()
    let other = try Sandbox()
    try other.add(index)
    try other.plugctl("install", "taken").succeeded()
    #expect(try other.list() == ["taken 1.1.0"])
    withExtendedLifetime(owner) {}
  }

  @Test(
    "a deprecated plugin stays installable and says what to use instead, until that is taken back")
  func deprecate() throws {
    let (index, owner) = try examples.index.copy()
    let author = examples.workshop.author
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "delta@1.0.0").succeeded()
    for arguments in [[], ["--message", ""], ["--undo", "--message", "x"]] {
      #expect(
        try author.plugctl(["deprecate", "acme/delta", "--to", index.path] + arguments).exit == 2)
    }
    try author.plugctl(
      "deprecate", "acme/delta", "--message", "use acme/alpha", "--to", index.path
    ).succeeded()
    try user.plugctl("update").succeeded()
    let outdated = try user.plugctl("outdated").succeeded()
    #expect(
      outdated.output == "sqlite\tacme/delta\t1.0.0\t1.1.0\t1.1.0\tdeprecated: use acme/alpha\n",
      "\(outdated)")
    #expect(try user.plugctl("info", "delta").succeeded().output.contains("use acme/alpha"))
    let upgrade = try user.plugctl("upgrade").succeeded()
    #expect(upgrade.errors.contains("warning[version.deprecated]"), "\(upgrade)")
    #expect(try user.plugctl("outdated").succeeded().output.contains("deprecated"))
    try author.plugctl("deprecate", "acme/delta", "--undo", "--to", index.path).succeeded()
    try user.plugctl("update").succeeded()
    #expect(try user.plugctl("outdated").succeeded().output == "")
    withExtendedLifetime(owner) {}
  }
}
