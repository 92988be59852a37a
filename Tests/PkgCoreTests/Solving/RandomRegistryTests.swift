import PkgCore
import TestSupport
import Testing

/// Small random registries, with every assignment tried as the oracle.
@Suite("Solver on random registries")
struct RandomRegistryTests {
  @Test("every answer on random registries holds, and none is missed", arguments: [1, 256])
  func randomRegistries(conflictsInOrder: Int) throws {
    var random = SeededGenerator(seed: 11)
    let patience = Patience(
      conflictsInOrder: conflictsInOrder, stepEffort: .max / 2, wholeEffort: .max / 2)
    var counts = (solved: 0, failed: 0)
    for _ in 0..<600 {
      let plugins = Self.randomPlugins(&random)
      let registry = try TestRegistry(plugins)
      let request = SolveRequest(roots: [
        .init(name: try PluginName("acme/p0"), range: .any),
        .init(name: try PluginName("acme/p1"), range: .any),
      ])
      switch registry.solve(request, patience: patience) {
      case .solution(let resolution):
        counts.solved += 1
        let versions = Dictionary(
          uniqueKeysWithValues: resolution.choices.map { ($0.name, $0.version) })
        #expect(Self.holds(versions, request, registry))
        #expect(Self.isBest(versions, request, registry))
      case .failure(let failure):
        counts.failed += 1
        #expect(!Self.hasAnswer(request, registry))
        let explanation = failure.explanation()
        #expect(!Self.hasAnswer(explanation.asked(of: request), registry.keeping(explanation)))
      case .needs, .cancelled, .exhausted: Issue.record("asks still")
      }
    }
    #expect(counts.solved > 50 && counts.failed > 50)
  }

  @Test("whether there is an answer does not depend on the order of the requests")
  func rootOrder() throws {
    var random = SeededGenerator(seed: 23)
    for _ in 0..<200 {
      let registry = try TestRegistry(Self.randomPlugins(&random))
      let roots = try (0..<3).map {
        SolveRequest.Root(name: try PluginName("acme/p\($0)"), range: .any)
      }
      var answers: Set<Bool> = []
      for _ in 0..<4 {
        let step = registry.solve(SolveRequest(roots: roots.shuffled(using: &random)))
        if case .solution = step { answers.insert(true) } else { answers.insert(false) }
      }
      #expect(answers.count == 1)
    }
  }

  /// Whether no request could have a newer version, together with those before it.
  private static func isBest(
    _ versions: [PluginName: Version], _ request: SolveRequest, _ registry: TestRegistry
  ) -> Bool {
    var fixed = request
    for (place, root) in request.roots.enumerated() {
      guard let chosen = versions[root.name] else { return false }
      let newer = (registry.candidates[root.name] ?? []).map(\.version).filter { $0 > chosen }
      for version in newer {
        var better = fixed
        better.roots[place].range = VersionRange(exactly: version)
        if hasAnswer(better, registry) { return false }
      }
      fixed.roots[place].range = VersionRange(exactly: chosen)
    }
    return true
  }

  /// Five plugins of up to three versions with random needs, conflicts and alternatives.
  private static func randomPlugins(_ random: inout SeededGenerator) -> [String: [String: [String]]]
  {
    var plugins: [String: [String: [String]]] = [:]
    for index in 0..<5 {
      var versions: [String: [String]] = [:]
      for major in 1...Int.random(in: 1...3, using: &random) {
        var facts: [String] = []
        for other in 0..<5 where other != index && Int.random(in: 0..<3, using: &random) == 0 {
          let range =
            ["^\(Int.random(in: 1...3, using: &random))", ">=2", "<3", "*"].randomElement(
              using: &random) ?? "*"
          let sign = ["", "", "!", "?"].randomElement(using: &random) ?? ""
          facts.append("\(sign)p\(other) \(range)")
        }
        if Int.random(in: 0..<4, using: &random) == 0 { facts.append("p2 ^1 | p3 ^2 | p4 ^1") }
        versions["\(major).0.0"] = facts
      }
      plugins["p\(index)"] = versions
    }
    return plugins
  }

  /// The rules, applied to a whole assignment.
  private static func holds(
    _ versions: [PluginName: Version], _ request: SolveRequest, _ registry: TestRegistry
  ) -> Bool {
    func fits(_ dependency: Dependency) -> Bool {
      versions[dependency.name].map(dependency.range.contains) ?? false
    }
    guard request.roots.allSatisfy({ versions[$0.name].map($0.range.contains) ?? false }) else {
      return false
    }
    return versions.allSatisfy { name, version in
      guard let candidate = registry.candidates[name]?.first(where: { $0.version == version })
      else { return false }
      return candidate.constraints.dependencies.allSatisfy {
        fits($0) || ($0.isOptional && versions[$0.name] == nil)
      }
        && candidate.constraints.anyOf.allSatisfy { $0.contains(where: fits) }
        && !candidate.constraints.conflicts.contains(where: fits)
    }
  }

  /// By trying every assignment.
  private static func hasAnswer(_ request: SolveRequest, _ registry: TestRegistry) -> Bool {
    let names = registry.candidates.keys.sorted()
    func tries(_ index: Int, _ chosen: [PluginName: Version]) -> Bool {
      guard index < names.count else { return holds(chosen, request, registry) }
      if tries(index + 1, chosen) { return true }
      return (registry.candidates[names[index]] ?? []).contains { candidate in
        tries(index + 1, chosen.merging([names[index]: candidate.version]) { $1 })
      }
    }
    return tries(0, [:])
  }
}

extension Explanation {
  /// The part of the request that it speaks of.
  fileprivate func asked(of request: SolveRequest) -> SolveRequest {
    SolveRequest(roots: request.roots.filter { requested.contains($0.name) })
  }
}

extension TestRegistry {
  /// Only the facts of the plugins that an explanation names; all versions of the others, without any.
  fileprivate func keeping(_ explanation: Explanation) -> TestRegistry {
    var copy = self
    copy.forgetFacts { !explanation.plugins.contains($0) }
    return copy
  }
}
