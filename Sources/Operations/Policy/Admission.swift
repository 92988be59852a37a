internal import PkgCore
internal import Signing
internal import Synchronization

/// Decides what may be installed, for every route: an archive can't be unpacked for installing
/// (``VerifiedArchive``), nor a plugin go live (``InstanceChange``), unless it was admitted here.
final class Admission: Sendable {
  /// What counts.
  let policy: EffectivePolicy
  private let session: Session
  let keys: KeyRing
  private let memory: PublisherMemory
  private let state = Mutex(State())

  private struct State {
    /// Read once, when first needed.
    var entries: [PublisherMemory.Entry]?
    /// Not yet written.
    var new: [PublisherMemory.Entry] = []
    /// Signers that were accepted in this command.
    var accepted: [Acceptance] = []
  }

  private struct Acceptance: Equatable {
    let source: Claim.Source
    let publisher: NamePart
    let signer: Claim.Signer
  }

  /// - Throws: ``Diagnostic`` with `config.invalid` where a policy can't be read.
  init(_ session: Session) throws {
    self.session = session
    policy = try PolicyFiles.effective(session)
    keys = KeyRing(session)
    memory = PublisherMemory(session.places)
  }

  /// Lets a claim pass, asking where the policy asks.
  ///
  /// - Throws: ``Diagnostic``: `policy.unsigned`, `key.revoked`, `policy.key`, `policy.publisher`,
  ///   `key.untrusted`, `trust.confirmation`.
  func admit(_ claim: Claim) throws {
    guard let signer = claim.signer else { return try admitUnsigned(claim) }
    let acceptance = Acceptance(
      source: claim.source, publisher: claim.name.publisher, signer: signer)
    guard state.withLock({ !$0.accepted.contains(acceptance) }) else { return }
    try check(signer, of: claim)
    try decide(claim, signer)
    state.withLock { $0.accepted.append(acceptance) }
  }

  /// Whether an exception names exactly these bytes; what they are is not known yet.
  func hasException(for archive: SHA256Digest) -> Bool {
    policy.unsigned.contains { $0.value.archive == archive && $0.value.holds(at: session.now) }
  }

  /// Writes down keys that were seen for the first time.
  func remember() throws {
    let new = state.withLock { state in
      defer { state.new = [] }
      return state.new
    }
    try memory.add(new)
  }

  private func admitUnsigned(_ claim: Claim) throws {
    let exception = policy.exception(
      for: claim.name, claim.version, claim.archive, at: session.now)
    // What somebody hands us says itself what it is; the exception must name its very bytes.
    if let exception, claim.source != .brought || exception.value.archive != nil { return }
    let over = policy.unsigned.last {
      $0.value.covers(claim.name, claim.version, claim.archive) && !$0.value.holds(at: session.now)
    }
    throw Diagnostic(
      .policyUnsigned, "`\(claim.what)` is not signed by its publisher",
      notes: over.map { ["the exception in `\($0.origin)` ended at \($0.value.until.day)"] } ?? [],
      hint: "ask its publisher for a signed version, or name it under `unsigned` in `policy.yaml`")
  }

  /// What holds wherever it comes from.
  private func check(_ signer: Claim.Signer, of claim: Claim) throws {
    try keys.refuseRevoked(signer.id)
    let fingerprint = try signer.fingerprint ?? rememberedFingerprint(signer, claim)
    if let revoked = policy.revokedKeys.first(where: {
      $0.value.names(id: signer.number, fingerprint: fingerprint)
    }) {
      throw Diagnostic(
        .keyRevoked, "the key `\(signer.id)` was revoked", notes: ["by `\(revoked.origin)`"],
        hint: "ask the publisher for a version signed by another key")
    }
    let lists = policy.listsWithout(
      claim.name.publisher, id: signer.number, fingerprint: fingerprint)
    guard let list = lists.first else { return }
    throw Diagnostic(
      .policyKey,
      "`\(claim.what)` is signed by the key `\(signer.id)`, which the policy does not name",
      notes: [
        "`\(list.origin)` names: \(list.value.keys.map(\.description).joined(separator: ", "))"
      ],
      hint: "ask the publisher; whoever writes the policy can name the key there")
  }

  private func decide(_ claim: Claim, _ signer: Claim.Signer) throws {
    switch claim.source {
    case .brought:
      guard try isTrustedByUser(signer) else { throw untrusted(claim, signer) }
    case .index(let index, nil):
      let known = try entry(index, claim.name.publisher)?.keys.first {
        $0.key.keyID.hex == signer.id
      }
      guard known?.authority == .community, policy.publishers.value == .trustedOnly,
        try !isTrustedByUser(signer)
      else { return }
      throw unknownPublisher(claim, signer, index)
    case .index(let index, let authority?):
      guard let key = signer.key else {
        throw Diagnostic(
          .signatureInvalid,
          "`\(claim.what)` is signed by the key `\(signer.id)`, which is not its publisher's")
      }
      if authority.isTrusted { return try note(key, authority, index, claim) }
      try decideCommunity(claim, signer, key, index)
    }
  }

  /// Online keys of the index vouch for nobody: the publisher's first key counts, and those to which it
  /// handed on.
  private func decideCommunity(
    _ claim: Claim, _ signer: Claim.Signer, _ key: MinisignPublicKey, _ index: String
  ) throws {
    let known = try entry(index, claim.name.publisher)?.keys ?? []
    // The user's own word beats the index's.
    if try isTrustedByUser(signer) { return try note(key, .community, index, claim) }
    guard !known.contains(where: { $0.authority.isTrusted }) else {
      throw Diagnostic(
        .policyPublisher,
        "the index `\(index)` vouched for `\(claim.name.publisher)` before and does not any more",
        hint: "ask who runs the index what happened; nothing was changed")
    }
    let isKnown = try claim.successions.lead(
      from: known.map(\.key), to: key, of: claim.name.publisher,
      isRevoked: { try keys.isRevoked($0.keyID.hex) })
    if isKnown { return try note(key, .community, index, claim) }
    guard known.isEmpty else {
      throw Diagnostic(
        .keyUntrusted,
        "`\(claim.name.publisher)` of the index `\(index)` signs with another key than before",
        notes: ["known: \(known.map { "sha256:\($0.key.fingerprint)" }.joined(separator: ", "))"]
          + ["offered: sha256:\(key.fingerprint)"],
        hint:
          "ask the publisher by another way; if the key is right: `plugctl key trust \(key.base64)`"
      )
    }
    switch policy.publishers.value {
    case .trustedOnly: throw unknownPublisher(claim, signer, index)
    case .ask: try ask(claim, key, index)
    case .any: break
    }
    try note(key, .community, index, claim)
  }

  private func ask(_ claim: Claim, _ key: MinisignPublicKey, _ index: String) throws {
    let isAccepted = try session.confirm(
      """
      Nobody vouches for the publisher \(claim.name.publisher) of the index \(index).
      Its key has the fingerprint sha256:\(key.fingerprint)
      Do you trust it from now on?
      """,
      "after you compared the fingerprint with the publisher's: `plugctl key trust \(key.base64)`")
    guard isAccepted else {
      throw Diagnostic(
        .trustConfirmation, "the publisher `\(claim.name.publisher)` was not trusted",
        hint: "nothing was changed")
    }
  }

  private func note(
    _ key: MinisignPublicKey, _ authority: RecordAuthority, _ index: String, _ claim: Claim
  ) throws {
    let known = try entry(index, claim.name.publisher)?.keys ?? []
    guard !known.contains(where: { $0.key == key && $0.authority == authority }),
      // A key keeps the authority that it was first seen with, but for the whitelisting of its publisher.
      !known.contains(where: { $0.key == key }) || authority == .publisherRole
    else { return }
    let new = PublisherMemory.Entry(
      index: index, publisher: claim.name.publisher.folded,
      keys: [.init(key: key, firstSeen: session.now, authority: authority)])
    state.withLock { state in
      state.new.append(new)
      state.entries?.append(new)
    }
  }

  /// All that is known of a publisher; nil for nothing.
  func entry(_ index: String, _ publisher: NamePart) throws -> PublisherMemory.Entry? {
    let all = try state.withLock { state throws in
      if let entries = state.entries { return entries }
      let entries = try memory.entries()
      state.entries = entries
      return entries
    }
    let mine = all.filter { $0.isAbout(index, publisher.folded) }
    guard var first = mine.first else { return nil }
    first.keys = mine.flatMap(\.keys)
    return first
  }

  private func rememberedFingerprint(_ signer: Claim.Signer, _ claim: Claim) throws -> SHA256Digest?
  {
    if case .index(let index, _) = claim.source,
      let known = try entry(index, claim.name.publisher)?.keys.first(where: {
        $0.key.keyID.hex == signer.id
      })
    {
      return known.key.fingerprint
    }
    return try keys.trustedKeys().first { $0.keyID.hex == signer.id }?.fingerprint
  }

  private func isTrustedByUser(_ signer: Claim.Signer) throws -> Bool {
    try keys.trustedKeys().contains { key in
      signer.key.map { $0 == key } ?? (key.keyID.hex == signer.id)
    }
  }

  private func untrusted(_ claim: Claim, _ signer: Claim.Signer) -> Diagnostic {
    Diagnostic(
      .keyUntrusted, "`\(claim.what)` is signed by the key `\(signer.id)`, which you don't trust",
      hint: "if you know whose key it is: `plugctl key trust FILE.pub`")
  }

  private func unknownPublisher(_ claim: Claim, _ signer: Claim.Signer, _ index: String)
    -> Diagnostic
  {
    Diagnostic(
      .policyPublisher,
      "nobody vouches for `\(claim.name.publisher)` of the index `\(index)`, and the policy wants that",
      notes: ["`publishers: trusted-only` of: \(policy.publishers.origin)"]
        + (signer.fingerprint.map { ["its key: sha256:\($0)"] } ?? []),
      hint: signer.key.map {
        "if you know the publisher and its key: `plugctl key trust \($0.base64)`"
      } ?? "if you know the publisher and its key: `plugctl key trust`")
  }
}
