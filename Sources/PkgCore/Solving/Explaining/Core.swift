/// A fact that an explanation may rest on.
enum Ground: Hashable {
  /// A place among the premises' roots.
  case root(Int)
  /// A fact of the universe.
  case fact(Int32)
  /// A place in the list of bars.
  case bar(Int)
}

/// The smallest set of facts found that excludes every answer: taking any one away lets some through.
struct Core {
  let premises: Premises
  /// What rules versions out, of all plugins that matter.
  private(set) var bars: [Premises.Bar] = []
  private(set) var grounds: Set<Ground> = []
  /// Whether nothing can be taken away any more; false where trying took too long.
  private(set) var isMinimal = true
  private var conflictsLeft = 20_000
  private let isCancelled: () -> Bool

  /// More facts than this are not tried one by one.
  private static let limit = 400

  init(
    _ premises: Premises, roots: [Int32], facts: Set<Int32>,
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.premises = premises
    self.isCancelled = isCancelled
    let universe = premises.universe
    var facts = facts
    var plugins: Set<Int32> = []
    for root in roots {
      for term in premises.roots[Int(root)].terms { plugins.insert(term.plugin) }
    }
    for fact in facts {
      let value = universe.facts[Int(fact)]
      for clause in value.clauseStart..<(value.clauseStart + value.clauseCount) {
        plugins.formUnion(universe.plugins(in: clause))
      }
    }
    for plugin in plugins.sorted(by: { universe.rank[Int($0)] < universe.rank[Int($1)] }) {
      bars += premises.bars(of: plugin)
      facts.formUnion(universe.plugins[Int(plugin)].impossible.map(\.fact))
    }
    grounds = Set(roots.map { .root(Int($0)) })
    grounds.formUnion(facts.map { .fact($0) })
    grounds.formUnion(bars.indices.map { .bar($0) })
    shrink()
  }

  private mutating func shrink() {
    guard excludesAll(grounds) else {
      isMinimal = false
      return
    }
    for group in groups() {
      let rest = grounds.subtracting(group)
      if rest.count < grounds.count { _ = excludesAll(rest) }
    }
    guard grounds.count <= Self.limit else {
      isMinimal = false
      return
    }
    for ground in ordered(grounds) where grounds.contains(ground) {
      _ = excludesAll(grounds.subtracting([ground]))
    }
  }

  /// All facts of one plugin each, to be taken away together first.
  private func groups() -> [Set<Ground>] {
    var owners: [Int32: Set<Ground>] = [:]
    for ground in grounds { owners[owner(of: ground), default: []].insert(ground) }
    let rank = premises.universe.rank
    return owners.sorted { rank[Int($0.key)] > rank[Int($1.key)] }.map { owner, group in
      group.filter { if case .root = $0 { false } else { true } }
    }
  }

  func owner(of ground: Ground) -> Int32 {
    switch ground {
    case .root(let place): premises.roots[place].plugin
    case .fact(let fact): premises.universe.facts[Int(fact)].owner
    case .bar(let place): bars[place].plugin
    }
  }

  /// The facts in an order that depends on nothing else: the request comes last, its first part at the
  /// very end.
  var inOrder: [Ground] { ordered(grounds) }

  /// The order in which facts are tried: what says least about the request goes first.
  private func ordered(_ grounds: Set<Ground>) -> [Ground] {
    let rank = premises.universe.rank
    func key(_ ground: Ground) -> (Int, Int32, Int) {
      switch ground {
      case .fact(let fact): (0, -rank[Int(owner(of: ground))], -Int(fact))
      case .bar(let place): (1, -rank[Int(owner(of: ground))], -place)
      case .root(let place): (2, 0, -place)
      }
    }
    return grounds.sorted { key($0) < key($1) }
  }

  /// Tries whether these facts exclude every answer; keeps those that the proof used if so.
  private mutating func excludesAll(_ tried: Set<Ground>) -> Bool {
    guard conflictsLeft > 0, !isCancelled() else {
      isMinimal = false
      return false
    }
    var filter = PremiseFilter(roots: [], facts: [], bars: [])
    for ground in tried {
      switch ground {
      case .root(let place): filter.roots.insert(place)
      case .fact(let fact): filter.facts.insert(fact)
      case .bar(let place): filter.bars.append(bars[place])
      }
    }
    premises.filter = filter
    defer { premises.filter = nil }
    var search = Search(premises.universe, premises)
    let outcome = search.run(
      budget: min(conflictsLeft, 5_000), wantsBest: false, isCancelled: isCancelled)
    conflictsLeft -= search.conflicts
    guard case .contradiction = outcome else {
      if case .stopped = outcome { isMinimal = false }
      return false
    }
    grounds = search.isTracking ? used(search.evidence(), of: tried) : tried
    return true
  }

  /// The facts that a proof used, and those about plugins that it speaks of, which it takes for given.
  private func used(_ evidence: (roots: [Int32], clauses: [Int32]), of tried: Set<Ground>)
    -> Set<Ground>
  {
    let universe = premises.universe
    var found: Set<Ground> = Set(evidence.roots.map { .root(Int($0)) })
    var plugins: Set<Int32> = []
    for root in evidence.roots {
      for term in premises.roots[Int(root)].terms { plugins.insert(term.plugin) }
    }
    for clause in evidence.clauses {
      found.insert(.fact(universe.clauses[clause].fact))
      plugins.formUnion(universe.plugins(in: clause))
    }
    for plugin in plugins {
      for entry in universe.plugins[Int(plugin)].impossible { found.insert(.fact(entry.fact)) }
    }
    for (place, bar) in bars.enumerated() where plugins.contains(bar.plugin) {
      found.insert(.bar(place))
    }
    return found.intersection(tried)
  }
}

extension Universe {
  /// The plugins that a clause speaks of.
  func plugins(in clause: Int32) -> [Int32] {
    let value = clauses[clause]
    return (value.start..<(value.start + value.count)).map { terms[$0].plugin }
  }
}
