import Formats
import PkgCore
import Testing

@Suite("plugctl.yaml")
struct ProjectFileReadingTests {
  private func read(_ text: String) throws -> (file: ProjectFile?, findings: [Finding]) {
    let findings = Findings()
    let node = try YAMLReader.read(Array(text.utf8))
    return (ProjectFile.read(node, findings: findings), findings.list)
  }

  @Test("of the documentation reads without a finding")
  func documented() throws {
    let (read, findings) = try read(
      """
      schema: 1
      host: stormdb
      targets: [ { platform: linux-x86_64-gnu, glibc: "2.36", host: 2.4.1 } ]
      indexes: [ { name: main, url: https://plugins.example.org/ } ]
      plugins: { stormdb/vector_plugin: ^1.4, stormdb/imdb_plugin: "*" }
      pins: { stormdb/vector_core: { version: =1.2.3, reason: "regression in 1.2.4", until: 2027-01-01 } }
      """)
    #expect(findings == [])
    let file = try #require(read)
    #expect(file.host == "stormdb")
    #expect(file.targets.map(\.description) == ["linux-x86_64-gnu (glibc 2.36, host 2.4.1)"])
    #expect(file.indexes == [.init(name: "main", url: "https://plugins.example.org")])
    #expect(file.plugins.map(\.name.name.text) == ["imdb_plugin", "vector_plugin"])
    #expect(file.plugins.map(\.range.description) == ["*", "^1.4"])
    #expect(file.pins[0].until?.rfc3339 == "2027-01-01T00:00:00Z")
    #expect(file.pins[0].reason == "regression in 1.2.4")
  }

  @Test(
    "says at which line and column what is wrong",
    arguments: [
      ("schema: 1\nhost: SQLite\n", "2:7"), ("schema: one\n", "1:9"), ("- 1\n", "1:1"),
      ("schema: 1\nplugins: [a/b]\n", "2:10"), ("schema: 1\nplugins:\n  a/b:\n", "3:7"),
      ("schema: 1\nplugins: { a/b: { version: 1 } }\n", "2:17"),
      ("schema: 1\nindexes: [{ name: a }]\n", "2:11"),
      ("schema: 1\nindexes: [{ name: ../a, url: x }]\n", "2:19"),
      ("schema: 1\ntargets: [{ glibc: \"2.36\" }]\n", "2:11"),
      ("schema: 1\ntargets: [{ platform: linux-x86_64-gnu, glibc: new }]\n", "2:48"),
      ("schema: 1\npins: { a/b: { reason: x } }\n", "2:14"),
      ("schema: 1\npins: { b: ^1 }\n", "2:9"),
    ])
  func faults(text: String, place: String) throws {
    let (file, findings) = try read(text)
    #expect(file == nil)
    let errors = findings.filter { $0.severity == .error }
    #expect(errors.map(\.mark.description).contains(place), "\(errors)")
  }

  @Test("points out a misspelt field and goes on")
  func misspelt() throws {
    let (file, findings) = try read("schema: 1\nplugin: {}\n")
    #expect(file != nil)
    #expect(findings.map(\.message) == ["unknown field `plugin`; did you mean `plugins`?"])
  }
}
