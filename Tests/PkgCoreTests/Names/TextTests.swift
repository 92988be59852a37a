import PkgCore
import TestSupport
import Testing

@Suite("Text as bytes")
struct TextPartsTests {
  /// Marks that Swift's characters take in: an accent after, a number sign before, and both line ends.
  @Test(
    "is cut where the byte is, whatever a reader sees",
    arguments: [
      ("a/b//c", ["a", "b", "c"], ["a", "b", "", "c"]), ("", [], [""]), ("/", [], ["", ""]),
      ("a/\u{301}b", ["a", "\u{301}b"], ["a", "\u{301}b"]),
      ("\u{600}/..", ["\u{600}", ".."], ["\u{600}", ".."]),
      ("é/\u{200D}/", ["é", "\u{200D}"], ["é", "\u{200D}", ""]),
    ])
  func parts(text: String, parts: [String], all: [String]) {
    #expect(text.parts(at: "/").map(String.init) == parts)
    #expect(text.parts(at: "/", keepsEmpty: true).map(String.init) == all)
    let cut = text.parts(at: "/", cuts: 1, keepsEmpty: true)
    #expect(cut.first.map(String.init) == all.first)
    #expect(
      cut.dropFirst().first.map(String.init)
        == (all.count > 1 ? all[1...].joined(separator: "/") : nil))
    #expect(text.cut(at: "/")?.before == cut.dropLast().first)
    #expect(text.cut(at: "/")?.after == cut.dropFirst().first)
    #expect(text.cut(atLast: "/").map { String($0.after) } == (all.count > 1 ? all.last : nil))
    #expect(text.holds("/") == (all.count > 1))
  }

  @Test("a line that ends with both marks is a line")
  func lines() {
    #expect("a\r\nb".parts(at: "\n") == ["a\r", "b"])
  }

  @Test("what is left of it is what the bytes are, though a reader sees a mark go with its letter")
  func rests() {
    #expect(
      "pub-\u{301}a".rest(after: "pub-").map { Array($0.unicodeScalars) } == ["\u{301}", "a"])
    #expect(
      "a\u{600}.json".rest(before: ".json").map { Array($0.unicodeScalars) } == ["a", "\u{600}"])
    #expect("abc".rest(after: "abc") == "" && "abc".rest(before: "abc") == "")
    #expect(
      "abc".rest(after: "b") == nil && "abc".rest(before: "b") == nil && "".rest(after: "a") == nil)
    #expect("éa".rest(after: "é") == "a" && "aé".rest(before: "é") == "a")
  }

  @Test("no alias of a name is taken for it")
  func aliases() {
    for path in ["i/\u{301}acme/beta.json", "i/acme/beta\u{600}.json", "i/acme/\u{301}beta.json"] {
      #expect(IndexRecord.name(ofPath: path) == nil, "\(path)")
    }
    let hex = String(repeating: "a", count: 64)
    #expect(KeyName("sha256:\(hex)") != nil && KeyName("sha256:\u{301}\(hex)") == nil)
  }

  @Test("begins, ends and holds by bytes")
  func ends() {
    #expect("/\u{301}etc".begins(with: "/") && !"\u{E9}".begins(with: "e"))
    #expect("\u{600}/".ends(with: "/") && "a.so\u{301}".ends(with: ".so\u{301}"))
    #expect(!"e\u{301}".begins(with: "\u{E9}") && !"a".ends(with: "ba") && "".begins(with: ""))
    #expect("x\u{600}/..".holds("/..") && "aab".holds("ab") && !"a".holds("ab") && "a".holds(""))
  }
}

@Suite("Text encodings")
struct TextEncodingTests {
  /// RFC 4648, section 10.
  @Test(
    "encode the words of RFC 4648",
    arguments: [
      ("", "", ""), ("f", "my", "Zg=="), ("fo", "mzxq", "Zm8="), ("foo", "mzxw6", "Zm9v"),
      ("foob", "mzxw6yq", "Zm9vYg=="), ("fooba", "mzxw6ytb", "Zm9vYmE="),
      ("foobar", "mzxw6ytboi", "Zm9vYmFy"),
    ])
  func knownAnswers(text: String, in32: String, in64: String) {
    #expect(base32(text.utf8) == in32)
    #expect(base64(Array(text.utf8)) == in64)
    #expect(bytes(base64: in64) == Array(text.utf8))
  }

  @Test("base64 and hexadecimal read back what they wrote")
  func roundTrip() {
    var random = SeededGenerator(seed: 3)
    for length in 0..<200 {
      let data = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(bytes(base64: base64(data)) == data)
      #expect([UInt8](hex: data.hex) == data)
    }
  }

  @Test(
    "base64 refuses wrong lengths, letters, padding and spare bits",
    arguments: [
      "Z", "Zg", "Zg=", "Zm9", "Zg==Zg==", "Z===", "====", "=", "Zm9v\n", "Zm 9", "Zm9-", "Zm9_",
      "Zh==", "Zm9=", "=m9v", "Zg=v", "Zm9v====",
    ])
  func refusesBase64(text: String) { #expect(bytes(base64: text) == nil) }

  @Test(
    "hexadecimal refuses half bytes and other letters", arguments: ["0", "0g", "0x00", " 00", "é"])
  func refusesHex(text: String) { #expect([UInt8](hex: text) == nil) }

  @Test("a digest has 32 bytes in either case of letters")
  func digest() {
    let hex = String(repeating: "0aF9", count: 16)
    #expect(SHA256Digest(hex: hex)?.hex == hex.lowercased())
    #expect(SHA256Digest(hex: String(hex.dropLast(2))) == nil)
    #expect(SHA256Digest(hex: hex + "00") == nil)
    #expect(SHA256Digest(bytes: []) == nil)
  }
}

@Suite("Printable text")
struct PrintableTests {
  @Test(
    "shows what a terminal would obey or hide",
    arguments: [
      ("plain é 日本 \u{1F600}", "plain é 日本 \u{1F600}"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
      ("a\nb\tc\rd", "a\\u{a}b\\u{9}c\\u{d}d"),
      ("\u{202E}evil", "\\u{202e}evil"), ("a\u{200B}b", "a\\u{200b}b"),
      ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"), ("\0", "\\u{0}"),
      ("\u{9B}31m", "\\u{9b}31m"), ("\u{FEFF}", "\\u{feff}"), ("\u{E000}", "\\u{e000}"),
      ("\u{2028}", "\\u{2028}"), ("\u{E0041}", "\\u{e0041}"),
      ("\u{7F}", "\\u{7f}"), ("", ""),
    ])
  func table(text: String, shown: String) { #expect(printable(text) == shown) }
}

@Suite("Nearest word")
struct NearestTests {
  @Test(
    "finds what was probably meant",
    arguments: [
      ("instal", "install"), ("isntall", "install"), ("installl", "install"),
      ("upgrate", "upgrade"), ("serach", "search"), ("lits", "list"),
      ("xyz", nil), ("", nil), ("in", nil), ("removing", nil),
    ] as [(String, String?)])
  func table(word: String, found: String?) {
    #expect(nearest(to: word, among: ["install", "upgrade", "search", "list", "remove"]) == found)
  }

  @Test("the nearer wins, then the first in order")
  func ties() {
    #expect(nearest(to: "abcd", among: ["abcx", "abcd"]) == "abcd")
    #expect(nearest(to: "abcd", among: ["abcy", "abcx"]) == "abcx")
    #expect(nearest(to: "abcd", among: ["abcx", "abcy"]) == "abcx")
  }

  @Test("does not take one letter for another") func oneLetter() {
    #expect(nearest(to: "a", among: ["b", "c"]) == nil)
  }
}

@Suite("Template")
struct TemplateTests {
  @Test(
    "replaces known words and leaves other braces",
    arguments: [
      ("load {path};", "load /p;"), ("{name}{name}", "vv"), ("{a}", "{a}"), ("{ {name} }", "{ v }"),
      ("{{name}}", "{v}"), ("{name", "{name"),
      ("}{", "}{"), ("{}", "{}"), ("", ""), ("é{name}é", "évé"), ("{braces}", "{name}"),
    ])
  func table(template: String, text: String) {
    #expect(filled(template, [("path", "/p"), ("name", "v"), ("braces", "{name}")]) == text)
  }
}

@Suite("Package path")
struct PackagePathTests {
  @Test(
    "is relative and of safe parts",
    arguments: [
      "a", "a/b", "A-1.2_3+x@y", "..a", "a..", ".hidden", "a/.b",
      String(repeating: "a", count: 240), Array(repeating: "a", count: 16).joined(separator: "/"),
    ])
  func accepts(path: String) { #expect(PackagePath.isSafe(path)) }

  @Test(
    "refuses ways out and odd letters",
    arguments: [
      "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "./a", "-a", "a/-b", "a b",
      "a\\b", "a:b", "é", "a\0b", "a\n", "~", "~/a", "a*", "$a", "a\u{301}",
      String(repeating: "a", count: 241), Array(repeating: "a", count: 17).joined(separator: "/"),
    ])
  func refuses(path: String) { #expect(!PackagePath.isSafe(path)) }
}
