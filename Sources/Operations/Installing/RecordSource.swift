internal import Files
internal import PkgCore

/// Where records come from during one command: all indexes, each name bound to one of them.
actor RecordSource {
  /// A record with the index that it came from.
  struct Found: Sendable {
    let record: IndexRecord
    let index: IndexConfiguration
  }

  private let clients: [IndexClient]
  private let memory: RecordMemory?
  private var found: [PluginName: Found?] = [:]
  /// What trusted publishers have, by short name, once somebody asked.
  private var namesByShortName: [String: [PluginName]]?

  /// Opens all indexes, side by side.
  static func open(_ session: Session, _ network: Network, refresh: IndexClient.Refresh)
    async throws -> RecordSource
  {
    let indexes = try IndexRegistry(session).required()
    let clients = try await withThrowingTaskGroup(of: IndexClient.self) { group in
      for index in indexes {
        group.addTask { try await IndexClient.open(index, session, network, refresh: refresh) }
      }
      var clients: [IndexClient] = []
      for try await client in group { clients.append(client) }
      return clients.sorted { bytesPrecede($0.index.name, $1.index.name) }
    }
    return RecordSource(clients, memory: try RecordMemory(session.places))
  }

  /// The same where there is an index; without one nothing new is known, which is said.
  static func openIfAny(_ session: Session, _ network: Network, refresh: IndexClient.Refresh)
    async throws -> RecordSource
  {
    guard try IndexRegistry(session).all().isEmpty else {
      return try await open(session, network, refresh: refresh)
    }
    session.progress(
      .warning(
        Diagnostic(
          .indexNone, "no index is known here, so no newer version is",
          hint: "add one: `plugctl index add URL`")))
    return none
  }

  /// Knows no record: for files where there is no index, or none is needed.
  static let none = RecordSource([], memory: nil)

  private init(_ clients: [IndexClient], memory: RecordMemory?) {
    self.clients = clients
    self.memory = memory
  }

  /// The record of a name; nil where no index has it.
  ///
  /// - Throws: ``Diagnostic`` with `name.ambiguous` where two indexes have it: the highest version
  ///   never wins by itself.
  func record(_ name: PluginName) async throws -> Found? {
    if let known = found[name] { return known }
    var all: [Found] = []
    for client in clients {
      if let record = try await client.record(name) {
        try memory?.check(record, of: client.index.name)
        all.append(Found(record: record, index: client.index))
      }
    }
    guard all.count <= 1 else {
      throw Diagnostic(
        .nameAmbiguous,
        "`\(name)` is in several indexes: \(all.map(\.index.name).joined(separator: ", "))",
        hint: "remove one of them with `plugctl index remove`; a plugin belongs to one index")
    }
    found[name] = .some(all.first)
    return all.first
  }

  /// Records of many names, side by side.
  func records(_ names: [PluginName]) async throws -> [PluginName: Found] {
    var result: [PluginName: Found] = [:]
    try await withThrowingTaskGroup(of: (PluginName, Found?).self) { group in
      for name in names { group.addTask { (name, try await self.record(name)) } }
      for try await (name, found) in group { result[name] = found }
    }
    return result
  }

  /// Plugins of which a version provides a name that no plugin bears. Only the name's own publisher can
  /// provide it: nobody steps in for another. The catalogs say where to look, the records decide.
  func providers(of name: PluginName) async throws -> [(name: PluginName, found: Found)] {
    let siblings = try await catalog().filter { entry in
      entry.name.publisher.folded == name.publisher.folded && entry.name != name
        && entry.provides.contains { $0.folded == name.name.folded }
    }.map(\.name)
    // One that is in several indexes answers for nobody.
    let single = Dictionary(grouping: siblings, by: \.self).filter { $0.value.count == 1 }.keys
    let records = try await records(single.sorted())
    return records.filter { _, found in
      found.record.releases.contains { release in
        release.constraints.provides.contains { $0.name.folded == name.name.folded }
      }
    }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The full name that a typed reference means: one with a publisher as it is, a short one only among
  /// what trusted publishers have, so that nobody else can draw it to themselves.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` and what was near, or `name.ambiguous`.
  func fullName(_ reference: PluginReference) async throws -> PluginName {
    let known = try await trustedNames()[reference.name.folded, default: []].filter(
      reference.matches)
    if known.count == 1 { return known[0] }
    if known.isEmpty, let name = reference.fullName, try await record(name) != nil { return name }
    guard known.isEmpty else {
      throw Diagnostic(
        .nameAmbiguous, "`\(reference.name)` is published by several",
        notes: known.sorted().map { "`\($0)`" }, hint: "write the full name")
    }
    throw try await unknown(reference)
  }

  private func trustedNames() async throws -> [String: [PluginName]] {
    if let namesByShortName { return namesByShortName }
    var names: Set<PluginName> = []
    for client in clients { names.formUnion(try await client.names()) }
    let byShortName = Dictionary(grouping: names, by: \.name.folded)
    namesByShortName = byShortName
    return byShortName
  }

  /// Every plugin for which an index vouches.
  func vouchedFor() async throws -> [PluginName] {
    try await trustedNames().values.flatMap { $0 }.sorted()
  }

  private func catalog() async throws -> [CatalogDocument.Entry] {
    var entries: [CatalogDocument.Entry] = []
    for client in clients { entries += try await client.catalog() }
    return entries
  }

  private func unknown(_ reference: PluginReference) async throws -> Diagnostic {
    let all = try await catalog().map(\.name)
    let typed = (reference.publisher.map { "\($0)/" } ?? "") + reference.name.text
    let same = all.filter(reference.matches)
    if !same.isEmpty {
      // Of the community: whose it is must be said, since nobody vouches for who has the name.
      return Diagnostic(
        .pluginUnknown, "`\(typed)` is the name of no trusted publisher's plugin",
        notes: same.sorted().map { "`\($0)`" }, hint: "write the full name")
    }
    let near =
      reference.publisher == nil
      ? nearest(to: typed, among: all.map(\.name.text))
      : nearest(to: typed, among: all.map(\.description))
    return Diagnostic(
      .pluginUnknown, "no index has a plugin `\(typed)`",
      hint: near.map { "did you mean `\($0)`?" }
        ?? "look for it with `plugctl search \(reference.name)`")
  }
}
