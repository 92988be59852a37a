/// Learned clauses that no longer help make room: between restarts, at level 0.
extension Search {
  /// Forgets half of what was learned: what came from the most levels, and of that what helped least.
  /// The antecedents stay, as evidence.
  mutating func forgetHalf() {
    forgettings += 1
    forgetsAt = conflicts + 2_000 + 300 * forgettings
    var isReason = Set<Int32>()
    for place in 0..<trail.count { isReason.insert(trail[place].reason) }
    var candidates: [Int32] = []
    for index in 0..<Int32(clauses.count) {
      let clause = clauses[index]
      guard clause.origin == Self.learned, clause.count > 1, !isReason.contains(index) else {
        continue
      }
      if isAnswered(clause) {
        clauses[index].count = 0
      } else if clause.count > 2, clause.glue > 2 {
        candidates.append(index)
      }
    }
    candidates.sort {
      let (left, right) = (clauses[$0], clauses[$1])
      if left.glue != right.glue { return left.glue > right.glue }
      return left.activity == right.activity ? $0 < $1 : left.activity < right.activity
    }
    for index in candidates.prefix(candidates.count / 2) { clauses[index].count = 0 }
    packTerms()
    packWords()
    watchAgain()
  }

  /// Whether a clause can't be broken any more, whatever is decided.
  private func isAnswered(_ clause: Clause) -> Bool {
    for place in clause.start..<(clause.start + clause.count) where fails(terms[place]) {
      return true
    }
    return false
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

  /// Keeps only the wide sets that something still refers to.
  private mutating func packWords() {
    var kept = Arena<UInt64>(capacity: words.count)
    for index in 0..<variables.count where variables[index].wordCount > 1 {
      let count = Int(variables[index].wordCount)
      let old = variables[index].base
      let moved = Self.move(old, count, from: words, to: &kept)
      if variables[index].domain == old { variables[index].domain = moved }
      variables[index].base = moved
    }
    for place in 0..<terms.count {
      let count = Int(variables[terms[place].variable].wordCount)
      if count > 1 { terms[place].set = Self.move(terms[place].set, count, from: words, to: &kept) }
    }
    words = kept
  }

  private static func move(
    _ handle: UInt64, _ count: Int, from words: borrowing Arena<UInt64>,
    to kept: inout Arena<UInt64>
  ) -> UInt64 {
    guard handle & Self.inScratch == Self.inWords else { return handle }
    let old = Int(handle & Self.placeMask)
    let place = kept.appendRoom(count)
    for word in 0..<count { kept[place + word] = words[old + word] }
    return UInt64(place) | Self.inWords
  }

  /// Builds the lists of watches anew, without the gaps that growing left.
  private mutating func watchAgain() {
    for index in 0..<variables.count { variables[index].watchCapacity = 4 }
    for index in 0..<clauses.count where clauses[index].count > 1 {
      for place in clauses[index].start..<(clauses[index].start + 2) {
        variables[terms[place].variable].watchCapacity += 1
      }
    }
    watches.truncate(to: 0)
    for index in 0..<variables.count {
      let room = watches.appendRoom(Int(variables[index].watchCapacity))
      variables[index].watchStart = Int32(room)
      variables[index].watchCount = 0
    }
    for index in 0..<Int32(clauses.count) where clauses[index].count > 1 {
      let start = clauses[index].start
      watch(terms[start], index, besides: terms[start + 1])
      watch(terms[start + 1], index, besides: terms[start])
    }
  }
}
