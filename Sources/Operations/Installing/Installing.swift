internal import Archiving
internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// Changes what is installed: install, upgrade, remove. Each host instance is changed on its own.
public struct Installing: Sendable {
  let session: Session
  let network: Network

  /// Changes in a session's scope.
  public init(_ session: Session) {
    self.session = session
    network = Network(session)
  }

  /// Installs what is asked for and what that needs.
  ///
  /// In a project its files are brought up to date with the change, unless the request says otherwise.
  public func install(_ request: InstallRequest) async throws -> [InstallReport] {
    guard request.lockUse == .free else { return try await installLocked(request) }
    guard let saving = try ProjectSaving.begin(self, request) else {
      return try await installed(request)
    }
    try saving.checkForm(request)
    return try await saving.saveInstalled(request, try await installed(request))
  }

  private func installed(_ request: InstallRequest) async throws -> [InstallReport] {
    let project = try Project.open(session)
    var references: [PluginReference] = []
    var files: [BroughtPackages.File] = []
    for item in request.items {
      switch try InstallRequest.Item(item) {
      case .reference(let reference): references.append(reference)
      case .file(let path):
        files.append(
          .init(path: path, name: path, origin: .file(FileSystem.baseName(of: path))))
      case .url(let url):
        files.append(.init(path: try await download(url), name: url, origin: .url(url)))
      }
    }
    if files.isEmpty, let reports = try reportsIfInstalled(references, request, project) {
      return reports
    }
    let brought = try BroughtPackages(files, session)
    let source = try await source(for: references, brought)
    let wishes = try await wishes(references, source, project)
    if request.saves {
      try await project?.check(wishes.map(\.root), session, source, request.preferences)
    }
    var hosts: [String] = []
    let broughtHosts = try brought.packages.map { package in
      let manifest = package.description.manifest
      return try host(of: manifest.host, manifest.name, project)
    }
    for host in wishes.map(\.host) + broughtHosts where !hosts.contains(host) {
      hosts.append(host)
    }
    var reports: [InstallReport] = []
    for host in hosts {
      let roots = wishes.filter { $0.host == host }.map(\.root)
      let mine = zip(brought.packages, broughtHosts).filter { $0.1 == host }.map(\.0)
      reports.append(
        try await change(host, request, source) { current in
          ChangeGoal(
            roots: roots, brought: mine, upgrades: [], with: request.with, current: current)
        })
    }
    return reports
  }

  /// Brings plugins to their newest versions; all of them where none is named.
  ///
  /// In a project within the ranges of its file; its lock follows.
  public func upgrade(_ request: InstallRequest) async throws -> [InstallReport] {
    let reports: [InstallReport]
    if let saving = try ProjectSaving.begin(self, request) {
      reports = try await saving.saveUpgraded(request, try await upgraded(request))
    } else {
      reports = try await upgraded(request)
    }
    if let seconds = request.unmappedWithinSeconds, !request.isDryRun {
      try await waitUnmapped(request.items, seconds: seconds)
    }
    return reports
  }

  private func upgraded(_ request: InstallRequest) async throws -> [InstallReport] {
    let references = try request.items.map { try PluginReference($0) }
    let targets = try Self.targets(references, InstanceLookup(session: session).all())
    guard !targets.isEmpty else { return [] }
    let source = try await RecordSource.openIfAny(session, network, refresh: .always)
    var reports: [InstallReport] = []
    for target in targets {
      let names = target.plugins
      let roots = references.compactMap { reference -> SolveRequest.Root? in
        guard let name = names.first(where: { reference.matches($0) }) else { return nil }
        return SolveRequest.Root(name: name, range: reference.range ?? .any)
      }
      reports.append(
        try await change(target.instance.hostID, request, source, instance: target.instance) {
          current in
          // Without names everything may move; with names also what they need.
          let upgrades = references.isEmpty ? Set((current?.plugins ?? []).map(\.name)) : Set(names)
          return ChangeGoal(
            roots: roots, brought: [], upgrades: upgrades, with: [], current: current)
        })
    }
    return reports
  }

  /// Where named plugins are installed.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.not-installed` for a name that is nowhere.
  static func targets(
    _ references: [PluginReference], _ all: [(instance: HostInstance, current: Generation)]
  ) throws -> [(instance: HostInstance, plugins: [PluginName])] {
    let installed = all.flatMap { $0.current.plugins.map(\.name) }
    for reference in references where !installed.contains(where: { reference.matches($0) }) {
      let near = nearest(to: reference.name.text, among: installed.map(\.name.text))
      throw Diagnostic(
        .pluginNotInstalled, "`\(reference)` is not installed here",
        hint: near.map { "did you mean `\($0)`?" } ?? "`plugctl list` shows what is")
    }
    return all.compactMap { instance, current in
      let names = current.plugins.map(\.name).filter { name in
        references.isEmpty || references.contains { $0.matches(name) }
      }
      return names.isEmpty ? nil : (instance, names)
    }
  }

  /// The answer without index and lock, where all that is asked for is there.
  private func reportsIfInstalled(
    _ references: [PluginReference], _ request: InstallRequest, _ project: Project?
  ) throws -> [InstallReport]? {
    guard request.with.isEmpty else { return nil }
    let lookup = InstanceLookup(session: session)
    // Only where an install would put it: it may lie in a folder that was chosen by hand as well.
    let all = try lookup.all().filter {
      try lookup.instance(of: $0.instance.hostID).id == $0.instance.id
    }
    // Many may be named, and many be there.
    let byShortName = Dictionary(
      grouping: all.flatMap { there in there.current.plugins.map { (there.instance.id, $0) } },
      by: \.1.name.name.folded)
    var hosts: [String] = []
    for reference in references {
      let there = byShortName[reference.name.folded, default: []].first { _, plugin in
        reference.matches(plugin.name) && plugin.isRequested
          && ((reference.range ?? project?.range(of: plugin.name))?.contains(plugin.version)
            ?? true)
      }
      guard let there else { return nil }
      if !hosts.contains(there.0) { hosts.append(there.0) }
    }
    return hosts.map {
      InstallReport(host: $0, scope: session.scope, plan: TransactionPlan(from: [], to: []))
    }
  }

  /// Files that need nothing else ask no index; others do where there is one.
  private func source(
    for references: [PluginReference], _ brought: borrowing BroughtPackages
  ) async throws -> RecordSource {
    if references.isEmpty {
      let needsOthers = brought.packages.contains { package in
        let constraints = package.description.manifest.constraints
        return !constraints.dependencies.isEmpty || !constraints.anyOf.isEmpty
      }
      let hasIndex = try !IndexRegistry(session).all().isEmpty
      guard needsOthers, hasIndex else { return RecordSource.none }
    }
    return try await RecordSource.open(session, network, refresh: .whenOld)
  }

  private func wishes(
    _ references: [PluginReference], _ source: RecordSource, _ project: Project?
  ) async throws -> [(host: String, root: SolveRequest.Root)] {
    var names: [PluginName] = []
    var missing = MissingFromCache()
    for reference in references {
      let name = try await missing.gather { try await source.fullName(reference) }
      if let name { names.append(name) }
    }
    if !missing.files.isEmpty {
      let survey = OfflineSurvey(
        source: source, compatibility: Compatibility(platform: .current), installed: [])
      let roots = references.compactMap { reference in
        names.first(where: reference.matches).map {
          SolveRequest.Root(name: $0, range: reference.range ?? .any)
        }
      }
      throw try await survey.complete(missing, from: roots)
    }
    let records = try await source.records(names)
    var wishes: [(host: String, root: SolveRequest.Root)] = []
    for (reference, name) in zip(references, names) {
      guard let record = records[name]?.record else {
        throw Diagnostic(.pluginUnknown, "no index has a plugin `\(name)`")
      }
      try await LookAlike(session, source).confirm(record)
      let host = try host(of: record.host, name, project)
      wishes.append((host, SolveRequest.Root(name: name, range: reference.range ?? .any)))
    }
    return wishes
  }

  /// The host that gets a plugin which was made for one: that one, or the one of its kind that is named.
  private func host(of made: String, _ name: PluginName, _ project: Project?) throws -> String {
    let catalog = ProfileCatalog(session)
    guard let named = session.options.host else {
      // The project's host is meant where that fits; what doesn't fit is refused when the files are saved.
      let host = project?.file.host
      return try host.map { try catalog.profile($0).takesPlugins(of: made) } == true
        ? host ?? made : made
    }
    guard try catalog.profile(named).takesPlugins(of: made) else {
      throw Diagnostic(
        .incompatibleHost, "`\(name)` is a plugin of `\(made)`, not of `\(named)`",
        hint: "leave `--host` out")
    }
    return named
  }

  /// Plans and carries out a change of one instance.
  func change(
    _ host: String, _ request: InstallRequest, _ source: RecordSource,
    instance: HostInstance? = nil,
    goal: (Generation?) throws -> ChangeGoal
  ) async throws -> InstallReport {
    let found = try ProfileCatalog(session).found(host)
    found.warning.map { session.progress(.warning($0)) }
    let profile = found.profile
    let instance = try instance ?? InstanceLookup(session: session).instance(of: host)
    let planner = ChangePlanning(
      session: session, profile: profile, source: source,
      preferences: request.preferences, project: try Project.open(session))
    if request.isDryRun {
      let current = try instance.currentGeneration()
      let (plan, wanted) = try await planner.plan(try goal(current))
      try await Admission.check(plan, wanted, session, network)
      return InstallReport(
        host: instance.id, scope: session.scope, plan: plan,
        formerGeneration: current?.number ?? 0)
    }
    let lock = try acquire(instance)
    let goal = try goal(lock.current)
    let (plan, wanted) = try await planner.plan(goal)
    try request.expected?.check(
      plan, host: instance.id, generation: lock.current?.number ?? 0)
    if !plan.isEmpty { session.progress(.planned(plan, host: instance.id)) }
    let staging = try TransactionFolder(instance)
    let unpacked = try BroughtPackages.moved(goal.brought, into: staging.path)
    return try await runner(profile, instance, request).perform(
      plan, wanted, lock: lock, unpacked: unpacked, staging: staging)
  }

  func acquire(_ instance: HostInstance) throws -> InstanceLock {
    try session.acquire(instance)
  }

  func runner(_ profile: HostProfile, _ instance: HostInstance, _ request: InstallRequest)
    -> InstanceChange
  {
    InstanceChange(
      session: session, profile: profile, instance: instance, network: network,
      command: request.command,
      testLevel: request.testLevel, adopted: request.adopted)
  }

  /// Brings an archive and its signature to a file of the cache's.
  private func download(_ url: String) async throws -> String {
    let digest = sha256(Array(url.utf8)).hex.prefix(16)
    let folder = "\(session.places.cache)/downloads/\(digest)"
    try FileSystem.makeFolders(folder)
    let path = "\(folder)/archive.tar.zst"
    try FileSystem.removeIfPresent(path)
    let sink = ArchiveSink(try FileSystem.create(path))
    try await network.stream(url, limit: PackageLimits.totalBytes) { try sink.take($0) }
    _ = try sink.finish()
    let signature = try await network.bytesIfPresent(url + ".minisig", limit: 1 << 14)
    try FileSystem.removeIfPresent(path + ".minisig")
    if let signature {
      try FileSystem.replace(path + ".minisig", with: signature, isDurable: false)
    }
    return path
  }
}
