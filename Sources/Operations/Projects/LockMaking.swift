internal import PkgCore
internal import PkgStore

/// Chooses the exact versions of a wanted set, the same for this machine and all of the project's
/// targets.
struct LockMaking: Sendable {
  let session: Session
  let source: RecordSource
  /// What counts for versions that are neither locked nor installed.
  let preferences: VersionPreferences

  /// A lock of a wanted set.
  ///
  /// - Parameters:
  ///   - former: the lock until now: a plugin stays with its index.
  ///   - preferred: versions that are kept where they fit.
  /// - Throws: ``Diagnostic``: `plugin.unknown`, `solve.conflict` and whatever else an install says.
  func make(_ file: ProjectFile, former: Lockfile?, preferred: [PluginName: Version]) async throws
    -> Lockfile
  {
    let records = try await source.records(file.plugins.map(\.name))
    var wishes: [String: [ProjectFile.Wish]] = [:]
    for wish in file.plugins {
      guard let record = records[wish.name]?.record else { throw await unknown(wish) }
      wishes[try host(of: record, wish, file), default: []].append(wish)
    }
    var hosts: [Lockfile.Host] = []
    for (id, mine) in wishes.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      let entries = try await entries(id, mine, file, former, preferred)
      hosts.append(Lockfile.Host(id: id, entries: entries))
    }
    return Lockfile(wanted: Project.digest(of: file), targets: file.targets, hosts: hosts)
  }

  private func unknown(_ wish: ProjectFile.Wish) async -> Diagnostic {
    var diagnostic = Diagnostic(.pluginUnknown, "no index has a plugin `\(wish.name)`")
    // Asking by reference tells what is near.
    do {
      let name = try await source.fullName(PluginReference(wish.name))
      diagnostic.hint = "write it as its publisher does: `\(name)`"
    } catch let error as any Diagnosable { diagnostic = error.diagnostic } catch {}
    guard wish.mark != .none else { return diagnostic }
    return diagnostic.noting("wanted by \(ProjectFile.fileName):\(wish.mark)")
  }

  private func host(of record: IndexRecord, _ wish: ProjectFile.Wish, _ file: ProjectFile) throws
    -> String
  {
    if record.host == HostProfile.anyHost {
      return file.host ?? session.options.host ?? record.host
    }
    guard let host = file.host else { return record.host }
    guard try !ProfileCatalog(session).profile(host).takesPlugins(of: record.host) else {
      return host
    }
    throw Diagnostic(
      .incompatibleHost,
      "`\(wish.name)` is a plugin of `\(record.host)`, and the project is for `\(host)`",
      hint: "take `host:` out of `\(ProjectFile.fileName)`, or add `--no-save`")
  }

  private func entries(
    _ host: String, _ wishes: [ProjectFile.Wish], _ file: ProjectFile, _ former: Lockfile?,
    _ preferred: [PluginName: Version]
  ) async throws -> [Lockfile.Entry] {
    let profile = try ProfileCatalog(session).profile(host)
    let current = try HostInstance(id: host, places: session.places).currentGeneration()
    var choice = VersionChoice(
      source: source, compatibility: Compatibility(profile), profile: profile, installed: [])
    choice.targets = file.targets
    choice.publishedBefore = preferences.publishedBefore(at: session.now)
    choice.known = preferred
    var request = SolveRequest(
      roots: wishes.map { SolveRequest.Root(name: $0.name, range: $0.range) })
    request.locked = preferred
    request.preference = preferences.prefersLowest ? .minimal : .newest
    for plugin in current?.plugins ?? [] {
      guard let pin = plugin.pin, pin.holds(at: session.now) else { continue }
      request.addPins([plugin.name: .init(range: pin.range, reason: pin.reason)])
    }
    request.addPins(file.solverPins(at: session.now))
    let outcome = try await choice.solve(request)
    let chosen = try outcome.choices.map { choice in
      guard let found = outcome.records[choice.name],
        let release = found.record.release(choice.version)
      else {
        throw Diagnostic(.internalBug, "the solver chose `\(choice.name)`, which no index has")
      }
      try refuseMove(choice.name, to: found.index.name, from: former)
      return (found: found, release: release)
    }
    let graph = DependencyGraph(try chosen.map { try Self.plugin($0.found, $0.release) })
    return try chosen.map { found, release in
      let name = found.record.name
      var entry = Lockfile.Entry(
        name: name, version: release.version, index: found.index.name,
        key: try release.build(for: .current)?.signature.map { try SignatureKeyID.read($0) },
        wanted: wishes.first { $0.name == name }?.range,
        neededBy: Array(Set(graph.dependents(of: name).map(\.from))).sorted(),
        variants: release.builds.map {
          Lockfile.Variant(platform: $0.platform, archive: $0.archive, floors: $0.floors)
        }.sorted { $0.platform < $1.platform })
      entry.host = release.constraints.host
      entry.abi = release.constraints.abi
      return entry
    }.sorted { $0.name < $1.name }
  }

  /// A name belongs to one index: the same name elsewhere is another plugin.
  private func refuseMove(_ name: PluginName, to index: String, from former: Lockfile?) throws {
    let entry = former?.hosts.lazy.flatMap(\.entries).first { $0.name == name }
    guard let bound = entry?.index, bound != index else { return }
    throw Diagnostic(
      .nameAmbiguous,
      "`\(name)` is locked to the index `\(bound)` and is now in `\(index)`",
      hint: "if you mean to take it from there, remove `\(Lockfile.fileName)` and lock again")
  }

  /// For the graph only.
  private static func plugin(_ found: RecordSource.Found, _ release: Release) throws
    -> InstalledPlugin
  {
    guard let build = release.build(for: .current) else {
      throw Diagnostic(.internalBug, "the solver chose a release without a build for this machine")
    }
    return InstalledPlugin(
      name: found.record.name, version: release.version, platform: build.platform,
      tree: build.tree, archive: build.archive, origin: .index(found.index.name), library: "",
      type: nil, summary: nil, isRequested: false, keyID: nil, constraints: release.constraints)
  }
}

/// An index that is opened only where something must be asked of it.
actor LateSource {
  private let session: Session
  private let network: Network
  private let refresh: IndexClient.Refresh
  private var opened: RecordSource?

  init(_ session: Session, _ network: Network, refresh: IndexClient.Refresh) {
    self.session = session
    self.network = network
    self.refresh = refresh
  }

  /// The source, opened once.
  func open() async throws -> RecordSource {
    if let opened { return opened }
    let source = try await RecordSource.open(session, network, refresh: refresh)
    opened = source
    return source
  }

  /// The source, with news where it does not know what is locked: somebody may have locked what was
  /// published since this user asked last.
  ///
  /// - Throws: ``Diagnostic`` with `version.unknown` where it still does not know it.
  func open(knowing entries: [Lockfile.Entry]) async throws -> RecordSource {
    let source = try await open()
    guard try await Self.unknown(entries, source) != nil else { return source }
    var fresh = source
    if case .whenOld = refresh, !session.options.isOffline {
      fresh = try await RecordSource.open(session, network, refresh: .always)
      opened = fresh
    }
    guard let entry = try await Self.unknown(entries, fresh) else { return fresh }
    throw Diagnostic(
      .versionUnknown, "no index has the locked `\(entry.name)` \(entry.version)",
      notes: ["it was locked from the index `\(entry.index)`"],
      hint: "`plugctl update` asks for news; `plugctl lock` takes what there is")
  }

  private static func unknown(_ entries: [Lockfile.Entry], _ source: RecordSource) async throws
    -> Lockfile.Entry?
  {
    let records = try await source.records(entries.map(\.name))
    return entries.first { records[$0.name]?.record.release($0.version) == nil }
  }
}
