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
      "a:\n- b\n- c: 1\n  d: 2\n",
    ])
  func roundTrip(text: String) throws {
    let node = try YAMLReader.read(Array(text.utf8))
    let written = node.yaml
    #expect(
      try YAMLReader.read(Array(written.utf8)).typedJSON == node.typedJSON, "\(text) -> \(written)")
  }
}
