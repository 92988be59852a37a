public import PkgCore
internal import PkgStore

/// Changes that need nothing but what is installed: no index, no solver.
extension Installing {
  /// Removes plugins; refused where others need them, unless the request cascades, and where one is
  /// installed in several places.
  ///
  /// In a project they are no longer wanted afterwards, unless the request says otherwise.
  public func remove(_ request: InstallRequest) async throws -> [InstallReport] {
    guard let saving = try ProjectSaving.begin(self, request) else {
      return try await removed(request)
    }
    try saving.checkForm(request, removing: true)
    let rest = try saving.installedOnly(request)
    let reports = rest.items.isEmpty ? [] : try await removed(rest)
    return try await saving.saveRemoved(request, reports)
  }

  private func removed(_ request: InstallRequest) async throws -> [InstallReport] {
    try await rearrangeNamed(request) { plugins, names in
      let graph = DependencyGraph(plugins)
      let dependents = graph.allDependents(of: names)
      guard dependents.isEmpty || request.cascades else {
        throw Self.stillNeeded(dependents, "removed", hint: "remove")
      }
      let gone = Set(names + dependents)
      return plugins.filter { !gone.contains($0.name) }
    }
  }

  /// Removes what nobody asked for and nobody needs any more.
  ///
  /// What the project of this place wants was asked for; its lock follows.
  public func autoremove(_ request: InstallRequest) async throws -> [InstallReport] {
    guard let saving = try ProjectSaving.begin(self, request) else {
      return try await autoremoved(request)
    }
    return await saving.saveRemains(try await autoremoved(request))
  }

  private func autoremoved(_ request: InstallRequest) async throws -> [InstallReport] {
    let wishes = Set((try Project.open(session)?.file.plugins ?? []).map(\.name))
    return try await rearrangeAll(request) { plugins in
      let asked = plugins.map { plugin in
        var plugin = plugin
        plugin.isRequested = plugin.isRequested || wishes.contains(plugin.name)
        return plugin
      }
      let gone = Set(DependencyGraph(asked).unneeded)
      return plugins.filter { !gone.contains($0.name) }
    }
  }

  /// Shows plugins to their host again, with what they need.
  public func enable(_ request: InstallRequest) async throws -> [InstallReport] {
    try await rearrangeNamed(request) { plugins, names in
      let graph = DependencyGraph(plugins)
      var wanted = Set<PluginName>()
      var pending = names
      while let name = pending.popLast() {
        guard wanted.insert(name).inserted else { continue }
        pending += graph.needs(of: name).filter { !$0.isOptional }.map(\.to)
      }
      return plugins.map { plugin in
        var plugin = plugin
        if wanted.contains(plugin.name) { plugin.isEnabled = true }
        return plugin
      }
    }
  }

  /// Keeps plugins and hides them from their host; refused where enabled ones need them, unless the
  /// request cascades.
  public func disable(_ request: InstallRequest) async throws -> [InstallReport] {
    try await rearrangeNamed(request) { plugins, names in
      let dependents = DependencyGraph(plugins.filter(\.isEnabled)).allDependents(of: names)
      guard dependents.isEmpty || request.cascades else {
        throw Self.stillNeeded(dependents, "disabled", hint: "disable")
      }
      let hidden = Set(names + dependents)
      return plugins.map { plugin in
        var plugin = plugin
        if hidden.contains(plugin.name) { plugin.isEnabled = false }
        return plugin
      }
    }
  }

  /// Holds plugins at the versions that the request names, else at the installed ones.
  ///
  /// - Parameters:
  ///   - reason: why, for those who wonder later.
  ///   - until: when the pin ends by itself.
  /// - Throws: ``Diagnostic`` with `usage.invalid-value` where that is over, `solve.pinned` where the
  ///   installed version is outside the range.
  public func pin(_ request: InstallRequest, reason: String, until: Timestamp?) async throws
    -> [InstallReport]
  {
    let references = try request.items.map { try PluginReference($0) }
    if let until, until <= session.now {
      throw Diagnostic(
        .usageInvalidValue, "a pin until \(until) would be over already",
        hint: "write a day to come")
    }
    return try await rearrangeNamed(request) { plugins, _ in
      try plugins.map { plugin in
        guard let reference = references.first(where: { $0.matches(plugin.name) }) else {
          return plugin
        }
        let range = reference.range ?? VersionRange(exactly: plugin.version)
        guard range.contains(plugin.version) else {
          throw Diagnostic(
            .solvePinned, "`\(plugin.name)` \(plugin.version) is installed, which is not \(range)",
            hint: "install a version that fits first: "
              + "`plugctl install \(plugin.name)@\(range)`")
        }
        var plugin = plugin
        plugin.pin = Pin(range: range, reason: reason, created: session.now, until: until)
        return plugin
      }
    }
  }

  /// Lets plugins move again.
  public func unpin(_ request: InstallRequest) async throws -> [InstallReport] {
    try await rearrangeNamed(request) { plugins, names in
      plugins.map { plugin in
        var plugin = plugin
        if names.contains(plugin.name) { plugin.pin = nil }
        return plugin
      }
    }
  }

  private static func stillNeeded(_ dependents: [PluginName], _ what: String, hint: String)
    -> Diagnostic
  {
    let list = dependents.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .solveRequired, "\(list) \(dependents.count == 1 ? "needs" : "need") what would be \(what)",
      hint: "\(hint) \(dependents.count == 1 ? "it" : "them") as well, "
        + "or all that depends on it with `--cascade`")
  }

  /// Changes every instance in which a named plugin is installed.
  private func rearrangeNamed(
    _ request: InstallRequest,
    _ change: ([InstalledPlugin], [PluginName]) throws -> [InstalledPlugin]
  ) async throws -> [InstallReport] {
    let references = try request.items.map { try PluginReference($0) }
    let all = try InstanceLookup(session: session).all()
    for reference in references { try Self.refuseSeveral(reference, all) }
    var reports: [InstallReport] = []
    for target in try Self.targets(references, all) {
      reports.append(
        try await rearrange(target.instance, request) { plugins in
          try change(plugins, plugins.map(\.name).filter { target.plugins.contains($0) })
        })
    }
    return reports
  }

  private func rearrangeAll(
    _ request: InstallRequest, _ change: ([InstalledPlugin]) throws -> [InstalledPlugin]
  ) async throws -> [InstallReport] {
    var reports: [InstallReport] = []
    for (instance, _) in try InstanceLookup(session: session).all() {
      reports.append(try await rearrange(instance, request, change))
    }
    return reports
  }

  func rearrange(
    _ instance: HostInstance, _ request: InstallRequest,
    _ change: ([InstalledPlugin]) throws -> [InstalledPlugin]
  ) async throws -> InstallReport {
    if request.isDryRun {
      let current = try instance.currentGeneration()
      let plugins = current?.plugins ?? []
      let result = try change(plugins)
      let plan = TransactionPlan(from: plugins, to: result)
      try await Admission.check(
        plan, result.map { InstanceChange.Wanted(plugin: $0) }, session, network)
      return InstallReport(
        host: instance.id, scope: session.scope, plan: plan,
        formerGeneration: current?.number ?? 0)
    }
    let profile = try ProfileCatalog(session).profile(instance.hostID)
    let lock = try acquire(instance)
    let current = lock.current?.plugins ?? []
    let result = try change(current)
    let plan = TransactionPlan(from: current, to: result)
    try request.expected?.check(
      plan, host: instance.id, generation: lock.current?.number ?? 0)
    if !plan.isEmpty { session.progress(.planned(plan, host: instance.id)) }
    let staging = try TransactionFolder(instance)
    return try await runner(profile, instance, request).perform(
      plan, result.map { InstanceChange.Wanted(plugin: $0) }, lock: lock, staging: staging)
  }

  /// Refuses a name that is installed in several places: one may be meant, and all would change.
  static func refuseSeveral(
    _ reference: PluginReference, _ all: [(instance: HostInstance, current: Generation)]
  ) throws {
    let places = all.filter { _, current in
      current.plugins.contains { reference.matches($0.name) }
    }
    guard places.count > 1 else { return }
    throw Diagnostic(
      .instanceAmbiguous, "`\(reference)` is installed in \(places.count) places",
      notes: places.map { "`\($0.instance.id)` in `\($0.instance.folder(seenBy: $0.current))`" },
      hint: places.contains(where: \.instance.isChosenByHand)
        ? "say which one you mean with `--into` and its folder, or with `--host`"
        : "say which one you mean: `--host \(places[0].instance.hostID)`")
  }
}
