import PkgCore
import Testing

@testable import Signing

@Suite("TUF metadata files")
struct TUFDocumentTests {
  let repository: TestRepository

  init() throws { repository = try TestRepository() }

  @Test("each byte flipped in each file is refused (a01)", arguments: TUFRoleName.topLevel)
  func flips(role: TUFRoleName) throws {
    let drafts = [repository.root, repository.timestamp, repository.snapshot, repository.targets]
    let draft = try #require(drafts.first { $0.role == role })
    let authority = repository.authority(of: role)
    for index in draft.bytes.indices {
      var flipped = draft.bytes
      flipped[index] ^= 0x01
      #expect(throws: TUFError.self, "byte \(index)") {
        try authority.verify(TUFDocument(flipped, role: role), role: role)
      }
    }
  }

  @Test("a key counts once, under however many ids it is listed (a21)")
  func keyListedTwice() throws {
    let signer = try newSigner()
    var draft = try TUFDraft.targets(after: nil, targets: [], expires: now)
    let authority = TUFAuthority(listing: [("a", signer.key), ("b", signer.key)], threshold: 2)
    try draft.sign(with: signer, keyID: "a")
    try draft.sign(with: signer, keyID: "b")
    #expect(throws: TUFError.signatures(.targets, valid: 1, threshold: 2)) {
      try draft.check(by: authority)
    }
  }

  @Test("a key id twice among the signatures is refused (a21)")
  func signatureTwice() {
    let bytes = file(signatures: #"{"keyid":"a","sig":"00"},{"keyid":"a","sig":"01"}"#)
    #expect(throws: TUFError.malformed(.timestamp, .duplicateKeyID("a"))) {
      try TUFDocument(bytes, role: .timestamp)
    }
  }

  @Test("stripped, empty and non-hexadecimal signatures just don't count (a21)")
  func uselessSignatures() throws {
    let signer = try newSigner()
    let authority = TUFAuthority(listing: [("a", signer.key)], threshold: 1)
    let lists = [
      "", #"{"keyid":"a","sig":""}"#, #"{"keyid":"a","sig":"zz"}"#, #"{"keyid":"b","sig":"00"}"#,
    ]
    for list in lists {
      let document = try TUFDocument(file(signatures: list), role: .timestamp)
      #expect(throws: TUFError.signatures(.timestamp, valid: 0, threshold: 1)) {
        try authority.verify(document, role: .timestamp)
      }
    }
  }

  @Test("a key with another scheme than its own verifies nothing (a21)")
  func changedScheme() throws {
    let signer = try newSigner()
    var json = signer.key.json
    json["scheme"] = "rsassa-pss-sha256"
    var draft = try TUFDraft.targets(after: nil, targets: [], expires: now)
    try draft.sign(with: signer, keyID: "a")
    #expect(throws: TUFError.signatures(.targets, valid: 0, threshold: 1)) {
      try draft.check(by: TUFAuthority(listing: [("a", TUFKey(json: json))], threshold: 1))
    }
  }

  @Test("a weak key in received metadata verifies nothing (a20)")
  func weakKey() throws {
    let neutral = "01" + String(repeating: "0", count: 62)
    let json: JSON = [
      "keytype": "ed25519", "scheme": "ed25519", "keyval": ["public": .string(neutral)],
    ]
    let key = TUFKey(json: try #require(json.objectValue))
    let signature = neutral + String(repeating: "0", count: 64)
    let document = try TUFDocument(
      file(signatures: #"{"keyid":"a","sig":"\#(signature)"}"#), role: .timestamp)
    #expect(throws: TUFError.signatures(.timestamp, valid: 0, threshold: 1)) {
      try TUFAuthority(listing: [("a", key)], threshold: 1).verify(document, role: .timestamp)
    }
  }

  @Test("members that we don't know are kept and signed")
  func unknownMembers() throws {
    let bytes = try repository.forged(repository.timestamp) { $0["x-future"] = ["a": 1] }
    let document = try TUFTimestamp(bytes).document
    #expect(document.signed["x-future"] == ["a": 1])
    #expect(document.bytes == bytes)
    try repository.authority(of: .timestamp).verify(document, role: .timestamp)
  }

  static let faults: [(String, JSON?, TUFFault)] = [
    ("_type", "snapshot", .type("snapshot")),
    ("_type", nil, .member("signed._type")),
    ("spec_version", "2.0.0", .specification("2.0.0")),
    ("spec_version", "1", .specification("1")),
    ("spec_version", "1.0.x", .specification("1.0.x")),
    ("version", 0, .member("signed.version")),
    ("version", -1, .member("signed.version")),
    ("version", "1", .member("signed.version")),
    ("expires", "2027-01-01", .member("signed.expires")),
    ("expires", "2027-01-01T00:00:00.5Z", .member("signed.expires")),
    ("expires", "2027-01-01T00:00:00+00:00", .member("signed.expires")),
    ("expires", "2027-02-30T00:00:00Z", .member("signed.expires")),
    ("meta", [:], .member("signed.meta.snapshot.json")),
    ("meta", ["snapshot.json": ["version": 0]], .member("signed.meta.snapshot.json.version")),
    (
      "meta", ["snapshot.json": ["version": 1, "length": -1]],
      .member("signed.meta.snapshot.json.length")
    ),
    (
      "meta", ["snapshot.json": ["version": 1, "hashes": [:]]],
      .member("signed.meta.snapshot.json.hashes")
    ),
    ("x-plugctl-issued", "now", .member("signed.x-plugctl-issued")),
  ]

  @Test("names the member that is missing or wrong", arguments: faults)
  func malformed(name: String, value: JSON?, fault: TUFFault) throws {
    let bytes = try repository.forged(repository.timestamp) { $0[name] = value }
    #expect(throws: TUFError.malformed(.timestamp, fault)) { try TUFTimestamp(bytes) }
  }

  @Test("refuses fractions, huge numbers, duplicate members and files over the limit")
  func notCanonical() {
    for signed in [#"{"version":1.5}"#, #"{"version":9223372036854775808}"#, #"{"a":1,"a":2}"#] {
      let bytes = Array(#"{"signatures":[],"signed":\#(signed)}"#.utf8)
      #expect(throws: TUFError.self) { try TUFDocument(bytes, role: .timestamp) }
    }
    let long = [UInt8](repeating: 0x20, count: Int(TUFLimits.timestamp) + 1)
    #expect(throws: TUFError.malformed(.timestamp, .tooLong(limit: TUFLimits.timestamp))) {
      try TUFDocument(long, role: .timestamp)
    }
  }

  @Test("a root must name all four roles, each with a threshold and different key ids")
  func malformedRoot() throws {
    let roles = try #require(repository.root.document.signed["roles"]?.objectValue)
    let changes: [(JSON?, TUFFault)] = [
      (nil, .member("signed.roles.snapshot")),
      (["keyids": ["a"], "threshold": 0], .member("signed.roles.snapshot.threshold")),
      (["keyids": ["a", "a"], "threshold": 1], .duplicateKeyID("a")),
      (["keyids": [1], "threshold": 1], .member("keyids")),
    ]
    for (role, fault) in changes {
      var changed = roles
      changed["snapshot"] = role
      let bytes = try repository.forged(repository.root) { $0["roles"] = .object(changed) }
      #expect(throws: TUFError.malformed(.root, fault)) { try TUFRoot(bytes) }
    }
  }

  @Test("a root that too few keys can ever sign isn't made")
  func unsatisfiable() throws {
    let key = try newSigner().key
    var authorities: [TUFRoleName: TUFAuthority] = [:]
    for role in TUFRoleName.topLevel { authorities[role] = TUFAuthority(keys: [key], threshold: 1) }
    authorities[.targets] = TUFAuthority(keys: [key, key], threshold: 2)
    #expect(throws: TUFError.missing(.targets)) {
      try TUFDraft.root(after: nil, authorities: authorities, expires: now)
    }
  }

  private func file(signatures: String) -> [UInt8] {
    Array(#"{"signatures":[\#(signatures)],"signed":{"_type":"timestamp"}}"#.utf8)
  }
}

extension TUFAuthority {
  init(listing keys: [(keyID: String, key: TUFKey)], threshold: Int) {
    self.init(threshold: threshold, keys: keys)
  }
}
