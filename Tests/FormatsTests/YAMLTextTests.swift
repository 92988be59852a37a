import Formats
import PkgCore
import Testing

@Suite("YAML as it is written")
struct YAMLTextTests {
  @Test(
    "is read as the same value again",
    arguments: [
      "a: 1\nb: \"1\"\nc: [x, {y: ~, z: []}, {}]\n", "- - 1\n  - 2\n- {a: {b: {c: d}}}\n",
      "\"\": 1\n",
      "\"null\": \"null\"\n", "a: \"two\\nlines\"\n\"b: c\": \"- d\"\n", "text\n", "1.5e3\n",
      "a: \"~\"\nb: -x\nc: \"#no comment\"\nd: 'it''s'\n", "{}\n", "[]\n",
      "a:\n- b\n- c: 1\n  d: 2\n", "[1e999, '1e999', 0x1F, 0o17, '0x1F', -0x1]\n",
    ])
  func roundTrip(text: String) throws {
    let node = try YAMLReader.read(Array(text.utf8))
    let written = node.yaml
    #expect(
      try YAMLReader.read(Array(written.utf8)).typedJSON == node.typedJSON, "\(text) -> \(written)")
  }

  @Test(
    "has numbers as YAML's core schema has them, and none that JSON has not",
    arguments: [
      ("0x1f", .integer(31)), ("0o17", .integer(15)), ("0x", "0x"), ("0x-1", "0x-1"),
      ("0x\u{301}1F", "0x\u{301}1F"),
      ("0o8", "0o8"), ("0x10000000000000000", .real(18_446_744_073_709_551_616)),
      ("1e999", "1e999"), ("-1e999", "-1e999"), (".inf", ".inf"), ("017", .integer(17)),
      ("1e3", .real(1000)), ("'0x1f'", "0x1f"),
    ] as [(String, JSON)])
  func numbers(text: String, value: JSON) throws {
    #expect(try YAMLReader.read(Array(text.utf8)).typedJSON == value)
  }

  @Test(
    "is shown without the secrets that stand in a text",
    arguments: [
      ("postgres://u:a@b@h/db and x://v:c@h", "postgres://u:****@h/db and x://v:****@h"),
      ("x://u:a/b@h/db,x://u:c@h", "x://u:****@h/db,x://u:****@h"),
      ("http://h:80/p@q http://h/a", "http://h:80/p@q http://h/a"),
      ("host=h password=a&b;c user=u", "host=h password=**** user=u"),
      ("password = 'a b\\' c' user=u", "password = '****' user=u"),
      ("u:a@tcp(db)/x", "u:****@tcp(db)/x"),
      ("https://h/x?token=a&page=2", "https://h/x?token=****&page=2"),
      ("Server=h;Pwd=a;Port=1", "Server=h;Pwd=****;Port=1"),
      ("{\"api_key\": \"a\", \"b\": 1}", "{\"api_key\": \"****\", \"b\": 1}"),
      ("at 10:30 = me@home", "at 10:30 = me@home"), ("password=", "password="),
    ])
  func secrets(text: String, shown: String) {
    #expect(Secrets.masked(text) == shown)
    #expect(Secrets.masked(shown) == shown)
  }
}
