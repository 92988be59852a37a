internal import PkgCore
internal import PkgStore

/// Plans the way from what is installed to exactly what a lock says.
struct LockedPlanning {
  let session: Session
  let profile: HostProfile
  let source: LateSource
  /// Whether what has no entry stays.
  let keepsOthers: Bool

  /// - Parameters:
  ///   - entries: what must be there afterwards.
  ///   - installed: what is there.
  func plan(
    _ entries: [Lockfile.Entry], _ installed: [InstalledPlugin]
  ) async throws -> (TransactionPlan, [InstanceChange.Wanted]) {
    let others = installed.filter { plugin in
      keepsOthers && !entries.contains { $0.name == plugin.name }
    }
    let wanted: [InstanceChange.Wanted]
    if let kept = kept(entries, installed, others) {
      wanted = kept
    } else {
      wanted = try await solved(entries, installed, others)
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

  private func isThere(_ entry: Lockfile.Entry, _ plugin: InstalledPlugin) -> Bool {
    plugin.version == entry.version
      && entry.variant(for: plugin.platform)?.archive == plugin.archive
  }

  /// With the lock's word on who asked for it; a change of some plugins takes nobody's wish away.
  private func marked(_ plugin: InstalledPlugin, _ entry: Lockfile.Entry) -> InstalledPlugin {
    var plugin = plugin
    plugin.isRequested = entry.isRequested || (keepsOthers && plugin.isRequested)
    return plugin
  }

  /// The answer without any index where all is here; nil where something must come, or the lock may
  /// lack what others need.
  private func kept(
    _ entries: [Lockfile.Entry], _ installed: [InstalledPlugin], _ others: [InstalledPlugin]
  ) -> [InstanceChange.Wanted]? {
    let isComplete = entries.allSatisfy { entry in
      installed.contains { $0.name == entry.name && isThere(entry, $0) }
    }
    guard isComplete else { return nil }
    let stays = installed.compactMap { plugin -> InstalledPlugin? in
      if let entry = entries.first(where: { $0.name == plugin.name }) {
        return marked(plugin, entry)
      }
      return others.contains { $0.name == plugin.name } ? plugin : nil
    }
    // Installed plugins have what they need; nobody who stays may lose it.
    let names = Set(stays.map(\.name))
    let gone = installed.map(\.name).filter { !names.contains($0) }
    let broken = DependencyGraph(installed).allDependents(of: gone)
    guard names.isDisjoint(with: broken) else { return nil }
    return stays.map { InstanceChange.Wanted(plugin: $0) }
  }

  private func missing(_ entries: [Lockfile.Entry], _ installed: [InstalledPlugin])
    -> [Lockfile.Entry]
  {
    entries.filter { entry in !installed.contains { $0.name == entry.name && isThere(entry, $0) } }
  }

  private func solved(
    _ entries: [Lockfile.Entry], _ installed: [InstalledPlugin], _ others: [InstalledPlugin]
  ) async throws -> [InstanceChange.Wanted] {
    let source = try await source.open(knowing: missing(entries, installed))
    var preferences = VersionPreferences()
    preferences.allowsDowngrade = true
    let planner = ChangePlanning(
      session: session, profile: profile, source: source, preferences: preferences)
    var request = SolveRequest(
      roots: (entries.map { ($0.name, $0.version) } + others.map { ($0.name, $0.version) }).map {
        SolveRequest.Root(name: $0.0, range: VersionRange(exactly: $0.1))
      }, allowsDowngrade: true)
    for plugin in installed {
      guard let pin = plugin.pin, pin.holds(at: session.now) else { continue }
      request.addPins([plugin.name: .init(range: pin.range, reason: pin.reason)])
    }
    let choice = VersionChoice(
      source: source, compatibility: Compatibility(profile), profile: profile, installed: installed)
    let outcome = try await choice.solve(request)
    return try outcome.choices.map { chosen in
      let there = installed.first { $0.name == chosen.name }
      guard let entry = entries.first(where: { $0.name == chosen.name }) else {
        if let there, others.contains(where: { $0.name == there.name }) {
          return InstanceChange.Wanted(plugin: there)
        }
        throw Diagnostic(
          .lockInvalid,
          "`\(Lockfile.fileName)` lacks `\(chosen.name)`, which a locked plugin needs",
          hint: "run `plugctl lock`")
      }
      if let there, isThere(entry, there) {
        return InstanceChange.Wanted(plugin: marked(there, entry))
      }
      var wanted = try planner.wanted(chosen, outcome.records[chosen.name], there)
      try check(wanted.plugin, entry)
      wanted.plugin = marked(wanted.plugin, entry)
      wanted.plugin.pin = there?.pin
      wanted.plugin.isEnabled = there?.isEnabled ?? true
      return wanted
    }
  }

  /// The lock expects bytes and a signer; it never stands for either's verification.
  private func check(_ plugin: InstalledPlugin, _ entry: Lockfile.Entry) throws {
    let expected = entry.variant(for: plugin.platform)?.archive
    guard let expected else {
      throw Diagnostic(
        .incompatiblePlatform,
        "`\(Lockfile.fileName)` has no build of `\(entry.name)` \(entry.version) for this machine",
        notes: ["this machine is \(plugin.platform)"], hint: "run `plugctl lock`")
    }
    guard expected == plugin.archive else {
      throw Diagnostic(
        .lockMismatch,
        "the archive of `\(entry.name)` \(entry.version) is not the one that is locked",
        notes: ["locked: sha256 \(expected)", "index: sha256 \(plugin.archive)"],
        hint: "find out who changed which; `plugctl lock` takes what the index says")
    }
    // Ids are numbers: some programs write their leading zeros.
    let signer = plugin.keyID.flatMap { UInt64($0, radix: 16) }
    guard
      entry.key == nil || (signer != nil && entry.key.flatMap { UInt64($0, radix: 16) } == signer)
    else {
      throw Diagnostic(
        .lockMismatch,
        "`\(entry.name)` \(entry.version) is signed by another key than the one that is locked",
        notes: [
          "locked: \(printable(entry.key ?? "none"))", "index: \(plugin.keyID ?? "unsigned")",
        ],
        hint: "ask its publisher; `plugctl lock` takes what the index says")
    }
  }
}
