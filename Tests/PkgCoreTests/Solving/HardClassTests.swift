import PkgCore
import TestSupport
import Testing

/// Every class of hard registries, small, against an oracle of its own: with the order kept as long as
/// usual, dropped at once, and with no time for a better answer.
@Suite("Hard classes")
struct HardClassTests {
  private static let patiences: [(patience: Patience, isBest: Bool)] = [
    (.usual, true),
    (Patience(conflictsInOrder: 1, stepEffort: .max / 2, wholeEffort: .max / 2), true),
    (Patience(conflictsInOrder: 1, stepEffort: 0, wholeEffort: .max / 2), false),
    (Patience(conflictsInOrder: 1, stepEffort: 0, wholeEffort: 0), false),
  ]

  @Test(
    "the answer is the oracle's, and for each request the best",
    arguments: HardRegistries.Class.allCases, 1...3)
  func classes(kind: HardRegistries.Class, seed: Int) throws {
    let made = kind.make(seed: seed)
    let registry = try TestRegistry(made.plugins)
    let oracle = SatOracle(registry)
    let roots = try made.wanted.map {
      SolveRequest.Root(name: try TestRegistry.name($0), range: .any)
    }
    let isSolvable = oracle.hasAnswer(roots.map { ($0.name, $0.range) })
    for (patience, isBest) in Self.patiences {
      switch registry.solve(SolveRequest(roots: roots), patience: patience) {
      case .solution(let resolution):
        #expect(isSolvable)
        let chosen = Dictionary(
          uniqueKeysWithValues: resolution.choices.map { ($0.name, $0.version) })
        #expect(Self.isValid(chosen, registry))
        #expect(roots.allSatisfy { chosen[$0.name] != nil })
        if isBest { #expect(Self.isBest(chosen, roots, registry, oracle)) }
      case .failure: #expect(!isSolvable)
      case .needs, .cancelled, .exhausted: Issue.record("asks still")
      }
    }
  }

  @Test("both answers occur in each class", arguments: HardRegistries.Class.allCases)
  func bothAnswers(kind: HardRegistries.Class) throws {
    var answers: Set<Bool> = []
    for seed in 1...60 where answers.count < 2 {
      let made = kind.make(seed: seed)
      let roots = try made.wanted.map {
        SolveRequest.Root(name: try TestRegistry.name($0), range: .any)
      }
      let step = try TestRegistry(made.plugins).solve(SolveRequest(roots: roots))
      if case .solution = step { answers.insert(true) } else { answers.insert(false) }
    }
    #expect(answers.count == 2)
  }

  private static func isValid(_ chosen: [PluginName: Version], _ registry: TestRegistry) -> Bool {
    func fits(_ dependency: Dependency) -> Bool {
      chosen[dependency.name].map(dependency.range.contains) ?? false
    }
    return chosen.allSatisfy { name, version in
      guard let own = registry.candidates[name]?.first(where: { $0.version == version }) else {
        return false
      }
      return own.constraints.dependencies.allSatisfy(fits)
        && own.constraints.anyOf.allSatisfy { $0.contains(where: fits) }
        && !own.constraints.conflicts.contains(where: fits)
    }
  }

  /// Whether no request could have a newer version, together with those before it.
  private static func isBest(
    _ chosen: [PluginName: Version], _ roots: [SolveRequest.Root], _ registry: TestRegistry,
    _ oracle: SatOracle
  ) -> Bool {
    var asked = roots.map { (name: $0.name, range: $0.range) }
    for place in asked.indices {
      guard let version = chosen[asked[place].name] else { return false }
      let newer = (registry.candidates[asked[place].name] ?? []).map(\.version)
        .filter { $0 > version }
      for better in newer {
        asked[place].range = VersionRange(exactly: better)
        if oracle.hasAnswer(asked) { return false }
      }
      asked[place].range = VersionRange(exactly: version)
    }
    return true
  }
}
