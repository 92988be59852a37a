/// What a search comes to.
enum SearchOutcome {
  /// Plugins with their versions' places, in no order that means anything.
  case solved([(plugin: Int32, version: Int32)])
  /// Plugins of which nothing is known yet.
  case needs([Int32])
  /// No answer.
  case contradiction
  /// The caller wants no answer any more, or the budget is spent.
  case stopped
  /// All effort is spent, and there may be an answer or none.
  case exhausted
}

/// The search itself: imply, learn from conflicts, decide.
extension Search {
  /// Conflicts after which all clauses of wanted plugins are used at once.
  static var fullAfter: Int { 1 }

  /// Goes on until there is an outcome.
  ///
  /// - Parameter wantsBest: false where any answer will do, or none.
  mutating func run(budget: Int = .max, wantsBest: Bool = true, isCancelled: () -> Bool)
    -> SearchOutcome
  {
    guard begin() else { return .contradiction }
    restartsAt = patience.conflictsInOrder
    var steps = 0
    while true {
      var broken = pendingConflict
      pendingConflict = -1
      if broken < 0 { broken = propagate() }
      steps += 1
      if steps & 63 == 0, isCancelled() { return .stopped }
      if broken >= 0 {
        conflicts += 1
        if conflicts >= budget { return .stopped }
        guard learn(from: broken) else { return .contradiction }
        if conflicts == Self.fullAfter { useAll() }
        if conflicts >= restartsAt {
          if stage == .free, wantsBest, effort >= patience.searchEffort { return .exhausted }
          restart()
        }
        continue
      }
      switch decide() {
      case .made: continue
      case .done(.solved(let answer)):
        if isLastStage || !wantsBest { return .solved(answer) }
        improve()
      case .done(let outcome): return outcome
      }
    }
  }

  /// States the roots; false where they contradict each other.
  private mutating func begin() -> Bool {
    for (place, root) in premises.roots.enumerated() where premises.allows(root: place) {
      for term in root.terms { _ = variable(of: term.plugin) }
      guard !root.isWish else { continue }
      let start = terms.count
      for term in root.terms {
        terms.append(Term(set: term.set, variable: variableOf[term.plugin] - 1))
      }
      let broken = add(start, root.terms.count, origin: Int32(-1 - place))
      if broken >= 0 {
        noteFinal(broken)
        return false
      }
      if root.terms.count == 2 { groups.append(Int32(clauses.count - 1)) }
    }
    return true
  }

  /// From now on each wanted plugin brings all its clauses.
  private mutating func useAll() {
    isFull = true
    cancel(to: 0)
    queueHead = 0
  }

  private mutating func restart() {
    restarts += 1
    restartsAt = conflicts + 64 * Self.luby(restarts)
    cancel(to: 0)
    if conflicts >= forgetsAt { forgetHalf() }
    reviewStage()
  }

  /// 1 1 2 1 1 2 4 ... (Luby, Sinclair and Zuckerman).
  private static func luby(_ index: Int) -> Int {
    var index = index
    while true {
      var power = 1
      while (1 << power) - 1 < index { power += 1 }
      if (1 << power) - 1 == index { return 1 << (power - 1) }
      index -= (1 << (power - 1)) - 1
    }
  }

  enum Decision {
    case made
    case done(SearchOutcome)
  }

  private mutating func decide() -> Decision {
    if let index = nextVariable() {
      // A root was brought in, and what follows from that comes first.
      guard index >= 0 else { return .made }
      let state = stateToTry(index)
      beginLevel()
      choose(state, for: index)
      return .made
    }
    if answerGroup() { return .made }
    let unknown = unknownPlugins()
    if !unknown.isEmpty { return .done(.needs(unknown)) }
    if grantWish() { return .made }
    if demandSupport() { return .made }
    return .done(.solved(answer()))
  }

  private mutating func nextVariable() -> Int32? {
    isDecidingRoot = true
    while rootHead < premises.roots.count, isWalking || rootHead < orderedRoots {
      let root = premises.roots[rootHead]
      if !root.isWish, premises.allows(root: rootHead) {
        switch nextStep(root) {
        case .decide(let index):
          if isWalking { compareWithModel(index) }
          return index
        case .bring(let term, let index):
          if isWalking { compareWithModel(index, unlessIn: term) }
          beginLevel()
          remove(term, from: index, reason: Self.decided)
          return -1
        case .none: break
        }
      }
      rootHead += 1
    }
    isDecidingRoot = false
    if isWalking { finish() }
    if usesHeap { return mostActive() }
    while agendaHead < agenda.count {
      let index = agenda[agendaHead]
      if onlyState(index) == nil { return index }
      agendaHead += 1
    }
    return nil
  }

  private enum RootStep {
    case decide(Int32)
    case bring(UInt64, Int32)
    case none
  }

  /// What is left to decide about a root: who answers it, and in which version.
  private func nextStep(_ root: Premises.Root) -> RootStep {
    if root.terms.count == 1 {
      let index = variableOf[root.plugin] - 1
      return onlyState(index) == nil ? .decide(index) : .none
    }
    // The plugin itself before whoever provides its name.
    for term in root.terms {
      let index = variableOf[term.plugin] - 1
      let mine = Term(set: term.set, variable: index)
      if holds(mine) { continue }
      if fails(mine) { return onlyState(index) == nil ? .decide(index) : .none }
      return isRequired(index) ? .decide(index) : .bring(term.set, index)
    }
    return .none
  }

  /// What is installed or locked; else the best stable version; a pre-release and what was yanked last.
  func bestState(_ index: Int32) -> Int32 {
    let variable = variables[index]
    if variable.preferred > 0, contains(index, variable.preferred) { return variable.preferred }
    let row = universe.rows[variable.plugin]
    if variable.wordCount == 1 {
      let yanked = universe.masks[row.yanked]
      let prerelease = universe.masks[row.prerelease]
      if variable.domain & (yanked | prerelease) == 0 { return edge(variable.domain) }
      var set = variable.domain & ~yanked
      if set == 0 { return edge(variable.domain) }
      if set & ~prerelease != 0, !isPrereleaseNamed(variable.plugin) { set &= ~prerelease }
      return edge(set)
    }
    return bestWideState(variable, row)
  }

  private func bestWideState(_ variable: Variable, _ row: Universe.Row) -> Int32 {
    let domain = pointer(variable.domain)
    let count = Int(variable.wordCount)
    let isNamed = isPrereleaseNamed(variable.plugin)
    var ranked: (stable: Int32, present: Int32, any: Int32) = (0, 0, 0)
    let isMinimal = premises.request.preference == .minimal
    for step in 0..<count {
      let word = isMinimal ? step : count - 1 - step
      let present = domain[word] & ~universe.masks[row.yanked + word]
      let stable = isNamed ? present : present & ~universe.masks[row.prerelease + word]
      if stable != 0, ranked.stable == 0 { ranked.stable = Int32(word * 64) + edge(stable) }
      if present != 0, ranked.present == 0 { ranked.present = Int32(word * 64) + edge(present) }
      if domain[word] != 0, ranked.any == 0 { ranked.any = Int32(word * 64) + edge(domain[word]) }
    }
    return ranked.stable != 0 ? ranked.stable : ranked.present != 0 ? ranked.present : ranked.any
  }

  @inline(__always)
  private func edge(_ set: UInt64) -> Int32 {
    premises.request.preference == .minimal
      ? Int32(set.trailingZeroBitCount) : Int32(63 - set.leadingZeroBitCount)
  }

  @inline(__always)
  func contains(_ index: Int32, _ state: Int32) -> Bool {
    let variable = variables[index]
    if variable.wordCount == 1 { return variable.domain >> UInt64(state) & 1 != 0 }
    return pointer(variable.domain)[Int(state) / 64] >> UInt64(state % 64) & 1 != 0
  }

  /// Takes the next group of alternatives that nothing chosen answers: the first that fits, what is
  /// installed before the others.
  private mutating func answerGroup() -> Bool {
    for place in 0..<groups.count {
      let clause = clauses[groups[place]]
      guard isOpen(clause) else { continue }
      if clause.origin == Self.support {
        declineSupport(clause)
        return true
      }
      guard clause.origin >= 0 else { continue }
      let source = universe.clauses[clause.origin]
      var chosen: Int32?
      for place in (source.start + 1)..<(source.start + source.count) {
        let term = universe.terms[place]
        let index = variableOf[term.plugin] - 1
        guard !holds(Term(set: term.set, variable: index)) else { continue }
        if variables[index].preferred > 0 {
          chosen = place
          break
        }
        if chosen == nil { chosen = place }
      }
      guard let chosen else { continue }
      let term = universe.terms[chosen]
      beginLevel()
      remove(term.set, from: variableOf[term.plugin] - 1, reason: Self.decided)
      return true
    }
    return false
  }

  /// Whether a clause would be broken if all that is not wanted stayed absent.
  private func isOpen(_ clause: Clause) -> Bool {
    for place in clause.start..<(clause.start + clause.count) {
      let term = terms[place]
      if isRequired(term.variable) {
        if !holds(term) { return false }
      } else if firstWord(term.variable, term.set) & 1 == 0 {
        return false
      }
    }
    return true
  }

  private func unknownPlugins() -> [Int32] {
    var unknown: [Int32] = []
    for place in 0..<agenda.count where !variables[agenda[place]].isKnown {
      unknown.append(variables[agenda[place]].plugin)
    }
    for root in premises.roots where root.isWish && universe.isUnknown(root.plugin) {
      unknown.append(root.plugin)
    }
    return unknown
  }

  private mutating func grantWish() -> Bool {
    for root in premises.roots where root.isWish {
      let term = Term(set: root.terms[0].set, variable: variableOf[root.plugin] - 1)
      if isRequired(term.variable) || holds(term) { continue }
      beginLevel()
      remove(term.set, from: term.variable, reason: Self.decided)
      return true
    }
    return false
  }
}
