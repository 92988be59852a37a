internal import Files
internal import PkgCore

extension Authoring {
  /// Packs and signs what is a plugin's folder or manifest among some items, into a folder that is gone afterwards,
  /// and hands all archives on in the order of the items.
  ///
  /// - Parameters:
  ///   - items: archives, which are handed on as they are; folders and manifests.
  ///   - key: the key that signs what is packed; nil takes the only one there is.
  ///   - body: gets the archives' paths, which are valid until it returns.
  public func withArchives<Result>(
    of items: [String], key: String?, passphrase: PassphraseSource,
    _ body: ([String]) throws -> Result
  ) throws -> Result {
    guard items.contains(where: isManifest) else { return try body(items) }
    let scratch = try ScratchFolder()
    let signer = try key ?? KeyRing(session).usualSecretKeyName()
    var packed: [String] = []
    var archives: [String] = []
    for (place, item) in items.enumerated() {
      guard isManifest(item) else {
        archives.append(item)
        continue
      }
      let made = try pack(item, platform: nil, into: "\(scratch.path)/\(place)").map(\.path)
      packed += made
      archives += made
    }
    _ = try sign(packed, key: signer, passphrase: passphrase)
    return try body(archives)
  }

  private func isManifest(_ item: String) -> Bool {
    FileSystem.target(item)?.kind == .folder
      || ManifestFile.allNames.contains(FileSystem.baseName(of: item))
  }
}
