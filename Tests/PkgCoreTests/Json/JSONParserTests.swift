import PkgCore
import TestSupport
import Testing

@Suite("JSON parser")
struct JSONParserTests {
  private static func parse(_ text: String, integersOnly: Bool = false) throws(JSONError) -> JSON {
    try JSONParser.parse(Array(text.utf8), integersOnly: integersOnly)
  }

  private static func fault(_ bytes: [UInt8], integersOnly: Bool = false) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONParser.parse(bytes, integersOnly: integersOnly)
      return nil
    } catch { return error }
  }

  @Test(
    "reads what RFC 8259 allows",
    arguments: [
      ("null", .null), ("true", true), (" false ", false), ("\t\r\n0", 0), ("-0", 0), ("12", 12),
      ("-9223372036854775808", .integer(.min)), ("9223372036854775807", .integer(.max)),
      ("9223372036854775808", .real(9_223_372_036_854_775_808)), ("1.5", .real(1.5)),
      ("-0.0", .real(-0.0)), ("1e2", .real(100)), ("1E+2", .real(100)), ("1.25e-2", .real(0.0125)),
      ("0e0", .real(0)), ("1e-400", .real(0)), ("\"\"", ""), ("\"a b\"", "a b"),
      ("\"\u{7F}\"", "\u{7F}"),
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
      (#""\u0041\u00e9\uFFFF""#, "A\u{E9}\u{FFFF}"),
      (#""\u0000""#, "\0"), (#""\ud83d\ude00""#, "\u{1F600}"),
      (#""x\uDBFF\uDFFFy""#, "x\u{10FFFF}y"),
      ("\"\u{1F600}\"", "\u{1F600}"), ("[]", []), ("[ ]", []), ("{}", [:]), ("{ }", [:]),
      ("{\"\u{1F600}\":1,\"\u{1F600}\u{FE0F}\":2}", ["\u{1F600}": 1, "\u{1F600}\u{FE0F}": 2]),
      // One letter in two spellings: different names, the letter itself and the one by its number alike.
      ("{\"\\u00e9\":1,\"e\\u0301\":2}", ["\u{E9}": 1, "e\u{301}": 2]),
      (
        "{\"\u{212B}\":1,\"\u{C5}\":2,\"A\u{30A}\":3}", ["\u{212B}": 1, "\u{C5}": 2, "A\u{30A}": 3]
      ),
      ("[1,2 , 3]", [1, 2, 3]), ("[[],[[]]]", [[], [[]]]),
      (#"{"a":1,"b":{"a":2}}"#, ["a": 1, "b": ["a": 2]]), (#"{"":null}"#, ["": .null]),
      ("{\"\u{E9}\":1,\"e\u{301}\":2}", ["\u{E9}": 1, "e\u{301}": 2]),
    ] as [(String, JSON)])
  func accepts(text: String, value: JSON) throws {
    #expect(try Self.parse(text) == value)
  }

  @Test(
    "refuses everything else",
    arguments: [
      ("", .unexpectedEnd), (" \n", .unexpectedEnd), ("{", .unexpectedEnd), ("[", .unexpectedEnd),
      ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd), (#"{"a"#, .unexpectedEnd),
      (#"{"a""#, .unexpectedEnd), (#"{"a":"#, .unexpectedEnd), (#"{"a":1"#, .unexpectedEnd),
      ("\"", .unexpectedEnd), (#""\"#, .unexpectedEnd), (#""\u12"#, .unexpectedEnd),
      ("tru", .unexpectedEnd), ("-", .unexpectedEnd), ("1.", .unexpectedEnd),
      ("1e", .unexpectedEnd),
      ("1e+", .unexpectedEnd), ("]", .unexpectedByte(0x5D)), ("}", .unexpectedByte(0x7D)),
      ("[1,]", .unexpectedByte(0x5D)), ("[,1]", .unexpectedByte(0x2C)),
      ("[1 2]", .unexpectedByte(0x32)),
      (#"{"a":1,}"#, .unexpectedByte(0x7D)), ("{a:1}", .unexpectedByte(0x61)),
      (#"{"a" 1}"#, .unexpectedByte(0x31)), ("{1:1}", .unexpectedByte(0x31)),
      ("'a'", .unexpectedByte(0x27)), ("trux", .unexpectedByte(0x78)),
      ("nan", .unexpectedByte(0x61)),
      ("NaN", .unexpectedByte(0x4E)), ("Infinity", .unexpectedByte(0x49)),
      ("+1", .unexpectedByte(0x2B)),
      (".5", .unexpectedByte(0x2E)), ("/**/1", .unexpectedByte(0x2F)),
      ("\u{FEFF}1", .unexpectedByte(0xEF)),
      ("\u{C}1", .unexpectedByte(0x0C)), ("\u{A0}1", .unexpectedByte(0xC2)),
      ("1 2", .trailingBytes),
      ("{}x", .trailingBytes), ("true,", .trailingBytes), ("nullx", .trailingBytes),
      ("1\0", .trailingBytes),
      ("0x1", .trailingBytes), ("01", .invalidNumber), ("-01", .invalidNumber),
      ("00", .invalidNumber),
      ("-a", .invalidNumber), ("1.e1", .invalidNumber), ("1.a", .invalidNumber),
      ("1e400", .invalidNumber),
      ("-1e400", .invalidNumber), (#""\x""#, .invalidEscape), (#""\U0041""#, .invalidEscape),
      (#""\u00g0""#, .invalidEscape), (#""\ud800""#, .invalidEscape),
      (#""\udc00""#, .invalidEscape),
      (#""\ud800\ud800""#, .invalidEscape), (#""\ud800\n""#, .invalidEscape),
      (#""\ud800x""#, .invalidEscape), (#""\u+123""#, .invalidEscape),
      ("\"\n\"", .controlCharacter),
      ("\"\\n\u{1F}\"", .controlCharacter), ("\"\0\"", .controlCharacter),
      (#"{"\ud800":1}"#, .invalidEscape), (#"{"\udc00\ud800":1}"#, .invalidEscape),
      (#""\udbff\u0041""#, .invalidEscape), (#"{"\ude00":1,"\ude00":1}"#, .invalidEscape),
      (#"[{"a":{"b":1,"b":1}}]"#, .duplicateMember("b")), (#"{"":1,"":1}"#, .duplicateMember("")),
      (#"{"\u00e9":1,"é":2}"#, .duplicateMember("é")),
      (#"{"\ud83d\ude00":1,"😀":2}"#, .duplicateMember("😀")),
      (#"{"a":1,"a":2}"#, .duplicateMember("a")), (#"{"a":1,"\u0061":2}"#, .duplicateMember("a")),
      (
        #"{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"c":0}"#, .duplicateMember("c")
      ),
    ] as [(String, JSONError.Kind)])
  func refuses(text: String, kind: JSONError.Kind) {
    #expect(Self.fault(Array(text.utf8))?.kind == kind)
  }

  @Test(
    "refuses strings that are not UTF-8",
    arguments: [
      [0x80], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0x5C, 0x6E, 0xFF],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    #expect(Self.fault([0x22] + bytes + [0x22])?.kind == .invalidUTF8)
  }

  @Test("reads 64 levels and refuses 65", arguments: [("[", "]"), (#"{"a":"#, "}")])
  func depth(open: String, close: String) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }
    _ = try Self.parse(nested(64))
    #expect(Self.fault(Array(nested(65).utf8))?.kind == .tooDeep)
    #expect(Self.fault(Array(String(repeating: open, count: 1_000_000).utf8))?.kind == .tooDeep)
  }

  @Test(
    "takes integers only where signed metadata is read",
    arguments: ["1.0", "1e2", "-0.5", "9223372036854775808", "[1,2.5]", #"{"a":1E0}"#])
  func integersOnly(text: String) throws {
    _ = try Self.parse(text)
    #expect(Self.fault(Array(text.utf8), integersOnly: true)?.kind == .notAnInteger)
  }

  @Test(
    "says where the fault is",
    arguments: [
      ("x", 0, 1, 1), ("  x", 2, 1, 3), ("[\n 1,\n  x]", 8, 3, 3), ("{\"a\":1}\n\nx", 9, 3, 1),
      ("[\"é\", x]", 7, 1, 8), ("[1,", 3, 1, 4),
    ] as [(String, Int, Int, Int)])
  func place(text: String, offset: Int, line: Int, column: Int) throws {
    let fault = try #require(Self.fault(Array(text.utf8)))
    #expect((fault.offset, fault.line, fault.column) == (offset, line, column))
  }

  @Test("keeps the order of members")
  func order() throws {
    let object = try #require(try Self.parse(#"{"b":1,"a":2,"c":3}"#).objectValue)
    #expect(object.members.map(\.name) == ["b", "a", "c"])
  }

  @Test("never crashes on damaged documents, and writes what it accepts back to the same value")
  func damagedDocuments() throws {
    var random = SeededGenerator(seed: 0x5EED)
    let document = Array(
      #"{"a":[1,-2,3.5e+2,"x\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":true},"é":false,"n":9223372036854775807}"#
        .utf8)
    let alphabet =
      Array(#"{}[]:,"\/0123456789eE+-.truefalsn u"#.utf8) + [0, 0x1F, 0x80, 0xC3, 0xFF]
    var accepted = 0
    for _ in 0..<60_000 {
      var bytes = document
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = alphabet.randomElement(using: &random) ?? 0
        case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
        case 2: bytes.remove(at: place)
        default: bytes = Array(bytes[..<max(1, place)])
        }
      }
      guard let value = try? JSONParser.parse(bytes) else { continue }
      accepted += 1
      #expect(try JSONParser.parse(value.compactBytes) == value)
    }
    #expect(accepted > 1_000)
  }
}
