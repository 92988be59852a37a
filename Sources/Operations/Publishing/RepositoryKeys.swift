internal import Files
internal import PkgCore
internal import Signing

/// The keys that can sign for an index here: files of its key folder, and keys that people opened for
/// this command.
struct RepositoryKeys: Sendable {
  let folder: String
  /// Opened with a passphrase, or named by `--key`.
  var opened: [TUFSigner] = []

  /// Makes a key where there is none of this name.
  func make(_ name: String) throws -> TUFSigner {
    let path = "\(folder)/\(name).key"
    try FileSystem.makeFolders(folder, mode: 0o700)
    if !FileSystem.exists(path) {
      let text = try MinisignSecretKey.generate().fileText(passphrase: nil)
      try FileSystem.replace(path, with: Array(text.utf8), mode: 0o600)
    }
    return try read(path)
  }

  /// Makes another key of this name; the old one stays beside it until it is no longer listed.
  func replace(_ name: String, now: Timestamp) throws -> TUFSigner {
    let path = "\(folder)/\(name).key"
    if FileSystem.exists(path) {
      try FileSystem.rename(path, to: "\(folder)/\(name)-until-\(now.secondsSinceEpoch).key")
    }
    return try make(name)
  }

  /// Those of our keys that an authority lists, each with the id under which it does.
  func signers(for authority: TUFAuthority) throws -> [(signer: TUFSigner, keyID: String)] {
    try all().compactMap { signer in
      authority.keyID(of: signer.key).map { (signer, $0) }
    }
  }

  private func all() throws -> [TUFSigner] {
    let files = try FileSystem.namesIfPresent(in: folder).filter { $0.ends(with: ".key") }.sorted()
    return try opened + files.compactMap { try unencrypted("\(folder)/\($0)") }
  }

  /// nil for one that has a passphrase: it is opened by its owner.
  private func unencrypted(_ path: String) throws -> TUFSigner? {
    let text = String(decoding: try FileSystem.read(path, limit: 1 << 16), as: UTF8.self)
    guard try !MinisignSecretKey.isEncrypted(fileText: text) else { return nil }
    return try TUFSigner(MinisignSecretKey(fileText: text))
  }

  private func read(_ path: String) throws -> TUFSigner {
    let text = String(decoding: try FileSystem.read(path, limit: 1 << 16), as: UTF8.self)
    return try TUFSigner(MinisignSecretKey(fileText: text))
  }
}
