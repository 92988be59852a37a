/// Learned clauses that no longer help make room: between restarts, at level 0.
extension Search {
  /// Forgets the less active half of what was learned. Their antecedents stay, as evidence.
  mutating func forgetHalf() {
    var isReason = Set<Int32>()
    for place in 0..<trail.count { isReason.insert(trail[place].reason) }
    var candidates: [Int32] = []
    for index in 0..<Int32(clauses.count) {
      let clause = clauses[index]
      if clause.origin == Self.learned, clause.count > 2, !isReason.contains(index) {
        candidates.append(index)
      }
    }
    candidates.sort {
      let (left, right) = (clauses[$0].activity, clauses[$1].activity)
      return left == right ? $0 < $1 : left < right
    }
    for index in candidates.prefix(candidates.count / 2) {
      clauses[index].count = 0
      learnedCount -= 1
    }
    dropWatches()
    packTerms()
  }

  private mutating func dropWatches() {
    for index in 0..<variables.count {
      let start = Int(variables[index].watchStart)
      var written = start
      for place in start..<(start + Int(variables[index].watchCount))
      where clauses[watches[place].clause].count > 0 {
        watches[written] = watches[place]
        written += 1
      }
      variables[index].watchCount = Int32(written - start)
    }
  }

  /// Clauses lie in the order in which they were made, so that terms only move towards the front.
  private mutating func packTerms() {
    var written = 0
    for index in 0..<clauses.count {
      let clause = clauses[index]
      let start = Int(clause.start)
      clauses[index].start = Int32(written)
      for place in start..<(start + Int(clause.count)) {
        terms[written] = terms[place]
        written += 1
      }
    }
    terms.truncate(to: written)
  }
}
