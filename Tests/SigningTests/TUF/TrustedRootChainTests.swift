import PkgCore
import Testing

@testable import Signing

@Suite("TrustedRootChain")
struct TrustedRootChainTests {
  var repository: TestRepository
  var chain: TrustedRootChain

  init() throws {
    repository = try TestRepository()
    chain = try TrustedRootChain(trusting: repository.root.bytes)
  }

  @Test("follows a new root that old and new keys signed, and ends at the last")
  mutating func rotation() throws {
    let old = repository.rootSigners
    repository.rootSigners = [try newSigner(), try newSigner(), old[0]]
    let next = try repository.unsignedRoot(after: chain.root).signed(
      with: repository.rootSigners + [old[1]])
    #expect(chain.nextVersion == 2)
    try chain.updateRoot(next.bytes)
    let trusted = try chain.finishRoots(now: now)
    #expect(trusted.root.header.version == 2)
    #expect(trusted.root.document.bytes == next.bytes)
    #expect(!trusted.forgetsStoredMetadata)
  }

  @Test("refuses a root that the old keys didn't sign, or the new ones didn't")
  mutating func halfSigned() throws {
    let old = Array(repository.rootSigners.prefix(2))
    repository.rootSigners = try (0..<3).map { _ in try newSigner() }
    let unsigned = try repository.unsignedRoot(after: chain.root)
    for signers in [old, Array(repository.rootSigners.prefix(2))] {
      let bytes = try unsigned.signed(with: signers).bytes
      #expect(throws: TUFError.signatures(.root, valid: 0, threshold: 2)) {
        try chain.updateRoot(bytes)
      }
    }
    #expect(chain.root.header.version == 1)
  }

  @Test("refuses a root signed by one stolen key of three (a18)")
  mutating func stolenKey() throws {
    let thief = try newSigner()
    let stolen = repository.rootSigners[2]
    repository.rootSigners = [thief, thief, stolen]
    let authorities = Dictionary(
      uniqueKeysWithValues: TUFRoleName.topLevel.map {
        ($0, TUFAuthority(keys: [stolen.key], threshold: 1))
      })
    let bytes = try TUFDraft.root(
      after: chain.root, authorities: authorities, expires: later(365)
    ).signed(with: [stolen, thief]).bytes
    #expect(throws: TUFError.signatures(.root, valid: 1, threshold: 2)) {
      try chain.updateRoot(bytes)
    }
  }

  @Test("refuses a root that is not the next version", arguments: [1, 3, Int64.max])
  mutating func otherVersion(version: Int64) throws {
    var signed = repository.root.document.signed
    signed["version"] = .integer(version)
    let bytes = try TUFDraft(signed: signed, role: .root).signed(with: repository.rootSigners).bytes
    #expect(throws: TUFError.version(.root, expected: 2, found: version)) {
      try chain.updateRoot(bytes)
    }
  }

  @Test("checks the expiry of the last root only (a04)")
  mutating func expiry() throws {
    let expired = try repository.newRoot(after: chain.root, expires: later(-2))
    try chain.updateRoot(expired.bytes)
    #expect(throws: TUFError.expired(.root, at: later(-2), now: now)) {
      try chain.finishRoots(now: now)
    }
    try chain.updateRoot(try repository.newRoot(after: chain.root).bytes)
    #expect(try chain.finishRoots(now: now).root.header.version == 3)
  }

  @Test("at the last version that fits, no next root is asked for")
  func exhausted() throws {
    var signed = repository.root.document.signed
    signed["version"] = .integer(.max)
    let draft = try TUFDraft(signed: signed, role: .root).signed(with: repository.rootSigners)
    var chain = try TrustedRootChain(trusting: draft.bytes)
    #expect(chain.nextVersion == nil)
    #expect(throws: TUFError.versionExhausted(.root)) { try chain.updateRoot(draft.bytes) }
  }

  @Test("refuses to start from a root that its own keys didn't sign")
  func untrustworthyStart() throws {
    let bytes = try repository.unsignedRoot(after: nil).signed(with: [repository.rootSigners[0]])
      .bytes
    #expect(throws: TUFError.signatures(.root, valid: 1, threshold: 2)) {
      try TrustedRootChain(trusting: bytes)
    }
  }

  @Test("a rotation of timestamp or snapshot keys voids what is stored, even if it is undone")
  mutating func rotationOfOnlineKeys() throws {
    let old = repository.signers
    repository.signers[.snapshot] = try newSigner()
    try chain.updateRoot(try repository.newRoot(after: chain.root).bytes)
    repository.signers = old
    try chain.updateRoot(try repository.newRoot(after: chain.root).bytes)
    #expect(try chain.finishRoots(now: now).forgetsStoredMetadata)
  }
}
