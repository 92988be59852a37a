/// Which clauses of the universe a contradiction rests on.
extension Search {
  /// More than this many antecedents are not kept: then everything in use counts as evidence.
  static var antecedentLimit: Int { 1 << 21 }

  mutating func noteAntecedent(_ clause: Int32) {
    if isTracking { antecedentBuffer.append(clause) }
  }

  /// Keeps the antecedents of the clause that is learned now; answers where they begin.
  mutating func noteLearned() -> Int32 {
    guard isTracking else { return -1 }
    if antecedents.count + antecedentBuffer.count > Self.antecedentLimit {
      isTracking = false
      return -1
    }
    let start = antecedents.count
    antecedents.append(Int32(antecedentBuffer.count))
    for place in 0..<antecedentBuffer.count { antecedents.append(antecedentBuffer[place]) }
    return Int32(start)
  }

  mutating func noteFinal(_ broken: Int32) { finalConflict = broken }

  /// The roots and clauses of the universe that the contradiction follows from.
  func evidence() -> (roots: [Int32], clauses: [Int32]) {
    var walk = EvidenceWalk(clauses: clauses.count, variables: variables.count)
    guard isTracking, finalConflict >= 0 else {
      for clause in 0..<Int32(clauses.count) { walk.note(clauses[clause].origin) }
      return walk.result
    }
    walk.open.append((finalConflict, true))
    while let (clause, isWhole) = walk.open.popLast() {
      let value = clauses[clause]
      if isWhole, walk.isNew(whole: clause) {
        for place in value.start..<(value.start + value.count) {
          follow(terms[place].variable, &walk)
        }
      }
      guard walk.isNew(clause) else { continue }
      walk.note(value.origin)
      guard value.antecedents >= 0 else { continue }
      let count = antecedents[value.antecedents]
      for place in (value.antecedents + 1)..<(value.antecedents + 1 + count) {
        let antecedent = antecedents[place]
        if antecedent >= 0 {
          walk.open.append((antecedent, false))
        } else {
          follow(-1 - antecedent, &walk)
        }
      }
    }
    return walk.result
  }

  /// All that implied what is known of a variable without a decision.
  private func follow(_ variable: Int32, _ walk: inout EvidenceWalk) {
    guard walk.isNew(variable: variable) else { return }
    var place = variables[variable].lastEntry
    while place >= 0 {
      if trail[place].level == 0, trail[place].reason >= 0 {
        walk.open.append((trail[place].reason, true))
      }
      place = trail[place].previous
    }
  }
}

/// What was met already on the way from a contradiction to its grounds.
private struct EvidenceWalk {
  var open: [(clause: Int32, isWhole: Bool)] = []
  private var clauses: [Bool]
  private var wholes: [Bool]
  private var variables: [Bool]
  private var roots: [Int32] = []
  private var origins: [Int32] = []

  init(clauses: Int, variables: Int) {
    self.clauses = Array(repeating: false, count: clauses)
    wholes = self.clauses
    self.variables = Array(repeating: false, count: variables)
  }

  var result: (roots: [Int32], clauses: [Int32]) { (roots.sorted(), origins.sorted()) }

  mutating func isNew(_ clause: Int32) -> Bool { Self.take(&clauses[Int(clause)]) }
  mutating func isNew(whole clause: Int32) -> Bool { Self.take(&wholes[Int(clause)]) }
  mutating func isNew(variable: Int32) -> Bool { Self.take(&variables[Int(variable)]) }

  private static func take(_ flag: inout Bool) -> Bool {
    guard !flag else { return false }
    flag = true
    return true
  }

  mutating func note(_ origin: Int32) {
    if origin < 0 {
      roots.append(-1 - origin)
    } else if origin < Search.support {
      origins.append(origin)
    }
  }
}
