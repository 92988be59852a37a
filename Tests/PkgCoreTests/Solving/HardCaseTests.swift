import PkgCore
import TestSupport
import Testing

/// Made cases of the classes that are hard for resolvers, small enough for a debug build.
@Suite("Hard cases")
struct HardCaseTests {
  typealias Plugins = [String: [String: [String]]]

  private static func step(_ plugins: Plugins, _ wanted: [String]) throws -> SolverStep {
    try TestRegistry(plugins).solve(
      SolveRequest(
        roots: try wanted.map { .init(name: try TestRegistry.name($0), range: .any) }))
  }

  private static func versions(_ step: SolverStep) -> [String: Int]? {
    guard case .solution(let resolution) = step else { return nil }
    return Dictionary(
      uniqueKeysWithValues: resolution.choices.map { ($0.name.name.text, Int($0.version.major)) })
  }

  /// One pigeon more than holes: no two in one hole.
  private static func pigeons(_ holes: Int) -> Plugins {
    var plugins: Plugins = [:]
    for pigeon in 0...holes {
      for hole in 1...holes {
        let others = (0..<pigeon).map { "!p\($0) =\(hole).0.0" }
        plugins["p\(pigeon)", default: [:]]["\(hole).0.0"] = others
      }
    }
    return plugins
  }

  @Test("more pigeons than holes have no answer", arguments: 2...6)
  func pigeonholes(holes: Int) throws {
    let step = try Self.step(Self.pigeons(holes), (0...holes).map { "p\($0)" })
    guard case .failure(let failure) = step else {
      Issue.record("found a hole too many")
      return
    }
    #expect(failure.explanation().plugins.count >= holes)
  }

  @Test("nine pigeons in eight holes are seen with bounded work")
  func manyPigeons() throws {
    let registry = try TestRegistry(Self.pigeons(8))
    var solver = Solver(
      SolveRequest(roots: registry.candidates.keys.sorted().map { .init(name: $0, range: .any) }))
    for (name, candidates) in registry.candidates { solver.learn(name, candidates: candidates) }
    // Asked every 64 steps: work that is counted, not timed.
    var questions = 0
    let step = solver.advance {
      questions += 1
      return questions > 5_000
    }
    guard case .failure = step else {
      Issue.record("not seen")
      return
    }
  }

  @Test("queens find their places", arguments: 4...9)
  func queens(size: Int) throws {
    var plugins: Plugins = [:]
    for row in 0..<size {
      for column in 1...size {
        var facts: [String] = []
        for other in 0..<row {
          for taken in Set([column, column - (row - other), column + (row - other)])
          where (1...size).contains(taken) {
            facts.append("!q\(other) =\(taken).0.0")
          }
        }
        plugins["q\(row)", default: [:]]["\(column).0.0"] = facts
      }
    }
    let step = try Self.step(plugins, (0..<size).map { "q\($0)" })
    let columns = try #require(Self.versions(step))
    for row in 0..<size {
      for other in 0..<row {
        let distance = (columns["q\(row)"] ?? 0) - (columns["q\(other)"] ?? 0)
        #expect(distance != 0 && abs(distance) != row - other)
      }
    }
  }

  @Test("random 3-SAT is answered as by trying everything", arguments: 1...12)
  func threeSat(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let count = 9
    var clauses: [[(variable: Int, isTrue: Bool)]] = []
    for _ in 0..<(count * 9 / 2) {
      let variables = (0..<count).shuffled(using: &random).prefix(3)
      clauses.append(variables.map { ($0, Bool.random(using: &random)) })
    }
    var plugins: Plugins = [:]
    for variable in 0..<count { plugins["v\(variable)"] = ["1.0.0": [], "2.0.0": []] }
    for (place, clause) in clauses.enumerated() {
      for (index, literal) in clause.enumerated() {
        plugins["c\(place)", default: [:]]["\(index + 1).0.0"] = [
          "v\(literal.variable) =\(literal.isTrue ? 2 : 1).0.0"
        ]
      }
    }
    let step = try Self.step(plugins, clauses.indices.map { "c\($0)" })
    let isSatisfiable = (0..<(1 << count)).contains { assignment in
      clauses.allSatisfy { clause in
        clause.contains { (assignment >> $0.variable & 1 == 1) == $0.isTrue }
      }
    }
    #expect((Self.versions(step) != nil) == isSatisfiable)
  }

  @Test("a tree of a thousand without conflict is one pass")
  func chain() throws {
    var plugins: Plugins = [:]
    for index in 0..<1_000 {
      plugins["p\(index)"] = ["1.0.0": index < 999 ? ["p\(index + 1)"] : []]
    }
    let registry = try TestRegistry(plugins)
    var solver = Solver(
      SolveRequest(roots: [.init(name: try TestRegistry.name("p0"), range: .any)]))
    for (name, candidates) in registry.candidates { solver.learn(name, candidates: candidates) }
    guard case .solution(let resolution) = solver.advance() else {
      Issue.record("no answer")
      return
    }
    #expect(resolution.choices.count == 1_000)
    #expect(resolution.choices.first?.name.name.text == "p999")
  }

  @Test("plugins of hundreds of versions keep their order")
  func manyVersions() throws {
    var plugins: Plugins = ["a": [:], "b": [:]]
    for minor in 0..<300 {
      plugins["a"]?["1.\(minor).0"] = ["b =1.\(minor).0"]
      plugins["b"]?["1.\(minor).0"] = minor > 140 ? ["c"] : []
    }
    let step = try Self.step(plugins, ["a"])
    guard case .solution(let resolution) = step else {
      Issue.record("no answer")
      return
    }
    #expect(resolution.choices.map(\.version.minor) == [140, 140])
  }

  @Test("gives up after so much work, and says that it knows no answer")
  func exhaustion() throws {
    let registry = try TestRegistry(Self.pigeons(8))
    let roots = registry.candidates.keys.sorted().map { SolveRequest.Root(name: $0, range: .any) }
    for (effort, knows) in [(1_000, false), (Int.max, true)] {
      let patience = Patience(
        conflictsInOrder: 1, stepEffort: 0, wholeEffort: 0, searchEffort: effort)
      switch registry.solve(SolveRequest(roots: roots), patience: patience) {
      case .exhausted: #expect(!knows)
      case .failure: #expect(knows)
      default: Issue.record("more pigeons than holes have an answer")
      }
    }
  }

  @Test("stops when the caller does not want an answer any more")
  func cancellation() throws {
    let registry = try TestRegistry(Self.pigeons(8))
    var solver = Solver(
      SolveRequest(roots: registry.candidates.keys.sorted().map { .init(name: $0, range: .any) }))
    for (name, candidates) in registry.candidates { solver.learn(name, candidates: candidates) }
    var questions = 0
    let step = solver.advance {
      questions += 1
      return questions > 3
    }
    guard case .cancelled = step else {
      Issue.record("went on")
      return
    }
    #expect(questions == 4)
  }
}
