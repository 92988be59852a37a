/// Hard searches: an answer first, the best one after that.
///
/// Deciding the requests in order finds the best answer, but where the conflicts are about something
/// else it may take for ever to see that there is none. So after many conflicts the order is dropped
/// until any answer is found or excluded; then the answer is improved request by request, each time
/// with all those before it fixed. What was learned stays true throughout.
extension Search {
  enum Stage {
    /// The requests in order, each with its best version; then the rest.
    case ordered
    /// Whatever conflicts turn on first, each with the version that it had last.
    case free
    /// The first requests in order, each with its best version; the rest as when free.
    case improving
    /// All requests in order, and then the best version of whatever else is wanted.
    case finishing
    /// As the last answer found: anything better took too long.
    case settled
  }

  var isLastStage: Bool { stage == .ordered || stage == .finishing || stage == .settled }
  var decidesUnwanted: Bool { stage != .ordered && stage != .finishing }

  /// At a restart: whether this stage has gone on for long enough.
  mutating func reviewStage() {
    switch stage {
    case .ordered: dropOrder()
    case .improving, .finishing:
      if effort >= wholeLimit {
        settle()
      } else if effort >= stepLimit {
        if stage == .finishing { settle() } else { settleRoot() }
      }
    case .free:
      if conflicts >= turnsAt { turn() }
    case .settled: break
    }
  }

  private mutating func dropOrder() {
    stage = .free
    orderedRoots = 0
    turnsAt = conflicts + 512
    for index in 0..<Int32(variables.count) { enqueue(index) }
  }

  /// Some proofs are short only in the requests' order (more pigeons than holes), most only without it:
  /// as long as there is no answer both have their turns, each longer than the last.
  private mutating func turn() {
    if orderedRoots == 0 {
      orderedRoots = .max
      turnsAt = conflicts + 4_096 << min(turns, 20)
      turns += 1
    } else {
      orderedRoots = 0
      turnsAt = conflicts + 8_192 << min(turns, 20)
    }
  }

  /// Takes the answer just found as the one to improve.
  mutating func improve() {
    if stage == .free {
      wholeLimit = effort + patience.wholeEffort
      orderedRoots = 0
    }
    stage = .improving
    model.truncate(to: 0)
    for index in 0..<Int32(variables.count) { model.append(onlyState(index) ?? 0) }
    walk()
  }

  /// Follows the roots in order, as far as the model has the best that is left.
  private mutating func walk() {
    cancel(to: 0)
    isWalking = true
    stepLimit = effort + patience.stepEffort
    for index in 0..<Int32(model.count) where model[index] > 0 {
      variables[index].phase = model[index]
    }
  }

  /// Ends the walk at a root for which a better version than the model's has to be tried.
  mutating func compareWithModel(_ index: Int32, unlessIn term: UInt64? = nil) {
    let state = index < model.count ? model[index] : 0
    let agrees: Bool
    if let term {
      agrees = state > 0 && !has(state, term, index)
    } else {
      agrees = state == stateToTry(index)
    }
    if !agrees {
      isWalking = false
      orderedRoots = rootHead + 1
    }
  }

  /// All roots have the best version that they can have together with those before.
  mutating func finish() {
    isWalking = false
    orderedRoots = .max
    stage = .finishing
    stepLimit = effort + patience.restEffort
  }

  private mutating func settleRoot() {
    settledRoots.insert(orderedRoots - 1)
    walk()
  }

  private mutating func settle() {
    stage = .settled
    walk()
    isWalking = false
    orderedRoots = 0
  }

  /// The state that a variable is decided for.
  func stateToTry(_ index: Int32) -> Int32 {
    guard usesHeap else { return bestState(index) }
    if isDecidingRoot {
      if settledRoots.contains(rootHead), contains(index, model[index]) { return model[index] }
      return bestState(index)
    }
    let phase = variables[index].phase
    if stage != .finishing, phase > 0, contains(index, phase) { return phase }
    return isRequired(index) ? bestState(index) : newestState(index)
  }

  /// The newest version that is left, of a plugin that need not be there.
  private func newestState(_ index: Int32) -> Int32 {
    let variable = variables[index]
    if variable.wordCount == 1 { return Int32(63 - variable.domain.leadingZeroBitCount) }
    let set = pointer(variable.domain)
    var word = Int(variable.wordCount) - 1
    while word > 0, set[word] == 0 { word -= 1 }
    return Int32(word * 64 + 63 - set[word].leadingZeroBitCount)
  }

  private func has(_ state: Int32, _ set: UInt64, _ index: Int32) -> Bool {
    if variables[index].wordCount == 1 { return set >> UInt64(state) & 1 != 0 }
    return pointer(set)[Int(state) / 64] >> UInt64(state % 64) & 1 != 0
  }
}

/// How long a search looks for the best answer; counts, so that no machine's speed shows in it.
package struct Patience: Sendable {
  /// Conflicts after which the order is dropped until there is any answer.
  package var conflictsInOrder: Int
  /// Clauses looked at for one request before the version that was found is taken for the best.
  package var stepEffort: Int
  /// Clauses looked at in all to improve the answer.
  package var wholeEffort: Int

  /// Clauses looked at before the search for any answer at all is given up.
  package var searchEffort: Int

  /// Clauses looked at for the best versions of what was not asked for itself.
  package var restEffort: Int { stepEffort / 5 }

  package init(
    conflictsInOrder: Int, stepEffort: Int, wholeEffort: Int, searchEffort: Int = .max
  ) {
    self.conflictsInOrder = conflictsInOrder
    self.searchEffort = searchEffort
    self.stepEffort = stepEffort
    self.wholeEffort = wholeEffort
  }

  /// About two seconds for a request, six in all, and some ten for any answer, with 20 to 60
  /// million clauses in a second.
  package static let usual = Patience(
    conflictsInOrder: 256, stepEffort: 50_000_000, wholeEffort: 150_000_000,
    searchEffort: 150_000_000)
}
