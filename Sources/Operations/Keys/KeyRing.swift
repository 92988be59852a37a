internal import Files
public import PkgCore
internal import PkgStore
package import Signing

/// A key as a person sees it.
public struct KeyListing: Sendable {
  /// What the key is for here.
  public enum Kind: String, Sendable {
    /// We have its secret half.
    case own
    /// We accept what it signs.
    case trusted
  }

  /// The name of its file.
  public let name: String
  /// What it is for here.
  public let kind: Kind
  /// minisign's key id.
  public let id: String
  /// SHA-256 of the public key.
  public let fingerprint: String
  /// The bare public key, as `minisign -P` takes it.
  public let publicKey: String
  /// Whether it was revoked.
  public let isRevoked: Bool
}

/// Where a passphrase comes from; never an argument or a variable.
public enum PassphraseSource: Sendable {
  /// The secret key is kept unencrypted, mode 0600.
  case none
  /// The first line of a file.
  case file(String)
  /// The first line of an open descriptor.
  case descriptor(Int32)
  /// Asked when it is needed; throws where nobody can be asked.
  case prompt(@Sendable (_ label: String) throws -> [UInt8])
}

/// Keys of a user or the system: `keys/` has our own, `keys.d/` those we trust, and the trust memory
/// those that were revoked.
public struct KeyRing: Sendable {
  private let configuration: [String]
  private let revocations: Revocations
  private let progress: ProgressSink

  /// The keys that a session sees.
  public init(_ session: Session) {
    configuration = session.places.configuration
    revocations = Revocations(session.places)
    progress = session.progress
  }

  var ownFolder: String { "\(configuration[0])/keys" }
  private var trustedFolder: String { "\(configuration[0])/keys.d" }

  /// Makes a key pair.
  ///
  /// - Throws: ``Diagnostic`` with `key.exists`; what the passphrase's source throws.
  public func generate(_ name: String, passphrase: PassphraseSource) throws -> KeyListing {
    try checkName(name)
    let words = try Self.passphrase(passphrase, "passphrase for the new key `\(name)`")
    guard words?.count != 0 else {
      throw Diagnostic(
        .keyPassphrase, "an empty passphrase protects nothing",
        hint: "choose one, or make the key with `--unencrypted`")
    }
    let secret = try MinisignSecretKey.generate()
    try store(secret, name, words)
    return try listing(name, .own, secret.publicKey)
  }

  /// Takes a key that minisign or another plugctl made. A secret key file is copied as it is.
  public func importKey(_ path: String, as name: String, passphrase: PassphraseSource) throws
    -> KeyListing
  {
    try checkName(name)
    let text = String(decoding: try FileSystem.read(path, limit: 1 << 16), as: UTF8.self)
    if let publicKey = try? MinisignPublicKey(fileText: text) {
      try FileSystem.makeFolders(ownFolder, mode: 0o700)
      try refuseExisting("\(ownFolder)/\(name).pub", name)
      try FileSystem.replace("\(ownFolder)/\(name).pub", with: Array(publicKey.fileText.utf8))
      return try listing(name, .own, publicKey)
    }
    let isEncrypted = try MinisignSecretKey.isEncrypted(fileText: text)
    let words = isEncrypted ? try Self.passphrase(passphrase, "passphrase of `\(path)`") : nil
    let secret = try MinisignSecretKey(fileText: text, passphrase: words)
    try store(secret, name, words)
    return try listing(name, .own, secret.publicKey)
  }

  /// The text of a key's file, public or secret.
  public func export(_ name: String, isSecret: Bool) throws -> String {
    let path = "\(ownFolder)/\(name).\(isSecret ? "key" : "pub")"
    if let bytes = try FileSystem.readIfPresent(path) {
      return String(decoding: bytes, as: UTF8.self)
    }
    let trusted = "\(trustedFolder)/\(name).pub"
    if !isSecret, let bytes = try FileSystem.readIfPresent(trusted) {
      return String(decoding: bytes, as: UTF8.self)
    }
    throw unknown(name)
  }

  /// Accepts what a key signs: a file, or the bare base64.
  public func trust(_ keyText: String, as name: String?) throws -> KeyListing {
    let key = try Self.publicKey(keyText)
    let name = name ?? key.keyID.hex.lowercased()
    try checkName(name)
    // A revocation outlives trust; to say nothing would have the user wonder why it is still refused.
    try refuseRevoked(key.keyID.hex)
    let path = "\(trustedFolder)/\(name).pub"
    if let there = try FileSystem.readIfPresent(path, limit: 1 << 16) {
      let isSame =
        try MinisignPublicKey(fileText: String(decoding: there, as: UTF8.self)).base64 == key.base64
      if !isSame { try refuseExisting(path, name) }
    }
    try FileSystem.makeFolders(trustedFolder)
    try FileSystem.replace(path, with: Array(key.fileText.utf8))
    return try listing(name, .trusted, key)
  }

  /// The public key in a file, or the bare base64.
  static func publicKey(_ fileOrText: String) throws -> MinisignPublicKey {
    if FileSystem.exists(fileOrText) {
      let bytes = try FileSystem.read(fileOrText, limit: 1 << 16)
      return try MinisignPublicKey(fileText: String(decoding: bytes, as: UTF8.self))
    }
    // 42 bytes in base64; what is neither that nor lines was meant as a file.
    guard fileOrText.utf8.count == 56 || fileOrText.holds("\n") else {
      throw Diagnostic(
        .systemNotFound, "`\(printable(fileOrText))` is neither a file nor a public key",
        hint: "name a `.pub` file, or write the key as `minisign -P` takes it")
    }
    return try MinisignPublicKey(fileText: fileOrText)
  }

  /// Refuses what a key signs from now on, also what was signed before.
  public func revoke(_ nameOrID: String, reason: String, now: Timestamp) throws -> String {
    let named = try all().first { $0.name == nameOrID }?.id ?? nameOrID
    guard let id = Revocations.number(named).map({ String($0, radix: 16).uppercased() }) else {
      throw unknown(nameOrID)
    }
    try revocations.add(id, reason: reason, now: now)
    return id
  }

  /// Own keys by name, then trusted ones by name.
  public func all() throws -> [KeyListing] {
    try keys(in: [ownFolder], .own) + keys(in: configuration.map { "\($0)/keys.d" }, .trusted)
  }

  /// The secret key of a name, opened once.
  package func secretKey(_ name: String, passphrase: PassphraseSource) throws -> MinisignSecretKey {
    let path = name.holds("/") ? name : "\(ownFolder)/\(name).key"
    guard let bytes = try FileSystem.readIfPresent(path, limit: 1 << 16) else {
      throw unknown(name)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let words =
      try MinisignSecretKey.isEncrypted(fileText: text)
      ? try Self.passphrase(passphrase, "passphrase of the key `\(name)`") : nil
    let secret = try MinisignSecretKey(fileText: text, passphrase: words)
    try refuseRevoked(
      secret.publicKey.keyID.hex, hint: "sign with another key; `plugctl key generate` makes one")
    return secret
  }

  /// The only own key, where no name was given.
  package func usualSecretKeyName() throws -> String {
    let names = try FileSystem.namesIfPresent(in: ownFolder).compactMap { $0.rest(before: ".key") }
    if names.count == 1 { return String(names[0]) }
    throw Diagnostic(
      .keyNotFound,
      names.isEmpty ? "there is no key to sign with" : "there are several keys to sign with",
      hint: names.isEmpty
        ? "make one: `plugctl key generate NAME`"
        : "name one: `sign --key NAME`, `publish --sign NAME`")
  }

  /// Keys whose signatures count for files from outside an index.
  package func trustedKeys() throws -> [MinisignPublicKey] {
    try all().filter { !$0.isRevoked }.map { try MinisignPublicKey(fileText: $0.publicKey) }
  }

  /// Refuses a key that was revoked.
  package func refuseRevoked(
    _ id: String, hint: String = "ask the publisher for a version signed by another key"
  ) throws {
    guard let reason = try revocations.reason(id) else { return }
    throw Diagnostic(
      .keyRevoked, "the key `\(id)` was revoked", notes: [reason].filter { !$0.isEmpty },
      hint: hint)
  }

  /// Whether a key was revoked.
  package func isRevoked(_ id: String) throws -> Bool { try revocations.reason(id) != nil }

  private func keys(in folders: [String], _ kind: KeyListing.Kind) throws -> [KeyListing] {
    var found: [KeyListing] = []
    for folder in folders {
      for file in try FileSystem.namesIfPresent(in: folder) {
        guard let name = file.rest(before: ".pub"), let key = readable("\(folder)/\(file)") else {
          continue
        }
        found.append(try listing(String(name), kind, key))
      }
    }
    return found
  }

  /// The key in a file; nil, with a warning, where there is none: what nobody can read is not trusted.
  private func readable(_ path: String) -> MinisignPublicKey? {
    do {
      let bytes = try FileSystem.read(path, limit: 1 << 16)
      return try MinisignPublicKey(fileText: String(decoding: bytes, as: UTF8.self))
    } catch {
      let cause = (error as? any Diagnosable)?.diagnostic
      progress(
        .warning(
          Diagnostic(
            cause?.code ?? .keyInvalid, "`\(path)` is no public key and is passed over",
            notes: [cause?.message].compactMap { $0 }, hint: "take the file away")))
      return nil
    }
  }

  private func listing(_ name: String, _ kind: KeyListing.Kind, _ key: MinisignPublicKey) throws
    -> KeyListing
  {
    let isRevoked = try revocations.reason(key.keyID.hex, fingerprint: key.fingerprint) != nil
    return KeyListing(
      name: name, kind: kind, id: key.keyID.hex, fingerprint: key.fingerprint.hex,
      publicKey: key.base64, isRevoked: isRevoked)
  }

  private func store(_ secret: MinisignSecretKey, _ name: String, _ passphrase: SecretBytes?) throws
  {
    try FileSystem.makeFolders(ownFolder, mode: 0o700)
    try refuseExisting("\(ownFolder)/\(name).key", name)
    let text = try secret.fileText(passphrase: passphrase)
    try FileSystem.replace("\(ownFolder)/\(name).key", with: Array(text.utf8), mode: 0o600)
    try FileSystem.replace("\(ownFolder)/\(name).pub", with: Array(secret.publicKey.fileText.utf8))
  }

  private func refuseExisting(_ path: String, _ name: String) throws {
    guard !FileSystem.exists(path) else {
      throw Diagnostic(
        .keyExists, "there is a key `\(name)` already",
        hint: "choose another name; a key is never overwritten")
    }
  }

  private func checkName(_ name: String) throws {
    guard NamePart(name) != nil else {
      throw NameError.notANameOf(name, what: "a key", option: nil)
    }
  }

  private func unknown(_ name: String) -> Diagnostic {
    let near = nearest(to: name, among: (try? all().map(\.name)) ?? [])
    return Diagnostic(
      .keyNotFound, "there is no key `\(printable(name))`",
      hint: near.map { "did you mean `\($0)`?" } ?? "`plugctl key list` names all")
  }

  package static func passphrase(_ source: PassphraseSource, _ label: String) throws -> SecretBytes?
  {
    switch source {
    case .none: return nil
    case .file(let path):
      let file = try FileSystem.openAny(path)
      var bytes = firstLine(try file.readAll(limit: 1 << 12))
      return SecretBytes(wiping: &bytes)
    case .descriptor(let raw):
      let descriptor = Descriptor(owning: raw, name: "descriptor \(raw)")
      var bytes = firstLine(try descriptor.readAll(limit: 1 << 12))
      return SecretBytes(wiping: &bytes)
    case .prompt(let ask):
      var bytes = try ask(label)
      return SecretBytes(wiping: &bytes)
    }
  }

  private static func firstLine(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix { $0 != 0x0A }) }
}
