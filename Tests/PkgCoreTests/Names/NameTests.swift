import PkgCore
import Testing

@Suite("Plugin names")
struct PluginNameTests {
  @Test(
    "take lower-case letters, digits, hyphens and underscores",
    arguments: ["a", "0", "a-b_c", "9z", "a--", String(repeating: "a", count: 64)])
  func accepts(text: String) throws {
    #expect(NamePart(text)?.text == text)
    #expect(try PluginName("\(text)/\(text)").description == "\(text)/\(text)")
  }

  @Test(
    "refuse everything else",
    arguments: [
      "", "A", "-a", "_a", "a.b", "a b", "a/b", "é", "a\n", "a\0", "ａ", "a\u{301}",
      String(repeating: "a", count: 65),
    ])
  func refuses(text: String) {
    #expect(NamePart(text) == nil)
    #expect(throws: NameError.notAFullName("x/\(text)")) { try PluginName("x/\(text)") }
    #expect(throws: NameError.notAFullName("\(text)/x")) { try PluginName("\(text)/x") }
  }

  @Test("are full", arguments: ["", "a", "/", "a/", "/a", "a//b", "a/b/c"])
  func fullName(text: String) {
    #expect(throws: NameError.notAFullName(text)) { try PluginName(text) }
  }

  @Test("are not words that the command line needs", arguments: ["search", "stats", "install"])
  func reserved(word: String) throws {
    #expect(throws: NameError.reserved("acme/\(word)")) { try PluginName("acme/\(word)") }
    #expect(try PluginName("\(word)/x").publisher.text == word)
  }

  @Test("fold hyphen and underscore for uniqueness, not for identity")
  func folding() throws {
    let (hyphen, underscore) = (try PluginName("a-b/c-d"), try PluginName("a_b/c_d"))
    #expect(hyphen != underscore)
    #expect(hyphen.folded == underscore.folded)
    #expect(hyphen.folded == "a_b/c_d")
  }

  @Test("order by publisher, then name, in bytes")
  func order() throws {
    let names = try ["a-b/a", "a/b", "a/a", "a_b/a", "a/a-b"].map { try PluginName($0) }.sorted()
    #expect(names.map(\.description) == ["a/a", "a/a-b", "a/b", "a-b/a", "a_b/a"])
  }
}

@Suite("Plugin reference")
struct PluginReferenceTests {
  @Test(
    "reads names with and without publisher and range",
    arguments: [
      ("vector", nil, "vector", nil), ("acme/vector", "acme", "vector", nil),
      ("vector@1.2.3", nil, "vector", "=1.2.3"),
      ("vector@^1.2", nil, "vector", "^1.2"), ("vector=1.2.3", nil, "vector", "=1.2.3"),
      ("acme/vector==1.2.3", "acme", "vector", "==1.2.3"),
      ("vector@=1.2.3", nil, "vector", "=1.2.3"),
      ("vector@>=1 <2", nil, "vector", ">=1 <2"), ("vector@1.2", nil, "vector", "1.2"),
      ("vector@1.2.3-rc.1+b", nil, "vector", "=1.2.3-rc.1+b"),
    ] as [(String, String?, String, String?)])
  func parts(text: String, publisher: String?, name: String, range: String?) throws {
    let reference = try PluginReference(text)
    #expect(reference.publisher?.text == publisher)
    #expect(reference.name.text == name)
    #expect(reference.range?.description == range)
    #expect(reference.fullName?.description == publisher.map { "\($0)/\(name)" })
    #expect(try PluginReference(reference.description) == reference)
  }

  @Test("refuses what is no name", arguments: ["", "@1", "A", "a/b/c", "a.b", "=1.0.0"])
  func notAName(text: String) {
    #expect(throws: NameError.self) { try PluginReference(text) }
  }

  @Test("refuses what is no publisher", arguments: ["/a", "A/a"])
  func notAPublisher(text: String) {
    #expect(throws: NameError.notAFullName(text)) { try PluginReference(text) }
  }

  @Test("refuses what is no range", arguments: ["a@", "a@latest", "a=", "a@1@2"])
  func notARange(text: String) {
    #expect(throws: VersionError.self) { try PluginReference(text) }
  }

  @Test("means a plugin in either spelling")
  func matching() throws {
    let plugin = try PluginName("acme/vector_core")
    #expect(try PluginReference("vector-core").matches(plugin))
    #expect(try PluginReference("acme/vector_core").matches(plugin))
    #expect(try !PluginReference("other/vector_core").matches(plugin))
    #expect(try !PluginReference("vector").matches(plugin))
  }
}

@Suite("Platform")
struct PlatformTests {
  @Test(
    "has two or three parts",
    arguments: ["linux-x86_64-gnu", "macos-arm64", "windows-x86_64", "a-b"])
  func accepts(text: String) { #expect(Platform(text)?.description == text) }

  @Test(
    "refuses everything else",
    arguments: [
      "", "linux", "linux-", "-x86_64", "a-b-c-d", "Linux-x86_64", "linux--gnu", "a b-c", "../a-b",
      "a-\(String(repeating: "b", count: 17))",
    ])
  func refuses(text: String) { #expect(Platform(text) == nil) }

  @Test(
    "tells Linux from the others",
    arguments: [
      ("linux-x86_64-gnu", true), ("linux-aarch64-musl", true), ("macos-arm64", false),
      ("linuxoid-arm64", false),
    ])
  func linux(text: String, isLinux: Bool) throws {
    #expect(try #require(Platform(text)).isLinux == isLinux)
  }

  @Test("knows its own") func current() {
    #expect(Platform(Platform.current.text) == Platform.current)
  }
}
