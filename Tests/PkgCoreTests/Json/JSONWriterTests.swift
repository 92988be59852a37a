import PkgCore
import TestSupport
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  private static func text(_ bytes: [UInt8]?) -> String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// A random value: all kinds, odd strings, extreme numbers.
  private static func value(depth: Int, _ random: inout SeededGenerator, reals: Bool) -> JSON {
    switch Int.random(in: 0..<(depth > 5 ? 5 : 8), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2:
      return .integer(
        Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random))
    case 3 where reals:
      let bits = UInt64.random(in: 0...UInt64.max, using: &random)
      let real = Double(bitPattern: bits)
      return real.isFinite ? .real(real) : .real(0.1)
    case 3, 4: return .string(string(&random))
    case 5:
      return .array(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in
          value(depth: depth + 1, &random, reals: reals)
        })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        object[string(&random)] = value(depth: depth + 1, &random, reals: reals)
      }
      return .object(object)
    }
  }

  private static func string(_ random: inout SeededGenerator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let limits: [UInt32] = [0x20, 0x80, 0x800, 0xD7FF, 0x10FFFF]
      let limit = limits.randomElement(using: &random) ?? 0x20
      if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  @Test("compact and pretty text reads back to the same value")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let value = Self.value(depth: 0, &random, reals: true)
      #expect(try JSONParser.parse(value.compactBytes) == value)
      #expect(try JSONParser.parse(value.prettyBytes) == value)
    }
  }

  @Test("writes one line without spaces")
  func compact() {
    let value: JSON = ["b": [1, true, .null], "a": "x\n\t\r\"\\\u{1}\u{7F}é", "c": [:], "d": []]
    #expect(
      Self.text(value.compactBytes)
        == #"{"b":[1,true,null],"a":"x\n\t\r\"\\\u0001\#u{7F}é","c":{},"d":[]}"#)
  }

  @Test("indents by two spaces and ends with a newline")
  func pretty() {
    let value: JSON = ["b": [1, ["c": 2]], "a": [], "d": [:]]
    #expect(
      Self.text(value.prettyBytes) == """
        {
          "b": [
            1,
            {
              "c": 2
            }
          ],
          "a": [],
          "d": {}
        }

        """)
  }

  @Test(
    "canonical JSON by the rules of OLPC",
    arguments: [
      (["b": 1, "a": 2], #"{"a":2,"b":1}"#), (["B": 1, "a": 2, "A": 3], #"{"A":3,"B":1,"a":2}"#),
      (
        ["\u{E9}": 1, "z": 2, "\u{1F600}": 3, "\u{FFFF}": 4],
        "{\"z\":2,\"\u{E9}\":1,\"\u{FFFF}\":4,\"\u{1F600}\":3}"
      ),
      ("\n\t\u{1}/\"\\é", "\"\n\t\u{1}/\\\"\\\\é\""),
      ([1, [], [:], .null, true, false], "[1,[],{},null,true,false]"),
      (.integer(.min), "-9223372036854775808"),
    ] as [(JSON, String)])
  func canonical(value: JSON, text: String) {
    #expect(Self.text(value.canonicalBytes) == text)
  }

  @Test(
    "has no canonical form for real numbers, however deep",
    arguments: [.real(1), [.real(1)], ["a": [["b": .real(0)]]]] as [JSON])
  func noCanonicalReals(value: JSON) {
    #expect(value.canonicalBytes == nil)
  }

  @Test("the canonical form orders names by their bytes, also where Unicode takes them for one")
  func canonicalSpelling() throws {
    let texts = [
      (#"{"é":1,"e\u0301":2}"#, "{\"e\u{301}\":2,\"\u{E9}\":1}"),
      (#"{"e\u0301":2,"\u00e9":1}"#, "{\"e\u{301}\":2,\"\u{E9}\":1}"),
      // By bytes U+FFFF precedes what lies beyond it; by units of UTF-16 it would not.
      (#"{"\ud83d\ude00":1,"\uffff":2}"#, "{\"\u{FFFF}\":2,\"\u{1F600}\":1}"),
    ]
    for (text, canonical) in texts {
      #expect(
        try JSONParser.parse(Array(text.utf8)).canonicalBytes == Array(canonical.utf8), "\(text)")
    }
  }

  @Test("the canonical form does not depend on the order of members")
  func canonicalOrder() throws {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let value = Self.value(depth: 0, &random, reals: false)
      #expect(Self.shuffled(value, &random).canonicalBytes == value.canonicalBytes)
    }
  }

  private static func shuffled(_ value: JSON, _ random: inout SeededGenerator) -> JSON {
    switch value {
    case .array(let elements): return .array(elements.map { shuffled($0, &random) })
    case .object(let object):
      return .object(
        JSONObject(
          object.members.shuffled(using: &random).map {
            .init($0.name, shuffled($0.value, &random))
          }))
    default: return value
    }
  }
}

@Suite("JSON object")
struct JSONObjectTests {
  @Test("compares names by bytes, not by Unicode equivalence")
  func names() {
    var object = JSONObject([.init("\u{E9}", 1)])
    #expect(object["e\u{301}"] == nil)
    object["e\u{301}"] = 2
    #expect(object.members.count == 2)
    #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
  }

  @Test("a later member of the same name replaces the earlier one in its place")
  func replacement() {
    let object = JSONObject([.init("a", 1), .init("b", 2), .init("a", 3)])
    #expect(object.members.map(\.name) == ["a", "b"])
    #expect(object["a"] == 3)
  }

  @Test("setting nil removes, appending nil does nothing")
  func absence() {
    var object = JSONObject([.init("a", 1)])
    object.append("b", nil)
    object["a"] = nil
    #expect(object.members.isEmpty)
  }

  @Test("equality ignores the order of members but not of elements")
  func equality() {
    #expect(["a": 1, "b": 2] as JSON == ["b": 2, "a": 1])
    #expect([1, 2] as JSON != [2, 1])
    #expect(["a": 1] as JSON != ["a": 1, "b": 2])
    #expect(JSON.integer(1) != .real(1))
  }
}
