import Formats
import PkgCore
import TestSupport
import Testing

private func read(_ text: String) throws(YAMLError) -> Node {
  try YAMLReader.read(Array(text.utf8))
}

private func kind(_ bytes: [UInt8]) -> YAMLError.Kind? {
  do throws(YAMLError) {
    _ = try YAMLReader.read(bytes)
    return nil
  } catch { return error.kind }
}

private func isSyntax(_ kind: YAMLError.Kind?) -> Bool {
  if case .syntax = kind { true } else { false }
}

@Suite("YAML reader")
struct YAMLReaderTests {
  @Test(
    "reads values",
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("'null'", "null"), ("\"\"", ""), ("true", true),
      ("'true'", "true"), ("yes", "yes"), ("12", 12), ("\"12\"", "12"), ("-3", -3),
      ("1.10", "1.10"), ("0x10", "0x10"),
      ("a: 1\nb: [x, 'y', {c: d}]\n", ["a": 1, "b": ["x", "y", ["c": "d"]]]),
      ("- 1\n- \n- ~\n", [1, .null, .null]), ("# only a remark\n", .null),
      ("---\na: 1\n...\n", ["a": 1]),
      ("a: |\n  x\n  y\nb: >\n  x\n  y\n", ["a": "x\ny\n", "b": "x y\n"]),
      ("\"\\u00e9\\n\\\"\"", "é\n\""), ("'it''s'", "it's"),
      (
        "{\"a\": [1, \"1\", true, null, {}], \"b\": \"\\u0041\"}",
        ["a": [1, "1", true, .null, [:]], "b": "A"]
      ), ("a: b: c", .null), ("\u{FEFF}a: 1", ["a": 1]), ("a:\n  - b\n", ["a": ["b"]]),
      ("version: 1.4.0", ["version": "1.4.0"]), ("range: \">=2.1 <3\"", ["range": ">=2.1 <3"]),
      ("!tag a", "a"), ("!!str 12", 12),
    ] as [(String, JSON)])
  func values(text: String, json: JSON) throws {
    if text == "a: b: c" {
      #expect(isSyntax(kind(Array(text.utf8))))
    } else {
      #expect(try read(text).json == json)
    }
  }

  @Test("tells where each value stands")
  func marks() throws {
    let node = try read("a: 1\nbé:\n  - x\n  -   y: \"z\"\n")
    #expect(node.mark == Mark(line: 1, column: 1))
    #expect(node["a"]?.mark == Mark(line: 1, column: 4))
    guard case .map(let entries) = node.value, case .list(let elements) = entries[1].value.value
    else {
      Issue.record("another shape")
      return
    }
    #expect(entries.map(\.keyMark) == [Mark(line: 1, column: 1), Mark(line: 2, column: 1)])
    #expect(elements.map(\.mark) == [Mark(line: 3, column: 5), Mark(line: 4, column: 7)])
    #expect(elements[1]["y"]?.mark == Mark(line: 4, column: 10))
  }

  @Test(
    "refuses what is ambiguous or may grow",
    arguments: [
      ("a: &x 1", .alias), ("&x a: 1", .alias), ("a: *x", .alias), ("- &x [1]\n- *x", .alias),
      ("&x {a: 1}", .alias), ("a: 1\na: 2", .duplicateKey("a")),
      ("{a: 1, 'a': 2}", .duplicateKey("a")),
      ("? [a]\n: 1", .complexKey), ("{[a]: 1}", .complexKey), ("? {a: b}\n: 1", .complexKey),
      ("a: 1\n---\nb: 2", .severalDocuments), ("--- 1\n--- 2", .severalDocuments),
      (String(repeating: "[", count: 100), .tooDeep),
      (String(repeating: "{a: ", count: 100), .tooDeep),
    ] as [(String, YAMLError.Kind)])
  func refuses(text: String, fault: YAMLError.Kind) {
    #expect(kind(Array(text.utf8)) == fault)
  }

  @Test("keys that are equal by Unicode only are two")
  func bytes() throws {
    #expect(try read("\u{E9}: 1\ne\u{301}: 2").json.objectValue?.members.count == 2)
  }

  @Test(
    "refuses broken syntax",
    arguments: [
      "[", "{a: 1", "a: [1, 2", "\"a", "'a", "a: b: c", "\ta: 1", "a:\n\t- b", "- a\nb: c",
      "%YAML 3.0\n---\na", "a: @b", "\"\\q\"", "}", "]", "*", "a: 1\n b: 2",
    ])
  func syntax(text: String) { #expect(kind(Array(text.utf8)) != nil) }

  @Test(
    "refuses bytes that are not UTF-8",
    arguments: [
      [0x61, 0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0x61, 0x00],
      [0xFF, 0xFE, 0x61, 0x00], [0x22, 0x80, 0x22], [0x07],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) { #expect(isSyntax(kind(bytes))) }

  @Test("reads 64 levels and a megabyte, not more")
  func limits() throws {
    let levels = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(kind(Array(levels.utf8)) == nil)
    #expect(kind(Array(("[" + levels + "]").utf8)) == .tooDeep)
    #expect(kind([UInt8](repeating: 0x61, count: YAMLReader.maximumSize)) == nil)
    #expect(kind([UInt8](repeating: 0x61, count: YAMLReader.maximumSize + 1)) == .tooLarge)
  }

  @Test("names the place of a fault")
  func places() {
    #expect(throws: YAMLError.self) { try read("a: 1\nb: 2\na: 3") }
    do throws(YAMLError) { _ = try read("a: 1\nb: 2\na: 3") } catch {
      #expect(error.mark == Mark(line: 3, column: 1))
    }
    do throws(YAMLError) { _ = try read("a: 1\nb: [1") } catch { #expect(error.mark.line >= 2) }
  }

  @Test("is of the documented code")
  func code() {
    do throws(YAMLError) { _ = try read("[") } catch {
      #expect(error.diagnostic.code == .yamlInvalid)
    }
  }

  @Test("reads every JSON document alike")
  func jsonAlike() throws {
    let json: JSON = [
      "a": [1, "1", true, "x\ty\u{1}é\u{1F600}", .null, [:], []], "": "empty", "b c": ["d": -5],
    ]
    #expect(try YAMLReader.read(json.compactBytes).json == json)
    #expect(try YAMLReader.read(json.prettyBytes).json == json)
  }

  @Test("never crashes on damaged documents")
  func damaged() {
    var random = SeededGenerator(seed: 19)
    let document = Array(
      "schema: 1\nname: v\n# remark\nlist: [a, 'b', {c: \"d\\n\"}]\nmap:\n  x: |\n    text\n  y: >-\n    more\n  - z\n? q\n: r\n"
        .utf8)
    let alphabet = Array("{}[]:,\"'\\|>&*!%@`-?# \n\tx0~".utf8) + [0, 0x80, 0xC3, 0xFF]
    for _ in 0..<20_000 {
      var bytes = document
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] =
          alphabet.randomElement(using: &random) ?? 0
      }
      _ = kind(bytes)
    }
  }
}
