import Testing

@testable import PkgCore

@Suite("a snapshot of a host")
struct HostSnapshotTests {
  private func snapshot(_ version: String) throws -> HostSnapshot {
    var snapshot = HostSnapshot(
      host: "acmedb", binary: "/usr/bin/acmedb", version: try Version(version),
      digest: try #require(SHA256Digest(bytes: [UInt8](repeating: 7, count: 32))),
      taken: Timestamp(secondsSinceEpoch: 1_800_000_000))
    snapshot.facts = ElfFacts(
      machine: .amd64, bits: 64, isLittleEndian: true, osABI: 0, type: .shared)
    return snapshot
  }

  @Test("is read as it was written")
  func roundTrip() throws {
    var snapshot = try snapshot("1.2.3")
    snapshot.nginxSignature = "1.22.1 8,4,8"
    snapshot.postgresMagic = "1500 100"
    snapshot.goPackages = [("runtime", "00ff")]
    let again = try HostSnapshot(json: snapshot.json)
    #expect(again.json.compactBytes == snapshot.json.compactBytes)
    #expect(again.changes(since: snapshot).isEmpty)
  }

  @Test("names what only one of two has")
  func changes() throws {
    let (old, new) = (try snapshot("1.0.0"), try snapshot("2.0.0"))
    var (before, after) = (old, new)
    before.facts?.exports = ["a", "b"].map { .init(name: $0, kind: .function, binding: .global) }
    after.facts?.exports = ["b", "c"].map { .init(name: $0, kind: .function, binding: .global) }
    #expect(
      after.changes(since: before) == [
        .init(what: "version", removed: ["1.0.0"], added: ["2.0.0"]),
        .init(what: "exports", removed: ["a"], added: ["c"]),
      ])
  }

  @Test(
    "refuses what is none",
    arguments: [
      "{}", "[]", #"{"schema":2}"#, #"{"schema":1,"host":"a","binary":"b","sha256":"zz"}"#,
    ])
  func malformed(text: String) throws {
    let json = try JSONParser.parse(Array(text.utf8))
    #expect(throws: Diagnostic.self) { try HostSnapshot(json: json) }
  }
}

@Suite("a host profile's rules")
struct ProfileRuleTests {
  @Test(
    "a rule for further files has at most one star",
    arguments: [
      ("*.control", "a.control", true), ("*.control", ".control", true), ("*.sql", "a.sqlx", false),
      ("lib*.so", "lib.so", true), ("lib*.so", "li.so", false), ("exact", "exact", true),
      ("exact", "exact2", false), ("a*a", "a", false),
    ])
  func takes(match: String, name: String, isTaken: Bool) {
    #expect(HostProfile.ExtraRule(match: match, folder: "/x").takes(name) == isTaken)
  }

  @Test("plugins of the kind fit the host, and those for any host")
  func kinds() {
    var profile = HostProfile(id: "pg16", title: "")
    profile.base = "postgresql"
    #expect(["pg16", "postgresql", "any"].allSatisfy(profile.takesPlugins))
    #expect(!profile.takesPlugins(of: "redis"))
  }

  @Test("without its commands a profile runs nothing")
  func withoutCommands() {
    var profile = HostProfile(id: "a", title: "")
    profile.detection = HostProfile.Detection()
    profile.detection?.versionArguments = ["a", "--version"]
    profile.detection?.folders = [("lib", ["a", "--lib"])]
    var probe = HostProfile.Probe()
    probe.arguments = ["a", "-t"]
    profile.probe = probe
    profile.reload = .command(["a", "-s"])
    #expect(profile.commands.count == 4)
    #expect(profile.withoutCommands.commands.isEmpty)
    #expect(profile.withoutCommands.reload == .restart)
  }
}
