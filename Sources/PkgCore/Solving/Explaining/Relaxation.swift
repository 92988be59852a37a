/// The smallest change of the request that would let an answer through.
struct Relaxation {
  let hint: String?

  init(_ core: Core) {
    var attempts = Attempts(core: core)
    hint =
      attempts.liftPin() ?? attempts.allowDowngrade() ?? attempts.widenRequest()
      ?? attempts.takeYanked() ?? attempts.changeOuterScope() ?? attempts.leaveOut()
  }
}

private struct Attempts {
  let core: Core
  /// What all attempts together may cost: a hint is worth a second, not a minute.
  private var conflictsLeft = 10_000

  init(core: Core) { self.core = core }

  private var request: SolveRequest { core.premises.request }
  private var universe: Universe { core.premises.universe }

  /// The answer to a changed request over what is known; nil where there is none, or too much work.
  private mutating func answer(_ request: SolveRequest) -> [PluginName: Version]? {
    guard conflictsLeft > 0 else { return nil }
    let premises = Premises(request, universe)
    var search = Search(universe, premises)
    let outcome = search.run(budget: min(2_000, conflictsLeft), isCancelled: { false })
    // One without a conflict costs something too.
    conflictsLeft -= max(search.conflicts, 50)
    guard case .solved(let chosen) = outcome else { return nil }
    return Dictionary(
      uniqueKeysWithValues: chosen.map {
        let name = universe.names[Int($0.plugin)]
        return (name, universe.plugins[Int($0.plugin)].versions[Int($0.version)])
      })
  }

  private var barred: [Premises.Bar] {
    core.bars.indices.filter { core.grounds.contains(.bar($0)) }.map { core.bars[$0] }
  }

  private func name(_ plugin: Int32) -> PluginName { universe.names[Int(plugin)] }

  mutating func liftPin() -> String? {
    for bar in barred where bar.reason == .pinned {
      var changed = request
      changed.pins[name(bar.plugin)] = nil
      if let version = answer(changed)?[name(bar.plugin)] {
        let remedy = request.pins[name(bar.plugin)]?.remedy
        return "lift the pin, which leads to \(version): "
          + (remedy ?? "`plugctl unpin \(name(bar.plugin))`")
      }
    }
    return nil
  }

  mutating func allowDowngrade() -> String? {
    guard barred.contains(where: { $0.reason == .downgrade }) else { return nil }
    var changed = request
    changed.allowsDowngrade = true
    guard let answer = answer(changed) else { return nil }
    let lowered = request.installed.filter { name, version in
      answer[name].map { $0 < version } ?? false
    }
    guard let (name, _) = lowered.min(by: { $0.key < $1.key }), let version = answer[name] else {
      return nil
    }
    return "add `--allow-downgrade` to take `\(name)` back to \(version), or do that first: "
      + "`plugctl downgrade \(name)@\(version)`"
  }

  /// Another version of something asked for.
  mutating func widenRequest() -> String? {
    for ground in core.inOrder.reversed() {
      guard case .root(let place) = ground, let index = core.premises.roots[place].place,
        request.roots[index].range != .any
      else { continue }
      var changed = request
      changed.roots[index].range = .any
      let name = request.roots[index].name
      // What is there already is no way forward.
      if let version = answer(changed)?[name], version != request.installed[name] {
        return "`\(name)` \(version) would fit: `plugctl install \(name)@\(version)`"
      }
    }
    return nil
  }

  mutating func takeYanked() -> String? {
    for bar in barred where bar.reason == .yanked {
      guard let index = request.roots.firstIndex(where: { $0.name == name(bar.plugin) }) else {
        continue
      }
      let versions = universe.plugins[Int(bar.plugin)].versions
      for (place, version) in versions.enumerated().reversed()
      where bar.states[(place + 1) / 64] >> UInt64((place + 1) % 64) & 1 != 0 {
        var changed = request
        changed.roots[index].range = VersionRange(exactly: version)
        if answer(changed) != nil {
          return "ask for one version exactly to have it all the same: "
            + "`plugctl install \(name(bar.plugin))@\(version)`"
        }
      }
    }
    return nil
  }

  mutating func changeOuterScope() -> String? {
    for ground in core.inOrder {
      var held: PluginName?
      switch ground {
      case .root(let place) where core.premises.roots[place].place == nil:
        held = name(core.premises.roots[place].plugin)
      case .bar(let place) where core.bars[place].reason == .immovable:
        held = name(core.bars[place].plugin)
      default: continue
      }
      guard let held else { continue }
      var changed = request
      changed.immovable[held] = nil
      if answer(changed) != nil {
        return "change `\(held)` in the scope that it is installed in, with `--scope`"
      }
    }
    return nil
  }

  /// One of what is wanted less: what is installed first, then what was asked for last.
  mutating func leaveOut() -> String? {
    let places = core.inOrder.compactMap { ground in
      if case .root(let place) = ground { core.premises.roots[place].place } else { nil }
    }
    guard places.count > 1 else { return fallback() }
    let request = request
    let isKept = { (place: Int) in request.installed[request.roots[place].name] != nil }
    for place in places.sorted(by: { isKept($0) != isKept($1) ? isKept($0) : $0 > $1 }) {
      var changed = request
      changed.roots.remove(at: place)
      guard answer(changed) != nil else { continue }
      let name = request.roots[place].name
      return isKept(place)
        ? "remove `\(name)` first, if you can do without it: `plugctl remove \(name)`"
        : "leave out `\(name)`, or look for another version of it: `plugctl versions \(name)`"
    }
    return fallback()
  }

  private func fallback() -> String? {
    for bar in barred {
      let name = name(bar.plugin)
      if bar.reason == .pinned {
        return "lift the pin to see what else stands against it: `plugctl unpin \(name)`"
      }
      guard case .excluded(let all) = bar.reason, let exclusion = all.first else { continue }
      if exclusion.isElsewhere {
        return "ask the publisher of `\(name)` for a build that fits, or take that target out of "
          + "`\(ProjectFile.fileName)`"
      }
      switch exclusion.kind {
      case .host:
        return "use a version of the host that fits, or look for another plugin: "
          + "`plugctl versions \(name)`"
      case .glibc, .libstdcxx, .platform, .instructionSet, .abi:
        return "ask the publisher of `\(name)` for a build that fits this machine"
      case .tooRecent: return "wait, or lower `--min-age`"
      case .withdrawn: return "ask the publisher of `\(name)` for a new version"
      case .notCarried: return "make a bundle that has it: `plugctl bundle create -o FILE \(name)`"
      }
    }
    for ground in core.inOrder {
      guard case .fact(let index) = ground else { continue }
      let fact = universe.facts[Int(index)]
      for demand in fact.demands
      where universe.plugins[Int(demand.target)].versions.isEmpty
        && universe.providers[demand.target] == nil
      {
        return "add the index that has `\(name(demand.target))`, or ask the publisher of "
          + "`\(name(fact.owner))`"
      }
    }
    let roots = core.inOrder.reversed().compactMap { ground in
      if case .root(let place) = ground { core.premises.roots[place].plugin } else { nil }
    }
    guard let root = roots.first else { return nil }
    if universe.plugins[Int(root)].versions.isEmpty {
      return "look for it with `plugctl search \(name(root).name)`"
    }
    return "ask the publisher of `\(name(root))` for a version that fits, or look at "
      + "`plugctl versions \(name(root))`"
  }
}
