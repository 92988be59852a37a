internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// The durable memory of one index: TUF files as they were received, never by way of a cache.
struct TrustFolder: Sendable {
  /// The index's name.
  let index: String
  private let folder: String

  init(_ index: String, _ places: StorePlaces) {
    self.init(index, folder: "\(places.trust)/indexes/\(index)")
  }

  init(_ index: String, folder: String) {
    self.index = index
    self.folder = folder
  }

  func read(_ role: TUFRoleName) throws -> [UInt8]? {
    try FileSystem.readIfPresent(path(role), limit: Int(TUFLimits.targets))
  }

  func write(_ role: TUFRoleName, _ bytes: [UInt8], isDurable: Bool = true) throws {
    try FileSystem.makeFolders(folder)
    try FileSystem.replace(path(role), with: bytes, isDurable: isDurable)
  }

  func forget(_ role: TUFRoleName) throws { try FileSystem.removeIfPresent(path(role)) }

  /// The root that the user trusts.
  ///
  /// - Throws: ``Diagnostic`` with `trust.missing`: a loss is never mended by trusting anew.
  func root() throws -> [UInt8] {
    if let bytes = try read(.root) { return bytes }
    throw Diagnostic(
      .trustMissing, "the trusted root of the index `\(index)` is missing at `\(path(.root))`",
      hint: "restore that file, or remove the index and add it again with `--trust`")
  }

  /// The way to newer roots, from the one that the user trusts.
  ///
  /// - Throws: ``Diagnostic`` with `trust.missing`, or with the fault and what to do where it is damaged.
  func chain() throws -> TrustedRootChain {
    let bytes = try root()
    do { return try TrustedRootChain(trusting: bytes) } catch {
      let cause = error.diagnostic
      throw Diagnostic(
        cause.code, "the trusted root of the index `\(index)` is damaged",
        notes: ["`\(path(.root))`", cause.message] + cause.notes,
        hint: "restore that file, or remove the index and add it again with `--trust`")
    }
  }

  /// Removes everything, when the index is removed.
  func remove() throws { try FileSystem.removeTree(folder) }

  /// A role may have any name; its file has none that leaves the folder.
  private func path(_ role: TUFRoleName) -> String { "\(folder)/\(role.encoded).json" }
}
