import Files
import PkgCore
import TestSupport
import Testing

@testable import Operations

/// The specification's own tests, as Debian has them (json-schema-test-suite, draft 7).
@Suite("JSON Schema")
struct JSONSchemaSuiteTests {
  private static let folder = "/usr/share/json-schema-test-suite/tests/draft7"

  /// Files about what leads out of a schema, which is told and never followed.
  private static let others: Set<String> = ["definitions.json", "refRemote.json", "id.json"]

  private static var files: [String] {
    ((try? FileSystem.names(in: folder)) ?? []).filter {
      $0.hasSuffix(".json") && !others.contains($0)
    }.sorted()
  }

  private func faults(_ data: JSON, _ schema: JSON) -> (count: Int, warnings: Int) {
    var check = SchemaCheck(schema, matching: SchemaPattern.matches)
    let findings = Findings()
    check.check(Node(data), findings)
    return (
      findings.list.count { $0.severity == .error }, findings.list.count { $0.severity == .warning }
    )
  }

  /// The same schema, saying that it is draft 7: what stands beside a reference holds nothing there.
  private func draft7(_ schema: JSON) -> JSON {
    guard case .object(let object) = schema, object["$schema"] == nil else { return schema }
    return .object(
      JSONObject(
        [.init("$schema", .string("http://json-schema.org/draft-07/schema#"))] + object.members))
  }

  @Test("holds documents as the specification's own tests say")
  func suite() throws {
    try #require(Self.files.count >= 30, "json-schema-test-suite is not installed")
    var (count, told) = (0, 0)
    for file in Self.files {
      let groups = try JSONParser.parse(FileSystem.read("\(Self.folder)/\(file)"))
      for group in groups.arrayValue ?? [] {
        let schema = draft7(try #require(group["schema"]))
        for test in group["tests"]?.arrayValue ?? [] {
          let (found, warnings) = faults(try #require(test["data"]), schema)
          // What can't be checked is told; then nothing is said of the document.
          if warnings > 0 {
            told += 1
            continue
          }
          count += 1
          let what =
            "\(file): \(group["description"]?.stringValue ?? ""): \(test["description"]?.stringValue ?? "")"
          #expect((found == 0) == (test["valid"] == true), "\(what)")
        }
      }
    }
    #expect(count >= 400 && told <= 4, "\(count) held, \(told) told")
  }

  @Test("a schema of a stranger is never followed without end")
  func hostile() throws {
    let circle = try JSONParser.parse(
      Array(##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}"##.utf8))
    #expect(faults(1, circle).warnings == 1)
    let wide = try JSONParser.parse(
      Array(
        ##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/b"}]},"b":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}"##
          .utf8))
    #expect(faults(1, wide).warnings == 1)
    let away = try JSONParser.parse(Array(#"{"$ref":"http://other.test/x.json"}"#.utf8))
    #expect(faults(1, away).warnings == 1)
  }

  @Test("nor are values filled in by it without end", .takes(lessThan: .seconds(60)))
  func hostileDefaults() throws {
    let wide =
      #"{"allOf":[\#(Array(repeating: ##"{"$ref":"#"}"##, count: 6).joined(separator: ","))]}"#
    let reference = "#" + String(repeating: "/a", count: 1 << 17)
    let long = ##"{"items":{"$ref":"\##(reference)"},"a":{}}"##
    let many = #"{"items":{"x":1\#((0..<50_000).map { #","k\#($0)":1"# }.joined())}}"#
    let list = JSON.array((0..<2000).map { .integer($0) })
    let deep: JSON = ["a": ["b": ["c": 1]]]
    for (text, value) in [(wide, deep), (long, list), (many, list)] {
      let schema = try JSONParser.parse(Array(text.utf8))
      var checks = ["": SchemaCheck(schema, matching: SchemaPattern.matches)]
      let findings = Findings()
      var resolution = ConfigResolution(environment: { _ in nil }, findings: findings)
      let resolved = resolution.resolve(Node(value), checks: &checks)
      checks[""]?.check(resolved, findings)
      #expect(findings.list.contains { $0.message.contains("entangled") }, "\(text.prefix(40))")
    }
  }

  @Test("an expression is tried only where its parts and the text are few enough")
  func costs() {
    let text = String(repeating: "ab", count: 30_000)
    #expect(SchemaPattern.matches("(a|b)*a(a|b){990}c", text) == nil)
    #expect(SchemaPattern.matches("(a|b)*a(a|b){990}c", String(text.prefix(2000))) == nil)
    #expect(SchemaPattern.matches("(a|b)*a(a|b){200}c", String(text.prefix(4000))) == nil)
    // An accent after the bracket hides it from a reader, not from the C library.
    let group = "(\u{301}" + String(repeating: "a", count: 300) + "){500}"
    #expect(SchemaPattern.matches(group, "a") == nil)
    #expect(SchemaPattern.matches("a", text) == nil)
    #expect(SchemaPattern.matches("(a|b)*a(a|b){90}c", String(text.prefix(1000))) == false)
    let uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    #expect(SchemaPattern.matches(uuid, "6ba7b810-9dad-11d1-80b4-00c04fd430c8") == true)
    #expect(SchemaPattern.matches("^[a-z]{1,253}$", "localhost") == true)
  }

  @Test(
    "expressions that the C library can't do, or should not, are told",
    arguments: ["(?=a)b", "a+?", "(a)\\1", "((a{100}){100}){100}", "[", "\\pL"])
  func expressions(pattern: String) {
    #expect(SchemaPattern.matches(pattern, "ab") == nil)
  }

  @Test(
    "and the others match as JavaScript's do",
    arguments: [
      ("^\\d{2}$", "42", true), ("^\\d{2}$", "4a", false), ("[\\w-]+", "a-b", true),
      ("^(?:a|b)$", "b", true), ("\\.", "ab", false), ("^\\S+$", "a b", false),
      ("^(\u{301}|b)$", "\u{301}", true),
    ])
  func translated(pattern: String, text: String, isMatch: Bool) {
    #expect(SchemaPattern.matches(pattern, text) == isMatch)
  }
}
