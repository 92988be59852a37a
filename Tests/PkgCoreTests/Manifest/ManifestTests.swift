import PkgCore
import Testing

/// A manifest as JSON with single fields replaced; nil takes a field away.
private func manifest(_ changes: [(String, JSON?)] = []) -> JSON {
  var object = JSONObject([
    .init("schema", 1), .init("publisher", "stormdb"), .init("name", "vector_plugin"),
    .init("version", "1.4.0"),
    .init("host", "stormdb"),
    .init("variants", [["platform": "linux-x86_64-gnu", "library": "build/vector_plugin.so"]]),
  ])
  for (name, value) in changes { object[name] = value }
  return .object(object)
}

private func read(_ json: JSON) -> (manifest: Manifest?, findings: [Finding]) {
  let findings = Findings()
  return (Manifest.read(Node(json), findings: findings), findings.list)
}

@Suite("Manifest")
struct ManifestTests {
  private static let full = manifest([
    ("title", "Vector Plugin"), ("summary", "pgvector similarity workloads"), ("license", "MIT"),
    ("authors", ["StormDB team"]),
    ("tags", ["vector", "pgvector"]), ("type", "workload"),
    ("requires", ["host": ">=2.1 <3", "abi": 1]),
    ("dependencies", ["vector_core": "^1.2", "acme/geo": ["version": "^2", "optional": true]]),
    ("any_of", [["acme/k8saudit": "^0.7", "acme/k8saudit_eks": "^0.4"]]),
    ("conflicts", ["old_vector": "*"]),
    ("provides", ["similarity": "1.0.0"]), ("extensions", [".csv"]),
    ("capabilities", ["read", "write", "streaming"]),
    ("permissions", ["network": true]),
    ("config", ["schema": "config.schema.json", "example": "example_config.yaml"]),
    ("build", ["command": ["make"], "sources": ["src"]]),
    ("files", ["README.md", "LICENSE", "example_config.yaml"]),
  ])

  @Test("reads every field")
  func everyField() throws {
    let (manifest, findings) = read(Self.full)
    #expect(findings == [])
    let read = try #require(manifest)
    #expect(read.name.description == "stormdb/vector_plugin")
    #expect(read.version == Version(1, 4, 0))
    #expect(
      (read.title, read.summary, read.license, read.type) == (
        "Vector Plugin", "pgvector similarity workloads", "MIT", "workload"
      ))
    #expect(
      (read.authors, read.tags, read.extensions) == (
        ["StormDB team"], ["vector", "pgvector"], [".csv"]
      ))
    #expect(read.capabilities == ["read", "write", "streaming"])
    #expect(read.permissions.network && !read.permissions.spawn && !read.permissions.write)
    #expect(
      (read.configSchema, read.configExample) == ("config.schema.json", "example_config.yaml"))
    #expect((read.buildCommand, read.buildSources) == (["make"], ["src"]))
    #expect(read.variants.map(\.library) == ["build/vector_plugin.so"])
    #expect(read.files == ["README.md", "LICENSE", "example_config.yaml"])
    #expect(read.constraints.host == (try VersionRange(">=2.1 <3")))
    #expect(read.constraints.abi == 1)
    #expect(
      read.constraints.dependencies.map(\.name.description) == ["acme/geo", "stormdb/vector_core"])
    #expect(read.constraints.dependencies.map(\.isOptional) == [true, false])
    #expect(
      read.constraints.anyOf.map { $0.map(\.name.description) } == [
        ["acme/k8saudit", "acme/k8saudit_eks"]
      ])
    #expect(read.constraints.conflicts.map(\.name.description) == ["stormdb/old_vector"])
    #expect(read.constraints.provides.map(\.name.text) == ["similarity"])
  }

  @Test("the normal form reads back to itself", arguments: [full, manifest()])
  func normalForm(json: JSON) throws {
    let first = try #require(read(json).manifest).normalForm
    var packed = first
    packed.append("platform", "linux-x86_64-gnu")
    packed.append("library", "vector_plugin.so")
    let second = read(try JSONParser.parse(JSON.object(packed).prettyBytes))
    #expect(second.findings == [])
    #expect(
      try JSON.object(#require(second.manifest).normalForm).compactBytes
        == JSON.object(first).compactBytes)
    #expect(try #require(second.manifest).constraints == #require(read(json).manifest).constraints)
  }

  @Test(
    "refuses each fault at its field",
    arguments: [
      ("schema", nil, "schema"), ("schema", "1", "schema"), ("schema", 2, "schema"),
      ("schema", 0, "schema"), ("publisher", nil, "publisher"),
      ("publisher", "Storm", "publisher"), ("publisher", ["a"], "publisher"), ("name", nil, "name"),
      ("name", "", "name"), ("name", "a/b", "name"),
      ("name", "search", "name"), ("version", nil, "version"), ("version", "1.4", "version"),
      ("version", "v1.4.0", "version"), ("version", [1], "version"),
      ("host", nil, "host"), ("host", "Storm DB", "host"), ("title", ["x"], "title"),
      ("authors", ["a": 1], "authors"), ("authors", [["a"]], "authors[0]"),
      ("tags", ["ok", [:]], "tags[1]"), ("requires", "x", "requires"),
      ("requires", ["host": "latest"], "requires.host"),
      ("requires", ["abi": "one"], "requires.abi"),
      ("requires", ["abi": -1], "requires.abi"), ("dependencies", ["x"], "dependencies"),
      ("dependencies", ["A": "*"], "dependencies.A"),
      ("dependencies", ["a": "latest"], "dependencies.a"),
      ("dependencies", ["a": .null], "dependencies.a"),
      ("dependencies", ["a@1": "*"], "dependencies.a@1"),
      ("dependencies", ["a": ["version": [1]]], "dependencies.a"),
      ("dependencies", ["a": ["optional": "yes"]], "dependencies.a.optional"),
      ("dependencies", ["a": "*", "stormdb/a": "^1"], "dependencies.stormdb/a"),
      ("dependencies", ["a-b": "*", "a_b": "^1"], "dependencies.a_b"),
      ("conflicts", ["a": "*", "stormdb/a": "^1"], "conflicts.stormdb/a"),
      ("any_of", ["a": "*"], "any_of"), ("any_of", ["a"], "any_of[0]"),
      ("any_of", [[:]], "any_of[0]"),
      ("any_of", [["a": "x y"]], "any_of[0].a"), ("conflicts", "a", "conflicts"),
      ("provides", ["similarity": "1"], "provides.similarity"),
      ("provides", ["Bad": "1.0.0"], "provides.Bad"),
      ("provides", ["a/b": "1.0.0"], "provides.a/b"),
      ("permissions", ["network": "yes"], "permissions.network"),
      ("permissions", true, "permissions"), ("config", ["schema": [1]], "config.schema"),
      ("build", ["command": ["a": 1]], "build.command"), ("variants", nil, "variants"),
      ("variants", [], "variants"), ("variants", ["a.so"], "variants[0]"),
      ("variants", [["platform": "linux", "library": "a.so"]], "variants[0]"),
      ("variants", [["platform": "linux-x86_64-gnu"]], "variants[0].library"),
      ("variants", [["library": "a.so"]], "variants[0].platform"),
      (
        "variants",
        [
          ["platform": "linux-x86_64-gnu", "library": "a.so"],
          ["platform": "linux-x86_64-gnu", "library": "b.so"],
        ], "variants[1]"
      ),
      ("files", [["a"]], "files[0]"),
    ] as [(String, JSON?, String)])
  func faults(field: String, value: JSON?, path: String) {
    let (manifest, findings) = read(manifest([(field, value)]))
    #expect(manifest == nil)
    #expect(findings.contains { $0.severity == .error && $0.path == path }, "\(findings)")
  }

  @Test("refuses what is no map", arguments: [[], "x", .null, 1] as [JSON])
  func noMap(json: JSON) {
    let (manifest, findings) = read(json)
    #expect(manifest == nil)
    #expect(findings.map(\.severity) == [.error])
  }

  @Test("reports all faults at once")
  func allAtOnce() {
    let findings = read(
      manifest([("tags", [["a"]]), ("permissions", true), ("dependencies", ["A": "*"])])
    ).findings
    #expect(findings.filter { $0.severity == .error }.count == 3)
  }

  @Test("warns of unknown fields and suggests the nearest")
  func unknownFields() throws {
    let (manifest, findings) = read(
      manifest([("licence", "MIT"), ("permissions", ["netwrk": true]), ("zzz", 1)]))
    #expect(manifest != nil)
    #expect(findings.allSatisfy { $0.severity == .warning })
    #expect(Set(findings.map(\.path)) == ["licence", "permissions.netwrk", "zzz"])
    #expect(try #require(findings.first { $0.path == "licence" }).message.contains("`license`"))
  }

  @Test("a dependency without a version takes any")
  func anyVersion() throws {
    let constraints = try #require(
      read(manifest([("dependencies", ["a": ["optional": true]])])).manifest
    ).constraints
    #expect(constraints.dependencies.map(\.range) == [.any])
  }
}

@Suite("Findings")
struct FindingsTests {
  @Test("present all errors as notes, with their place")
  func diagnostic() {
    let findings = Findings()
    findings.error(Mark(line: 3, column: 5), "name", "`name` is wrong")
    findings.warning(.none, "x", "unknown")
    findings.error(.none, "y", "missing")
    let diagnostic = findings.diagnostic(.manifestInvalid, file: "plugin.yaml", what: "manifest")
    #expect(diagnostic.code == .manifestInvalid)
    #expect(diagnostic.notes == ["plugin.yaml:3:5: `name` is wrong", "plugin.yaml: missing"])
    #expect(diagnostic.details["findings"]?.arrayValue?.count == 3)
    #expect(findings.hasErrors)
  }

  @Test("a warning is no error")
  func warnings() {
    let findings = Findings()
    findings.warning(.none, "", "x")
    #expect(!findings.hasErrors)
  }
}

@Suite("Node")
struct NodeTests {
  @Test(
    "tells words from values by their quotes",
    arguments: [
      ("", false, .null), ("~", false, .null), ("null", false, .null), ("null", true, "null"),
      ("", true, ""), ("true", false, true), ("true", true, "true"),
      ("12", false, 12), ("12", true, "12"), ("1.10", false, "1.10"), ("yes", false, "yes"),
    ] as [(String, Bool, JSON)])
  func scalars(text: String, isQuoted: Bool, json: JSON) {
    #expect(Node(.scalar(text, isQuoted: isQuoted), mark: .none).json == json)
  }

  @Test("JSON without reals goes there and back")
  func roundTrip() {
    let json: JSON = ["a": [1, "1", true, "true", .null, "", "null"], "b": ["c": [:]], "d": []]
    #expect(Node(json).json == json)
  }
}
