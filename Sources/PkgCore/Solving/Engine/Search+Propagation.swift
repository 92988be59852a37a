/// What follows from what: domains shrink until nothing more is implied, or a clause is broken.
extension Search {
  /// Takes states away from a variable. Some state must remain.
  mutating func remove(_ set: UInt64, from index: Int32, reason: Int32) {
    let old = variables[index].domain
    let count = variables[index].wordCount
    var domain: UInt64
    if count == 1 {
      domain = old & ~set
    } else {
      let place = trailWords.appendRoom(Int(count))
      domain = UInt64(place) | Self.inTrail
      let (from, taken) = (pointer(old), pointer(set))
      for word in 0..<Int(count) { trailWords[place + word] = from[word] & ~taken[word] }
    }
    push(domain, old, index, reason)
  }

  /// Leaves a variable only the given states of those it has. Some state must remain.
  mutating func keep(_ set: UInt64, in index: Int32, reason: Int32) {
    let old = variables[index].domain
    let count = variables[index].wordCount
    var domain: UInt64
    if count == 1 {
      domain = old & set
    } else {
      let place = trailWords.appendRoom(Int(count))
      domain = UInt64(place) | Self.inTrail
      let (from, kept) = (pointer(old), pointer(set))
      for word in 0..<Int(count) { trailWords[place + word] = from[word] & kept[word] }
    }
    push(domain, old, index, reason)
  }

  /// Decides for one state.
  mutating func choose(_ state: Int32, for index: Int32) {
    let count = variables[index].wordCount
    let old = variables[index].domain
    if count == 1 {
      push(1 << UInt64(state), old, index, Self.decided)
      return
    }
    let place = trailWords.appendRoom(Int(count))
    for word in 0..<Int(count) { trailWords[place + word] = 0 }
    trailWords[place + Int(state) / 64] = 1 << UInt64(state % 64)
    push(UInt64(place) | Self.inTrail, old, index, Self.decided)
  }

  @inline(__always)
  private mutating func push(_ domain: UInt64, _ old: UInt64, _ index: Int32, _ reason: Int32) {
    let wasRequired = firstWord(index, old) & 1 == 0
    trail.append(
      Entry(
        domain: domain, variable: index, previous: variables[index].lastEntry, reason: reason,
        level: Int32(level)))
    variables[index].lastEntry = Int32(trail.count - 1)
    variables[index].domain = domain
    if !wasRequired, firstWord(index, domain) & 1 == 0 {
      agenda.append(index)
      if usesHeap { enqueue(index) }
    }
  }

  mutating func beginLevel() {
    levels.append(Int32(trail.count))
    agendaMarks.append(Int32(agendaHead))
    rootMarks.append(Int32(rootHead))
  }

  /// Goes back to the end of a level.
  mutating func cancel(to target: Int) {
    guard level > target else { return }
    let start = Int(levels[target])
    var index = trail.count - 1
    while index >= start {
      let entry = trail[index]
      let previous = entry.previous
      let old = previous >= 0 ? trail[previous].domain : variables[entry.variable].base
      if firstWord(entry.variable, entry.domain) & 1 == 0, firstWord(entry.variable, old) & 1 != 0 {
        agenda.truncate(to: agenda.count - 1)
      }
      if usesHeap {
        notePhase(entry.variable)
        enqueue(entry.variable)
      }
      variables[entry.variable].domain = old
      variables[entry.variable].lastEntry = previous
      if variables[entry.variable].wordCount != 1 {
        trailWords.truncate(to: Int(entry.domain & Self.placeMask))
      }
      index -= 1
    }
    trail.truncate(to: start)
    agendaHead = Int(agendaMarks[target])
    rootHead = Int(rootMarks[target])
    rootMarks.truncate(to: target)
    levels.truncate(to: target)
    agendaMarks.truncate(to: target)
    queueHead = min(queueHead, start)
  }

  /// Follows all implications; answers the clause that is broken, or -1.
  mutating func propagate() -> Int32 {
    while queueHead < trail.count {
      let index = trail[queueHead].variable
      queueHead += 1
      let broken = visitWatches(of: index)
      if broken >= 0 { return broken }
      if isRequired(index) {
        let broken = bringIn(index)
        if broken >= 0 { return broken }
      }
    }
    return -1
  }

  private mutating func visitWatches(of index: Int32) -> Int32 {
    let start = Int(variables[index].watchStart)
    let count = Int(variables[index].watchCount)
    let wordCount = variables[index].wordCount
    effort += 1 + count / 16
    var read = 0
    var written = 0
    while read < count {
      let watch = watches[start + read]
      read += 1
      if !isSubset(wordCount, variables[index].domain, of: watch.set) {
        watches[start + written] = watch
        written += 1
        continue
      }
      if fails(Term(set: watch.otherSet, variable: watch.other)) {
        watches[start + written] = watch
        written += 1
        continue
      }
      effort += 1
      let clause = clauses[watch.clause]
      let first = Int(clause.start)
      if terms[first].variable == index {
        (terms[first], terms[first + 1]) = (terms[first + 1], terms[first])
      }
      let other = terms[first]
      if fails(other) {
        watches[start + written] = watch
        written += 1
        continue
      }
      if clause.count > 2, moveWatch(watch.clause, first, Int(clause.count)) { continue }
      watches[start + written] = watch
      written += 1
      if holds(other) {
        while read < count {
          watches[start + written] = watches[start + read]
          written += 1
          read += 1
        }
        variables[index].watchCount = Int32(written)
        return watch.clause
      }
      remove(other.set, from: other.variable, reason: watch.clause)
    }
    variables[index].watchCount = Int32(written)
    return -1
  }

  /// Finds another term that does not hold to watch in place of the second.
  @inline(__always)
  private mutating func moveWatch(_ clause: Int32, _ first: Int, _ count: Int) -> Bool {
    var place = first + 2
    while place < first + count {
      let term = terms[place]
      if !holds(term) {
        terms[place] = terms[first + 1]
        terms[first + 1] = term
        watch(term, clause, besides: terms[first])
        return true
      }
      place += 1
    }
    return false
  }

  mutating func watch(_ term: Term, _ clause: Int32, besides other: Term) {
    let index = term.variable
    if variables[index].watchCount == variables[index].watchCapacity {
      let capacity = max(4, variables[index].watchCapacity * 2)
      let start = watches.appendRoom(Int(capacity))
      let old = Int(variables[index].watchStart)
      for place in 0..<Int(variables[index].watchCount) {
        watches[start + place] = watches[old + place]
      }
      variables[index].watchStart = Int32(start)
      variables[index].watchCapacity = capacity
    }
    let place = variables[index].watchStart + variables[index].watchCount
    watches[place] = Watch(
      set: term.set, clause: clause, other: other.variable, otherSet: other.set)
    variables[index].watchCount += 1
  }

  /// Puts the clauses of a plugin that is wanted to use.
  private mutating func bringIn(_ index: Int32) -> Int32 {
    guard variables[index].isKnown, !variables[index].isActive else { return -1 }
    let row = universe.rows[variables[index].plugin]
    if isFull {
      variables[index].isActive = true
      for clause in row.clauseStart..<(row.clauseStart + row.clauseCount) {
        let broken = use(clause)
        if broken >= 0 {
          variables[index].isActive = false
          return broken
        }
      }
    } else if let state = onlyState(index) {
      let from = universe.clauseOffsets[row.offsets + state - 1]
      let to = universe.clauseOffsets[row.offsets + state]
      for place in from..<to {
        let broken = use(universe.versionClauses[place])
        if broken >= 0 { return broken }
      }
    }
    return -1
  }

  /// Copies a clause of the universe into the search; answers it where it is broken already.
  mutating func use(_ clause: Int32) -> Int32 {
    let bit = UInt64(1) << UInt64(clause & 63)
    let used = inUse[clause >> 6]
    guard used & bit == 0 else { return -1 }
    let source = universe.clauses[clause]
    guard premises.allows(fact: source.fact) else { return -1 }
    inUse[clause >> 6] = used | bit
    let start = terms.count
    for place in source.start..<(source.start + source.count) {
      let term = universe.terms[place]
      let index = variable(of: term.plugin)
      terms.append(Term(set: term.set, variable: index))
    }
    return add(start, Int(source.count), origin: clause)
  }

  /// Adds the clause of the last terms; answers it where it is broken, and follows it where it
  /// implies something now.
  mutating func add(_ start: Int, _ count: Int, origin: Int32) -> Int32 {
    let index = Int32(clauses.count)
    clauses.append(Clause(start: Int32(start), count: Int32(count), origin: origin))
    if count > 2 { groups.append(index) }
    guard count > 1 else {
      let term = terms[start]
      if holds(term) { return index }
      if !fails(term) { remove(term.set, from: term.variable, reason: index) }
      return -1
    }
    order(start, count)
    let (first, second) = (terms[start], terms[start + 1])
    watch(first, index, besides: second)
    watch(second, index, besides: first)
    if holds(first) { return index }
    if holds(second), !fails(first) { remove(first.set, from: first.variable, reason: index) }
    return -1
  }

  /// The two best to watch to the front: those that don't hold, then those that hold since lately.
  private mutating func order(_ start: Int, _ count: Int) {
    for front in start..<(start + 2) {
      var best = front
      var bestRank = Int32.min
      for place in front..<(start + count) {
        let term = terms[place]
        let rank =
          holds(term) ? heldSince(term.variable, term.set) : fails(term) ? Int32.max - 1 : Int32.max
        if rank > bestRank {
          bestRank = rank
          best = place
        }
      }
      (terms[front], terms[best]) = (terms[best], terms[front])
    }
  }

  /// The trail entry since which the domain lies within a set that it lies in now; -1 for always.
  @inline(__always)
  func heldSince(_ index: Int32, _ set: UInt64) -> Int32 {
    let count = variables[index].wordCount
    var place = variables[index].lastEntry
    while place >= 0 {
      let previous = trail[place].previous
      let before = previous >= 0 ? trail[previous].domain : variables[index].base
      guard isSubset(count, before, of: set) else { return place }
      place = previous
    }
    return -1
  }
}
