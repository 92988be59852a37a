internal import Catalog
internal import Files
internal import PkgCore
internal import PkgStore

/// Where records come from during one command: all indexes, each name bound to one of them.
actor RecordSource {
  /// A record with the index that it came from.
  struct Found: Sendable {
    let record: IndexRecord
    let index: IndexConfiguration
  }

  let clients: [IndexClient]
  private let memory: RecordMemory?
  /// What search looks in, where it was ever prepared; nil without a session.
  private let prepared: CatalogFile?
  private let progress: ProgressSink
  private let places: StorePlaces?
  private var found: [PluginName: Found?] = [:]
  /// What trusted publishers have, by short name, once somebody asked.
  private var namesByShortName: [String: [PluginName]]?

  /// Opens all indexes, side by side.
  static func open(_ session: Session, _ network: Network, refresh: IndexClient.Refresh)
    async throws -> RecordSource
  {
    let indexes = try IndexRegistry(session).required()
    let clients = try await open(indexes, session, network, refresh)
    return RecordSource(
      clients, memory: try RecordMemory(session.places),
      prepared: CatalogFile(session.places.catalog), progress: session.progress,
      places: session.places)
  }

  private static func open(
    _ indexes: [IndexConfiguration], _ session: Session, _ network: Network,
    _ refresh: IndexClient.Refresh
  ) async throws -> [IndexClient] {
    let isCarried = indexes.contains(where: \.isAtHand)
    return try await withThrowingTaskGroup(of: Result<IndexClient, MissingFromCache>.self) {
      group in
      for index in indexes {
        group.addTask {
          do {
            return .success(
              try await IndexClient.open(index, session, network, refresh: refresh))
          } catch let error as MissingFromCache { return .failure(error) } catch let error
            as any Diagnosable
            where isCarried && !index.isAtHand
            && error.diagnostic.code == .trustExpired
          { return .failure(MissingFromCache()) }
        }
      }
      var (clients, missing): ([IndexClient], MissingFromCache) = ([], MissingFromCache())
      for try await result in group {
        switch result {
        case .success(let client): clients.append(client)
        case .failure(let lack): missing.add(lack)
        }
      }
      // Of the others counts what is known of them, where something was carried here.
      if !isCarried { try missing.check() }
      return clients.sorted { bytesPrecede($0.index.name, $1.index.name) }
    }
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

  /// One index alone.
  init(of client: IndexClient, _ session: Session) {
    self.init(
      [client], memory: nil, prepared: nil, progress: session.progress, places: session.places)
  }

  /// Knows no record: for files where there is no index, or none is needed.
  static let none = RecordSource([], memory: nil, prepared: nil, progress: { _ in }, places: nil)

  private init(
    _ clients: [IndexClient], memory: RecordMemory?, prepared: CatalogFile?,
    progress: @escaping ProgressSink, places: StorePlaces?
  ) {
    self.clients = clients
    self.memory = memory
    self.prepared = prepared
    self.progress = progress
    self.places = places
  }

  /// Whether an archive, or what it unpacks to, is here.
  ///
  /// - Parameter folder: of an index that was carried here; nil for none.
  nonisolated func isHere(_ build: Release.Build, carriedIn folder: String? = nil) -> Bool {
    if let folder, FileSystem.target("\(folder)/\(build.archivePath)")?.size == build.size {
      return true
    }
    guard let places else { return false }
    return FileSystem.target(places.blob(build.archive))?.size == build.size
      || TreeStore(places).contains(build.tree)
  }

  /// The record of a name; nil where no index has it.
  ///
  /// - Throws: ``Diagnostic`` with `name.ambiguous` where two indexes have it: the highest version
  ///   never wins by itself.
  func record(_ name: PluginName) async throws -> Found? {
    if let known = found[name] { return known }
    var all: [Found] = []
    var missing = MissingFromCache()
    for client in clients {
      guard let record = try await ask(client, &missing, { try await client.record(name) }) ?? nil
      else { continue }
      try memory?.check(record, of: client.index.name)
      all.append(Found(record: record, index: client.index))
    }
    if !isCarried { try missing.check() }
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
    var missing = MissingFromCache()
    try await withThrowingTaskGroup(of: (PluginName, Result<Found?, MissingFromCache>).self) {
      group in
      for name in names {
        group.addTask {
          do { return (name, .success(try await self.record(name))) } catch let error
            as MissingFromCache
          { return (name, .failure(error)) }
        }
      }
      for try await (name, answer) in group {
        switch answer {
        case .success(let found): result[name] = found
        case .failure(let lack): missing.add(lack)
        }
      }
    }
    try missing.check()
    return result
  }

  /// Asks an index. Where something was carried here, of the others only what is known of them counts: one
  /// that lacks files, or whose terms are over, says nothing and stops nothing.
  private func ask<Value: Sendable>(
    _ client: IndexClient, _ missing: inout MissingFromCache,
    _ step: @Sendable () async throws -> Value
  ) async throws -> Value? {
    do { return try await missing.gather(step) } catch let error as any Diagnosable
      where isCarried && !client.index.isAtHand && error.diagnostic.code == .trustExpired
    {
      return nil
    }
  }

  private var isCarried: Bool { clients.contains(where: \.index.isAtHand) }

  /// Plugins of which a version provides a name that no plugin bears. Only the name's own publisher can
  /// provide it: nobody steps in for another. The catalogs say where to look, the records decide.
  func providers(of name: PluginName) async throws -> [(name: PluginName, found: Found)] {
    let siblings = try await listedProviders(of: name).filter { $0 != name }
    // One that is in several indexes answers for nobody.
    let single = Dictionary(grouping: siblings, by: \.self).filter { $0.value.count == 1 }.keys
    let records = try await records(single.sorted())
    return records.filter { _, found in
      found.record.releases.contains { release in
        release.constraints.provides.contains { $0.name.folded == name.name.folded }
      }
    }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func listedProviders(of name: PluginName) async throws -> [PluginName] {
    if let entries = try await smallCatalog() {
      return entries.filter { entry in
        entry.name.publisher.folded == name.publisher.folded
          && entry.provides.contains { $0.folded == name.name.folded }
      }.map(\.name)
    }
    if let prepared, prepared.exists { return try prepared.providers(of: name) }
    progress(
      .warning(
        Diagnostic(
          .pluginUnknown,
          "no plugin `\(name)` is known, and whether another provides it was not looked up: the catalog is large",
          hint: "fetch the catalog with `plugctl search \(name.name)`, and try again")))
    return []
  }

  /// The full name that a typed reference means: one with a publisher as it is, a short one only among
  /// what trusted publishers have, so that nobody else can draw it to themselves.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` and what was near, or `name.ambiguous`.
  func fullName(_ reference: PluginReference) async throws -> PluginName {
    // Without the names, which are many in a large index.
    if let name = reference.fullName, try await record(name) != nil { return name }
    let known = try await trustedNames()[reference.name.folded, default: []].filter(
      reference.matches)
    if known.count == 1 { return known[0] }
    guard known.isEmpty else {
      throw Diagnostic(
        .nameAmbiguous, "`\(reference.name)` is published by several",
        notes: known.sorted().map { "`\($0)`" }, hint: "write the full name")
    }
    throw try await unknown(reference)
  }

  /// Plugins of which a library without its package may be: those that trusted publishers have under a
  /// short name, then all of a host, where the catalogs are small enough to be looked through.
  func candidates(named name: NamePart?, for host: String) async throws -> [PluginName] {
    var names: [PluginName] = []
    if let name { names = try await trustedNames()[name.folded, default: []] }
    let others =
      try await smallCatalog()?.filter { $0.host == host || $0.host == HostProfile.anyHost } ?? []
    return names + others.map(\.name).filter { !names.contains($0) }.prefix(500)
  }

  private func trustedNames() async throws -> [String: [PluginName]] {
    if let namesByShortName { return namesByShortName }
    var names: Set<PluginName> = []
    var missing = MissingFromCache()
    for client in clients {
      names.formUnion(try await ask(client, &missing) { try await client.names() } ?? [])
    }
    if !isCarried { try missing.check() }
    let byShortName = Dictionary(grouping: names, by: \.name.folded)
    namesByShortName = byShortName
    return byShortName
  }

  /// Every plugin for which an index vouches, so far as that costs little to know: the names of a large
  /// index are only taken from what was fetched for another reason.
  func vouchedForAtHand() async throws -> [PluginName] {
    var names: Set<PluginName> = []
    var missing = MissingFromCache()
    for client in clients {
      let known = try await ask(client, &missing) {
        try await client.hasNamesAtHand() ? try await client.names() : []
      }
      names.formUnion(known ?? [])
    }
    if !isCarried { try missing.check() }
    return names.sorted()
  }

  /// All catalogs; nil where one of them is large.
  private func smallCatalog() async throws -> [CatalogDocument.Entry]? {
    var entries: [CatalogDocument.Entry] = []
    var missing = MissingFromCache()
    for client in clients {
      let isLarge = try await ask(client, &missing) { try await !client.hasSmallCatalog() }
      if isLarge ?? false { return nil }
      entries += try await ask(client, &missing) { try await client.catalog() } ?? []
    }
    if !isCarried { try missing.check() }
    return entries
  }

  private func unknown(_ reference: PluginReference) async throws -> Diagnostic {
    var all = try await smallCatalog()?.map(\.name) ?? []
    if all.isEmpty, let prepared, prepared.exists {
      all = try prepared.named(reference).map(\.entry.name)
    }
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
