import PkgCore
import Testing

/// Fixtures of semver.org and node-semver, read where they lie. Where we differ is in docs/solver.md.
@Suite(
  "Version fixtures of other projects",
  .enabled(if: ResolverData.isThere, "the folder of shared test data is absent"))
struct VersionFixtureTests {
  private static func texts(_ json: JSON?) -> [String] {
    (json?.arrayValue ?? []).compactMap(\.stringValue)
  }

  /// Rows of plain texts only: no loose parsing, no options.
  private static func rows(_ name: String) throws -> [[String]] {
    let fixtures = try ResolverData.read("node-semver-fixtures.json")["fixtures"]
    return (fixtures?[name]?.arrayValue ?? []).compactMap { row in
      let words = texts(row)
      return words.count == 2 && row.arrayValue?.count == 2 ? words : nil
    }
  }

  @Test("semver.org's valid versions are read, up to 64 bits, and written alike")
  func valid() throws {
    let document = try ResolverData.read("semver-org.json")
    for text in Self.texts(document["valid"]) where !text.hasPrefix("99999999999999999999999") {
      #expect(try Version(text).description == text)
    }
    for text in Self.texts(document["invalid"]) {
      #expect(throws: VersionError.self) { try Version(text) }
    }
    let order = try Self.texts(document["precedence"]).map { try Version($0) }
    #expect(order.count > 5 && zip(order, order.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("node-semver's comparisons hold")
  func comparisons() throws {
    for row in try Self.rows("comparisons") {
      let (left, right) = (try Version(row[0]), try Version(row[1]))
      #expect(left > right && !(left < right) && left != right, "\(row)")
    }
  }

  @Test("node-semver's ranges include what they include")
  func inclusion() throws {
    var counts = (read: 0, skipped: 0)
    for row in try Self.rows("range-include") {
      guard let range = try? VersionRange(row[0]), let version = try? Version(row[1]) else {
        counts.skipped += 1
        continue
      }
      counts.read += 1
      #expect(range.contains(version), "\(row)")
    }
    print("range-include: \(counts.read) rows read, \(counts.skipped) in a syntax that is not ours")
    #expect(counts.read > 50)
  }

  @Test("node-semver's ranges exclude what they exclude, pre-releases apart")
  func exclusion() throws {
    var counts = (read: 0, skipped: 0)
    for row in try Self.rows("range-exclude") {
      // Whether a pre-release may be chosen is the solver's rule here, not the range's.
      guard let range = try? VersionRange(row[0]), let version = try? Version(row[1]),
        !version.isPrerelease
      else {
        counts.skipped += 1
        continue
      }
      counts.read += 1
      #expect(!range.contains(version), "\(row)")
    }
    print("range-exclude: \(counts.read) rows read, \(counts.skipped) of other rules or syntax")
    #expect(counts.read > 30)
  }
}
