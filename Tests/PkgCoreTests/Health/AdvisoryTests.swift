import Testing

@testable import PkgCore

@Suite("an advisory")
struct AdvisoryTests {
  private func list(_ affected: String, _ more: String = "") throws -> [Advisory] {
    let text = """
      { "schema": 1, "advisories": [ { "schema_version": "1.7.0", "id": "X-1", "summary": "bad",
        "aliases": ["CVE-1"], "references": [{ "type": "WEB", "url": "https://x.test" }],
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N" }]\(more),
        "affected": [ \(affected) ] } ] }
      """
    return try Advisory.list(JSONParser.parse(Array(text.utf8)))
  }

  private func range(_ events: String, versions: String = "") -> String {
    """
    { "package": { "ecosystem": "plugctl", "name": "acme/ve-ctor" },
      "ranges": [ { "type": "SEMVER", "events": [ \(events) ] } ], "versions": [ \(versions) ] }
    """
  }

  static let cases: [(events: String, hit: [String], missed: [String])] = [
    (#"{"introduced":"0"}"#, ["0.0.0-a", "0.0.1", "99.0.0"], []),
    (#"{"introduced":"0"},{"fixed":"1.2.0"}"#, ["1.1.9", "1.2.0-rc.1"], ["1.2.0", "2.0.0"]),
    (#"{"fixed":"1.2.0"},{"introduced":"1.0.0"}"#, ["1.0.0", "1.1.0"], ["0.9.0", "1.2.0"]),
    (
      #"{"introduced":"1.0.0"},{"last_affected":"1.2.0"}"#, ["1.0.0", "1.2.0"], ["1.2.1", "0.1.0"]
    ),
    (#"{"introduced":"1.0.0"},{"last_affected":"1.0.0"}"#, ["1.0.0"], ["1.0.1"]),
    (
      #"{"introduced":"1.0.0"},{"fixed":"1.1.0"},{"introduced":"2.0.0"},{"fixed":"2.1.0"}"#,
      ["1.0.5", "2.0.0"], ["1.1.0", "1.9.0", "2.1.0"]
    ),
    (
      #"{"introduced":"0"},{"fixed":"1.0.0"},{"introduced":"1.0.0"},{"fixed":"1.1.0"}"#,
      ["0.9.0", "1.0.0"], ["1.1.0"]
    ),
    (#"{"introduced":"1.0.0"},{"limit":"2.0.0"}"#, ["1.9.9"], ["2.0.0", "0.9.0"]),
    (#"{"introduced":"1.0.0"},{"limit":"*"}"#, ["1.0.0", "9.0.0"], ["0.9.0"]),
  ]

  @Test("concerns the versions that OSV's rules say", arguments: cases)
  func ranges(events: String, hit: [String], missed: [String]) throws {
    let advisory = try #require(try list(range(events)).first)
    let name = try PluginName("acme/ve_ctor")
    for version in hit { #expect(advisory.concerns(name, try Version(version)), "\(version)") }
    for version in missed { #expect(!advisory.concerns(name, try Version(version)), "\(version)") }
    #expect(!advisory.concerns(try PluginName("acme/other"), try Version(hit[0])))
  }

  @Test("concerns single versions besides its ranges, and names the next one that is mended")
  func versions() throws {
    let text = range(#"{"introduced":"1.0.0"},{"fixed":"1.1.0"}"#, versions: #""3.0.0", "0.5.0""#)
    let advisory = try #require(try list(text).first)
    let name = try PluginName("acme/ve-ctor")
    #expect(advisory.concerns(name, Version(3, 0, 0)) && advisory.concerns(name, Version(0, 5, 0)))
    #expect(!advisory.concerns(name, Version(2, 0, 0)))
    #expect(advisory.fix(of: name, above: Version(1, 0, 0)) == Version(1, 1, 0))
    #expect(advisory.fix(of: name, above: Version(3, 0, 0)) == nil)
    #expect(advisory.severity == "CVSS_V3 CVSS:3.1/AV:N" && advisory.aliases == ["CVE-1"])
  }

  @Test("of another ecosystem, by commits only, or withdrawn concerns nothing")
  func passedOver() throws {
    let other = #"{ "package": { "ecosystem": "npm", "name": "x" }, "versions": ["1.0.0"] }"#
    #expect(try list(other).first?.affected.isEmpty == true)
    let commits = """
      { "package": { "ecosystem": "plugctl", "name": "acme/a" },
        "ranges": [ { "type": "GIT", "events": [ { "introduced": "abc" } ] } ] }
      """
    #expect(try list(commits).first?.concerns(PluginName("acme/a"), Version(1, 0, 0)) == false)
    let withdrawn = #", "withdrawn": "2026-01-01T00:00:00Z""#
    #expect(try list(range(#"{"introduced":"0"}"#), withdrawn).isEmpty)
  }

  @Test(
    "that can't be read is an error, never silence",
    arguments: [
      #"{}"#, #"{ "package": { "ecosystem": "plugctl", "name": "vector" } }"#,
      #"{ "package": { "ecosystem": "plugctl", "name": "a/b" }, "versions": ["one"] }"#,
      #"{ "package": { "ecosystem": "plugctl", "name": "a/b" }, "versions": [1] }"#,
      #"{ "package": { "ecosystem": "plugctl", "name": "a/b" }, "ranges": [ { "type": "SEMVER" } ] }"#,
      #"{ "package": { "ecosystem": "plugctl", "name": "a/b" }, "ranges": [ { "events": [ { "introduced": "x" } ] } ] }"#,
      #"{ "package": { "ecosystem": "plugctl", "name": "a/b" }, "ranges": [ { "events": [ { "ended": "1.0.0" } ] } ] }"#,
    ])
  func malformed(affected: String) throws {
    let error = #expect(throws: Diagnostic.self) { try list(affected) }
    #expect(error?.code == .indexInvalid)
  }

  @Test("list of another schema, or none, is an error")
  func schema() throws {
    for (text, code) in [
      (#"{"schema":2,"advisories":[]}"#, DiagnosticCode.schemaUnknown),
      (#"{"schema":1}"#, .indexInvalid), (#"[]"#, .indexInvalid),
      (#"{"schema":1,"advisories":[{"id":"","affected":[]}]}"#, .indexInvalid),
      (#"{"schema":1,"advisories":[{"id":"X"}]}"#, .indexInvalid),
    ] {
      let error = #expect(throws: Diagnostic.self) {
        try Advisory.list(JSONParser.parse(Array(text.utf8)))
      }
      #expect(error?.code == code)
    }
    #expect(
      try Advisory.list(JSONParser.parse(Array(#"{"schema":1,"advisories":[]}"#.utf8))).isEmpty)
  }
}
