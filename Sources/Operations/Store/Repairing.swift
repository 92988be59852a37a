internal import Files
public import PkgCore
internal import PkgStore

/// Mends what is not as it was installed: by the ordinary change, so that what comes is verified,
/// load-tested and goes live like anything else.
extension Installing {
  /// Brings damaged packages anew, from the cache or their index, writes links and activation again, and
  /// moves away what stands in their place in the host's folder.
  ///
  /// - Throws: ``Diagnostic`` with `store.damaged` where a package can't be had again.
  public func repair(_ request: InstallRequest) async throws -> [InstallReport] {
    let references = try request.items.map { try PluginReference($0) }
    let all = try InstanceLookup(session: session).all()
    var reports: [InstallReport] = []
    for target in try Self.targets(references, all) {
      reports.append(
        try await repair(
          target.instance, request,
          isAsked: { name in
            // What is the instance's own concerns every plugin.
            guard let name, !references.isEmpty else { return true }
            return references.contains { $0.matches(name) }
          }))
    }
    return reports
  }

  private func repair(
    _ instance: HostInstance, _ request: InstallRequest, isAsked: (PluginName?) -> Bool
  ) async throws -> InstallReport {
    if request.isDryRun {
      let current = try instance.currentGeneration()
      let faults = try current.map { try Verifying(session).faults(of: instance, $0) } ?? []
      let plugins = current?.plugins ?? []
      return InstallReport(
        host: instance.id, scope: session.scope,
        plan: TransactionPlan(
          from: plugins, to: plugins,
          damaged: Self.damaged(faults.filter { isAsked($0.plugin) }, plugins)),
        formerGeneration: current?.number ?? 0)
    }
    let missed = try instance.currentGeneration().map(instance.viewFaults) ?? []
    let lock = try acquire(instance)
    guard let current = lock.current else {
      return InstallReport(
        host: instance.id, scope: session.scope, plan: TransactionPlan(from: [], to: []))
    }
    let faults = try Verifying(session).faults(of: instance, current).filter { isAsked($0.plugin) }
    try mendInPlace(faults, current)
    let damaged = Self.damaged(faults, current.plugins)
    let wanted = try await wanted(current.plugins, damaged)
    let plan = TransactionPlan(from: current.plugins, to: current.plugins, damaged: damaged)
    if !plan.isEmpty { session.progress(.planned(plan, host: instance.id)) }
    let staging = try TransactionFolder(instance)
    let profile = try ProfileCatalog(session).profile(instance.hostID)
    var report = try await runner(profile, instance, request).perform(
      plan, wanted, lock: lock, staging: staging)
    if plan.isEmpty {
      // Links that were gone or led elsewhere came back with the lock.
      report.hostNotes += missed.filter { isAsked($0.plugin) }.map {
        "`\(printable($0.path))` is in its place again"
      }
    }
    return report
  }

  /// Plugins that a new generation must have anew; what is the instance's own concerns all.
  private static func damaged(_ faults: [StoreFault], _ plugins: [InstalledPlugin]) -> Set<
    PluginName
  > {
    let heavy = faults.filter(\.needsBytes)
    return heavy.contains { $0.plugin == nil }
      ? Set(plugins.map(\.name)) : Set(heavy.compactMap(\.plugin))
  }

  /// Permissions, and what stands in the way in the host's folder: it is somebody's, so it is kept under
  /// another name that no host takes for a library.
  private func mendInPlace(_ faults: [StoreFault], _ current: Generation) throws {
    let trees = TreeStore(session.places)
    for plugin in current.plugins {
      let modes = faults.filter { $0.plugin == plugin.name && $0.kind == .mode }
      if !modes.isEmpty { try trees.mendModes(modes, of: plugin.tree) }
    }
    for fault in faults where fault.kind == .foreign {
      let aside = session.freeName(beside: fault.path)
      try FileSystem.rename(fault.path, to: aside)
      session.progress(
        .warning(
          Diagnostic(
            .storeConflict, "`\(fault.path)` was not put there by plugctl and is `\(aside)` now",
            hint: "remove it if nobody misses it")))
    }
    if let fault = faults.first(where: { $0.kind == .owner }) {
      session.progress(
        .warning(
          Diagnostic(
            .systemPermission, "`\(fault.path)` \(fault.sentence)",
            hint: "give it back as root: `chown`")))
    }
  }

  /// Where the bytes of damaged trees come from: the very archives by which they came.
  private func wanted(
    _ plugins: [InstalledPlugin], _ damaged: Set<PluginName>
  ) async throws -> [InstanceChange.Wanted] {
    let trees = TreeStore(session.places)
    let broken = plugins.filter { damaged.contains($0.name) && !trees.isWhole($0.tree) }
    guard !broken.isEmpty else { return plugins.map { InstanceChange.Wanted(plugin: $0) } }
    if let plugin = broken.first(where: { $0.origin.index == nil }) { throw Self.lost(plugin) }
    let source = try await RecordSource.openIfAny(session, network, refresh: .whenOld)
    var archives: [PluginName: WantedArchive] = [:]
    for plugin in broken {
      guard let found = try await source.record(plugin.name),
        found.index.name == plugin.origin.index,
        let release = found.record.release(plugin.version),
        let build = release.build(for: plugin.platform), build.archive == plugin.archive
      else { throw Self.lost(plugin) }
      archives[plugin.name] = WantedArchive(
        record: found.record, release: release, build: build, index: found.index)
    }
    return plugins.map { InstanceChange.Wanted(plugin: $0, archive: archives[$0.name]) }
  }

  private static func lost(_ plugin: InstalledPlugin) -> Diagnostic {
    let hint =
      switch plugin.origin {
      case .index: "install another version: `plugctl versions \(plugin.name)`"
      case .file(let name): "install it again from its file, which was `\(printable(name))`"
      case .url(let url): "install it again: `plugctl install \(printable(url))`"
      }
    return Diagnostic(
      .storeDamaged,
      "the package of `\(plugin.name)` \(plugin.version) is damaged and can't be had again",
      hint: hint)
  }
}

extension Session {
  /// The path under which something is kept that stands at another one: nothing has it yet, and no host
  /// takes it for a library.
  func freeName(beside path: String) -> String {
    let name = "\(path).saved-\(now.secondsSinceEpoch)"
    var free = name
    var count = 1
    while FileSystem.exists(free) {
      count += 1
      free = "\(name)-\(count)"
    }
    return free
  }
}
