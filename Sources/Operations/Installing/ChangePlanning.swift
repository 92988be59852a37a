internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// What a change wants of an instance.
struct ChangeGoal: Sendable {
  /// Asked for by name.
  let roots: [SolveRequest.Root]
  /// Packages from files.
  let brought: [BroughtPackages.Package]
  /// Plugins that shall be as new as possible.
  let upgrades: Set<PluginName>
  /// Optional dependencies to have as well.
  let with: [String]
  /// The live generation.
  let current: Generation?
}

/// Turns a goal into a plan: solves, and says where each plugin's bytes come from.
struct ChangePlanning: Sendable {
  let session: Session
  let profile: HostProfile
  let source: RecordSource
  let preferences: VersionPreferences
  /// Whose wishes count; nil outside of a project.
  var project: Project?
  /// Plugins whose installed version can't stay, with the reason.
  var unfit: [PluginName: String] = [:]

  func plan(_ goal: ChangeGoal) async throws -> (TransactionPlan, [InstanceChange.Wanted]) {
    let installed = goal.current?.plugins ?? []
    let brought = try goal.brought.map { try self.plugin($0) }
    var wanted = try await solved(goal, installed, brought)
    // Who upgrades a plugin by name does not ask for it anew.
    let requested = Set((goal.upgrades.isEmpty ? goal.roots.map(\.name) : []) + brought.map(\.name))
    for index in wanted.indices where requested.contains(wanted[index].plugin.name) {
      wanted[index].plugin.isRequested = true
    }
    let sizes = wanted.compactMap(\.archive).filter {
      !TreeStore(session.places).contains($0.build.tree)
    }
    let plan = TransactionPlan(
      from: installed, to: wanted.map(\.plugin),
      sizes: Dictionary(
        sizes.map { ($0.build.archive, $0.build.size) }, uniquingKeysWith: { first, _ in first }))
    return (plan, wanted)
  }

  private func solved(
    _ goal: ChangeGoal, _ installed: [InstalledPlugin], _ brought: [InstalledPlugin]
  ) async throws -> [InstanceChange.Wanted] {
    // What was asked for once stays wanted; what only others needed may go when nobody needs it.
    let mine =
      brought + installed.filter { plugin in !brought.contains { $0.name == plugin.name } }
    let outer = OuterPlugins(session, profile).besides(mine)
    let known = mine + outer.map(\.plugin)
    var choice = VersionChoice(
      source: source, compatibility: Compatibility(profile), profile: profile, installed: known)
    choice.unfit = unfit
    choice.publishedBefore = preferences.publishedBefore(at: session.now)
    choice.targets = project?.file.targets ?? []
    var roots =
      try goal.roots.map { try project?.bound($0, isMove: !goal.upgrades.isEmpty) ?? $0 }
      + brought.map { SolveRequest.Root(name: $0.name, range: VersionRange(exactly: $0.version)) }
    let named = Set(roots.map(\.name))
    roots += installed.filter { !named.contains($0.name) }.map {
      SolveRequest.Root(name: $0.name, range: project?.range(of: $0.name) ?? .any)
    }
    for text in goal.with {
      let reference = try PluginReference(text)
      roots.append(
        SolveRequest.Root(
          name: try await source.fullName(reference), range: reference.range ?? .any))
    }
    // A version that was asked for by its number is meant, also where it is lower.
    var request = SolveRequest(
      roots: roots,
      installed: Dictionary(
        installed.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first }),
      upgrades: goal.upgrades, allowsDowngrade: preferences.allowsDowngrade)
    request.preference = preferences.prefersLowest ? .minimal : .newest
    for plugin in installed {
      guard let pin = plugin.pin, pin.holds(at: session.now) else { continue }
      request.pins[plugin.name] = SolveRequest.Pin(range: pin.range, reason: pin.reason)
    }
    for other in outer { request.immovable[other.plugin.name] = other.plugin.version }
    project?.apply(to: &request, at: session.now)
    try refusePinned(roots, request.pins)
    if !preferences.allowsDowngrade { try refuseDowngrade(roots, installed, brought) }
    for plugin in brought { request.installed[plugin.name] = nil }
    let outcome = try await choice.solve(request)
    sayPinned(goal, installed, outcome.records)
    // A project is complete by itself, as its lock is: its copy is of the version that is there.
    let served = outer.filter { other in
      session.scope != .project
        || outcome.records[other.plugin.name]?.record.release(other.plugin.version) == nil
    }
    sayOuter(goal.roots, served)
    let added = outcome.choices.filter { chosen in
      !served.contains { $0.plugin.name == chosen.name }
    }
    let wanted = try added.map { chosen -> InstanceChange.Wanted in
      if let plugin = brought.first(where: { $0.name == chosen.name }) {
        return InstanceChange.Wanted(plugin: plugin)
      }
      let there = installed.first { $0.name == chosen.name }
      if let there, there.version == chosen.version { return InstanceChange.Wanted(plugin: there) }
      return try self.wanted(chosen, outcome.records[chosen.name], there)
    }
    let others = Set(outer.map(\.plugin.name)).subtracting(roots.map(\.name))
    return Self.needed(wanted, besides: others)
  }

  /// What other scopes have is no part of a project that nothing in it needs.
  private static func needed(
    _ wanted: [InstanceChange.Wanted], besides others: Set<PluginName>
  ) -> [InstanceChange.Wanted] {
    guard !others.isEmpty else { return wanted }
    let graph = DependencyGraph(
      wanted.map { wanted in
        var plugin = wanted.plugin
        plugin.isRequested = !others.contains(plugin.name)
        return plugin
      })
    let unneeded = Set(graph.unneeded)
    return wanted.filter { !unneeded.contains($0.plugin.name) }
  }

  /// Who asks for what another scope has is told why nothing is done.
  private func sayOuter(_ roots: [SolveRequest.Root], _ outer: [OuterPlugins.Plugin]) {
    for other in outer where roots.contains(where: { $0.name == other.plugin.name }) {
      session.progress(
        .warning(
          Diagnostic(
            .pluginElsewhere,
            "`\(other.plugin.name)` \(other.plugin.version) is there already, in \(other.scope) scope",
            hint: "change it there with `--scope \(other.scope)`")))
    }
  }

  /// A version that was asked for by its number is not taken against a pin.
  private func refusePinned(
    _ roots: [SolveRequest.Root], _ pins: [PluginName: SolveRequest.Pin]
  ) throws {
    for root in roots {
      guard let pin = pins[root.name], let exact = root.range.exactVersion,
        !pin.range.contains(exact)
      else { continue }
      throw Diagnostic(
        .solvePinned, "`\(root.name)` is pinned to \(pin.range)",
        notes: pin.reason.isEmpty ? [] : ["reason: \(printable(pin.reason))"],
        hint: pin.remedy ?? "`plugctl unpin \(root.name)` lets it move")
    }
  }

  /// Who wonders why something was not upgraded is told.
  private func sayPinned(
    _ goal: ChangeGoal, _ installed: [InstalledPlugin],
    _ records: [PluginName: RecordSource.Found]
  ) {
    for plugin in installed where goal.upgrades.contains(plugin.name) {
      guard let pin = plugin.pin, pin.holds(at: session.now),
        let newest = records[plugin.name]?.record.releases.last(where: {
          $0.state == .available && !$0.version.isPrerelease
        }), newest.version > plugin.version, !pin.range.contains(newest.version)
      else { continue }
      session.progress(
        .warning(
          Diagnostic(
            .solvePinned, "`\(plugin.name)` is pinned to \(pin.range); \(newest.version) is there",
            notes: pin.reason.isEmpty ? [] : ["reason: \(printable(pin.reason))"],
            hint: "`plugctl unpin \(plugin.name)` lets it move")))
    }
  }

  private func refuseDowngrade(
    _ roots: [SolveRequest.Root], _ installed: [InstalledPlugin], _ brought: [InstalledPlugin]
  ) throws {
    for root in roots {
      guard let there = installed.first(where: { $0.name == root.name }),
        let exact = root.range.exactVersion, exact < there.version
      else { continue }
      // `downgrade` takes what an index has, not files.
      let isFile = brought.contains { $0.name == root.name }
      throw Diagnostic(
        .solveDowngrade, "`\(root.name)` \(there.version) is installed, \(exact) is lower",
        hint: isFile
          ? "add `--allow-downgrade` if you mean it"
          : "if you mean it: `plugctl downgrade \(root.name)@\(exact)`, or add `--allow-downgrade`")
    }
  }

  /// A chosen version from its index, with where its bytes are.
  func wanted(
    _ chosen: Resolution.Choice, _ found: RecordSource.Found?, _ former: InstalledPlugin?
  ) throws -> InstanceChange.Wanted {
    guard let found, let release = found.record.release(chosen.version),
      let build = release.build(for: .current)
    else {
      throw Diagnostic(
        .internalBug, "the solver chose `\(chosen.name)` \(chosen.version), which no index has")
    }
    if let former, case .index(let bound) = former.origin, bound != found.index.name {
      throw Diagnostic(
        .nameAmbiguous,
        "`\(chosen.name)` was installed from the index `\(bound)` and is now in `\(found.index.name)`",
        hint: "remove it first, if you mean to take it from there")
    }
    if case .yanked(let reason) = release.state {
      session.progress(
        .warning(
          Diagnostic(
            .versionYanked, "`\(chosen.name)` \(chosen.version) was yanked",
            notes: [reason].filter { !$0.isEmpty })))
    }
    if let text = release.deprecation {
      session.progress(
        .warning(
          Diagnostic(
            .versionDeprecated,
            "`\(chosen.name)` \(chosen.version) is deprecated: \(printable(text))")))
    }
    let signer = try build.signature.map { try SignatureKeyID.read($0) }
    try check(signer, of: found, former)
    let plugin = InstalledPlugin(
      name: found.record.name, version: release.version, platform: build.platform, tree: build.tree,
      archive: build.archive, origin: .index(found.index.name), library: "",
      type: found.record.type,
      summary: found.record.summary, isRequested: former?.isRequested ?? false, keyID: signer,
      constraints: release.constraints)
    return InstanceChange.Wanted(
      plugin: plugin,
      archive: WantedArchive(
        record: found.record, release: release, build: build, index: found.index))
  }

  /// A revoked key is refused on every way, also where the tree is here already; another key than the
  /// installed version's only if that one hands on to it, or the user trusts it.
  private func check(
    _ signer: String?, of found: RecordSource.Found, _ former: InstalledPlugin?
  ) throws {
    let (keys, name) = (KeyRing(session), found.record.name)
    if let signer { try keys.refuseRevoked(signer) }
    guard let known = former?.keyID else { return }
    let isContinued =
      try signer.map { signer in
        try Admission(session).isContinued(
          from: known, to: signer, in: found.record, of: found.index.name)
      } ?? false
    guard !isContinued else { return }
    let revoked = try keys.isRevoked(known)
    throw Diagnostic(
      .keyUntrusted, "`\(name)` is signed by another key than the installed version",
      notes: ["installed: \(known)\(revoked ? ", revoked: it hands on to no other" : "")"]
        + ["offered: \(signer ?? "unsigned")"],
      hint: "ask its publisher; if the new key is right, `plugctl key trust` it")
  }

  private func plugin(_ package: BroughtPackages.Package) throws -> InstalledPlugin {
    let manifest = package.description.manifest
    guard package.description.platform == .current else {
      throw Diagnostic(
        .incompatiblePlatform, "`\(manifest.name)` \(manifest.version) can't load here",
        notes: [
          "it was built for \(package.description.platform), this machine is \(Platform.current)"
        ])
    }
    if let range = manifest.constraints.host, let version = HostBinary.find(profile)?.version,
      !range.contains(version)
    {
      throw Diagnostic(
        .incompatibleHost, "`\(manifest.name)` \(manifest.version) can't load here",
        notes: ["needs \(profile.id) \(range), this is \(version)"])
    }
    return InstalledPlugin(
      name: manifest.name, version: manifest.version, platform: package.description.platform,
      tree: package.tree, archive: package.archive,
      origin: package.origin,
      library: package.description.library, type: manifest.type, summary: manifest.summary,
      isRequested: true, keyID: package.keyID, constraints: manifest.constraints)
  }
}
