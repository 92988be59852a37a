import PkgCore
import Testing

/// What a solving came to, in one line: `b 1.0.0, a 1.0.0`, or nil.
private func answer(_ step: SolverStep) -> String? {
  guard case .solution(let resolution) = step else { return nil }
  return resolution.choices.map { "\($0.name.name) \($0.version)" }.joined(separator: ", ")
}

@Suite("Solver")
struct SolverTests {
  @Test("asks for nothing twice, and for nothing that it does not need")
  func learning() throws {
    let registry = try TestRegistry([
      "a": ["1.0.0": ["b"]], "b": ["1.0.0": ["c"]], "c": ["1.0.0": []], "d": ["1.0.0": []],
    ])
    var solver = Solver(SolveRequest(roots: [.init(name: try PluginName("acme/a"), range: .any)]))
    var asked: [PluginName] = []
    while case .needs(let names) = solver.advance() {
      #expect(!names.isEmpty)
      #expect(names.allSatisfy { !asked.contains($0) })
      asked += names
      for name in names { solver.learn(name, candidates: registry.candidates[name] ?? []) }
    }
    #expect(asked.map(\.name.text) == ["a", "b", "c"])
    #expect(answer(solver.advance()) == answer(solver.advance()))
  }

  @Test("names both sides of a conflict in its reasons")
  func reasons() throws {
    let registry = try TestRegistry(["a": ["1.0.0": ["!b"]], "b": ["1.0.0": []]])
    let roots = try ["acme/a", "acme/b"].map {
      SolveRequest.Root(name: try PluginName($0), range: .any)
    }
    guard case .failure(let failure) = registry.solve(SolveRequest(roots: roots)) else {
      Issue.record("solved")
      return
    }
    let text = failure.explanation().lines.joined(separator: "\n")
    #expect(text.contains("acme/a") && text.contains("acme/b"))
  }
}
