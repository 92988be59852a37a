/// Terms that can't all hold, with the reason: a fact, or two such statements that imply it.
struct Incompatibility {
  struct Term: Equatable {
    var plugin: Int32
    /// States: bit 0 is "absent".
    var set: [UInt64]
  }

  enum Cause: Equatable {
    case ground(Ground)
    /// Places among the derivation's statements.
    case derived(Int, Int)
  }

  var terms: [Term]
  var cause: Cause
}

/// A proof that a core excludes every answer: each step joins two statements to a third.
///
/// The method is PubGrub's: imply, and where a statement is broken, join it with what implied its
/// last term, until nothing is left. Cores are small, so that plain arrays are quick enough.
struct Derivation {
  private struct Assignment {
    var plugin: Int32
    var before: [UInt64]
    var after: [UInt64]
    var cause: Int?
    var level: Int
  }

  private let universe: Universe
  private(set) var statements: [Incompatibility] = []
  /// The statement without terms: nothing can hold.
  private(set) var conclusion: Int?
  private var domains: [Int32: [UInt64]] = [:]
  private var assignments: [Assignment] = []
  private var level = 0

  /// Proves; nil where the statements let something through, or the proof grows beyond use.
  init?(_ universe: Universe, _ grounds: [Incompatibility]) {
    self.universe = universe
    statements = grounds
    for statement in grounds {
      for term in statement.terms { domains[term.plugin] = Self.all(term.plugin, universe) }
    }
    for _ in 0..<2_000 {
      if let broken = propagate() {
        guard let joined = resolve(broken) else { return }
        statements.append(joined)
      } else if !decide() {
        return nil
      }
      if statements.count > 4_000 { return nil }
    }
    return nil
  }

  static func all(_ plugin: Int32, _ universe: Universe) -> [UInt64] {
    universe.isUnknown(plugin) ? [3] : universe.allStates(plugin)
  }

  private func isSubset(_ set: [UInt64], _ other: [UInt64]) -> Bool {
    zip(set, other).allSatisfy { $0 & ~$1 == 0 }
  }

  private func holds(_ term: Incompatibility.Term) -> Bool {
    isSubset(domains[term.plugin] ?? [], term.set)
  }

  private func fails(_ term: Incompatibility.Term) -> Bool {
    zip(domains[term.plugin] ?? [], term.set).allSatisfy { $0 & $1 == 0 }
  }

  /// Follows implications, those of earlier statements first; answers a broken one.
  private mutating func propagate() -> Int? {
    var isChanged = true
    while isChanged {
      isChanged = false
      for place in statements.indices {
        var open: Incompatibility.Term?
        var isIdle = false
        for term in statements[place].terms where !holds(term) {
          if fails(term) || open != nil {
            isIdle = true
            break
          }
          open = term
        }
        guard !isIdle else { continue }
        guard let open else { return place }
        assign(open.plugin, zip(domains[open.plugin] ?? [], open.set).map { $0 & ~$1 }, place)
        isChanged = true
      }
    }
    return nil
  }

  private mutating func assign(_ plugin: Int32, _ set: [UInt64], _ cause: Int?) {
    assignments.append(
      Assignment(
        plugin: plugin, before: domains[plugin] ?? [], after: set, cause: cause, level: level))
    domains[plugin] = set
  }

  /// Joins backwards; nil where nothing is left, which is the proof.
  private mutating func resolve(_ broken: Int) -> Incompatibility? {
    var current = statements[broken]
    var place = broken
    var isStored = true
    while true {
      guard let (index, term) = lastSatisfier(of: current) else {
        if !isStored {
          statements.append(current)
          place = statements.count - 1
        }
        conclusion = place
        return nil
      }
      let assignment = assignments[index]
      let others = current.terms.filter { $0.plugin != term.plugin }
      let earlier = others.map { lastChange(of: $0) }.max() ?? 0
      if assignment.level > 0, assignment.cause == nil || earlier < assignment.level {
        cancel(to: min(earlier, assignment.level - 1))
        return current
      }
      guard let cause = assignment.cause else { return nil }
      if !isStored {
        statements.append(current)
        place = statements.count - 1
      }
      current = join(current, place, statements[cause], cause, assignment.plugin)
      isStored = false
    }
  }

  /// The assignment that made the last of the terms hold; nil where there is no term to speak of.
  private func lastSatisfier(of statement: Incompatibility) -> (Int, Incompatibility.Term)? {
    for index in assignments.indices.reversed() {
      guard let term = statement.terms.first(where: { $0.plugin == assignments[index].plugin })
      else { continue }
      if !isSubset(assignments[index].before, term.set) { return (index, term) }
    }
    return nil
  }

  /// The level at which a term began to hold.
  private func lastChange(of term: Incompatibility.Term) -> Int {
    for assignment in assignments.reversed()
    where assignment.plugin == term.plugin && !isSubset(assignment.before, term.set) {
      return assignment.level
    }
    return 0
  }

  private func join(
    _ left: Incompatibility, _ leftPlace: Int, _ right: Incompatibility, _ rightPlace: Int,
    _ pivot: Int32
  ) -> Incompatibility {
    var terms: [Incompatibility.Term] = []
    for term in left.terms + right.terms {
      if let place = terms.firstIndex(where: { $0.plugin == term.plugin }) {
        terms[place].set = zip(terms[place].set, term.set).map {
          term.plugin == pivot ? $0 | $1 : $0 & $1
        }
      } else {
        terms.append(term)
      }
    }
    terms.removeAll { isSubset(Self.all($0.plugin, universe), $0.set) }
    return Incompatibility(terms: terms, cause: .derived(leftPlace, rightPlace))
  }

  private mutating func cancel(to target: Int) {
    while let last = assignments.last, last.level > target {
      domains[last.plugin] = last.before
      assignments.removeLast()
    }
    level = target
  }

  /// Tries the highest state of the first plugin that must be there; false where all are settled.
  private mutating func decide() -> Bool {
    let open = domains.filter { _, set in
      set.reduce(0) { $0 + $1.nonzeroBitCount } > 1
    }
    let rank = universe.rank
    let wanted = open.filter { $0.value[0] & 1 == 0 }
    guard
      let (plugin, set) = (wanted.isEmpty ? open : wanted).min(by: {
        rank[Int($0.key)] < rank[Int($1.key)]
      }), let word = set.lastIndex(where: { $0 != 0 })
    else { return false }
    level += 1
    var choice = [UInt64](repeating: 0, count: set.count)
    if set[0] & 1 != 0 {
      choice[0] = 1
    } else {
      choice[word] = 1 << UInt64(63 - set[word].leadingZeroBitCount)
    }
    assign(plugin, choice, nil)
    return true
  }
}
