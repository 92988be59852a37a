/// What is learned from a broken clause: the first unique implication point, as a clause that
/// would have prevented the conflict.
extension Search {
  /// Learns from a broken clause, goes back to where what was learned implies something, and follows
  /// it. False where the conflict rests on no decision: there is no answer.
  mutating func learn(from broken: Int32) -> Bool {
    goToConflict(broken)
    guard level > 0 else {
      noteFinal(broken)
      return false
    }
    let uip = resolve(broken)
    return install(uip)
  }

  /// Goes back to the last level that the broken clause depends on.
  private mutating func goToConflict(_ broken: Int32) {
    let clause = clauses[broken]
    var last: Int32 = -1
    for place in clause.start..<(clause.start + clause.count) {
      last = max(last, heldSince(terms[place].variable, terms[place].set))
    }
    cancel(to: last < 0 ? 0 : Int(trail[last].level))
  }

  /// Resolves backwards along the trail until one term of the current level is left; answers its
  /// variable. The result stands in `learnedBuffer`, that term first.
  private mutating func resolve(_ broken: Int32) -> Int32 {
    scratch.truncate(to: 0)
    marked.truncate(to: 0)
    antecedentBuffer.truncate(to: 0)
    let begin = levels[level - 1]
    var open = 0
    var place = trail.count
    var reason = broken
    var resolved: Int32 = -1
    while true {
      noteAntecedent(reason)
      bump(clause: reason)
      let clause = clauses[reason]
      for index in clause.start..<(clause.start + clause.count) {
        let term = terms[index]
        guard term.variable != resolved else { continue }
        let since = heldSince(term.variable, term.set)
        open += mark(term, since, begin)
      }
      repeat { place -= 1 } while !isPivot(place)
      let pivot = trail[place].variable
      if open == 1 { return pivot }
      open -= 1
      reason = trail[place].reason
      let mine = clauseTerm(reason, of: pivot)
      let before = trail[place].previous
      if widen(pivot, by: mine, before) {
        open += before >= 0 && variables[pivot].markedEntry >= begin ? 1 : 0
      }
      resolved = pivot
    }
  }

  @inline(__always)
  private func isPivot(_ place: Int) -> Bool {
    let index = trail[place].variable
    return variables[index].isMarked && variables[index].markedEntry == place
  }

  private func clauseTerm(_ clause: Int32, of index: Int32) -> UInt64 {
    var place = clauses[clause].start
    while terms[place].variable != index { place += 1 }
    return terms[place].set
  }

  /// Adds a term to the clause in the making; answers 1 where it is a new one of this level.
  private mutating func mark(_ term: Term, _ since: Int32, _ begin: Int32) -> Int {
    let index = term.variable
    if since < 0 { return 0 }
    if trail[since].level == 0 {
      if isTracking { antecedentBuffer.append(-1 - index) }
      return 0
    }
    bump(index)
    guard variables[index].isMarked else {
      variables[index].isMarked = true
      variables[index].markedSet = term.set
      variables[index].markedEntry = since
      marked.append(index)
      return since >= begin ? 1 : 0
    }
    let wasHere = variables[index].markedEntry >= begin
    variables[index].markedSet = combined(index, variables[index].markedSet, term.set, &)
    variables[index].markedEntry = max(variables[index].markedEntry, since)
    return !wasHere && since >= begin ? 1 : 0
  }

  /// After resolving on a variable: its states of both clauses together; false where the term is gone.
  private mutating func widen(_ index: Int32, by set: UInt64, _ before: Int32) -> Bool {
    let count = variables[index].wordCount
    let wider = combined(index, variables[index].markedSet, set, |)
    // Held by nothing but where the search began: always true, so it says nothing.
    if isSubset(count, variables[index].base, of: wider) {
      variables[index].isMarked = false
      return false
    }
    var place = before
    while place >= 0 {
      let previous = trail[place].previous
      let former = previous >= 0 ? trail[previous].domain : variables[index].base
      guard isSubset(count, former, of: wider) else { break }
      place = previous
    }
    if trail[place].level == 0 {
      if isTracking { antecedentBuffer.append(-1 - index) }
      variables[index].isMarked = false
      return false
    }
    variables[index].markedSet = wider
    variables[index].markedEntry = place
    return true
  }

  private mutating func combined(
    _ index: Int32, _ left: UInt64, _ right: UInt64, _ operation: (UInt64, UInt64) -> UInt64
  ) -> UInt64 {
    let count = Int(variables[index].wordCount)
    if count == 1 { return operation(left, right) }
    let place = scratch.appendRoom(count)
    let (a, b) = (pointer(left), pointer(right))
    for word in 0..<count { scratch[place + word] = operation(a[word], b[word]) }
    return UInt64(place) | Self.inScratch
  }

  /// Makes the learned clause and follows it at the level where it first implies something.
  private mutating func install(_ uip: Int32) -> Bool {
    learnedBuffer.truncate(to: 0)
    learnedBuffer.append(Term(set: variables[uip].markedSet, variable: uip))
    var back: Int32 = 0
    for place in 0..<marked.count {
      let index = marked[place]
      guard variables[index].isMarked, index != uip else { continue }
      if isRedundant(index) { continue }
      learnedBuffer.append(Term(set: variables[index].markedSet, variable: index))
      back = max(back, trail[variables[index].markedEntry].level)
    }
    for place in 0..<marked.count { variables[marked[place]].isMarked = false }
    let glue = levelCount()
    cancel(to: Int(back))
    let start = terms.count
    for place in 0..<learnedBuffer.count {
      var term = learnedBuffer[place]
      term.set = kept(term)
      terms.append(term)
    }
    decay()
    let count = learnedBuffer.count
    let index = Int32(clauses.count)
    var clause = Clause(start: Int32(start), count: Int32(count), origin: Self.learned)
    clause.antecedents = noteLearned()
    clause.activity = clauseIncrement
    clause.glue = glue
    clauses.append(clause)
    if count > 1 {
      var best = start + 1
      for place in (start + 1)..<(start + count) {
        if heldSince(terms[place].variable, terms[place].set)
          > heldSince(terms[best].variable, terms[best].set)
        {
          best = place
        }
      }
      (terms[start + 1], terms[best]) = (terms[best], terms[start + 1])
      watch(terms[start], index, besides: terms[start + 1])
      watch(terms[start + 1], index, besides: terms[start])
    }
    let term = terms[start]
    if holds(term) {
      noteFinal(index)
      return false
    }
    if !fails(term) { remove(term.set, from: term.variable, reason: index) }
    return true
  }

  /// From how many levels the terms of the clause in the making come.
  private func levelCount() -> Int32 {
    var count: Int32 = 0
    for place in 0..<learnedBuffer.count {
      let level = trail[variables[learnedBuffer[place].variable].markedEntry].level
      var isFirst = true
      for other in 0..<place
      where trail[variables[learnedBuffer[other].variable].markedEntry].level == level {
        isFirst = false
        break
      }
      if isFirst { count += 1 }
    }
    return count
  }

  /// Whether a term follows from the others: all that implied it is implied by them.
  private mutating func isRedundant(_ index: Int32) -> Bool {
    let entry = variables[index].markedEntry
    let reason = trail[entry].reason
    guard reason >= 0 else { return false }
    let clause = clauses[reason]
    // What the domain was before must be enough together with what the reason takes away.
    let previous = trail[entry].previous
    let before = previous >= 0 ? trail[previous].domain : variables[index].base
    guard previous < 0 || trail[previous].level == 0 || isSame(index, before) else { return false }
    for place in clause.start..<(clause.start + clause.count) {
      let term = terms[place]
      guard term.variable != index else { continue }
      let since = heldSince(term.variable, term.set)
      if since < 0 { continue }
      if trail[since].level == 0 {
        continue
      }
      let other = variables[term.variable]
      guard other.isMarked, other.markedEntry < entry,
        isSubset(other.wordCount, other.markedSet, of: term.set)
      else {
        return false
      }
    }
    if isTracking {
      antecedentBuffer.append(reason)
      if previous >= 0 { antecedentBuffer.append(-1 - index) }
      for place in clause.start..<(clause.start + clause.count)
      where terms[place].variable != index {
        let since = heldSince(terms[place].variable, terms[place].set)
        if since >= 0, trail[since].level == 0 {
          antecedentBuffer.append(-1 - terms[place].variable)
        }
      }
    }
    return true
  }

  private func isSame(_ index: Int32, _ set: UInt64) -> Bool {
    let count = variables[index].wordCount
    return isSubset(count, variables[index].base, of: set)
  }

  /// A learned term's set, moved out of the scratch space.
  private mutating func kept(_ term: Term) -> UInt64 {
    let count = Int(variables[term.variable].wordCount)
    guard count > 1 else { return term.set }
    let place = words.appendRoom(count)
    let from = pointer(term.set)
    for word in 0..<count { words[place + word] = from[word] }
    return UInt64(place) | Self.inWords
  }

  // MARK: Activity

  @inline(__always)
  private mutating func bump(_ index: Int32) {
    variables[index].activity += increment
    if usesHeap { enqueue(index) }
  }

  private mutating func bump(clause: Int32) {
    guard clauses[clause].origin == Self.learned else { return }
    clauses[clause].activity += clauseIncrement
  }

  private mutating func decay() {
    increment /= 0.95
    clauseIncrement /= 0.999
    if increment > 1e100 {
      for index in 0..<variables.count { variables[index].activity *= 1e-100 }
      increment *= 1e-100
    }
    if clauseIncrement > 1e30 {
      for index in 0..<clauses.count { clauses[index].activity *= 1e-30 }
      clauseIncrement *= 1e-30
    }
  }
}
