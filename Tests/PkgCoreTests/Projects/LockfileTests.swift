import PkgCore
import Testing

@Suite("Lockfile")
struct LockfileTests {
  private static let digest = SHA256Digest(bytes: [UInt8](repeating: 7, count: 32))

  private func entry(
    _ name: String, wanted: String? = nil, by needers: [String] = [], floors: Release.Floors? = nil
  ) throws -> Lockfile.Entry {
    Lockfile.Entry(
      name: try PluginName(name), version: Version(1, 2, 3), index: "main",
      key: "0123456789ABCDEF", wanted: try wanted.map { try VersionRange($0) },
      neededBy: try needers.map { try PluginName($0) },
      variants: [
        .init(platform: .current, archive: try #require(Self.digest), floors: floors)
      ])
  }

  private func lock(_ entries: [Lockfile.Entry]) throws -> Lockfile {
    var target = ProjectTarget(platform: .current)
    target.glibc = SymbolVersion("2.36")
    return Lockfile(
      wanted: try #require(Self.digest), targets: [target],
      hosts: [.init(id: "sqlite", entries: entries)])
  }

  @Test("is read back as it was written, byte for byte")
  func roundTrip() throws {
    var special = try entry(
      "a/b", by: ["a/c"], floors: .init(glibc: "2.34", glibcxx: nil, cxxabi: "1.3.13"))
    special.host = try VersionRange(">=3 <4")
    special.abi = 1
    let lock = try lock([special, try entry("a/c", wanted: "^1.2")])
    let read = try Lockfile(lock.json.prettyBytes, path: "x")
    #expect(read.json.prettyBytes == lock.json.prettyBytes)
    #expect(read.hosts == lock.hosts)
    #expect(read.targets == lock.targets)
  }

  @Test("is written sorted, whatever the order of its parts")
  func sorted() throws {
    let entries = [try entry("b/x", wanted: "*"), try entry("a/z", wanted: "*")]
    let (one, other) = (try lock(entries), try lock(entries.reversed()))
    #expect(one.json.prettyBytes == other.json.prettyBytes)
  }

  @Test("loses what is no longer wanted with all that only it needed, rings too")
  func dropping() throws {
    let lock = try lock([
      entry("a/app", wanted: "^1"), entry("a/tool", wanted: "^1", by: ["a/app"]),
      entry("a/lib", by: ["a/tool", "a/app"]), entry("a/ring1", by: ["a/app", "a/ring2"]),
      entry("a/ring2", by: ["a/ring1"]), entry("a/other", wanted: "*"),
    ])
    let names = { (lock: Lockfile) in lock.entries(of: "sqlite").map(\.name.name.text) }
    let digest = try #require(Self.digest)
    let withoutApp = lock.dropping([try PluginName("a/app")], wanted: digest)
    #expect(names(withoutApp) == ["tool", "lib", "other"])
    #expect(withoutApp.entries(of: "sqlite")[0].neededBy == [])
    #expect(withoutApp.entries(of: "sqlite")[1].neededBy.map(\.name.text) == ["tool"])
    // What another needs stays, and is no longer asked for.
    let withoutTool = lock.dropping([try PluginName("a/tool")], wanted: digest)
    #expect(names(withoutTool) == names(lock))
    #expect(withoutTool.entries(of: "sqlite")[1].isRequested == false)
    let all = try lock.dropping(
      [PluginName("a/app"), PluginName("a/tool"), PluginName("a/other")], wanted: digest)
    #expect(all.hosts == [])
  }

  @Test(
    "says what is wrong with a malformed one",
    arguments: [
      ("{\"schema\": 1}", DiagnosticCode.lockInvalid), ("[]", .lockInvalid), ("", .lockInvalid),
      ("{\"schema\": 2}", .schemaUnknown), ("{}\n>>>>>>> theirs\n", .lockConflict),
      ("{}\n||||||| base\n", .lockConflict), ("{\"schema\": 1, \"schema\": 1}", .lockInvalid),
    ])
  func malformed(text: String, code: DiagnosticCode) {
    let error = #expect(throws: Diagnostic.self) {
      try Lockfile(Array(text.utf8), path: "plugctl.lock")
    }
    #expect(error?.code == code)
    #expect(error?.hint != nil)
  }

  @Test(
    "refuses an entry whose parts are not what they must be",
    arguments: [
      ("1.2.3", "1.2"), ("main", "../x"), ("a/b", "b"), ("^1.2", "1..2"), ("sqlite", "../../x"),
      ("0707", "07"), ("linux-", "Linux-"),
    ])
  func hostile(old: String, new: String) throws {
    let text = String(
      decoding: try lock([entry("a/b", wanted: "^1.2")]).json.prettyBytes, as: UTF8.self)
    #expect(text.contains(old))
    #expect(throws: Diagnostic.self) {
      try Lockfile(Array(text.replacing(old, with: new).utf8), path: "x")
    }
  }
}

@Suite("ProjectFile")
struct ProjectFileTests {
  @Test("changes its digest's bytes with what is wanted, and with nothing else")
  func wanted() throws {
    var file = ProjectFile()
    let name = try PluginName("a/b")
    file = file.wanting(name, try VersionRange("^1"))
    let before = file.wantedBytes
    var same = file
    same.indexes = [.init(name: "main", url: "https://plugins.example.org")]
    #expect(same.wantedBytes == before)
    #expect(file.wanting(name, try VersionRange("^1.0")).wantedBytes != before)
    var other = file
    other.targets = [ProjectTarget(platform: .current)]
    #expect(other.wantedBytes != before)
    other = file
    other.pins = [.init(name: name, range: try VersionRange("=1.0.0"))]
    #expect(other.wantedBytes != before)
    #expect(file.without(name).wanting(name, try VersionRange("^1")).wantedBytes == before)
  }

  @Test("counts a pin until its day")
  func pins() throws {
    var file = ProjectFile()
    let end = try #require(Timestamp(rfc3339: "2027-01-01T00:00:00Z"))
    let name = try PluginName("a/b")
    file.pins = [.init(name: name, range: .any, reason: "r", until: end)]
    #expect(file.solverPins(at: end.adding(seconds: -1))[name]?.reason == "r")
    #expect(file.solverPins(at: end).isEmpty)
  }
}
