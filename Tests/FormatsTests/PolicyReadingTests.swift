import PkgCore
import Testing

@testable import Formats

@Suite("policy.yaml")
struct PolicyReadingTests {
  private func read(_ text: String) throws -> (policy: Policy?, findings: Findings) {
    let findings = Findings()
    let node = try YAMLReader.read(Array(("schema: 1\n" + text).utf8))
    return (Policy.read(node, findings: findings), findings)
  }

  private static let whole = """
    publishers: trusted-only
    unsigned:
      - plugin: acme/old
        version: ^1.2
        sha256: \(String(repeating: "a", count: 64))
        reason: "its maker is gone"
        until: 2027-01-31
    keys: { acme: [36164BC045E62728, "sha256:\(String(repeating: "b", count: 64))"], other: 0A }
    revoked_keys: ["0123456789abcdef"]
    scanners: [{ argv: [/usr/bin/clamscan, -r], timeout: 90s }]
    """

  @Test("says all that it can say")
  func everything() throws {
    let policy = try #require(try read(Self.whole).policy)
    #expect(policy.publishers == .trustedOnly)
    let exception = try #require(policy.unsigned.first)
    #expect(exception.plugin.description == "acme/old" && exception.reason == "its maker is gone")
    #expect(exception.until.day == "2027-01-31")
    #expect(policy.keys.map(\.publisher.text) == ["acme", "other"])
    #expect(policy.keys[0].keys.count == 2 && policy.keys[1].keys == [.id(10)])
    #expect(policy.revokedKeys == [.id(0x0123_4567_89AB_CDEF)])
    #expect(policy.scanners.map(\.timeoutMilliseconds) == [90_000])
  }

  @Test(
    "is refused, with the place, where anything of it is not understood",
    arguments: [
      "publisher: any", "publishers: most", "keys: { acme: [x] }", "keys: { 'A B': [0A] }",
      "revoked_keys: [\"sha256:00\"]", "scanners: [{ argv: [clamscan] }]", "scanners: [{}]",
      "scanners: [{ argv: [/a], timeout: soon }]", "scanners: [{ argv: [/a], time: 1s }]",
      "unsigned: [{ plugin: acme/a, reason: x }]",
      "unsigned: [{ plugin: acme/a, until: 2027-01-01 }]",
      "unsigned: [{ plugin: acme/a, reason: '', until: 2027-01-01 }]",
      "unsigned: [{ plugin: a, reason: x, until: 2027-01-01 }]",
      "unsigned: [{ plugin: acme/a, reason: x, until: tomorrow }]",
      "unsigned: [{ plugin: acme/a, reason: x, until: 2027-01-01, sha256: ff }]",
      "unsigned: [{ plugin: acme/a, version: '?', reason: x, until: 2027-01-01 }]",
      "unsigned: [{ plugin: acme/a, versions: '1', reason: x, until: 2027-01-01 }]",
    ])
  func faults(text: String) throws {
    let (policy, findings) = try read(text)
    #expect(policy == nil && findings.hasErrors)
    #expect(findings.list.contains { $0.severity == .error && $0.mark.line == 2 })
  }

  @Test("of a project tightens only: it has no exceptions and runs nothing")
  func project() throws {
    func file(_ policy: String) throws -> (ProjectFile?, Findings) {
      let findings = Findings()
      let node = try YAMLReader.read(Array("schema: 1\npolicy: { \(policy) }\n".utf8))
      return (ProjectFile.read(node, findings: findings), findings)
    }
    #expect(try file("publishers: trusted-only").0?.policy?.publishers == .trustedOnly)
    for policy in [
      "unsigned: [{ plugin: acme/a, reason: x, until: 2027-01-01 }]",
      "scanners: [{ argv: [/bin/true] }]", "publisher: any",
    ] {
      #expect(try file(policy).0 == nil)
    }
  }
}

@Suite("the policy that counts")
struct EffectivePolicyTests {
  private func policy(_ publishers: Policy.Publishers?, keys: [KeyName] = []) throws -> Policy {
    var policy = Policy()
    policy.publishers = publishers
    if !keys.isEmpty {
      policy.keys = [.init(publisher: try #require(NamePart("ac-me")), keys: keys)]
    }
    return policy
  }

  @Test("has the nearest file's word on publishers, a project's only where it is stricter")
  func publishers() throws {
    let files = try [
      (policy(nil), "near"), (policy(.ask), "middle"), (policy(.trustedOnly), "far"),
    ]
    let own = EffectivePolicy(usual: .any, files: files)
    #expect(own.publishers.value == .ask && own.publishers.origin == "middle")
    for (said, expected) in [
      (Policy.Publishers.any, Policy.Publishers.ask), (.ask, .ask), (.trustedOnly, .trustedOnly),
    ] {
      let sum = try EffectivePolicy(usual: .any, files: files, project: (policy(said), "project"))
      #expect(sum.publishers.value == expected)
    }
    let none = EffectivePolicy(usual: .trustedOnly, files: [])
    #expect(none.publishers.value == .trustedOnly && none.isUsual)
  }

  @Test("asks a key to be in every list that names its publisher")
  func keys() throws {
    let sum = try EffectivePolicy(
      usual: .any, files: [(policy(nil, keys: [.id(1), .id(2)]), "a")],
      project: (policy(nil, keys: [.id(2), .id(3)]), "project"))
    let publisher = try #require(NamePart("ac_me"))
    func origins(_ id: UInt64) -> [String] {
      sum.listsWithout(publisher, id: id, fingerprint: nil).map(\.origin)
    }
    #expect(origins(1) == ["project"] && origins(2) == [] && origins(3) == ["a"])
    #expect(try sum.listsWithout(#require(NamePart("other")), id: 9, fingerprint: nil).isEmpty)
  }
}
