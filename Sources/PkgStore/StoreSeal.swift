public import Files
internal import PkgCore
internal import Signing

/// A generation bears the seal of the user who made it: a digest of its manifest, keyed by a secret of
/// the user's trust memory. So what came with a checkout is told from what was verified here, and a
/// generation without the secret by which it was sealed tells that the trust memory was lost.
///
/// ```
/// <trust>/seal.key     32 random bytes, mode 0600
/// gens/<n>/seal        64 hexadecimal digits
/// ```
public struct StoreSeal: Sendable {
  private let path: String

  /// The seal of the user whose trust memory counts for a store.
  public init(_ places: StorePlaces) { path = "\(places.trust)/seal.key" }

  /// Makes the secret where there is none; of two commands that do so at once one's stays.
  ///
  /// - Returns: the secret.
  @discardableResult
  public func establish() throws -> [UInt8] {
    if let key = try key() { return key }
    let key = try randomBytes(32)
    try FileSystem.makeFolders(FileSystem.folder(of: path), mode: 0o755)
    try FileSystem.createOnce(path, with: key, mode: 0o600)
    return try self.key() ?? key
  }

  func key() throws(SystemError) -> [UInt8]? {
    try FileSystem.readIfPresent(path, limit: 4096).flatMap { $0.count == 32 ? $0 : nil }
  }

  /// The seal of a manifest's bytes for an instance.
  static func text(of manifest: [UInt8], host: String, key: [UInt8]) -> [UInt8] {
    let message = Array("plugctl generation 1\n\(host)\n".utf8) + manifest
    return Array((hmacSHA256(message, key: key).hex + "\n").utf8)
  }
}

extension HostInstance {
  private func sealFile(_ number: Int64) -> String { "\(folder(of: number))/seal" }

  func seal(_ number: Int64, _ manifest: [UInt8]) throws {
    let key = try StoreSeal(places).establish()
    try FileSystem.replace(
      sealFile(number), with: StoreSeal.text(of: manifest, host: id, key: key), isDurable: false)
  }

  /// Whether a generation was made by this user. Only a project's store may be brought by somebody else.
  public func isOurs(_ number: Int64) throws(SystemError) -> Bool {
    guard places.scope == .project else { return true }
    guard let key = try StoreSeal(places).key(),
      let manifest = try FileSystem.readIfPresent("\(folder(of: number))/manifest.json"),
      let seal = try FileSystem.readIfPresent(sealFile(number), limit: 4096)
    else { return false }
    return seal == StoreSeal.text(of: manifest, host: id, key: key)
  }

  /// Refuses to go on where the secret is gone by which the live generation was sealed.
  ///
  /// - Throws: ``StoreError/trustLost(path:)``.
  public func checkTrustIsThere() throws {
    guard places.scope != .project, let number = try currentNumber(),
      FileSystem.exists(sealFile(number)), try StoreSeal(places).key() == nil
    else { return }
    throw StoreError.trustLost(path: places.trust)
  }
}
