import Catalog
import Files
import PkgCore
import TestSupport
import Testing

private func entry(
  _ name: String, host: String = "stormdb", version: String = "1.0.0",
  _ change: (inout CatalogDocument.Entry) -> Void = { _ in }
) throws -> CatalogDocument.Entry {
  var entry = CatalogDocument.Entry(
    name: try PluginName(name), host: host, version: try Version(version),
    published: Timestamp(secondsSinceEpoch: 1_795_243_434), state: "available")
  change(&entry)
  return entry
}

@Suite("Catalog file")
struct CatalogFileTests {
  private static func catalog(_ folder: TestFolder) throws -> CatalogFile {
    let catalog = CatalogFile(folder.file("cache dir?/cat#a%log.db"))
    try catalog.write([
      (
        "main",
        [
          try entry("acme/vector") {
            $0.title = "Vector search"
            $0.summary = "similarity of embeddings"
            $0.tags = ["ann", "pg"]
            $0.type = "workload"
            $0.extensions = [".csv", ".vec"]
            $0.license = "MIT"
            $0.versionCount = 7
          }, try entry("acme/embed") { $0.summary = "makes a vector of text" },
          try entry("other/geo-tools", host: "nginx") {
            $0.title = "Géographie"
            $0.state = "yanked"
            $0.tags = ["vector"]
          },
        ]
      ), ("second", [try entry("acme/vector", version: "2.0.0"), try entry("zeta/100percent")]),
    ])
    return catalog
  }

  private static func names(_ rows: [CatalogFile.Row]) -> [String] {
    rows.map { "\($0.index):\($0.entry.name)" }
  }

  @Test("knows who provides a name: the name's own publisher alone, in either spelling")
  func providers() throws {
    let folder = try TestFolder()
    let catalog = CatalogFile(folder.file("catalog.db"))
    func names(_ texts: String...) -> [NamePart] { texts.compactMap { NamePart($0) } }
    try catalog.write([
      (
        "main",
        [
          try entry("ac-me/fast") { $0.provides = names("similar-ity", "other") },
          try entry("ac-me/near") { $0.provides = names("similar") },
          try entry("zeta/fast") { $0.provides = names("similar-ity") },
        ]
      )
    ])
    let found = try catalog.providers(of: PluginName("ac_me/similar_ity"))
    #expect(found.map(\.description) == ["ac-me/fast"])
    #expect(try catalog.providers(of: PluginName("ac-me/fast")).isEmpty)
  }

  @Test("reads back every field")
  func fields() throws {
    let folder = try TestFolder()
    let rows = try Self.catalog(folder).named(PluginReference("acme/vector"))
    #expect(Set(rows.map(\.index)) == ["main", "second"])
    let entry = try #require(rows.first { $0.index == "main" }).entry
    #expect(
      (entry.title, entry.summary, entry.license, entry.type, entry.host) == (
        "Vector search", "similarity of embeddings", "MIT", "workload", "stormdb"
      ))
    #expect(
      (entry.tags, entry.extensions, entry.versionCount, entry.state) == (
        ["ann", "pg"], [".csv", ".vec"], 7, "available"
      ))
    #expect(entry.published == Timestamp(secondsSinceEpoch: 1_795_243_434))
    let bare = try #require(rows.first { $0.index == "second" }).entry
    #expect((bare.title, bare.tags, bare.version) == (nil, [], Version(2, 0, 0)))
  }

  @Test("finds by short name in any publisher, and in either spelling")
  func named() throws {
    let folder = try TestFolder()
    let catalog = try Self.catalog(folder)
    #expect(try Self.names(catalog.named(PluginReference("geo-tools"))) == ["main:other/geo-tools"])
    #expect(try Self.names(catalog.named(PluginReference("geo_tools"))) == ["main:other/geo-tools"])
    #expect(
      try Self.names(catalog.named(PluginReference("other/geo_tools"))) == ["main:other/geo-tools"])
    #expect(try catalog.named(PluginReference("none")).isEmpty)
    #expect(
      try catalog.names() == [
        "acme/embed", "acme/vector", "acme/vector", "other/geo-tools", "zeta/100percent",
      ])
  }

  @Test("ranks names before titles before tags before summaries")
  func ranking() throws {
    let folder = try TestFolder()
    let found = try Self.catalog(folder).search("vector", .init())
    #expect(found.prefix(2).allSatisfy { $0.entry.name.name.text == "vector" })
    #expect(found.map(\.entry.name.description).suffix(2) == ["other/geo-tools", "acme/embed"])
  }

  @Test(
    "matches beginnings of words, all of them, without case",
    arguments: [
      ("vec", 4), ("VECTOR", 4), ("ve", 4), ("v", 4), ("vector similarity", 1),
      ("similarity VEC", 1), ("ector", 0), ("vector none", 0), ("géo", 1), ("geo tools", 1),
      ("geo-tools", 1), ("100", 1),
      ("", 5), ("  ", 5),
    ])
  func matching(text: String, count: Int) throws {
    let folder = try TestFolder()
    #expect(try Self.catalog(folder).search(text, .init()).count == count)
  }

  @Test(
    "takes operators and quotes for plain text",
    arguments: [
      "\"", "'", "\"\"\"", "vector OR", "NOT vector", "vector AND", "NEAR(vector, 3)",
      "short:vector", "vector*", "*", "^vector", "(vector", "vector)", "{a b}: c", "-vector", "+",
      "a\"; DROP TABLE plugins; --",
      "%", "_", "\\", "\0", "é\u{301}", "\u{1F600}", "日本語", "½", "²",
    ])
  func operators(text: String) throws {
    let folder = try TestFolder()
    let catalog = try Self.catalog(folder)
    _ = try catalog.search(text, .init())
    var filter = SearchFilter()
    (filter.host, filter.type, filter.tag, filter.publisher, filter.fileExtension, filter.state) = (
      text, text, text, text, text, text
    )
    #expect(try catalog.search("", filter).isEmpty)
    #expect(try catalog.names().count == 5)
  }

  @Test("narrows by each filter, and by several")
  func filters() throws {
    let folder = try TestFolder()
    let catalog = try Self.catalog(folder)
    func count(_ text: String = "", _ change: (inout SearchFilter) -> Void) throws -> Int {
      var filter = SearchFilter()
      change(&filter)
      return try catalog.search(text, filter).count
    }
    #expect(try count { $0.host = "nginx" } == 1)
    #expect(try count { $0.type = "workload" } == 1)
    #expect(try count { $0.tag = "pg" } == 1)
    #expect(try count { $0.tag = "p" } == 0)
    #expect(try count { $0.tag = "%" } == 0)
    #expect(try count { $0.publisher = "acme" } == 3)
    #expect(try count { $0.fileExtension = ".vec" } == 1)
    #expect(try count { $0.state = "yanked" } == 1)
    #expect(try count("vector") { $0.publisher = "acme" } == 3)
    #expect(try count("vector") { ($0.publisher, $0.host) = ("acme", "nginx") } == 0)
    #expect(try catalog.search("", .init(), limit: 2).count == 2)
  }

  @Test("counts by each column")
  func counts() throws {
    let folder = try TestFolder()
    let catalog = try Self.catalog(folder)
    for group in CatalogFile.Group.allCases {
      #expect(try catalog.counts(by: group).reduce(0) { $0 + $1.count } == 5)
    }
    #expect(try catalog.counts(by: .index).map(\.value) == ["main", "second"])
  }

  @Test("is replaced in one step and leaves nothing beside it")
  func replaced() throws {
    let folder = try TestFolder()
    let catalog = try Self.catalog(folder)
    try catalog.write([("main", [try entry("acme/only")])])
    #expect(try catalog.names() == ["acme/only"])
    try catalog.write([])
    #expect(try catalog.names().isEmpty)
    #expect(try FileSystem.names(in: folder.file("cache dir?")).count == 1)
  }

  @Test("a missing or damaged file is an error of its own", arguments: [0, 1, 2, 3])
  func damaged(number: Int) throws {
    let folder = try TestFolder()
    let catalog = CatalogFile(folder.file("catalog.db"))
    #expect(!catalog.exists)
    try catalog.write([
      ("main", try (0..<500).map { try entry("acme/p\($0)") { $0.summary = "some words" } })
    ])
    #expect(catalog.exists)
    var bytes = try FileSystem.read(folder.file("catalog.db"))
    switch number {
    case 0: bytes = []
    case 1:
      bytes = Array(
        "this is no database, but it is long enough for a header of one hundred bytes, which SQLite wants"
          .utf8)
    case 2: bytes = Array(bytes.prefix(bytes.count / 3))
    default: for place in stride(from: 100, to: bytes.count, by: 3) { bytes[place] ^= 0x5A }
    }
    try FileSystem.replace(folder.file("catalog.db"), with: bytes, isDurable: false)
    #expect(throws: CatalogError.self) { try catalog.search("words", .init()) }
    try FileSystem.remove(folder.file("catalog.db"))
    #expect(throws: CatalogError.self) { try catalog.names() }
  }

  @Test("never crashes on flipped bytes")
  func flipped() throws {
    let folder = try TestFolder()
    let catalog = CatalogFile(folder.file("catalog.db"))
    try catalog.write([
      ("main", try (0..<50).map { try entry("acme/p\($0)") { $0.summary = "some words" } })
    ])
    let good = try FileSystem.read(folder.file("catalog.db"))
    var random = SeededGenerator(seed: 23)
    for _ in 0..<200 {
      var bytes = good
      for _ in 0..<5 {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      try FileSystem.replace(folder.file("catalog.db"), with: bytes, isDurable: false)
      do { _ = try catalog.search("words", .init()) } catch { #expect(error is CatalogError) }
    }
  }

  @Test("10,000 entries are written and searched")
  func large() throws {
    let folder = try TestFolder()
    let entries = try (0..<10_000).map { number in
      try entry("acme/plugin\(number)") {
        $0.summary = "plugin number \(number) for vectors, graphs and text of many kinds"
        $0.tags = ["t\(number % 50)"]
      }
    }
    let catalog = CatalogFile(folder.file("catalog.db"))
    let start = Machine.monotonicNanoseconds()
    try catalog.write([("main", entries)])
    let written = Machine.monotonicNanoseconds()
    #expect(try catalog.search("graphs", .init(), limit: 20).count == 20)
    #expect(try catalog.search("plugin4242", .init()).map(\.entry.name.name.text) == ["plugin4242"])
    print(
      "10,000 entries: written in \((written - start) / 1_000_000) ms, two searches in \((Machine.monotonicNanoseconds() - written) / 1_000_000) ms"
    )
  }
}
