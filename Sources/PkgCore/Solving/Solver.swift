/// What the solver says next.
public enum SolverStep {
  /// It must know the versions of these plugins before it can go on.
  case needs([PluginName])
  /// Done.
  case solution(Resolution)
  /// There is none.
  case failure(SolveFailure)
  /// The caller took its question back.
  case cancelled
  /// It is not known whether there is one: the question is too hard.
  case exhausted
}

/// Chooses versions: pure, synchronous and resumable. The caller answers each `needs` with
/// ``learn(_:candidates:)`` and asks again; the answer depends on the facts only, never on their
/// order or on time.
///
/// Conflict-driven learning over sets of versions; `docs/solver.md` says how. The state is owned by
/// one caller: a solver is not shared between tasks.
public struct Solver {
  private let request: SolveRequest
  private let universe: Universe
  /// How long the best answer is looked for once there is one.
  package var patience = Patience.usual

  /// A solver that knows no plugin yet.
  public init(_ request: SolveRequest) { self.init(request, universe: Universe()) }

  /// A solver over plugins that are known already.
  package init(_ request: SolveRequest, universe: Universe) {
    self.request = request
    self.universe = universe
  }

  /// Tells the solver all versions of a plugin, also those that can't be used here; none if it is
  /// unknown. What was said first stays.
  public mutating func learn(_ name: PluginName, candidates: [Candidate]) {
    universe.learn(name, candidates: candidates)
  }

  /// Goes as far as what is known allows.
  ///
  /// - Parameter isCancelled: asked now and then, at least every few milliseconds.
  public mutating func advance(isCancelled: () -> Bool = { false }) -> SolverStep {
    var search = Search(universe, Premises(request, universe), patience: patience)
    switch search.run(isCancelled: isCancelled) {
    case .solved(let chosen): return .solution(ordered(chosen))
    case .needs(let plugins): return .needs(plugins.map { universe.names[Int($0)] })
    case .stopped: return .cancelled
    case .exhausted: return .exhausted
    case .contradiction:
      return .failure(SolveFailure(request: request, universe: universe, search.evidence()))
    }
  }

  /// Whom others need first; among equals by name. A cycle is entered at its first name.
  private func ordered(_ chosen: [(plugin: Int32, version: Int32)]) -> Resolution {
    var versions = [Int32](repeating: -1, count: universe.plugins.count)
    for (plugin, version) in chosen { versions[Int(plugin)] = version }
    var choices: [Resolution.Choice] = []
    choices.reserveCapacity(chosen.count)
    var isDone = [Bool](repeating: false, count: versions.count)
    var stack: [(plugin: Int32, isLeft: Bool)] = []
    for (plugin, _) in chosen.sorted(by: { rank($0.plugin) < rank($1.plugin) }) {
      stack.append((plugin, false))
      while let (plugin, isLeft) = stack.popLast() {
        if isLeft {
          choices.append(choice(plugin, versions[Int(plugin)]))
          continue
        }
        guard versions[Int(plugin)] >= 0, !isDone[Int(plugin)] else { continue }
        isDone[Int(plugin)] = true
        stack.append((plugin, true))
        let needed = universe.needed(by: plugin, versions[Int(plugin)])
        stack += needed.sorted { rank($0) > rank($1) }.map { ($0, false) }
      }
    }
    return Resolution(choices: choices)
  }

  private func rank(_ plugin: Int32) -> Int32 { universe.rank[Int(plugin)] }

  private func choice(_ plugin: Int32, _ version: Int32) -> Resolution.Choice {
    Resolution.Choice(
      name: universe.names[Int(plugin)],
      version: universe.plugins[Int(plugin)].versions[Int(version)])
  }
}

/// That there is no answer; ``explanation()`` says why.
///
/// It stays bound to the solver's knowledge and is used where it was received.
public struct SolveFailure {
  private let request: SolveRequest
  private let universe: Universe
  private let roots: [Int32]
  private let facts: Set<Int32>

  init(
    request: SolveRequest, universe: Universe, _ evidence: (roots: [Int32], clauses: [Int32])
  ) {
    self.request = request
    self.universe = universe
    roots = evidence.roots
    // Facts keep their places when more is learned; clauses don't.
    facts = Set(evidence.clauses.map { universe.clauses[$0].fact })
  }

  /// Finds the facts that can't hold together, as few as possible, and puts them in words. Takes many
  /// times as long as the search itself, and at most a second or two.
  ///
  /// - Parameter isCancelled: asked now and then; when it says so, what was found until then is told.
  public func explanation(isCancelled: @escaping () -> Bool = { false }) -> Explanation {
    Explanation(
      Core(
        Premises(request, universe), roots: roots, facts: facts, isCancelled: isCancelled))
  }
}
