package import PkgCore
internal import Signing

/// Lists many plugins in one change, without their records at hand. How an index of a million plugins is
/// laid out, and what it costs its clients, is measured with it (`scripts/bench index`).
package struct BulkListing {
  /// A plugin of which only its record's length and hash are known.
  package struct Plugin {
    /// The full name.
    package let name: PluginName
    let length: Int64
    let sha256: SHA256Digest

    /// A plugin of this name, whose record would have this length and hash.
    package init(_ name: PluginName, length: Int64, sha256: SHA256Digest) {
      self.name = name
      self.length = length
      self.sha256 = sha256
    }
  }

  private let repository: Repository
  private let now: Timestamp

  /// Listing in one index, which has no plugins yet.
  package init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// Lists plugins, those of trusted publishers in their own roles, each signed by a key of its own, and
  /// all others in bins by hash.
  ///
  /// - Parameter catalog: what search shows of them; its role says how many there are in any case.
  package func list(
    _ plugins: [Plugin], trusted: [NamePart], catalog: [CatalogDocument.Entry]
  ) throws {
    var repository = repository
    var edit = RepositoryEdit(try repository.state())
    for publisher in trusted {
      let signer = try TUFSigner(MinisignSecretKey.generate())
      repository.keys.opened.append(signer)
      try edit.setAuthority(of: publisher, TUFAuthority(keys: [signer.key], threshold: 1))
    }
    let trusted = Set(trusted)
    let bits = IndexLayout.binBits(
      for: plugins.count { !trusted.contains($0.name.publisher) })
    if bits > 0 { try edit.layOutBins(bits) }
    var names = NamesDocument([:])
    for plugin in plugins {
      let path = IndexRecord.path(of: plugin.name)
      let target = TUFTarget(path: path, length: plugin.length, sha256: plugin.sha256)
      if trusted.contains(plugin.name.publisher) {
        _ = names.add(plugin.name)
        try edit.set(target, in: IndexLayout.way(to: plugin.name.publisher))
      } else {
        try edit.set(target, in: edit.communityWay(of: path))
      }
    }
    try edit.write(IndexLayout.namesPath, names.json.compactBytes)
    if bits > 0 { try giveVersions(&edit) }
    try edit.write(
      IndexLayout.catalogPath, CatalogDocument.json(catalog).compactBytes,
      custom: [IndexLayout.pluginCountName: .integer(Int64(plugins.count))])
    guard case .published = try repository.commit(edit, now: now) else {
      throw Diagnostic(.internalBug, "an index with all its keys at hand waits for signatures")
    }
  }

  /// Gives bins the versions that they have after some years: all 1, a snapshot would compress too well.
  private func giveVersions(_ edit: inout RepositoryEdit) throws {
    let days = IndexLayout.days(IndexLayout.community, isLarge: false)
    for way in try edit.communityWays() {
      guard let role = way.last else { continue }
      let noise = sha256(Array(role.text.utf8)).bytes
      edit.made[way] = try TUFDraft.targets(
        after: Int64(noise[0]) << 3 | Int64(noise[1] & 7), role: role, targets: edit.targets(way),
        expires: now.adding(days: days))
    }
  }
}
