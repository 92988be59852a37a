internal import Files
public import PkgCore
internal import PkgStore

/// What another program of a host would do to its plugins.
public struct HostUpgradeReport: Sendable {
  /// How one plugin fares.
  public struct Plugin: Sendable {
    /// Its name.
    public let name: PluginName
    /// The version that is installed.
    public let version: Version
    /// Why it would not load; nil where it would.
    public let refusal: Diagnostic?
  }

  /// The host instance.
  public let host: String
  /// The program that was looked at.
  public let binary: HostBinary
  /// All enabled plugins.
  public let plugins: [Plugin]
  /// The smallest set of changes after which all would load; nil where nothing breaks, or where
  /// ``obstacle`` says why none is known.
  public let mending: TransactionPlan?
  /// Why no set of versions mends it, or why that could not be found out.
  public let obstacle: Diagnostic?

  /// Those that would not load.
  public var broken: [Plugin] { plugins.filter { $0.refusal != nil } }
}

/// Tells before a host is upgraded which of its plugins would not load in the new one, and what to do.
public struct HostUpgradeCheck: Sendable {
  private let session: Session

  /// Checks in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Tests the enabled plugins of a host against another program.
  ///
  /// - Parameters:
  ///   - id: the host.
  ///   - binary: the path of the program that it shall have.
  ///   - level: of the load tests: 1 reads the files, from 2 on the new program itself is run.
  /// - Throws: ``Diagnostic`` with `host.unknown`, `host.not-found`.
  public func check(_ id: String, binary path: String, level: Int) async throws
    -> HostUpgradeReport
  {
    let path = try FileSystem.absolute(path)
    guard FileSystem.isExecutable(path) else {
      throw Diagnostic(
        .hostNotFound, "there is no program `\(printable(path))`",
        hint: "`plugctl host detect` finds what is installed")
    }
    let found = try ProfileCatalog(session).found(id)
    found.warning.map { session.progress(.warning($0)) }
    var profile = found.profile
    profile.detection = profile.detection ?? HostProfile.Detection()
    profile.detection?.binaries = [path]
    let binary = HostBinary(path: path, version: HostBinary.version(of: path, profile))
    let instance = try InstanceLookup(session: session).instance(of: id)
    guard let current = try instance.currentGeneration(), !current.plugins.isEmpty else {
      return HostUpgradeReport(
        host: instance.id, binary: binary, plugins: [], mending: nil, obstacle: nil)
    }
    let refusals = try await self.refusals(profile, binary, current, instance, level)
    let plugins = current.plugins.filter(\.isEnabled).map {
      HostUpgradeReport.Plugin(name: $0.name, version: $0.version, refusal: refusals[$0.name])
    }
    let (mending, obstacle) =
      refusals.isEmpty
      ? (nil, nil) : try await self.mending(profile, current, refusals)
    return HostUpgradeReport(
      host: instance.id, binary: binary, plugins: plugins, mending: mending, obstacle: obstacle)
  }

  private func refusals(
    _ profile: HostProfile, _ binary: HostBinary, _ current: Generation, _ instance: HostInstance,
    _ level: Int
  ) async throws -> [PluginName: Diagnostic] {
    var refusals: [PluginName: Diagnostic] = [:]
    for plugin in current.plugins where plugin.isEnabled {
      guard let range = plugin.constraints.host, let version = binary.version,
        !range.contains(version)
      else { continue }
      refusals[plugin.name] = Diagnostic(
        .incompatibleHost, "needs \(profile.id) \(range), that is \(version)")
    }
    let prepared = PreparedGeneration.live(current, instance)
    let candidates = try prepared.libraries.compactMap { library -> LoadTesting.Candidate? in
      guard let plugin = current.plugin(library.name), plugin.platform.isLinux else { return nil }
      return LoadTesting.Candidate(
        plugin: plugin, path: library.path,
        description: try TreeStore.description(in: session.places.tree(plugin.tree)), isFresh: true)
    }
    let reports = try await LoadTesting(profile).test(
      candidates, in: prepared, beside: OuterPlugins(session, profile),
      options: LoadOptions(level: level), progress: session.progress)
    for (candidate, report) in zip(candidates, reports) where refusals[candidate.plugin.name] == nil
    {
      refusals[candidate.plugin.name] = report.refusals.isEmpty ? nil : report.diagnostic
    }
    // The host's own command loads all of them, and says which one it can't: nobody else is to blame.
    if reports.count > candidates.count, let report = reports.last, !report.refusals.isEmpty,
      let diagnostic = report.diagnostic, refusals.isEmpty
    {
      for plugin in current.plugins where plugin.isEnabled { refusals[plugin.name] = diagnostic }
    }
    return refusals
  }

  /// Asks the solver, with the new program's version, for versions in the place of what breaks; the rest
  /// stays where it can.
  private func mending(
    _ profile: HostProfile, _ current: Generation, _ refusals: [PluginName: Diagnostic]
  ) async throws -> (TransactionPlan?, Diagnostic?) {
    let network = Network(session)
    // Whatever helps: nothing is changed here.
    var preferences = VersionPreferences()
    preferences.allowsDowngrade = true
    do {
      let source = try await RecordSource.openIfAny(session, network, refresh: .whenOld)
      var planner = ChangePlanning(
        session: session, profile: profile, source: source, preferences: preferences,
        project: try Project.open(session))
      planner.unfit = refusals.mapValues(\.message)
      let goal = ChangeGoal(
        roots: [], brought: [], upgrades: Set(refusals.keys), with: [], current: current)
      return (try await planner.plan(goal).0, nil)
    } catch let error as any Diagnosable { return (nil, error.diagnostic) }
  }
}
