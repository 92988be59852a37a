internal import PkgCore

/// Plugins with all that any of their versions may need, by name: what whoever installs from a copy may ask
/// for, whatever is chosen there.
struct PluginClosure: Sendable {
  /// What the indexes have of them.
  private(set) var found: [PluginName: RecordSource.Found] = [:]
  /// What is needed and in no index.
  private(set) var unknown: Set<PluginName> = []

  /// The closure of some plugins.
  ///
  /// - Throws: ``MissingFromCache`` with every record that is missing.
  init(of names: [PluginName], in source: RecordSource) async throws {
    var missing = MissingFromCache()
    var pending = Set(names)
    while !pending.isEmpty {
      let asked = pending.sorted()
      let records = try await missing.gather { try await source.records(asked) }
      // Without some records others are still looked up, to tell of all that is missing.
      pending = []
      for name in asked {
        if records == nil {
          _ = try await missing.gather { try await source.record(name) }
          continue
        }
        guard let one = records?[name] else {
          unknown.insert(name)
          continue
        }
        found[name] = one
        pending.formUnion(Self.needs(of: one.record))
      }
      pending = pending.filter { found[$0] == nil && !unknown.contains($0) }
    }
    try missing.check()
  }

  /// Names that a version of a plugin may have installed with it.
  private static func needs(of record: IndexRecord) -> Set<PluginName> {
    Set(
      record.releases.flatMap { release in
        release.constraints.dependencies.map(\.name)
          + release.constraints.anyOf.flatMap { $0.map(\.name) }
      })
  }
}
