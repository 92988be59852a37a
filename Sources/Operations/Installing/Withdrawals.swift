internal import Files
internal import PkgCore
internal import PkgStore

/// Refuses what an index withdrew, whatever way it comes: what is about to go live passes here, and what is
/// only planned, too.
struct Withdrawals: Sendable {
  let session: Session
  let network: Network

  /// Looks up what comes. Where that can't be done it is said, and nothing is refused: going back must work
  /// without a network.
  ///
  /// - Throws: ``Diagnostic`` with `version.withdrawn`.
  func refuse(_ coming: [InstalledPlugin], _ wanted: [InstanceChange.Wanted]) async throws {
    var unknown: [InstalledPlugin] = []
    for plugin in coming {
      guard let archive = wanted.first(where: { $0.plugin.name == plugin.name })?.archive else {
        unknown.append(plugin)
        continue
      }
      try Self.refuse(plugin, archive.release, by: archive.index.name)
    }
    guard !unknown.isEmpty else { return }
    var untold: Set<PluginName> = []
    for index in try IndexRegistry(session).all() {
      let mine = unknown.filter { $0.origin.concerns(index.name) }
      guard !mine.isEmpty else { continue }
      guard let client = await open(index) else {
        untold.formUnion(mine.map(\.name))
        continue
      }
      for plugin in mine {
        do {
          guard let release = try await client.record(plugin.name)?.release(plugin.version) else {
            continue
          }
          try Self.refuse(plugin, release, by: index.name)
        } catch let error as Diagnostic where error.code == .versionWithdrawn {
          throw error
        } catch is CancellationError {
          throw CancellationError()
        } catch {
          untold.insert(plugin.name)
        }
      }
    }
    sayUntold(untold)
  }

  /// Refuses a release that was withdrawn.
  static func refuse(_ plugin: InstalledPlugin, _ release: Release, by index: String) throws {
    guard case .withdrawn(let reason) = release.state else { return }
    throw refusal(plugin.name, plugin.version, reason).noting("index: `\(index)`")
  }

  static func refusal(_ name: PluginName, _ version: Version, _ reason: String) -> Diagnostic {
    Diagnostic(
      .versionWithdrawn, "`\(name)` \(version) was withdrawn",
      notes: [printable(reason)].filter { !$0.isEmpty },
      hint: "take another version: `plugctl versions \(name)` shows all")
  }

  /// What was stored last; records that are not there are asked for. What is over is better than nothing.
  private func open(_ index: IndexConfiguration) async -> IndexClient? {
    if let client = try? await IndexClient.open(index, session, network, refresh: .never) {
      return client
    }
    var offline = session
    offline.options.isOffline = true
    return try? await IndexClient.open(index, offline, network, refresh: .never)
  }

  private func sayUntold(_ untold: Set<PluginName>) {
    guard !untold.isEmpty else { return }
    session.progress(
      .warning(
        Diagnostic(
          .trustMissing, "what was withdrawn can't be told: not every index can be read",
          notes: untold.sorted().prefix(8).map { "`\($0)`" }, hint: "`plugctl update` brings it")))
  }
}

extension InstalledPlugin.Origin {
  /// Whether an index has a say: a plugin of one index is none of another's business; a file may be
  /// anybody's.
  fileprivate func concerns(_ index: String) -> Bool {
    if case .index(let own) = self { own == index } else { true }
  }
}
