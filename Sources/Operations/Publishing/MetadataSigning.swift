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
    let header = isRoot ? try TUFRoot(bytes).header : try TUFTargets(bytes).header
    let names = names.isEmpty ? [try ring.usualSecretKeyName()] : names
    for name in names {
      try draft.sign(with: TUFSigner(ring.secretKey(name, passphrase: passphrase)))
    }
    try FileSystem.replace(path, with: draft.bytes)
    var lines = [
      "signed \(isRoot ? "root" : "targets") metadata, version \(header.version), valid until \(header.expires)"
    ]
    if isRoot {
      let root = try TUFRoot(bytes)
      for role in TUFRoleName.topLevel {
        let authority = root.authority(for: role)
        lines.append("  \(role): \(authority.threshold) of \(authority.keys.count) keys")
      }
    }
    return lines + names.map { "by the key `\($0)`" }
  }
}
