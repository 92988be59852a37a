internal import PkgCore
internal import PkgStore
internal import Signing

extension Recovering {
  /// Begins a lost trust memory anew: what is installed was verified when it came, so its publishers' keys
  /// and its records are remembered again, as far as the indexes still list them.
  ///
  /// - Throws: ``Diagnostic`` with `trust.missing` where an index has lost its root: only its user can say
  ///   whom to trust there.
  public func recoverTrust() async throws {
    let installed = try InstalledQueries(session).list().map(\.plugin)
    let source = try await RecordSource.openIfAny(session, Network(session), refresh: .whenOld)
    var entries: [PublisherMemory.Entry] = []
    var records: [(record: IndexRecord, index: String)] = []
    for plugin in installed {
      guard let index = plugin.origin.index, let id = plugin.keyID else { continue }
      guard let found = try await source.record(plugin.name), found.index.name == index,
        let key = try found.record.keys.map({ try MinisignPublicKey(fileText: $0) }).first(where: {
          $0.keyID.hex == id
        })
      else {
        session.progress(.warning(Self.forgotten(plugin, id)))
        continue
      }
      records.append((found.record, index))
      entries.append(
        PublisherMemory.Entry(
          index: index, publisher: plugin.name.publisher.folded,
          keys: [.init(key: key, firstSeen: session.now, authority: found.record.authority)]))
    }
    try PublisherMemory(session.places).add(entries)
    try RecordMemory(session.places).remember(records)
    try StoreSeal(session.places).establish()
  }

  private static func forgotten(_ plugin: InstalledPlugin, _ id: String) -> Diagnostic {
    Diagnostic(
      .trustMissing, "no index lists the key `\(id)` of `\(plugin.name)` any more",
      hint: "it stays installed; its next version must be signed by a key that you trust")
  }
}
