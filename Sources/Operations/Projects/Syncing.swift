public import PkgCore
internal import PkgStore

/// What a `sync` did, or would do.
public struct SyncReport: Sendable {
  /// One for each host.
  public var reports: [InstallReport]
  /// Whether the lock file was out of date and was made anew; it is not written by a dry run.
  public var isLockNew: Bool

  /// `plugctl.sync/1`.
  public var json: JSON {
    ["hosts": .array(reports.map(\.json)), "lock": .bool(isLockNew)]
  }
}

/// Changes that follow a project's lock file.
extension Installing {
  /// Makes every host of the project what its lock says; the lock is made first where it does not fit
  /// the project file.
  ///
  /// - Throws: ``Diagnostic``: `lock.stale` where the request says that the lock must fit and it does
  ///   not; `lock.mismatch` where bytes or keys are not the locked ones.
  public func sync(_ request: InstallRequest) async throws -> SyncReport {
    let folder = try Project.required(session).folder
    let exclusive = request.isDryRun ? nil : try ProjectGuard(session, folder)
    let project = try Project.required(session)
    let source = lateSource(request)
    if request.lockUse != .frozen { try project.warnOfUnknownIndexes(session) }
    let lock = try await lock(of: project, request, source)
    var reports: [InstallReport] = []
    for host in try hosts(of: lock) {
      let report = try await bring(
        host, to: lock.entries(of: host), keepsOthers: false, request, source)
      if !report.plan.isEmpty { reports.append(report) }
    }
    let isNew = project.lock.map { $0.json.prettyBytes != lock.json.prettyBytes } ?? true
    if isNew, !request.isDryRun {
      try Project.afterSwitch(Lockfile.fileName) { try Project.write(lock, folder) }
    }
    _ = consume exclusive
    return SyncReport(reports: reports, isLockNew: isNew)
  }

  /// Installs plugins exactly as they are locked, with what they need; changes no file of the project.
  func installLocked(_ request: InstallRequest) async throws -> [InstallReport] {
    let project = try Project.required(session)
    let source = lateSource(request)
    let lock = try await lock(of: project, request, source)
    var names: [PluginName] = []
    for item in request.items + request.with {
      guard case .reference(let reference) = try InstallRequest.Item(item) else {
        throw Diagnostic(
          .usageConflict, "`\(printable(item))` is no plugin of the lock file",
          hint: "leave `--locked` and `--frozen` out to install a file")
      }
      let entries = lock.hosts.flatMap(\.entries).filter { reference.matches($0.name) }
      guard let entry = entries.first, reference.range?.contains(entry.version) ?? true else {
        throw Diagnostic(
          .lockStale,
          "`\(Lockfile.fileName)` does not have `\(reference)`",
          notes: entries.map { "locked: \($0.name) \($0.version)" },
          hint: "leave `--locked` and `--frozen` out to add it")
      }
      names.append(entry.name)
    }
    var reports: [InstallReport] = []
    for host in lock.hosts {
      let mine = Set(names.filter { name in host.entries.contains { $0.name == name } })
      guard !mine.isEmpty else { continue }
      let closure = Lockfile.closure(of: mine, in: host.entries)
      reports.append(
        try await bring(
          host.id, to: host.entries.filter { closure.contains($0.name) }, keepsOthers: true,
          request, source))
    }
    return reports
  }

  private func lateSource(_ request: InstallRequest) -> LateSource {
    LateSource(session, network, refresh: request.lockUse == .frozen ? .never : .whenOld)
  }

  /// The lock to follow: the project's where it fits; else a new one, where that is allowed.
  private func lock(of project: Project, _ request: InstallRequest, _ source: LateSource)
    async throws -> Lockfile
  {
    switch request.lockUse {
    case .frozen:
      if let lock = project.lock { return lock }
      throw Self.stale("there is no `\(Lockfile.fileName)`")
    case .locked:
      if let lock = project.lock, project.isLockCurrent { return lock }
      throw Self.stale(
        project.lock == nil
          ? "there is no `\(Lockfile.fileName)`"
          : "`\(Lockfile.fileName)` does not fit `\(ProjectFile.fileName)`")
    case .free:
      if let lock = project.lock, project.isLockCurrent { return lock }
      return try await newLock(
        of: project, source, upgrades: nil, preferences: request.preferences)
    }
  }

  private static func stale(_ what: String) -> Diagnostic {
    Diagnostic(
      .lockStale, what, hint: "run `plugctl lock`, look at what changed, and share the file")
  }

  /// A lock for a project: locked versions stay, then installed ones, but for those to be upgraded.
  func newLock(
    of project: Project, _ source: LateSource, upgrades: ((PluginName) -> Bool)?,
    preferences: VersionPreferences
  ) async throws -> Lockfile {
    guard !project.file.plugins.isEmpty else {
      return Lockfile(wanted: project.digest, targets: project.file.targets, hosts: [])
    }
    let installed = try ProjectState.installed(session).flatMap(\.plugins)
    let there = Dictionary(
      installed.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
    let preferred = there.merging(project.lock?.versions ?? [:]) { $1 }.filter { name, _ in
      !(upgrades?(name) ?? false)
    }
    let making = LockMaking(
      session: session, source: try await source.open(), preferences: preferences)
    return try await making.make(
      project.file, former: project.lock, preferred: preferred)
  }

  /// Hosts that the lock names, and those that have plugins here.
  private func hosts(of lock: Lockfile) throws -> [String] {
    let all = Set(lock.hosts.map(\.id) + (try ProjectState.installed(session).map(\.host)))
    return all.filter { session.options.host == nil || session.options.host == $0 }.sorted(
      by: bytesPrecede)
  }

  /// Brings one host's own instance to what is locked for it.
  private func bring(
    _ host: String, to entries: [Lockfile.Entry], keepsOthers: Bool, _ request: InstallRequest,
    _ source: LateSource
  ) async throws -> InstallReport {
    let profile = try ProfileCatalog(session).profile(host)
    let instance = HostInstance(id: host, places: session.places)
    let planner = LockedPlanning(
      session: session, profile: profile, source: source, keepsOthers: keepsOthers)
    if request.isDryRun {
      let current = try instance.currentGeneration()
      let (plan, wanted) = try await planner.plan(
        entries, current?.plugins ?? [])
      try await Admission.check(plan, wanted, session, network)
      return InstallReport(
        host: instance.id, scope: session.scope, plan: plan,
        formerGeneration: current?.number ?? 0)
    }
    let lock = try acquire(instance)
    let (plan, wanted) = try await planner.plan(
      entries, lock.current?.plugins ?? [])
    try request.expected?.check(
      plan, host: instance.id, generation: lock.current?.number ?? 0)
    if !plan.isEmpty { session.progress(.planned(plan, host: instance.id)) }
    let staging = try TransactionFolder(instance)
    return try await runner(profile, instance, request).perform(
      plan, wanted, lock: lock, staging: staging)
  }
}
