internal import PkgCore
internal import Signing

/// How a publisher's keys follow one another: each next one is signed by one before it.
struct KeySuccessions: Sendable {
  /// A key that another one handed on to.
  struct Step: Sendable {
    let former: MinisignPublicKey
    let next: MinisignPublicKey
    /// The text of the minisign signature that says so.
    let statement: String
  }

  /// Nobody rotates so often; what a record lists beyond that is passed over, as its checks would take long.
  static let limit = 64

  let keys: [MinisignPublicKey]
  /// Texts of minisign signatures over the next key's line.
  let statements: [String]

  init(keys: [MinisignPublicKey], statements: [String]) {
    self.keys = keys
    self.statements = statements
  }

  /// What a record says of its publisher's keys.
  init(_ record: IndexRecord) throws {
    keys = try record.keys.map { try MinisignPublicKey(fileText: $0) }
    statements = record.rotations
  }

  /// The trusted comment of a statement.
  static func comment(_ publisher: NamePart, _ next: MinisignPublicKey) -> String {
    "plugctl-key:1 \(publisher) sha256=\(next.fingerprint)"
  }

  /// What is signed.
  static func bytes(_ next: MinisignPublicKey) -> [UInt8] { Array(next.base64.utf8) }

  /// Both together.
  func adding(_ other: KeySuccessions) -> KeySuccessions {
    KeySuccessions(
      keys: keys + other.keys.filter { !keys.contains($0) },
      statements: statements + other.statements.filter { !statements.contains($0) })
  }

  /// The statements that say they are of a publisher, and the keys that they name; nothing is verified.
  func claims(of publisher: NamePart) -> KeySuccessions {
    let named = keys.map { ($0, Self.comment(publisher, $0)) }
    let claimed = statements.compactMap { text -> (text: String, comment: String)? in
      (try? MinisignSignature(fileText: text)).map { (text, $0.unverifiedComment) }
    }.filter { claim in named.contains { sameBytes($0.1, claim.comment) } }
    return KeySuccessions(
      keys: named.filter { key in claimed.contains { sameBytes($0.comment, key.1) } }.map(\.0),
      statements: claimed.map(\.text))
  }

  /// Whether some keys lead to another, by statements that verify.
  ///
  /// - Parameter isRevoked: a key that was revoked hands nothing on.
  func lead(
    from known: [MinisignPublicKey], to wanted: MinisignPublicKey, of publisher: NamePart,
    isRevoked: (MinisignPublicKey) throws -> Bool
  ) rethrows -> Bool {
    try steps(from: known, to: wanted, of: publisher, isRevoked: isRevoked) != nil
  }

  /// The steps by which some keys lead to another, in their order; empty where it is one of them, nil
  /// where they don't.
  func steps(
    from known: [MinisignPublicKey], to wanted: MinisignPublicKey, of publisher: NamePart,
    isRevoked: (MinisignPublicKey) throws -> Bool
  ) rethrows -> [Step]? {
    var reached = try known.filter { try !isRevoked($0) }
    var taken: [Step] = []
    let all = steps(of: publisher, besides: known)
    while !reached.contains(wanted) {
      let next = try all.first { step in
        try reached.contains(step.former) && !reached.contains(step.next)
          && (step.next == wanted || !isRevoked(step.next))
      }
      guard let next else { return nil }
      reached.append(next.next)
      taken.append(next)
    }
    var path: [Step] = []
    var goal = wanted
    while let step = taken.first(where: { $0.next == goal }) {
      path.insert(step, at: 0)
      goal = step.former
    }
    return path
  }

  /// The key to which another one handed on; nil where it did not.
  func successor(of key: MinisignPublicKey, of publisher: NamePart) -> MinisignPublicKey? {
    steps(of: publisher, besides: []).first { $0.former == key && $0.next != key }?.next
  }

  /// Every statement that verifies, by these keys or others that are known.
  private func steps(of publisher: NamePart, besides known: [MinisignPublicKey]) -> [Step] {
    let keys = keys.prefix(Self.limit)
    let signers = known + keys.filter { !known.contains($0) }
    return statements.prefix(Self.limit).flatMap { text -> [Step] in
      guard let signature = try? MinisignSignature(fileText: text),
        let next = keys.first(where: {
          sameBytes(signature.unverifiedComment, Self.comment(publisher, $0))
        })
      else { return [] }
      return signers.filter { key in
        key.keyID == signature.keyID
          && (try? signature.verify(Self.bytes(next), by: key)) == signature.unverifiedComment
      }.map { Step(former: $0, next: next, statement: text) }
    }
  }
}
