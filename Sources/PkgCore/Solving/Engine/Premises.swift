/// A request in numbers, and for explanations the part of all facts that counts.
final class Premises {
  /// A plugin that must be there, in some states only.
  struct Root {
    var plugin: Int32
    /// The plugin itself and then who provides its name, each with the states that don't answer.
    var terms: [Universe.Term]
    var isWish: Bool
    /// Its place among the request's roots; nil for a plugin of an outer scope.
    var place: Int?
    var range: VersionRange
  }

  /// What the request says of one plugin besides.
  struct Special {
    /// The state to try first; 0 for none.
    var preferred: Int32 = 0
    /// A place in ``masks``: states ruled out.
    var barred: Int
  }

  /// States of one plugin that are ruled out for one reason.
  struct Bar {
    enum Reason: Equatable {
      /// Facts of one kind, the newest version's first.
      case excluded([Exclusion])
      case yanked
      case pinned
      case downgrade
      case immovable
      /// Ruled out as long as no demand asks for it; see ``Search/demandSupport()``.
      case unasked(Rule)
    }

    enum Rule: Equatable { case yanked, prerelease }

    var plugin: Int32
    var states: [UInt64]
    var reason: Reason
  }

  let request: SolveRequest
  let universe: Universe
  private(set) var roots: [Root] = []
  private(set) var masks = Arena<UInt64>()
  private var specials: [Special] = []
  private var specialOf: [Int32] = []
  /// nil outside of explanations.
  var filter: PremiseFilter?

  init(_ request: SolveRequest, _ universe: Universe) {
    self.request = request
    self.universe = universe
    var named = request.roots.map(\.name)
    named += request.installed.keys
    named += request.locked.keys
    named += request.pins.keys
    named += request.immovable.keys
    for name in named { _ = universe.id(of: name) }
    universe.prepare()
    addSpecials()
    for (name, version) in request.immovable.sorted(by: { $0.key < $1.key }) {
      addRoot(name, VersionRange(exactly: version), isWish: false, place: nil)
    }
    for (place, root) in request.roots.enumerated() {
      addRoot(root.name, root.range, isWish: root.isWish, place: place)
    }
  }

  private func addRoot(_ name: PluginName, _ range: VersionRange, isWish: Bool, place: Int?) {
    let plugin = universe.id(of: name)
    var terms: [Universe.Term] = []
    for (plugin, versions) in universe.answers(to: plugin, range) {
      let set = universe.complement(versions, plugin)
      terms.append(Universe.Term(plugin: plugin, set: universe.handle(set)))
    }
    roots.append(
      Root(plugin: plugin, terms: terms, isWish: isWish, place: place, range: range))
  }

  private func addSpecials() {
    let request = request
    let names = Set(request.installed.keys).union(request.locked.keys).union(request.pins.keys)
      .union(request.immovable.keys)
    guard !names.isEmpty else { return }
    specialOf = Array(repeating: -1, count: universe.rows.count)
    for name in names {
      let plugin = universe.id(of: name)
      let count = universe.wordCount(plugin)
      let start = masks.appendRoom(count)
      for word in 0..<count { masks[start + word] = 0 }
      for bar in requestBars(name, plugin) {
        for word in 0..<count { masks[start + word] |= bar.states[word] }
      }
      var special = Special(barred: start)
      if !request.upgrades.contains(name),
        let wanted = request.locked[name] ?? request.installed[name]
      {
        special.preferred = state(of: plugin, wanted)
      }
      specialOf[Int(plugin)] = Int32(specials.count)
      specials.append(special)
    }
  }

  private func state(of plugin: Int32, _ version: Version) -> Int32 {
    // Of an unknown plugin only that it may have a version is known.
    if universe.isUnknown(plugin) { return 1 }
    let place = universe.plugins[Int(plugin)].versions.firstIndex(of: version)
    return place.map { Int32($0 + 1) } ?? 0
  }

  @inline(__always)
  func special(_ plugin: Int32) -> Special? {
    guard Int(plugin) < specialOf.count, specialOf[Int(plugin)] >= 0 else { return nil }
    return specials[Int(specialOf[Int(plugin)])]
  }

  // MARK: What rules versions out

  /// The bars that come of the request.
  func requestBars(_ name: PluginName, _ plugin: Int32) -> [Bar] {
    guard !universe.isUnknown(plugin) else { return [] }
    var bars: [Bar] = []
    func add(_ allowed: VersionRange, _ reason: Bar.Reason) {
      let inside = universe.versions(of: plugin, in: allowed)
      var states = universe.allStates(plugin)
      for word in states.indices { states[word] &= ~inside[word] }
      states[0] &= ~1
      if states.contains(where: { $0 != 0 }) {
        bars.append(Bar(plugin: plugin, states: states, reason: reason))
      }
    }
    if let version = request.immovable[name] {
      add(VersionRange(exactly: version), .immovable)
    }
    if let pin = request.pins[name] { add(pin.range, .pinned) }
    if let version = request.installed[name], !request.allowsDowngrade {
      add(VersionRange(from: version), .downgrade)
    }
    return bars
  }

  /// All bars on a plugin: what is unusable here, yanked, pinned.
  func bars(of plugin: Int32) -> [Bar] {
    guard !universe.isUnknown(plugin) else { return [] }
    let value = universe.plugins[Int(plugin)]
    var bars = exclusionBars(plugin)
    let yanked = (0..<universe.wordCount(plugin)).map { word in
      universe.masks[value.yanked + word] & ~askedFor(plugin, word, universe)
    }
    if yanked.contains(where: { $0 != 0 }) {
      bars.append(Bar(plugin: plugin, states: yanked, reason: .yanked))
    }
    return bars + ruleBars(plugin) + requestBars(universe.names[Int(plugin)], plugin)
  }

  /// What is free only where a demand asks for it.
  private func ruleBars(_ plugin: Int32) -> [Bar] {
    let value = universe.plugins[Int(plugin)]
    let kept = preferredStates(plugin)
    var bars: [Bar] = []
    let words = 0..<universe.wordCount(plugin)
    let asked = words.map {
      universe.masks[value.yanked + $0] & askedFor(plugin, $0, universe) & ~kept[$0]
    }
    let early = words.map { universe.masks[value.prerelease + $0] & ~kept[$0] }
    if asked.contains(where: { $0 != 0 }) {
      bars.append(Bar(plugin: plugin, states: asked, reason: .unasked(.yanked)))
    }
    if request.prereleases == .whereNeeded, early.contains(where: { $0 != 0 }) {
      bars.append(Bar(plugin: plugin, states: early, reason: .unasked(.prerelease)))
    }
    return bars
  }

  /// What is installed, locked or held by an outer scope.
  private func preferredStates(_ plugin: Int32) -> [UInt64] {
    let name = universe.names[Int(plugin)]
    var set = [UInt64](repeating: 0, count: universe.wordCount(plugin))
    for version in [request.installed[name], request.locked[name], request.immovable[name]] {
      guard let state = version.map({ Int(state(of: plugin, $0)) }), state > 0 else { continue }
      set[state / 64] |= 1 << UInt64(state % 64)
    }
    return set
  }

  /// Whether a rule counts: always, but for explanations only where it is among the facts tried.
  func applies(_ rule: Bar.Rule, to plugin: Int32) -> Bool {
    guard let filter else { return true }
    return filter.bars.contains { $0.plugin == plugin && $0.reason == .unasked(rule) }
  }

  /// One bar for each kind of fact.
  private func exclusionBars(_ plugin: Int32) -> [Bar] {
    var bars: [Bar] = []
    for exclusion in universe.plugins[Int(plugin)].exclusions.reversed() {
      let states = states(plugin, exclusion.versions)
      let place = bars.firstIndex { bar in
        guard case .excluded(let others) = bar.reason else { return false }
        return others.first?.kind == exclusion.reason.kind
      }
      guard let place, case .excluded(let others) = bars[place].reason else {
        bars.append(Bar(plugin: plugin, states: states, reason: .excluded([exclusion.reason])))
        continue
      }
      for word in states.indices { bars[place].states[word] |= states[word] }
      bars[place].reason = .excluded(others + [exclusion.reason])
    }
    return bars
  }

  private func states(_ plugin: Int32, _ versions: [Int32]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: universe.wordCount(plugin))
    for version in versions { words[Int(version + 1) / 64] |= 1 << UInt64((version + 1) % 64) }
    return words
  }

  /// Versions that somebody, chosen or not, asks for exactly, and what is installed or locked.
  func askedFor(_ plugin: Int32, _ word: Int, _ universe: Universe) -> UInt64 {
    var found: UInt64 = 0
    func add(_ version: Version) {
      let state = Int(state(of: plugin, version))
      if state / 64 == word, state > 0 { found |= 1 << UInt64(state % 64) }
    }
    let name = universe.names[Int(plugin)]
    if let version = request.installed[name] { add(version) }
    if let version = request.locked[name] { add(version) }
    if let version = request.immovable[name] { add(version) }
    for root in request.roots where root.name == name { root.range.exactVersion.map(add) }
    for fact in universe.plugins[Int(plugin)].incoming {
      for demand in universe.facts[Int(fact)].demands where demand.target == plugin {
        universe.ranges[Int(demand.range)].exactVersion.map(add)
      }
    }
    return found
  }

  // MARK: For explanations

  var isFiltered: Bool { filter != nil }

  func barred(_ plugin: Int32, _ word: Int) -> UInt64 {
    var found: UInt64 = 0
    for bar in filter?.bars ?? [] where bar.plugin == plugin {
      if case .unasked = bar.reason { continue }
      found |= bar.states[word]
    }
    for entry in universe.plugins[Int(plugin)].impossible where allows(fact: entry.fact) {
      found |= entry.states[word]
    }
    return found
  }

  @inline(__always)
  func allows(fact: Int32) -> Bool {
    guard let filter else { return true }
    return filter.facts.contains(fact)
  }

  func allows(root: Int) -> Bool { filter?.roots.contains(root) ?? true }
}

/// The facts that an explanation is tried with.
struct PremiseFilter {
  /// Places among ``Premises/roots``.
  var roots: Set<Int>
  var facts: Set<Int32>
  var bars: [Premises.Bar]
}
