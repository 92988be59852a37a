import PkgCore

/// Whether a registry has an answer, by a plain search that shares nothing with the solver: one
/// Boolean for each version, unit propagation, and both values tried of what is left.
///
/// Knows dependencies, alternatives and conflicts; no pre-releases, yanked versions or capabilities.
struct SatOracle {
  private var variables: [PluginName: [Version: Int]] = [:]
  private var clauses: [[Int]] = []
  private var count = 0

  init(_ registry: TestRegistry) {
    for (name, candidates) in registry.candidates.sorted(by: { $0.key < $1.key }) {
      for candidate in candidates {
        count += 1
        variables[name, default: [:]][candidate.version] = count
      }
    }
    for (name, candidates) in registry.candidates.sorted(by: { $0.key < $1.key }) {
      let all = (variables[name] ?? [:]).values.sorted()
      for (place, one) in all.enumerated() { clauses += all[..<place].map { [-one, -$0] } }
      for candidate in candidates {
        guard let own = variables[name]?[candidate.version] else { continue }
        let needs = candidate.constraints.dependencies.map { [$0] } + candidate.constraints.anyOf
        clauses += needs.map { [-own] + $0.flatMap(fitting) }
        for other in candidate.constraints.conflicts.flatMap(fitting) {
          clauses.append([-own, -other])
        }
      }
    }
  }

  private func fitting(_ dependency: Dependency) -> [Int] {
    (variables[dependency.name] ?? [:]).filter { dependency.range.contains($0.key) }.values.sorted()
  }

  /// Whether some answer has one of the versions given of each of these plugins.
  func hasAnswer(_ wanted: [(name: PluginName, range: VersionRange)]) -> Bool {
    let asked = wanted.map { fitting(Dependency(name: $0.name, range: $0.range)) }
    return tries(clauses + asked, Array(repeating: 0, count: count + 1))
  }

  private func tries(_ clauses: [[Int]], _ before: [Int8]) -> Bool {
    var values = before
    var open: [[Int]] = []
    var isChanged = true
    while isChanged {
      isChanged = false
      open.removeAll(keepingCapacity: true)
      for clause in clauses {
        var left = 0
        var last = 0
        var isMet = false
        for literal in clause {
          let value = values[abs(literal)]
          if value == 0 {
            left += 1
            last = literal
          } else if (value > 0) == (literal > 0) {
            isMet = true
            break
          }
        }
        if isMet { continue }
        if left == 0 { return false }
        if left == 1 {
          values[abs(last)] = last > 0 ? 1 : -1
          isChanged = true
        } else {
          open.append(clause)
        }
      }
    }
    // With all else absent, only clauses that ask for nothing but presence are still to be met.
    let undecided = open.lazy.map { $0.filter { values[abs($0)] == 0 } }
    guard let literal = undecided.first(where: { $0.allSatisfy { $0 > 0 } })?.first else {
      return true
    }
    for value in [Int8(1), -1] {
      values[literal] = value
      if tries(open, values) { return true }
    }
    return false
  }
}
