internal import Files
public import PkgCore
internal import PkgStore

/// What came of telling a running host to take its plugins up again.
public struct ReloadOutcome: Sendable {
  /// How it stands.
  public enum Status: String, Sendable {
    /// It was told, and took it.
    case reloaded
    /// It must be started again by whoever runs it.
    case restartNeeded = "restart-needed"
    /// New processes see the plugins as they are; running ones are never told.
    case notSupported = "not-supported"
    /// No process uses a plugin of this host.
    case notRunning = "not-running"
  }

  /// The host instance.
  public let host: String
  /// The plugins that were named, or all.
  public let plugins: [InstalledPlugin]
  /// How it stands.
  public let status: Status
  /// What was done and seen, a sentence each.
  public let notes: [String]
}

/// Tells running hosts to load their plugins again.
public struct Reloading: Sendable {
  private let session: Session

  /// Reloads in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Tells each host that has one of the named plugins; all hosts where none is named.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.not-installed`, or `host.reload` where a host refuses.
  public func reload(_ names: [String]) async throws -> [ReloadOutcome] {
    let references = try names.map { try PluginReference($0) }
    var outcomes: [ReloadOutcome] = []
    for target in try Installing.targets(references, InstanceLookup(session: session).all()) {
      // Nobody changes it meanwhile.
      let lock = try session.acquire(target.instance)
      guard let current = lock.current else { continue }
      let found = try ProfileCatalog(session).found(target.instance.hostID)
      found.warning.map { session.progress(.warning($0)) }
      let profile = found.profile
      let reload = HostReload(profile: profile, instance: target.instance, session: session)
      let notes = try await reload.tell(
        PreparedGeneration.live(current, target.instance), former: current.plugins)
      let status: ReloadOutcome.Status =
        switch profile.reload {
        case .none: .notSupported
        case _ where notes.isEmpty: .notRunning
        case .restart: .restartNeeded
        case .command: .reloaded
        }
      outcomes.append(
        ReloadOutcome(
          host: target.instance.id,
          plugins: current.plugins.filter { target.plugins.contains($0.name) }, status: status,
          notes: notes))
    }
    return outcomes
  }
}
