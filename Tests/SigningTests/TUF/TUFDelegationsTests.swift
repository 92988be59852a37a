import PkgCore
import Testing

@testable import Signing

@Suite("TUF delegations")
struct TUFDelegationsTests {
  @Test(
    "a pattern's wildcards stop at slashes",
    arguments: [
      ("*", "a", true), ("*", "a/b", false), ("*/*", "a/b", true), ("a*c", "abbc", true),
      ("a*c", "abbd", false), ("*.json", "x.json", true), ("*.json", "x.jso", false),
      ("i/*/*.json", "i/acme/vector.json", true), ("i/*/*.json", "i/acme/a/b.json", false),
      ("?", "/", false), ("?", "é", true), ("", "", true), ("", "a", false), ("**", "abc", true),
      ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[!a-c]x", "dx", true),
      ("[!a]", "/", false), ("[]]", "]", true), ("[a", "[a", true), ("[z-a]", "z", false),
      ("a\\*", "a*", false), ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa", false), ("x*", "x", true),
    ])
  func patterns(pattern: String, path: String, matches: Bool) {
    #expect(TUFPathPattern(pattern).matches(path) == matches)
  }

  @Test("many stars take no more than the product of both lengths")
  func stars() {
    let pattern = TUFPathPattern(String(repeating: "*a", count: 2_000) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
  }

  @Test("a bin's name has as many digits as the last one's")
  func bins() throws {
    let bins = TUFHashBins(
      authority: TUFAuthority(keys: [try newSigner().key], threshold: 1), bitLength: 5,
      namePrefix: "bin")
    #expect(bins.role(0).text == "bin-00")
    #expect(bins.role(31).text == "bin-1f")
    #expect(bins.contains(TUFRoleName("bin-1f")))
    for other in ["bin-20", "bin-1F", "bin-1", "bin-001", "bin-", "bin", "bin-+1", "x-1f"] {
      #expect(!bins.contains(TUFRoleName(other)), "\(other)")
    }
    // SHA-256 of "a" begins with ca: 11001 010.
    #expect(bins.role(of: "a").text == "bin-19")
  }

  @Test("new metadata is read back as it was made")
  func roundTrip() throws {
    let key = try newSigner().key
    let authority = TUFAuthority(keys: [key], threshold: 1)
    let roles = TUFDelegations.roles([
      TUFDelegatedRole(
        TUFRoleName("pub-acme"), authority: authority, patterns: ["i/acme/*.json"],
        isTerminating: true)
    ])
    let bins = TUFDelegations.bins(
      TUFHashBins(authority: authority, bitLength: 8, namePrefix: "bin"))
    for delegations in [roles, bins] {
      let draft = try TUFDraft.targets(
        after: nil, targets: [], delegations: delegations, expires: later(1))
      let read = try TUFTargets(draft.bytes)
      #expect(read.delegations?.json == delegations.json)
    }
  }
}
