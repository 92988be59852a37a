import PkgCore
import Testing

@Suite("Diagnostic code")
struct DiagnosticCodeTests {
  @Test("is lower-case words with dots and hyphens", arguments: DiagnosticCode.allCases)
  func spelling(code: DiagnosticCode) {
    let isPlain = code.rawValue.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x2D
    }
    #expect(isPlain)
  }

  @Test(
    "falls into the category of its exit code",
    arguments: [
      ("usage.unknown-option", .usage), ("name.invalid", .usage),
      ("system.permission", .permission), ("system.read-only", .permission),
      ("system.locked", .locked),
      ("system.no-space", .failed), ("plugin.unknown", .notFound),
      ("plugin.not-installed", .notFound), ("solve.conflict", .noSolution),
      ("solve.required", .noSolution),
      ("trust.expired", .integrity), ("trust.rollback", .integrity),
      ("signature.missing", .integrity), ("archive.mismatch", .integrity),
      ("archive.unsafe", .integrity),
      ("key.revoked", .integrity), ("network.unreachable", .network), ("network.offline", .network),
      ("incompatible.glibc", .incompatible), ("load.failed", .loadTestFailed),
      ("load.crashed", .loadTestCrashed), ("load.timeout", .loadTestCrashed),
      ("version.yanked", .policy), ("version.withdrawn", .policy), ("policy.unsigned", .policy),
      ("manifest.invalid", .invalidInput), ("package.invalid", .invalidInput),
      ("json.invalid", .invalidInput), ("schema.unknown", .invalidInput),
      ("trust.confirmation", .needsConfirmation), ("confirmation.needed", .needsConfirmation),
      ("findings", .findings), ("internal.bug", .bug), ("system.interrupted", .interrupted),
    ] as [(String, FailureCategory)])
  func categories(code: String, category: FailureCategory) throws {
    #expect(try #require(DiagnosticCode(rawValue: code)).category == category)
  }

  @Test("every category has a code")
  func everyCategory() {
    #expect(Set(DiagnosticCode.allCases.map(\.category)) == Set(FailureCategory.allCases))
  }

  @Test("parsers' errors bear their codes")
  func parsers() {
    #expect(VersionError.notAVersion("x").diagnostic.code == .versionInvalid)
    #expect(VersionError.notARange("x").diagnostic.code == .rangeInvalid)
    #expect(NameError.notAName("x").diagnostic.code == .nameInvalid)
    #expect(throws: JSONError.self) { try JSONParser.parse([]) }
    #expect(Diagnostic(.jsonInvalid, "x").noting("y").notes == ["y"])
  }
}
