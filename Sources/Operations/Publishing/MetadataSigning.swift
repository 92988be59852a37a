internal import Files
internal import PkgCore
internal import Signing

/// Signs a file of metadata that somebody sent, where the index itself is not at hand.
public enum MetadataSigning {
  /// Adds signatures to a file in place.
  ///
  /// - Parameters:
  ///   - path: root or targets metadata, as a waiting change holds it.
  ///   - names: the keys to sign with; at least one.
  /// - Returns: what was signed, for people: they should compare it with what they meant to sign.
  public static func sign(
    _ path: String, keys names: [String], of ring: KeyRing, passphrase: PassphraseSource
  ) throws -> [String] {
    let bytes = try FileSystem.read(path, limit: Int(TUFLimits.targets))
    let isRoot = (try? TUFRoot(bytes)) != nil
    var draft = try TUFDraft(bytes, role: isRoot ? .root : .targets)
    let names = names.isEmpty ? [try ring.usualSecretKeyName()] : names
    for name in names {
      try draft.sign(with: TUFSigner(ring.secretKey(name, passphrase: passphrase)))
    }
    try FileSystem.replace(path, with: draft.bytes)
    let role = draft.role
    return try Self.lines(bytes, role).map { "signed " + $0 } + names.map { "by the key `\($0)`" }
  }

  /// What metadata says, for people who are about to sign it.
  static func lines(_ bytes: [UInt8], _ role: TUFRoleName) throws -> [String] {
    guard role == .root else {
      let targets = try TUFTargets(bytes, role: role)
      let count = targets.targets.count
      return [
        "\(role) metadata, version \(targets.header.version), valid until \(targets.header.expires): "
          + "\(count) \(count == 1 ? "target" : "targets")"
      ]
    }
    let root = try TUFRoot(bytes)
    let roles = TUFRoleName.topLevel.map { role in
      let authority = root.authority(for: role)
      return "\(role) \(authority.threshold) of \(authority.keys.count)"
    }
    return [
      "root metadata, version \(root.header.version), valid until \(root.header.expires); keys: "
        + roles.joined(separator: ", ")
    ]
  }
}
