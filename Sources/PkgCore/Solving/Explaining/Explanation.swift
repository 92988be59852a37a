/// Why a request has no answer: facts and what follows from them, for people.
public struct Explanation: Sendable, Equatable {
  /// One sentence: what can't be had.
  public let message: String
  /// The argument, a line each, from facts to the request that they refute.
  public let lines: [String]
  /// What would help; nil where nothing was found.
  public let hint: String?
  /// The plugins whose facts the argument rests on, by name: they can't hold together.
  public let plugins: [PluginName]
  /// The plugins asked for that the argument speaks of, in the order of the request.
  public let requested: [PluginName]
}

extension Explanation {
  init(_ core: Core) {
    let premises = core.premises
    let universe = premises.universe
    let statements = Self.statements(core)
    let sentences = Sentences(core: core)
    var lines: [String] = []
    if statements.count <= 100, let derivation = Derivation(universe, statements),
      derivation.conclusion != nil
    {
      lines = Report(derivation, sentences).lines
    }
    if lines.isEmpty || lines.count > 24 {
      // No proof that a person would follow: the facts themselves, which can't all hold.
      let facts = statements.map(sentences.sentence)
      lines = Array(facts.prefix(16))
      if facts.count > lines.count { lines.append("and \(facts.count - lines.count) facts more") }
    }
    var owners: Set<PluginName> = []
    var roots: [(place: Int, name: PluginName)] = []
    for ground in core.grounds {
      let name = universe.names[Int(core.owner(of: ground))]
      if case .root(let place) = ground {
        roots.append((place, name))
      } else {
        owners.insert(name)
      }
    }
    roots.sort { $0.place < $1.place }
    requested = roots.filter { premises.roots[$0.place].place != nil }.map(\.name)
    plugins = owners.sorted()
    self.lines = lines
    message = Self.message(requested, premises)
    hint = Relaxation(core).hint
  }

  private static func message(_ requested: [PluginName], _ premises: Premises) -> String {
    var names: [String] = []
    for name in requested where !names.contains("`\(name)`") { names.append("`\(name)`") }
    switch names.count {
    case 0: return "no versions fit together"
    case 1: return "\(names[0]) can't be installed"
    case 2...4: return "\(VersionWords.joined(names, "and")) can't be installed together"
    default: return "\(names.count) plugins that you want can't be installed together"
    }
  }

  /// The core's facts as statements: requests first, then by plugin.
  private static func statements(_ core: Core) -> [Incompatibility] {
    let universe = core.premises.universe
    func order(_ ground: Ground) -> (Int, Int32, Int) {
      switch ground {
      case .root(let place): (0, 0, place)
      case .fact(let fact): (1, universe.rank[Int(core.owner(of: ground))], Int(fact))
      case .bar(let place): (2, universe.rank[Int(core.owner(of: ground))], place)
      }
    }
    return core.grounds.sorted { order($0) < order($1) }.flatMap { ground in
      terms(ground, core).map { Incompatibility(terms: $0, cause: .ground(ground)) }
    }
  }

  private static func terms(_ ground: Ground, _ core: Core) -> [[Incompatibility.Term]] {
    let universe = core.premises.universe
    switch ground {
    case .root(let place): return [core.premises.roots[place].terms.map(universe.term)]
    case .bar(let place):
      return [[Incompatibility.Term(plugin: core.bars[place].plugin, set: core.bars[place].states)]]
    case .fact(let fact):
      let value = universe.facts[Int(fact)]
      let clauses = value.clauseStart..<(value.clauseStart + value.clauseCount)
      let impossible = universe.plugins[Int(value.owner)].impossible.filter { $0.fact == fact }
      return clauses.map { clause in
        let clause = universe.clauses[clause]
        return (clause.start..<(clause.start + clause.count)).map {
          universe.term(universe.terms[$0])
        }
      } + impossible.map { [Incompatibility.Term(plugin: value.owner, set: $0.states)] }
    }
  }
}

extension Universe {
  /// A term with its set written out.
  func term(_ term: Term) -> Incompatibility.Term {
    let count = isUnknown(term.plugin) ? 1 : wordCount(term.plugin)
    let set = count == 1 ? [term.set] : (0..<count).map { masks[Int(term.set) + $0] }
    return Incompatibility.Term(plugin: term.plugin, set: set)
  }
}
