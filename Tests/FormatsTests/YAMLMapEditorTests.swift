import Formats
import PkgCore
import Testing

@Suite("YAMLMapEditor")
struct YAMLMapEditorTests {
  private func edited(_ text: String, _ body: (inout YAMLMapEditor) throws -> Void) throws -> String
  {
    var editor = YAMLMapEditor(Array(text.utf8), key: "plugins")
    try body(&editor)
    return String(decoding: editor.bytes, as: UTF8.self)
  }

  @Test(
    "puts an entry behind the last one and keeps the rest of the text",
    arguments: [
      ("schema: 1\n", "schema: 1\nplugins:\n  a/x: ^1.2\n"),
      ("schema: 1", "schema: 1\nplugins:\n  a/x: ^1.2\n"),
      ("schema: 1\r\n", "schema: 1\r\nplugins:\r\n  a/x: ^1.2\r\n"),
      ("plugins: # none\nhost: h\n", "plugins: # none\n  a/x: ^1.2\nhost: h\n"),
      ("plugins: {}\nhost: h\n", "plugins: { a/x: ^1.2 }\nhost: h\n"),
      ("plugins: null # none\n", "plugins: { a/x: ^1.2 } # none\n"),
      (
        "plugins:\n    a/a: \"*\" # all\n\n# host\nhost: h\n",
        "plugins:\n    a/a: \"*\" # all\n    a/x: ^1.2\n\n# host\nhost: h\n"
      ),
      ("plugins:\n  a/a: ^1", "plugins:\n  a/a: ^1\n  a/x: ^1.2"),
      ("plugins: { a/a: ^1 } # é\n", "plugins: { a/a: ^1, a/x: ^1.2 } # é\n"),
      ("# ü\nplugins: { a/a: ^1, }\n", "# ü\nplugins: { a/a: ^1, a/x: ^1.2, }\n"),
      (
        "plugins: {\n  a/a: ^1 # first, really\n}\n",
        "plugins: {\n  a/a: ^1, # first, really\n  a/x: ^1.2\n}\n"
      ),
      ("plugins: {\n  a/a: ^1,\n}\n", "plugins: {\n  a/a: ^1,\n  a/x: ^1.2,\n}\n"),
      (
        "{\"schema\": 1, \"plugins\": {\"a/a\": \"^1\"}}\n",
        "{\"schema\": 1, \"plugins\": {\"a/a\": \"^1\", \"a/x\": \"^1.2\"}}\n"
      ),
      ("{\"schema\": 1}\n", "{\"schema\": 1, \"plugins\": { \"a/x\": \"^1.2\" }}\n"),
      ("plugins: { a/x: '*' }\n", "plugins: { a/x: ^1.2 }\n"),
      ("plugins:\n  a/x:   \"*\"   # why\n", "plugins:\n  a/x:   ^1.2   # why\n"),
    ])
  func set(text: String, expected: String) throws {
    #expect(try edited(text) { try $0.set("a/x", to: "^1.2") } == expected)
  }

  @Test("quotes what plain YAML would read otherwise", arguments: ["*", ">=1 <3", "1.2", "=1.0.0"])
  func quoted(range: String) throws {
    let text = try edited("plugins: {}\n") { try $0.set("a/x", to: range) }
    #expect(text == "plugins: { a/x: \"\(range)\" }\n")
  }

  @Test(
    "takes an entry out and keeps the rest of the text",
    arguments: [
      ("plugins:\n  # one\n  a/x: ^1 # that\n  a/b: ^2\n", "plugins:\n  # one\n  a/b: ^2\n"),
      ("plugins:\n  a/x: ^1\nhost: h\n", "plugins:\nhost: h\n"),
      ("plugins: { a/x: ^1, a/b: ^2 } # c\n", "plugins: { a/b: ^2 } # c\n"),
      ("plugins: { a/b: ^2, a/x: ^1 }\n", "plugins: { a/b: ^2 }\n"),
      ("plugins: { a/x: ^1 }\n", "plugins: {}\n"),
      ("plugins: {\n  a/b: ^2, # b\n  a/x: ^1\n}\n", "plugins: {\n  a/b: ^2 # b\n}\n"),
      ("plugins: {\n  a/x: ^1, # x\n  a/b: ^2\n}\n", "plugins: {\n  a/b: ^2\n}\n"),
      ("plugins: { a/b: ^2 }\n", "plugins: { a/b: ^2 }\n"), ("schema: 1\n", "schema: 1\n"),
    ])
  func remove(text: String, expected: String) throws {
    #expect(try edited(text) { try $0.remove("a/x") } == expected)
  }

  @Test(
    "refuses what it could only guess",
    arguments: [
      "- plugins\n", "plugins: [a/x]\n", "plugins: text\n", "  schema: 1\n",
      "? plugins\n: a/b: ^1\n", "plugins: {\n  # none yet\n}\n",
    ])
  func refused(text: String) {
    #expect(throws: YAMLMapEditor.Refusal.self) { try edited(text) { try $0.set("a/x", to: "^1") } }
  }

  @Test("what was put in and taken out again leaves the text as it was")
  func roundTrip() throws {
    for text in [
      "# c\nplugins:\n  a/a: ^1 # a\n  a/b: \"*\"\n\npins: {}\n", "plugins: {a/a: ^1}\nschema: 1\n",
      "plugins: {\n  a/a: ^1 # a\n}\n",
    ] {
      let back = try edited(text) {
        try $0.set("a/x", to: "^1")
        try $0.remove("a/x")
      }
      #expect(back == text)
    }
  }
}
