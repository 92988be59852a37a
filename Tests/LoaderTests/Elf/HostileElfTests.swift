import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a hostile ELF file") struct HostileElfTests {
  private static let samples = [RealPlugins.pcre, RealPlugins.kit, RealPlugins.csvtable]

  @Test("cut anywhere is refused, and never crashes the reader", arguments: samples)
  func truncations(sample: String) throws {
    let whole = try contents(RealPlugins.path(sample))
    let facts = try elfFacts(of: whole)
    #expect(facts.type == .shared)
    let step = max(1, whole.count / 4000)
    for length in stride(from: 0, to: whole.count, by: step) {
      #expect(throws: ElfError.self) { try elfFacts(of: Array(whole[..<length])) }
    }
  }

  @Test("changed at random is read or refused, quickly", arguments: samples)
  func mutations(sample: String) throws {
    let whole = try contents(RealPlugins.path(sample))
    var random = SeededGenerator(seed: 0x5EED)
    let clock = ContinuousClock()
    var slowest = Duration.zero
    for round in 0..<2_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        mutate(&bytes, focus: round % 3, &random)
      }
      let time = clock.measure { _ = try? elfFacts(of: bytes) }
      slowest = max(slowest, time)
    }
    #expect(slowest < .seconds(2))
  }

  @Test(
    "is searched for PostgreSQL's block as far as it is long, however often its segments overlap")
  func overlapping() throws {
    let folder = try TestFolder()
    let path = try folder.plugin(
      "server.so",
      """
      static const struct { int len, version, args, keys, name, byval; char vendor[32]; } magic =
        { 56, 1500, 100, 32, 64, 1, "PostgreSQL" };
      const void *load_external_function(void) { return &magic; }
      """)
    let server = ElfEditor(try contents(path))
    #expect(try HostMarks(server.bytes).postgresMagic == "1500 100 32 64 1 PostgreSQL")
    let block = try #require(server.bytes.firstRange(of: [56, 0, 0, 0, 0xDC, 0x05, 0, 0]))
    var made = server
    made.prependLoads(4, of: block.lowerBound)
    #expect(made.number(56, 2) == server.number(56, 2) + 4)
    #expect(try HostMarks(made.bytes).postgresMagic == nil)
  }

  @Test("gets an answer from every check of level 1, or from the first", arguments: samples)
  func checks(sample: String) throws {
    let whole = try contents(RealPlugins.path(sample))
    let folder = try TestFolder()
    var random = SeededGenerator(seed: 0xC4EC)
    for round in 0..<150 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        mutate(&bytes, focus: round % 3, &random)
      }
      let report = try report(folder.write("x.so", bytes), level: 1) {
        $0.symbolProviders = ["/usr/sbin/nginx"]
        $0.staticProbes = Set(LoadTarget.StaticProbe.allCases)
      }
      #expect(report.results.count > 20 || !report.refusals.isEmpty)
    }
  }

  // Headers and tables are few among the bytes, so most changes go there.
  private func mutate(_ bytes: inout [UInt8], focus: Int, _ random: inout SeededGenerator) {
    let limit = [bytes.count, 1024, min(8192, bytes.count)][focus]
    let place = Int.random(in: 0..<limit, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
    case 2:
      for offset in place..<min(place + 8, bytes.count) { bytes[offset] = 0xFF }
    default:
      for offset in place..<min(place + 4, bytes.count) { bytes[offset] = 0 }
    }
  }
}
