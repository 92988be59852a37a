import Files
import PkgCore
import Signing
import Synchronization
import TestSupport
import Testing

@testable import Operations

/// A system of its own, with a policy and somebody who answers.
struct AdmissionBench {
  let folder: TestFolder
  let maker: MinisignSecretKey
  private let asked = Asked()

  init(_ policy: String = "publishers: ask") throws {
    folder = try TestFolder("admission")
    maker = try MinisignSecretKey.generate()
    try write(policy)
  }

  var questions: [String] { asked.list.withLock { $0 } }

  func write(_ policy: String) throws {
    try folder.write("etc/plugctl/policy.yaml", "schema: 1\n\(policy)\n")
  }

  func session(answering answer: Bool? = nil) throws -> Session {
    var options = SessionOptions()
    options.scope = .system
    options.root = folder.path
    return try Session(
      options, progress: { _ in },
      confirm: { [asked] question, hint in
        asked.list.withLock { $0.append(question) }
        guard let answer else { return try Session.nobody(question, hint) }
        return answer
      })
  }

  func claim(
    _ signer: MinisignSecretKey? = nil, _ authority: RecordAuthority = .community,
    name: String = "acme/vector", rotations: [String] = [], keys: [MinisignSecretKey] = []
  ) throws -> Claim {
    let key = signer ?? maker
    var record = IndexRecord(name: try PluginName(name), host: "sqlite")
    record.keys = ([key] + keys).map(\.publicKey.base64)
    record.authority = authority
    record.rotations = rotations
    let signature = try MinisignSignature(
      signing: blake2b([1, 2, 3]), with: key, trustedComment: "test")
    let build = Release.Build(
      platform: .current, size: 3, archive: sha256([1, 2, 3]), tree: sha256([4]), floors: nil,
      signature: signature.fileText)
    let release = Release(
      version: try Version("1.0.0"), published: Timestamp(secondsSinceEpoch: 0),
      constraints: Constraints(), builds: [build])
    return try Claim(build, of: release, in: record, index: "main")
  }

  /// Admits and remembers, as a change does.
  func admit(_ claim: Claim, answering answer: Bool? = nil) throws {
    let admission = try Admission(session(answering: answer))
    try admission.admit(claim)
    try admission.remember()
  }

  func code(_ claim: Claim, answering answer: Bool? = nil) -> DiagnosticCode? {
    do {
      try admit(claim, answering: answer)
      return nil
    } catch {
      return (error as? any Diagnosable)?.diagnostic.code
    }
  }

  /// One key hands on to the next.
  func rotation(
    _ old: MinisignSecretKey, _ new: MinisignSecretKey, publisher: String = "acme"
  ) throws -> String {
    let comment = KeySuccessions.comment(try #require(NamePart(publisher)), new.publicKey)
    return try MinisignSignature(
      signing: blake2b(KeySuccessions.bytes(new.publicKey)), with: old, trustedComment: comment
    ).fileText
  }
}

private final class Asked: Sendable {
  let list = Mutex<[String]>([])
}

@Suite("a publisher for whom the index vouches")
struct VouchedPublisherTests {
  @Test("is admitted under every policy, unasked", arguments: Policy.Publishers.allCases)
  func admitted(publishers: Policy.Publishers) throws {
    let bench = try AdmissionBench("publishers: \(publishers.rawValue)")
    for authority in [RecordAuthority.targetsRole, .publisherRole] {
      #expect(try bench.code(bench.claim(nil, authority)) == nil)
    }
    #expect(bench.questions == [])
  }

  @Test("is refused by a revoked key and by one that the policy doesn't name")
  func lists() throws {
    let bench = try AdmissionBench()
    let key = bench.maker.publicKey
    let claim = try bench.claim(nil, .publisherRole)
    for name in [key.keyID.hex, "sha256:\(key.fingerprint)"] {
      try bench.write("revoked_keys: [\"\(name)\"]")
      #expect(bench.code(claim) == .keyRevoked)
      try bench.write("keys: { acme: [\"\(name)\"] }")
      #expect(bench.code(claim) == nil)
    }
    for name in ["0123456789ABCDEF", "sha256:\(String(repeating: "0", count: 64))"] {
      try bench.write("keys: { acme: [\"\(name)\"] }")
      #expect(bench.code(claim) == .policyKey)
      try bench.write("keys: { other: [\"\(name)\"] }")
      #expect(bench.code(claim) == nil)
    }
    // The id can be chosen by whoever makes a key; the fingerprint can't.
    let twin = try MinisignPublicKey(
      keyID: key.keyID, key: MinisignSecretKey.generate().publicKey.key)
    #expect(twin.keyID == key.keyID && twin.fingerprint != key.fingerprint)
  }

  @Test("is refused from the community once its own role was seen")
  func demotion() throws {
    let bench = try AdmissionBench("publishers: any")
    #expect(try bench.code(bench.claim(nil, .publisherRole)) == nil)
    #expect(try bench.code(bench.claim()) == .policyPublisher)
    // Another spelling is the same publisher.
    #expect(try bench.code(bench.claim(name: "acme/other")) == .policyPublisher)
  }
}

@Suite("a publisher of the community")
struct CommunityPublisherTests {
  @Test("is refused where trusted ones only are taken, unless the user trusts the key")
  func trustedOnly() throws {
    let bench = try AdmissionBench("publishers: trusted-only")
    #expect(try bench.code(bench.claim(), answering: true) == .policyPublisher)
    #expect(bench.questions == [])
    _ = try KeyRing(bench.session()).trust(bench.maker.publicKey.base64, as: "acme")
    #expect(try bench.code(bench.claim()) == nil)
  }

  @Test("is asked about once, with its fingerprint; nobody to ask is 14, no is 14")
  func ask() throws {
    let bench = try AdmissionBench()
    #expect(try bench.code(bench.claim()) == .trustConfirmation)
    #expect(try bench.code(bench.claim(), answering: false) == .trustConfirmation)
    #expect(DiagnosticCode.trustConfirmation.category == .needsConfirmation)
    #expect(try bench.code(bench.claim(), answering: true) == nil)
    #expect(bench.questions.count == 3)
    #expect(bench.questions[2].contains("sha256:\(bench.maker.publicKey.fingerprint)"))
    #expect(try bench.code(bench.claim(name: "acme/other")) == nil)
    #expect(bench.questions.count == 3)
  }

  @Test("is remembered with its first key, and refused with another", arguments: ["ask", "any"])
  func otherKey(publishers: String) throws {
    let bench = try AdmissionBench("publishers: \(publishers)")
    #expect(try bench.code(bench.claim(), answering: true) == nil)
    let thief = try MinisignSecretKey.generate()
    #expect(try bench.code(bench.claim(thief), answering: true) == .keyUntrusted)
    // By its id alone no key is the known one.
    let list = try FileSystem.read(bench.folder.file("var/lib/plugctl/trust/publishers.json"))
    let text = String(decoding: list, as: UTF8.self)
    #expect(text.contains(bench.maker.publicKey.base64) && !text.contains(thief.publicKey.base64))
  }

  @Test("is another one in another index")
  func indexes() throws {
    let bench = try AdmissionBench()
    #expect(try bench.code(bench.claim(), answering: true) == nil)
    #expect(try PublisherMemory(bench.session().places).entries().map(\.index) == ["main"])
  }

  @Test("may go over to a key to which the known one hands on, also by way of one between")
  func rotation() throws {
    let bench = try AdmissionBench()
    let (second, third) = (try MinisignSecretKey.generate(), try MinisignSecretKey.generate())
    #expect(try bench.code(bench.claim(), answering: true) == nil)
    let steps = try [bench.rotation(bench.maker, second), bench.rotation(second, third)]
    let direct = try bench.claim(third, rotations: [steps[1]], keys: [second])
    #expect(bench.code(direct) == .keyUntrusted)
    #expect(
      try bench.code(bench.claim(third, rotations: steps, keys: [second, bench.maker])) == nil)
    #expect(try bench.code(bench.claim(third)) == nil)
    #expect(bench.questions.count == 1)
  }

  @Test("can't go over by a statement for another publisher, by another key or by a revoked one")
  func falseRotation() throws {
    let bench = try AdmissionBench()
    let second = try MinisignSecretKey.generate()
    #expect(try bench.code(bench.claim(), answering: true) == nil)
    let false1 = try bench.rotation(bench.maker, second, publisher: "other")
    let false2 = try bench.rotation(second, second)
    #expect(try bench.code(bench.claim(second, rotations: [false1, false2, "x"])) == .keyUntrusted)
    _ = try KeyRing(bench.session()).revoke(
      bench.maker.publicKey.keyID.hex, reason: "lost", now: Timestamp(secondsSinceEpoch: 0))
    let late = try bench.rotation(bench.maker, second)
    #expect(try bench.code(bench.claim(second, rotations: [late])) == .keyUntrusted)
    // The user's own word does.
    _ = try KeyRing(bench.session()).trust(second.publicKey.base64, as: "second")
    #expect(try bench.code(bench.claim(second)) == nil)
  }

  @Test(
    "may sign an installed plugin's next version with a key to which the installed one's hands on")
  func continuity() throws {
    let bench = try AdmissionBench("publishers: any")
    let (second, thief) = (try MinisignSecretKey.generate(), try MinisignSecretKey.generate())
    #expect(try bench.code(bench.claim()) == nil)
    var record = IndexRecord(name: try PluginName("acme/vector"), host: "sqlite")
    record.keys = [bench.maker, second, thief].map(\.publicKey.base64)
    record.rotations = [try bench.rotation(bench.maker, second)]
    let admission = try Admission(bench.session())
    func handsOn(_ former: MinisignSecretKey, _ next: MinisignSecretKey, _ index: String = "main")
      throws -> Bool
    {
      try admission.handsOn(
        from: former.publicKey.keyID.hex, to: next.publicKey.keyID.hex, in: record, of: index)
    }
    #expect(try handsOn(bench.maker, second))
    #expect(try !handsOn(bench.maker, thief) && !handsOn(second, thief))
    #expect(try !handsOn(bench.maker, second, "other"))
  }

  @Test(
    "is not taken for another whose key was given the same id, nor is a key that the user trusts")
  func twins() throws {
    let bench = try AdmissionBench("publishers: any")
    #expect(try bench.code(bench.claim(nil, .targetsRole)) == nil)
    let id = bench.maker.publicKey.keyID
    let twin = try MinisignSecretKey(keyID: id, testSeed: [UInt8](repeating: 7, count: 32))
    func isContinued(_ next: MinisignSecretKey) throws -> Bool {
      var record = IndexRecord(name: try PluginName("acme/vector"), host: "sqlite")
      record.keys = [next.publicKey.base64]
      return try Admission(bench.session()).isContinued(
        from: id.hex, to: next.publicKey.keyID.hex, in: record, of: "main")
    }
    #expect(try isContinued(bench.maker) && !isContinued(twin))
    // Also once it was seen: the first one is the installed plugin's.
    #expect(try bench.code(bench.claim(twin, .targetsRole)) == nil)
    #expect(try isContinued(bench.maker) && !isContinued(twin))
    let trusted = try MinisignSecretKey.generate()
    _ = try KeyRing(bench.session()).trust(trusted.publicKey.base64, as: "trusted")
    let other = try MinisignSecretKey(
      keyID: trusted.publicKey.keyID, testSeed: [UInt8](repeating: 8, count: 32))
    #expect(try isContinued(trusted) && !isContinued(other))
  }

  @Test("is refused once the index vouched for it, though the key is the same")
  func afterTargets() throws {
    let bench = try AdmissionBench()
    #expect(try bench.code(bench.claim(nil, .targetsRole)) == nil)
    #expect(try bench.code(bench.claim()) == .policyPublisher)
    #expect(bench.questions == [])
  }

  @Test("is refused while the memory of keys can't be read; it is never begun anew")
  func damagedMemory() throws {
    let bench = try AdmissionBench("publishers: any")
    for text in ["", "{", "{\"schema\":2,\"publishers\":[]}", "{\"schema\":1,\"publishers\":[{}]}"]
    {
      try bench.folder.write("var/lib/plugctl/trust/publishers.json", text)
      #expect(try bench.code(bench.claim()) == .trustMalformed)
    }
  }
}

@Suite("the memory of publishers' keys")
struct PublisherMemoryTests {
  @Test("only grows, whoever writes at the same time")
  func concurrent() async throws {
    let bench = try AdmissionBench()
    let memory = PublisherMemory(try bench.session().places)
    let keys = try (0..<8).map { _ in try MinisignSecretKey.generate().publicKey }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (place, key) in keys.enumerated() {
        group.addTask {
          try memory.add([
            .init(
              index: "main", publisher: "p\(place % 2)",
              keys: [
                .init(key: key, firstSeen: Timestamp(secondsSinceEpoch: 1), authority: .community)
              ])
          ])
        }
      }
      try await group.waitForAll()
    }
    let entries = try memory.entries()
    #expect(entries.count == 2)
    #expect(Set(entries.flatMap(\.keys).map(\.key)) == Set(keys))
  }
}
