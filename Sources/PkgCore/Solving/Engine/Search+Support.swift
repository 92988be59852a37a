/// Choices that need a reason: pre-releases and yanked versions, which only certain demands justify.
///
/// These rules speak of all demands that are made in the end, so they are checked when an answer is
/// complete, and become clauses only where one was broken.
extension Search {
  /// Whether a demand that names a pre-release is made on the plugin now.
  func isPrereleaseNamed(_ plugin: Int32) -> Bool {
    guard premises.request.prereleases == .whereNeeded else {
      return premises.request.prereleases == .freely
    }
    for root in premises.roots where root.plugin == plugin && root.range.mentionsPrerelease {
      return true
    }
    for demand in demands(on: plugin) where demand.range.mentionsPrerelease && demand.isMade {
      return true
    }
    return false
  }

  private struct Claim {
    var owner: Int32
    /// A place in the universe's masks.
    var versions: Int
    var range: VersionRange
    var isMade: Bool
  }

  private func demands(on plugin: Int32) -> [Claim] {
    var claims: [Claim] = []
    for index in universe.plugins[Int(plugin)].incoming {
      let fact = universe.facts[Int(index)]
      guard fact.kind != .conflicts, fact.owner != plugin else { continue }
      let isMade = isChosen(fact.owner, in: fact.versions)
      for demand in fact.demands where demand.target == plugin {
        let range = universe.ranges[Int(demand.range)]
        // One of several alternatives is a demand only where it is the one that was taken.
        if fact.demands.count > 1, let chosen = chosenVersion(plugin), !range.contains(chosen) {
          continue
        }
        claims.append(
          Claim(owner: fact.owner, versions: fact.versions, range: range, isMade: isMade))
      }
    }
    return claims.sorted { universe.rank[Int($0.owner)] < universe.rank[Int($1.owner)] }
  }

  private func isChosen(_ plugin: Int32, in versions: Int) -> Bool {
    let index = variableOf[plugin] - 1
    guard index >= 0, isRequired(index), let state = onlyState(index) else { return false }
    return universe.masks[versions + Int(state) / 64] >> UInt64(state % 64) & 1 != 0
  }

  private func chosenVersion(_ plugin: Int32) -> Version? {
    let index = variableOf[plugin] - 1
    guard index >= 0, variables[index].isKnown, isRequired(index), let state = onlyState(index)
    else { return nil }
    return universe.plugins[Int(plugin)].versions[Int(state) - 1]
  }

  /// Adds the clause that the first unjustified choice breaks; false where all are justified.
  mutating func demandSupport() -> Bool {
    for place in 0..<agenda.count {
      let index = agenda[place]
      let variable = variables[index]
      guard variable.isKnown, let state = onlyState(index), state != variable.preferred else {
        continue
      }
      let row = universe.rows[variable.plugin]
      let (word, bit) = (Int(state) / 64, UInt64(state % 64))
      let isYanked =
        universe.masks[row.yanked + word] >> bit & 1 != 0
        && premises.applies(.yanked, to: variable.plugin)
      let isPrerelease =
        premises.request.prereleases == .whereNeeded
        && universe.masks[row.prerelease + word] >> bit & 1 != 0
        && premises.applies(.prerelease, to: variable.plugin)
      guard isYanked || isPrerelease else { continue }
      let version = universe.plugins[Int(variable.plugin)].versions[Int(state) - 1]
      if universe.names[Int(variable.plugin)].isKept(version, premises.request) { continue }
      let claims = demands(on: variable.plugin)
      if isYanked, let lacking = exactClaims(claims, variable.plugin, version) {
        require(lacking, index, state)
        return true
      }
      if isPrerelease, let lacking = prereleaseClaims(claims, index) {
        require(lacking, index, state)
        return true
      }
    }
    return supportCount > 0 && demandFoundations()
  }

  /// Who could ask for exactly this version, where nobody does.
  private func exactClaims(_ claims: [Claim], _ plugin: Int32, _ version: Version) -> [Claim]? {
    for root in premises.roots
    where root.plugin == plugin && root.range.exactVersion == version {
      return nil
    }
    let asking = claims.filter { $0.range.exactVersion == version }
    return asking.contains(where: \.isMade) ? nil : asking
  }

  /// Who could name a pre-release or exclude a stable version, where nobody does.
  private func prereleaseClaims(_ claims: [Claim], _ index: Int32) -> [Claim]? {
    let plugin = variables[index].plugin
    let roots = premises.roots.filter { $0.plugin == plugin }
    if roots.contains(where: { $0.range.mentionsPrerelease }) { return nil }
    let naming = claims.filter { $0.range.mentionsPrerelease }
    if naming.contains(where: \.isMade) { return nil }
    let made = claims.filter(\.isMade).map(\.range) + roots.map(\.range)
    let versions = universe.plugins[Int(plugin)].versions
    let row = universe.rows[plugin]
    for (place, version) in versions.enumerated() where !version.isPrerelease {
      let (word, bit) = ((place + 1) / 64, UInt64((place + 1) % 64))
      let base =
        variables[index].wordCount == 1
        ? variables[index].base : pointer(variables[index].base)[word]
      let isStable = base >> bit & 1 != 0 && universe.masks[row.yanked + word] >> bit & 1 == 0
      guard isStable, made.allSatisfy({ $0.contains(version) }) else { continue }
      return naming + claims.filter { !$0.range.contains(version) }
    }
    return nil
  }

  /// "This state, and none of these claims": adds that as a clause and starts over with it.
  private mutating func require(_ claims: [Claim], _ index: Int32, _ state: Int32) {
    let count = Int(variables[index].wordCount)
    var own = [UInt64](repeating: 0, count: count)
    own[Int(state) / 64] = 1 << UInt64(state % 64)
    addSupport(own, index, claims.map { ($0.owner, $0.versions) })
  }

  private mutating func addSupport(
    _ own: [UInt64], _ index: Int32, _ supporters: [(owner: Int32, versions: Int)]
  ) {
    supportCount += 1
    cancel(to: 0)
    var sets: [(index: Int32, set: [UInt64])] = [(index, own)]
    for (owner, versions) in supporters {
      let other = variable(of: owner)
      let all = universe.allStates(owner)
      let set = all.indices.map { all[$0] & ~universe.masks[versions + $0] }
      if let place = sets.firstIndex(where: { $0.index == other }) {
        for word in set.indices { sets[place].set[word] &= set[word] }
      } else {
        sets.append((other, set))
      }
    }
    let start = terms.count
    for (index, set) in sets { terms.append(Term(set: store(set), variable: index)) }
    let broken = add(start, sets.count, origin: Self.support)
    if sets.count == 2 { groups.append(Int32(clauses.count - 1)) }
    if broken >= 0 { pendingConflict = broken }
  }

  private mutating func store(_ set: [UInt64]) -> UInt64 {
    guard set.count > 1 else { return set[0] }
    let place = words.appendRoom(set.count)
    for (word, value) in set.enumerated() { words[place + word] = value }
    return UInt64(place) | Self.inWords
  }

  /// Decides that a plugin that is not wanted won't come only to justify another's version.
  mutating func declineSupport(_ clause: Clause) {
    for place in clause.start..<(clause.start + clause.count) {
      let term = terms[place]
      guard !holds(term) else { continue }
      beginLevel()
      keep(term.set, in: term.variable, reason: Self.decided)
      return
    }
  }

  /// A plugin that nobody needs may not justify anything: it needs somebody who needs it.
  private mutating func demandFoundations() -> Bool {
    let needed = reached()
    for place in 0..<agenda.count {
      let index = agenda[place]
      guard variables[index].isKnown, !needed.contains(index) else { continue }
      let plugin = variables[index].plugin
      var own = universe.allStates(plugin)
      own[0] &= ~1
      let facts = universe.plugins[Int(plugin)].incoming.map { universe.facts[Int($0)] }
        .filter { $0.kind == .needs && $0.owner != plugin }
        .sorted { universe.rank[Int($0.owner)] < universe.rank[Int($1.owner)] }
      addSupport(own, index, facts.map { ($0.owner, $0.versions) })
      return true
    }
    return false
  }

  /// The variables that the roots lead to.
  private func reached() -> Set<Int32> {
    var found: Set<Int32> = []
    var open: [Int32] = []
    for root in premises.roots {
      for term in root.terms {
        let index = variableOf[term.plugin] - 1
        if index >= 0, isRequired(index), !holds(Term(set: term.set, variable: index)) {
          open.append(index)
        }
      }
    }
    while let index = open.popLast() {
      guard index >= 0, isRequired(index), found.insert(index).inserted,
        variables[index].isKnown, let state = onlyState(index)
      else { continue }
      let row = universe.rows[variables[index].plugin]
      let from = universe.clauseOffsets[row.offsets + state - 1]
      let to = universe.clauseOffsets[row.offsets + state]
      for place in from..<to {
        let clause = universe.clauses[universe.versionClauses[place]]
        guard universe.facts[Int(clause.fact)].kind == .needs else { continue }
        for place in (clause.start + 1)..<(clause.start + clause.count) {
          let term = universe.terms[place]
          let other = variableOf[term.plugin] - 1
          if other >= 0, isRequired(other), !holds(Term(set: term.set, variable: other)) {
            open.append(other)
          }
        }
      }
    }
    return found
  }

  /// What was chosen, without what nobody needs.
  func answer() -> [(plugin: Int32, version: Int32)] {
    let needed: Set<Int32>? = conflicts > 0 || supportCount > 0 ? reached() : nil
    var chosen: [(plugin: Int32, version: Int32)] = []
    for place in 0..<agenda.count {
      let index = agenda[place]
      guard needed?.contains(index) ?? true, let state = onlyState(index) else { continue }
      chosen.append((variables[index].plugin, state - 1))
    }
    return chosen
  }
}

extension PluginName {
  /// Whether the version is there already, or locked, or held by an outer scope.
  fileprivate func isKept(_ version: Version, _ request: SolveRequest) -> Bool {
    request.installed[self] == version || request.locked[self] == version
      || request.immovable[self] == version
  }
}
