import PkgCore
import Signing
import Testing

@testable import Operations

@Suite("what an index says of an installed plugin")
struct AuditTests {
  private let archive = sha256([1])

  private func plugin(_ version: String = "1.0.0") throws -> InstalledPlugin {
    InstalledPlugin(
      name: try PluginName("acme/vector"), version: try Version(version), platform: .current,
      tree: sha256([2]), archive: archive, origin: .index("main"), library: "x.so", type: nil,
      summary: nil, isRequested: true, keyID: "0A", constraints: Constraints())
  }

  private func record(_ state: Release.State, archive: SHA256Digest? = nil) throws -> IndexRecord {
    var record = IndexRecord(name: try PluginName("acme/vector"), host: "sqlite")
    let build = Release.Build(
      platform: .current, size: 1, archive: archive ?? self.archive, tree: sha256([2]), floors: nil,
      signature: nil)
    record.releases = [
      Release(
        version: Version(1, 0, 0), published: Timestamp(secondsSinceEpoch: 0), state: state,
        constraints: Constraints(), builds: [build])
    ]
    return record
  }

  private func kinds(_ findings: [HealthFinding]) -> [String] {
    findings.map { "\($0.kind) \($0.severity.rawValue)" }
  }

  @Test("that it is yanked, withdrawn, changed or gone is a finding, that it is available is none")
  func states() throws {
    let plugin = try plugin()
    #expect(try Audit.state(plugin, record(.available)).isEmpty)
    #expect(
      try kinds(Audit.state(plugin, record(.yanked(reason: "loses data")))) == ["yanked warning"])
    let withdrawn = try Audit.state(plugin, record(.withdrawn(reason: "a thief's")))
    #expect(kinds(withdrawn) == ["withdrawn error"] && withdrawn[0].message.contains("a thief's"))
    #expect(
      try kinds(Audit.state(plugin, record(.available, archive: sha256([9])))) == ["changed error"])
    #expect(kinds(Audit.state(plugin, nil)) == ["unknown error"])
    #expect(try kinds(Audit.state(self.plugin("2.0.0"), record(.available))) == ["unknown error"])
  }

  @Test("in an advisory is a finding with its id and what mends it")
  func advisories() throws {
    let text = """
      { "schema": 1, "advisories": [ { "id": "PLUGCTL-1", "summary": "reads\\u001b too far",
        "database_specific": { "severity": "HIGH" }, "affected": [ { "package":
        { "ecosystem": "plugctl", "name": "acme/vector" }, "ranges": [ { "type": "SEMVER",
        "events": [ { "introduced": "0" }, { "fixed": "1.0.1" } ] } ] } ] } ] }
      """
    let advisories = try Advisory.list(JSONParser.parse(Array(text.utf8)))
    let found = try Audit.matches(plugin(), advisories)
    #expect(kinds(found) == ["advisory error"] && found[0].reference == "PLUGCTL-1")
    #expect(found[0].message.contains("HIGH") && !found[0].message.contains("\u{1B}"))
    #expect(found[0].hint?.contains("1.0.1") == true)
    #expect(try Audit.matches(plugin("1.0.1"), advisories).isEmpty)
  }
}
