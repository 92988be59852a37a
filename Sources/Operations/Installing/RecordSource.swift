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
  private var found: [PluginName: Found?] = [:]
  /// All names by their short one, once somebody asked.
  private lazy var namesByShortName = Dictionary(
    grouping: Set(clients.flatMap(\.names)), by: \.name.folded)

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
    return RecordSource(clients)
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

  /// What the indexes said last, without asking them again; nil where that can't be read.
  static func known(_ session: Session, _ network: Network) async -> RecordSource? {
    var offline = session
    offline.options.isOffline = true
    return try? await open(offline, network, refresh: .whenOld)
  }

  /// Knows no record: for files where there is no index, or none is needed.
  static let none = RecordSource([])

  private init(_ clients: [IndexClient]) { self.clients = clients }

  /// The record of a name; nil where no index has it.
  ///
  /// - Throws: ``Diagnostic`` with `name.ambiguous` where two indexes have it: the highest version
  ///   never wins by itself.
  func record(_ name: PluginName) async throws -> Found? {
    if let known = found[name] { return known }
    var all: [Found] = []
    for client in clients {
      if let record = try await client.record(name) {
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
  /// provide it: nobody steps in for another.
  func providers(of name: PluginName) async throws -> [(name: PluginName, found: Found)] {
    let all = clients.flatMap(\.names).filter {
      $0.publisher.folded == name.publisher.folded && $0 != name
    }
    // One that is in several indexes answers for nobody.
    let siblings = Dictionary(grouping: all, by: \.self).filter { $0.value.count == 1 }.keys
      .sorted()
    guard siblings.count <= Self.mostSiblings else { return [] }
    let records = try await records(siblings)
    return records.filter { _, found in
      found.record.releases.contains { release in
        release.constraints.provides.contains { $0.name.folded == name.name.folded }
      }
    }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Records of so many plugins are looked through for a name that none of them bears.
  private static let mostSiblings = 500

  /// The full name that a typed reference means.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` and what was near, or `name.ambiguous`.
  func fullName(_ reference: PluginReference) throws -> PluginName {
    let matches = namesByShortName[reference.name.folded, default: []].filter(reference.matches)
    if matches.count == 1 { return matches[0] }
    if matches.isEmpty { throw unknown(reference) }
    throw Diagnostic(
      .nameAmbiguous, "`\(reference.name)` is published by several",
      notes: matches.sorted().map { "`\($0)`" }, hint: "write the full name")
  }

  private func unknown(_ reference: PluginReference) -> Diagnostic {
    let all = namesByShortName.values.joined().sorted()
    let typed = (reference.publisher.map { "\($0)/" } ?? "") + reference.name.text
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
