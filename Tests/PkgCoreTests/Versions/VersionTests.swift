import PkgCore
import Testing

@Suite("Version")
struct VersionTests {
  /// The list behind semver.org's regular expression; its one number beyond 64 bits is below.
  private static let valid = [
    "0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid",
    "1.0.0-alpha", "1.0.0-beta", "1.0.0-alpha.beta", "1.0.0-alpha.beta.1", "1.0.0-alpha.1",
    "1.0.0-alpha0.valid", "1.0.0-alpha.0valid",
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay", "1.0.0-rc.1+build.1",
    "2.0.0-rc.1+build.123", "1.2.3-beta", "10.2.3-DEV-SNAPSHOT", "1.2.3-SNAPSHOT-123", "1.0.0",
    "2.0.0", "1.1.7", "2.0.0+build.1848", "2.0.1-alpha.1227", "1.0.0-alpha+beta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12+788", "1.2.3----R-S.12.9.1--.12+meta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "1.0.0-0A.is.legal",
  ]

  private static let invalid = [
    "1", "1.2", "1.2.3-0123", "1.2.3-0123.0123", "1.1.2+.123", "+invalid", "-invalid",
    "-invalid+invalid", "-invalid.01", "alpha", "alpha.beta", "alpha.beta.1", "alpha.1",
    "alpha+beta", "alpha_beta", "alpha.", "alpha..", "beta", "1.0.0-alpha_beta", "-alpha.",
    "1.0.0-alpha..", "1.0.0-alpha..1", "1.0.0-alpha...1", "1.0.0-alpha....1", "1.0.0-alpha.....1",
    "1.0.0-alpha......1", "1.0.0-alpha.......1", "01.1.1", "1.01.1", "1.1.01", "1.2.3.DEV",
    "1.2-SNAPSHOT", "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788", "1.2-RC-SNAPSHOT",
    "-1.0.3-gamma+b7718", "+justmeta", "9.8.7+meta+meta", "9.8.7-whatever+meta+meta",
    "99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1--------------------------------..12",
    // Our own.
    "", " 1.0.0", "1.0.0 ", "v1.0.0", "1.0.0-", "1.0.0+", "1.0.0-é", "1.0.0+é", "１.0.0", "1.0.0\n",
    "1,0,0", "1.0.0.", "+1.0.0", "1.-0.0", "1.0.0-a+b+c", "1.0.0-\u{301}",
  ]

  @Test("reads and writes back what SemVer 2.0 allows", arguments: valid)
  func accepts(text: String) throws {
    #expect(try Version(text).description == text)
  }

  @Test("refuses what SemVer 2.0 does not allow", arguments: invalid)
  func refuses(text: String) {
    #expect(throws: VersionError.notAVersion(text)) { try Version(text) }
  }

  @Test(
    "refuses numbers for which 64 bits leave no successor",
    arguments: [
      "99999999999999999999999.999999999999999999.99999999999999999", "18446744073709551616.0.0",
      "0.18446744073709551615.0", "0.0.18446744073709551615", "1.0.0-18446744073709551616",
    ])
  func tooLarge(text: String) {
    #expect(throws: VersionError.notAVersion(text)) { try Version(text) }
  }

  @Test("orders by precedence")
  func precedence() throws {
    let chain = try [
      "0.0.0-0", "0.0.0", "0.0.1", "0.1.0", "0.9.9", "1.0.0-0", "1.0.0-1", "1.0.0-9", "1.0.0-10",
      "1.0.0-10.0", "1.0.0--", "1.0.0-A", "1.0.0-Z", "1.0.0-alpha", "1.0.0-alpha.1",
      "1.0.0-alpha.1.0", "1.0.0-alpha.2", "1.0.0-alpha.beta", "1.0.0-alpha0", "1.0.0-beta",
      "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
      "10.0.0", "18446744073709551614.0.0",
    ].map { try Version($0) }
    for (place, version) in chain.enumerated() {
      for later in chain[(place + 1)...] {
        #expect(version < later)
        #expect(!(later < version))
        #expect(version != later)
      }
      #expect(!(version < version))
    }
  }

  @Test("build metadata bears on the text only")
  func build() throws {
    let (plain, built) = (try Version("1.0.0"), try Version("1.0.0+b.1"))
    #expect(plain == built)
    #expect(Set([plain, built]).count == 1)
    #expect(!(plain < built) && !(built < plain))
    #expect(built.description == "1.0.0+b.1")
  }

  @Test(
    "knows whether it is a pre-release",
    arguments: [("1.0.0", false), ("1.0.0-a", true), ("1.0.0+a-b", false)])
  func prerelease(text: String, isPrerelease: Bool) throws {
    #expect(try Version(text).isPrerelease == isPrerelease)
  }
}
