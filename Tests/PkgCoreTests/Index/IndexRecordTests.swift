import PkgCore
import TestSupport
import Testing

private let hex = String(repeating: "ab", count: 32)

private let build: JSON = [
  "platform": "linux-x86_64-gnu", "size": 10, "sha256": .string(hex), "tree": .string(hex),
  "floors": ["glibc": "2.34", "cxxabi": "1.3.13", "isa": "x86-64-v3"],
  "signature": "untrusted comment: x\n",
]

private let record: JSON = [
  "schema": 1, "name": "acme/vector", "sequence": 7, "keys": ["RWQ"], "host": "stormdb",
  "type": "workload", "title": "Vector", "summary": "s", "license": "MIT",
  "authors": ["A"], "tags": ["t"], "extensions": [".csv"],
  "versions": [
    [
      "version": "1.0.0", "published": "2026-01-01T00:00:00Z", "state": "withdrawn",
      "reason": "bad", "builds": [],
    ],
    [
      "version": "1.1.0-rc.1", "published": "2026-01-02T00:00:00Z", "state": "yanked",
      "reason": "worse", "deprecated": "use 2",
      "requires": ["host": ">=2", "abi": 1],
      "dependencies": ["acme/core": "^1", "acme/geo": ["version": "^2", "optional": true]],
      "any_of": [["acme/a": "*", "acme/b": "^1"]], "conflicts": ["acme/old": "*"],
      "provides": ["words": "1.0.0"], "builds": [build],
    ],
    [
      "version": "1.1.0", "published": "2026-01-03T00:00:00Z", "state": "available",
      "builds": [build],
    ],
  ],
]

/// The record with a field changed, at the top or in the last version.
private func changed(_ field: String, _ value: JSON?, inVersion: Bool = false) -> JSON {
  guard var object = record.objectValue else { return record }
  guard inVersion else {
    object[field] = value
    return .object(object)
  }
  var versions = record["versions"]?.arrayValue ?? []
  var last = versions[versions.count - 1].objectValue ?? JSONObject()
  last[field] = value
  versions[versions.count - 1] = .object(last)
  object["versions"] = .array(versions)
  return .object(object)
}

private func code(_ json: JSON) -> DiagnosticCode? {
  do throws(Diagnostic) {
    _ = try IndexRecord(json: json)
    return nil
  } catch { return error.code }
}

@Suite("Index record")
struct IndexRecordTests {
  @Test("reads back what it writes")
  func roundTrip() throws {
    let read = try IndexRecord(json: record)
    #expect(read.json == record)
    #expect(
      try IndexRecord(json: JSONParser.parse(read.json.prettyBytes)).json.compactBytes
        == read.json.compactBytes)
  }

  @Test("reads states, constraints and builds")
  func content() throws {
    let read = try IndexRecord(json: record)
    #expect(
      read.releases.map(\.state) == [
        .withdrawn(reason: "bad"), .yanked(reason: "worse"), .available,
      ])
    #expect(read.release(Version(1, 1, 0))?.builds.count == 1)
    #expect(read.release(Version(9, 0, 0)) == nil)
    #expect(read.releases[1].deprecation == "use 2")
    #expect(read.releases[1].constraints.dependencies.map(\.isOptional) == [false, true])
    #expect(
      read.releases[1].builds[0].floors
        == Release.Floors(glibc: "2.34", cxxabi: "1.3.13", isa: InstructionLevel(3)))
    #expect(read.releases[1].builds[0].archivePath == "a/\(hex).tar.zst")
    #expect(read.releases[0].build(for: .current) == nil)
    #expect(IndexRecord.path(of: read.name) == "i/acme/vector.json")
  }

  @Test("refuses an unknown schema", arguments: [0, 2, 99] as [Int64])
  func schema(number: Int64) {
    #expect(code(changed("schema", .integer(number))) == .schemaUnknown)
  }

  @Test(
    "refuses malformed fields",
    arguments: [
      ("schema", nil), ("schema", "1"), ("name", nil), ("name", "vector"), ("name", "acme/search"),
      ("host", nil), ("host", "Storm"), ("sequence", nil), ("sequence", 0),
      ("sequence", -1), ("sequence", "7"), ("keys", "RWQ"), ("keys", [1]), ("keys", nil),
      ("versions", nil), ("versions", "x"), ("versions", ["x"]),
    ] as [(String, JSON?)])
  func fields(field: String, value: JSON?) { #expect(code(changed(field, value)) == .indexInvalid) }

  @Test(
    "refuses malformed versions",
    arguments: [
      ("version", nil), ("version", "1"), ("version", "1.1.0-rc.1"), ("version", "1.0.0"),
      ("version", "0.9.0"), ("published", nil), ("published", "yesterday"), ("state", nil),
      ("state", "fine"), ("dependencies", ["acme/a": "latest"]), ("dependencies", ["a"]),
      ("requires", ["host": "x y"]), ("builds", nil), ("builds", "x"), ("builds", [1]),
      ("builds", [build, build]),
    ] as [(String, JSON?)])
  func versions(field: String, value: JSON?) {
    #expect(code(changed(field, value, inVersion: true)) == .indexInvalid)
  }

  @Test(
    "refuses malformed builds",
    arguments: [
      ("platform", nil), ("platform", "linux"), ("size", nil), ("size", 0), ("size", -1),
      ("size", "10"), ("sha256", nil), ("sha256", "ab"), ("tree", nil), ("tree", 1),
      ("signature", 1), ("floors", "2.34"), ("floors", ["glibc": 2]), ("floors", ["isa": "fast"]),
    ] as [(String, JSON?)])
  func builds(field: String, value: JSON?) throws {
    var object = try #require(build.objectValue)
    object[field] = value
    #expect(code(changed("builds", [.object(object)], inVersion: true)) == .indexInvalid)
  }

  @Test("accepts fields that it does not know")
  func unknownFields() throws {
    _ = try IndexRecord(json: changed("later", ["x": 1]))
    _ = try IndexRecord(json: changed("later", 1, inVersion: true))
  }

  @Test("never crashes on damaged records")
  func damaged() throws {
    var random = SeededGenerator(seed: 13)
    let bytes = record.compactBytes
    for _ in 0..<5_000 {
      var copy = bytes
      for _ in 0..<3 {
        copy[Int.random(in: copy.indices, using: &random)] = UInt8.random(
          in: 0x20...0x7E, using: &random)
      }
      guard let json = try? JSONParser.parse(copy), let read = try? IndexRecord(json: json) else {
        continue
      }
      #expect(try IndexRecord(json: read.json).json == read.json)
    }
  }
}

@Suite("Catalog document")
struct CatalogDocumentTests {
  @Test("shows the newest stable version that may be chosen")
  func shown() throws {
    func entry(_ states: [(String, Release.State)]) throws -> CatalogDocument.Entry {
      var read = IndexRecord(name: try PluginName("acme/a"), host: "stormdb")
      read.releases = try states.map {
        Release(
          version: try Version($0.0), published: Timestamp(secondsSinceEpoch: 0), state: $0.1,
          constraints: Constraints(), builds: [])
      }
      let made = [CatalogDocument.Entry(read)].compactMap { $0 }
      return try #require(try CatalogDocument.entries(CatalogDocument.json(made)).first)
    }
    let yanked = Release.State.yanked(reason: "")
    #expect(
      try entry([("1.0.0", .available), ("2.0.0", yanked), ("3.0.0-rc.1", .available)]).version
        == Version(1, 0, 0))
    #expect(
      try entry([("1.0.0", yanked), ("3.0.0-rc.1", .available)]).version == Version("3.0.0-rc.1"))
    let none = try entry([("1.0.0", .available), ("2.0.0", yanked)].map { ($0.0, yanked) })
    #expect((none.version, none.state, none.versionCount) == (Version(2, 0, 0), "yanked", 2))
  }

  @Test("reads back every field, sorted by name")
  func roundTrip() throws {
    let full = try IndexRecord(json: record)
    let other = IndexRecord(name: try PluginName("aaa/z"), host: "nginx")
    var bare = other
    bare.releases = [
      Release(
        version: Version(1, 0, 0), published: Timestamp(secondsSinceEpoch: 5),
        constraints: Constraints(), builds: [])
    ]
    let made = [full, bare, IndexRecord(name: full.name, host: "x")].compactMap {
      CatalogDocument.Entry($0)
    }
    let entries = try CatalogDocument.entries(
      JSONParser.parse(CatalogDocument.json(made).compactBytes))
    #expect(entries.map(\.name.description) == ["aaa/z", "acme/vector"])
    let entry = entries[1]
    #expect(
      (entry.host, entry.type, entry.title, entry.summary, entry.license) == (
        "stormdb", "workload", "Vector", "s", "MIT"
      ))
    #expect((entry.tags, entry.extensions, entry.versionCount) == (["t"], [".csv"], 3))
    #expect((entries[0].type, entries[0].tags) == (nil, []))
  }

  @Test("refuses unknown schemas and malformed entries")
  func refusals() {
    func code(_ json: JSON) -> DiagnosticCode? {
      do throws(Diagnostic) {
        _ = try CatalogDocument.entries(json)
        return nil
      } catch { return error.code }
    }
    #expect(code(["schema": 2, "plugins": []]) == .schemaUnknown)
    #expect(code(["schema": 1, "plugins": [["name": "a"]]]) == .indexInvalid)
    #expect(code(["schema": 1]) == .indexInvalid)
    #expect(code(["schema": 1, "plugins": []]) == nil)
  }
}
