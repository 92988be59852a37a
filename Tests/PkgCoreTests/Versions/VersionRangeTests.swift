import PkgCore
import Testing

@Suite("Version range")
struct VersionRangeTests {
  /// A range, versions inside, versions outside.
  typealias Row = (range: String, inside: [String], outside: [String])

  private static let table: [Row] = [
    (
      "^1.2.3", ["1.2.3", "1.2.4", "1.99.0", "1.3.0-rc.1"],
      ["1.2.2", "1.2.3-rc.1", "2.0.0", "2.0.0-rc.1", "2.0.0-0"]
    ),
    ("^1.2", ["1.2.0", "1.9.9"], ["1.1.9", "1.2.0-rc.1", "2.0.0-rc.1", "2.0.0"]),
    ("^1", ["1.0.0", "1.9.9"], ["0.9.9", "1.0.0-rc.1", "2.0.0"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0-rc.1", "0.3.0"]),
    ("^0.2", ["0.2.0", "0.2.9"], ["0.1.9", "0.3.0"]),
    ("^0.0.3", ["0.0.3"], ["0.0.2", "0.0.4-rc.1", "0.0.4"]),
    ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0-rc.1", "0.1.0"]),
    ("^0", ["0.0.0", "0.9.9"], ["1.0.0-rc.1", "1.0.0"]),
    ("^1.2.3-rc.2", ["1.2.3-rc.2", "1.2.3", "1.9.0"], ["1.2.3-rc.1", "2.0.0-rc.1"]),
    ("^0.0.0", ["0.0.0"], ["0.0.0-rc.1", "0.0.1"]),
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0-rc.1", "1.3.0"]),
    ("~1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0-rc.1", "1.3.0"]),
    ("~1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0-rc.1", "2.0.0"]),
    ("~0.0.1", ["0.0.1", "0.0.9"], ["0.0.0", "0.1.0"]),
    ("=1.2.3", ["1.2.3", "1.2.3+build"], ["1.2.2", "1.2.4-0", "1.2.4", "1.2.3-rc.1"]),
    ("=1.2.3+build", ["1.2.3", "1.2.3+other"], ["1.2.4"]),
    ("1.2.3", ["1.2.3"], ["1.2.4", "1.3.0"]),
    ("==1.2.3", ["1.2.3"], ["1.2.4"]),
    ("=1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3-rc.1.0", "1.2.3-rc.2", "1.2.3"]),
    ("=1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0-rc.1"]),
    ("1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
    ("1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0-rc.1", "2.0.0"]),
    ("1.x", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
    ("1.X.x", ["1.0.0", "1.9.9"], ["2.0.0"]),
    ("1.2.*", ["1.2.0", "1.2.9"], ["1.3.0"]),
    ("*", ["0.0.0-0", "0.0.0", "1.0.0-rc.1", "9.9.9"], []),
    ("x", ["0.0.0", "9.9.9"], []), ("^*", ["9.9.9"], []), ("~x", ["9.9.9"], []),
    (">=*", ["9.9.9"], []),
    ("<=*", ["9.9.9"], []), ("<*", [], ["0.0.0", "9.9.9"]), (">*", [], ["0.0.0", "9.9.9"]),
    (">=1.2.3", ["1.2.3", "1.2.4-rc.1", "9.0.0"], ["1.2.2", "1.2.3-rc.1"]),
    (">=1", ["1.0.0", "9.0.0"], ["0.9.9", "1.0.0-rc.1"]),
    (">1.2.3", ["1.2.4", "1.2.4-rc.1"], ["1.2.3", "1.2.3-rc.1"]),
    (">1.2", ["1.3.0"], ["1.2.9", "1.3.0-rc.1"]),
    (">1", ["2.0.0"], ["1.9.9", "2.0.0-rc.1"]),
    (">1.2.3-rc.1", ["1.2.3-rc.2", "1.2.3-rc.1.0", "1.2.3"], ["1.2.3-rc.1", "1.2.3-beta"]),
    ("<2", ["0.0.0", "1.9.9", "1.9.9-rc.1"], ["2.0.0-rc.1", "2.0.0-0", "2.0.0"]),
    ("<2.0.0", ["1.9.9"], ["2.0.0-rc.1", "2.0.0"]),
    ("<2.0.0-rc.2", ["1.9.9", "2.0.0-rc.1"], ["2.0.0-rc.2", "2.0.0"]),
    ("<=2", ["2.9.9", "0.0.0"], ["3.0.0-rc.1", "3.0.0"]),
    ("<=2.1", ["2.1.9"], ["2.2.0"]),
    ("<=2.1.0", ["2.1.0", "2.1.0-rc.1"], ["2.1.1-rc.1", "2.1.1"]),
    (">=1 <3", ["1.0.0", "2.9.9"], ["0.9.9", "3.0.0-rc.1", "3.0.0"]),
    (">=1, <3", ["1.0.0", "2.9.9"], ["3.0.0"]), (">=1,<3", ["2.9.9"], ["3.0.0"]),
    (" >= 1   < 3 ", ["1.0.0", "2.9.9"], ["3.0.0"]),
    (">=1.2 <2 >1.4", ["1.5.0"], ["1.4.9", "2.0.0"]),
    (">2 <1", [], ["0.0.0", "1.5.0", "3.0.0"]),
    ("^1 || ^3", ["1.5.0", "3.5.0"], ["0.9.9", "2.0.0", "4.0.0"]),
    ("^1||^2", ["1.5.0", "2.5.0", "2.0.0"], ["2.0.0-rc.1", "3.0.0"]),
    ("^3 || ^1 || =2.5.0", ["1.5.0", "2.5.0", "3.5.0"], ["2.5.1"]),
    ("<1 || >=2", ["0.9.9", "2.0.0"], ["1.0.0", "1.9.9"]),
    (">=1 <2 || >=1.5 <3", ["1.0.0", "1.7.0", "2.9.0"], ["3.0.0"]),
  ]

  @Test("allows what its syntax says", arguments: table)
  func membership(row: Row) throws {
    let range = try VersionRange(row.range)
    for text in row.inside { #expect(range.contains(try Version(text)), "\(text) in \(row.range)") }
    for text in row.outside {
      #expect(!range.contains(try Version(text)), "\(text) not in \(row.range)")
    }
  }

  @Test(
    "refuses what is no range",
    arguments: [
      "", " ", "||", "^1 ||", "|| ^1", "^1 | ^2", "^", "~", ">=", "<", "^ ^1", "^>1", "<>1", "=>1",
      "!1",
      "!=1", "1 - 2", "1.2.3 - 2.0.0", "1.2.3.4", "1..2", ".1", "1.", "01", "1.02", "v1", "latest",
      "a",
      "1.a", "^1.2-rc", "1.x.3", "x.1", "*.*.1", "1.2.3-", "^1.2.3-01", ">=1 <", "1;2", "\t1",
      "1\n", "é",
      "18446744073709551616", "^18446744073709551615", "=0.0.18446744073709551615", "-1", "<>*",
      "^~*", "=>x",
    ])
  func refuses(text: String) {
    #expect(throws: VersionError.notARange(text)) { try VersionRange(text) }
  }

  /// Every version on which two ranges of the table could differ, and more.
  private static let grid: [Version] = {
    var versions: [Version] = []
    for major in 0...3 as ClosedRange<UInt64> {
      for minor in 0...3 as ClosedRange<UInt64> {
        for patch in 0...4 as ClosedRange<UInt64> {
          for words in [[], [.number(0)], [.word("rc"), .number(1)], [.word("rc"), .number(2)]]
            as [[Version.Identifier]]
          {
            versions.append(Version(major, minor, patch, prerelease: words))
          }
        }
      }
    }
    return versions
  }()

  @Test("an intersection holds what both hold, an alternative what either holds")
  func sets() throws {
    let ranges = try Self.table.map { try VersionRange($0.range) }
    for (place, left) in ranges.enumerated() {
      // Each with every fifth other: all pairs take half a minute in a debug build.
      for right in stride(from: place % 5, to: ranges.count, by: 5).map({ ranges[$0] }) {
        let both = left.intersection(right)
        let either = try VersionRange("\(left) || \(right)")
        for version in Self.grid {
          let (inLeft, inRight) = (left.contains(version), right.contains(version))
          if both.contains(version) != (inLeft && inRight)
            || either.contains(version) != (inLeft || inRight)
          {
            Issue.record("\(version) in \(left), \(right)")
          }
        }
        #expect(both == right.intersection(left))
        #expect(try either == VersionRange("\(right) || \(left)"))
      }
      #expect(left.intersection(.any) == left)
      #expect(left.intersection(left) == left)
    }
  }

  @Test("keeps the text and reads it back equal", arguments: table)
  func description(row: Row) throws {
    let range = try VersionRange(row.range)
    #expect(try VersionRange(range.description) == range)
    #expect(Set([range, try VersionRange(range.description)]).count == 1)
  }

  @Test(
    "equality is about versions",
    arguments: [
      ("^1.2", ">=1.2.0 <2"), ("~1.2", "1.2.x"), ("^1 || ^2", ">=1 <3"), ("*", "x"),
      ("<*", ">2 <1"),
    ])
  func equality(left: String, right: String) throws {
    // `^1 || ^2` leaves out the pre-releases of 2.0.0; `>=1 <3` does not.
    let isEqual = left != "^1 || ^2"
    #expect(try (VersionRange(left) == VersionRange(right)) == isEqual)
  }

  @Test(
    "knows when it allows one version only",
    arguments: [
      ("=1.2.3", "1.2.3"), ("1.2.3", "1.2.3"), ("=1.2.3-rc.1", "1.2.3-rc.1"),
      (">=1.2.3 <=1.2.3", "1.2.3"),
      ("^1.2.3", nil), ("=1.2", nil), ("*", nil), (">2 <1", nil), ("=1.2.3 || =1.2.5", nil),
    ] as [(String, String?)])
  func exact(text: String, version: String?) throws {
    #expect(try VersionRange(text).exactVersion == version.map { try Version($0) })
  }

  @Test(
    "an exact range of a version holds it alone",
    arguments: ["0.0.0", "1.2.3", "1.2.3-rc.1", "1.2.3+b", "0.0.0-0"])
  func exactly(text: String) throws {
    let version = try Version(text)
    let range = VersionRange(exactly: version)
    #expect(range.exactVersion == version)
    #expect(range.contains(version))
    #expect(try VersionRange(range.description) == range)
  }

  @Test(
    "asks for pre-releases only where one is written",
    arguments: [
      ("=1.2.3-rc.1", true), ("^1.2.3-rc.1", true), (">=1.0.0-0", true), ("<2.0.0-rc.1", true),
      ("1.2.3 || =2.0.0-a", true),
      (">1.2.3", false), ("<2", false), ("<2.0.0", false), ("<=2.0.0", false), ("^1", false),
      ("~1.2", false), ("*", false),
      ("=1.2.3", false), ("1.x", false), (">1", false),
    ])
  func prereleases(text: String, mentions: Bool) throws {
    let range = try VersionRange(text)
    #expect(range.mentionsPrerelease == mentions)
    #expect(range.intersection(.any).mentionsPrerelease == mentions)
  }

  @Test(
    "is empty where nothing fits",
    arguments: [(">2 <1", true), ("<*", true), ("=1.0.0 =2.0.0", true), ("*", false)])
  func empty(text: String, isEmpty: Bool) throws {
    #expect(try VersionRange(text).isEmpty == isEmpty)
  }
}
