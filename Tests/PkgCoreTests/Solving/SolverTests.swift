import PkgCore
import TestSupport
import Testing

/// What a solving came to, in one line: `b 1.0.0, a 1.0.0`, or nil.
private func answer(_ step: SolverStep) -> String? {
  guard case .solution(let resolution) = step else { return nil }
  return resolution.choices.map { "\($0.name.name) \($0.version)" }.joined(separator: ", ")
}

@Suite("Solver")
struct SolverTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let plugins: [String: [String: [String]]]
    let wanted: [String]
    var installed: [String: String] = [:]
    var upgrades: [String] = []
    var allowsDowngrade = false
    let result: String?

    init(
      _ fact: String, _ plugins: [String: [String: [String]]], _ wanted: [String],
      installed: [String: String] = [:], upgrades: [String] = [], allowsDowngrade: Bool = false,
      is result: String?
    ) {
      testDescription = fact
      self.plugins = plugins
      self.wanted = wanted
      self.installed = installed
      self.upgrades = upgrades
      self.allowsDowngrade = allowsDowngrade
      self.result = result
    }

    func request() throws -> SolveRequest {
      SolveRequest(
        roots: try wanted.map { text in
          let root = try TestRegistry.dependency(text[...])
          return .init(name: root.name, range: root.range)
        },
        installed: Dictionary(
          uniqueKeysWithValues: try installed.map {
            (try TestRegistry.name($0.key), try Version($0.value))
          }),
        upgrades: Set(try upgrades.map { try TestRegistry.name($0) }),
        allowsDowngrade: allowsDowngrade)
    }
  }

  static let scenarios: [Scenario] = [
    .init("nothing wanted, nothing chosen", [:], [], is: ""),
    .init(
      "takes the newest", ["a": ["1.0.0": [], "1.10.0": [], "1.9.0": []]], ["a"], is: "a 1.10.0"),
    .init(
      "takes the newest in the range", ["a": ["1.0.0": [], "1.5.0": [], "2.0.0": []]], ["a ^1"],
      is: "a 1.5.0"),
    .init(
      "prefers what is installed", ["a": ["1.0.0": [], "1.1.0": [], "1.2.0": []]], ["a"],
      installed: ["a": "1.1.0"], is: "a 1.1.0"),
    .init(
      "upgrades what may be upgraded", ["a": ["1.0.0": [], "1.2.0": []]], ["a"],
      installed: ["a": "1.0.0"], upgrades: ["a"], is: "a 1.2.0"),
    .init(
      "upgrades one and leaves the other",
      ["a": ["1.0.0": ["b"], "2.0.0": ["b"]], "b": ["1.0.0": [], "2.0.0": []]], ["a", "b"],
      installed: ["a": "1.0.0", "b": "1.0.0"], upgrades: ["a"], is: "b 1.0.0, a 2.0.0"),
    .init(
      "moves an installed dependency where it must",
      ["a": ["1.0.0": ["b ^2"]], "b": ["1.0.0": [], "2.0.0": [], "2.1.0": []]], ["a", "b"],
      installed: ["b": "1.0.0"], is: "b 2.1.0, a 1.0.0"),
    .init(
      "downgrades nothing unasked", ["a": ["1.0.0": [], "2.0.0": []]], ["a ^1"],
      installed: ["a": "2.0.0"], is: nil),
    .init(
      "downgrades where it may", ["a": ["1.0.0": [], "2.0.0": []]], ["a ^1"],
      installed: ["a": "2.0.0"], allowsDowngrade: true, is: "a 1.0.0"),
    .init("takes no yanked version", ["a": ["1.0.0": [], "2.0.0!": []]], ["a"], is: "a 1.0.0"),
    .init(
      "takes a yanked version asked for exactly", ["a": ["1.0.0": [], "2.0.0!": []]], ["a =2.0.0"],
      is: "a 2.0.0"),
    .init("takes no yanked version by a range", ["a": ["2.0.0!": []]], ["a ^2"], is: nil),
    .init(
      "keeps a yanked version that is installed", ["a": ["1.0.0!": []]], ["a"],
      installed: ["a": "1.0.0"], is: "a 1.0.0"),
    .init(
      "takes a yanked version that a later demand names exactly",
      ["b": ["1.0.0": [], "2.0.0!": []], "c": ["1.0.0": ["b =2.0.0"]]], ["b", "c"],
      is: "b 2.0.0, c 1.0.0"),
    .init(
      "takes a pre-release only where nothing is stable", ["a": ["1.0.0": [], "2.0.0-rc.1": []]],
      ["a"], is: "a 1.0.0"),
    .init(
      "takes a pre-release where there is nothing else",
      ["a": ["1.0.0-rc.1": [], "1.0.0-rc.2": []]], ["a"], is: "a 1.0.0-rc.2"),
    .init(
      "takes a pre-release that is asked for", ["a": ["1.0.0": [], "2.0.0-rc.1": []]],
      ["a >=2.0.0-rc.1"], is: "a 2.0.0-rc.1"),
    .init(
      "an open bound asks for no pre-release", ["a": ["1.2.3": [], "1.2.4": [], "1.3.0-rc.1": []]],
      ["a >1.2.3"], is: "a 1.2.4"),
    .init(
      "takes a pre-release that a later demand names",
      ["b": ["1.0.0": [], "2.0.0-rc.1": []], "c": ["1.0.0": ["b >=2.0.0-rc.1"]]], ["b", "c"],
      is: "b 2.0.0-rc.1, c 1.0.0"),
    .init(
      "brings dependencies, first",
      ["a": ["1.0.0": ["b ^1"]], "b": ["1.0.0": ["c"], "2.0.0": []], "c": ["3.0.0": []]], ["a"],
      is: "c 3.0.0, b 1.0.0, a 1.0.0"),
    .init(
      "all demands on a plugin hold",
      [
        "a": ["1.0.0": ["c >=1"]], "b": ["1.0.0": ["c <2"]],
        "c": ["0.9.0": [], "1.5.0": [], "2.0.0": []],
      ], ["a", "b"],
      is: "c 1.5.0, a 1.0.0, b 1.0.0"),
    .init(
      "fails where demands exclude each other",
      ["a": ["1.0.0": ["c ^1"]], "b": ["1.0.0": ["c ^2"]], "c": ["1.0.0": [], "2.0.0": []]],
      ["a", "b"], is: nil),
    .init("fails where a plugin is unknown", [:], ["a"], is: nil),
    .init("fails where a dependency is unknown", ["a": ["1.0.0": ["b"]]], ["a"], is: nil),
    .init(
      "goes round a version with an unknown dependency", ["a": ["1.0.0": [], "2.0.0": ["b"]]],
      ["a"], is: "a 1.0.0"),
    .init(
      "goes back to an older version",
      ["a": ["1.0.0": ["b ^1"], "2.0.0": ["b ^2"]], "b": ["1.0.0": []]], ["a"],
      is: "b 1.0.0, a 1.0.0"),
    .init(
      "goes back over several choices",
      [
        "a": ["1.0.0": [], "2.0.0": ["c ^2"]], "b": ["1.0.0": ["c ^1"], "2.0.0": ["d"]],
        "c": ["1.0.0": [], "2.0.0": []], "d": ["1.0.0": ["c ^1"]],
      ], ["a", "b"], is: "a 1.0.0, c 1.0.0, d 1.0.0, b 2.0.0"),
    .init(
      "goes back over an earlier root", ["a": ["1.0.0": [], "2.0.0": ["!b"]], "b": ["1.0.0": []]],
      ["a", "b"], is: "a 1.0.0, b 1.0.0"),
    .init(
      "a conflict excludes", ["a": ["1.0.0": ["!b"]], "b": ["1.0.0": []]], ["a", "b"], is: nil),
    .init(
      "a conflict excludes the other way round", ["a": ["1.0.0": []], "b": ["1.0.0": ["!a"]]],
      ["a", "b"], is: nil),
    .init(
      "a conflict excludes certain versions",
      ["a": ["1.0.0": ["!b >=2"]], "b": ["1.0.0": [], "2.0.0": []]], ["a", "b"],
      is: "a 1.0.0, b 1.0.0"),
    .init(
      "a conflict with what is absent is none", ["a": ["1.0.0": ["!b"]], "b": ["1.0.0": []]], ["a"],
      is: "a 1.0.0"),
    .init(
      "a dependency that conflicts makes it go back",
      ["a": ["1.0.0": [], "2.0.0": ["b"]], "b": ["1.0.0": ["!a >=2"]]], ["a"], is: "a 1.0.0"),
    .init(
      "an optional dependency brings nothing", ["a": ["1.0.0": ["?b ^1"]], "b": ["1.0.0": []]],
      ["a"], is: "a 1.0.0"),
    .init(
      "an optional dependency constrains",
      ["a": ["1.0.0": ["?b ^1"]], "b": ["1.0.0": [], "2.0.0": []]], ["a", "b"],
      is: "b 1.0.0, a 1.0.0"),
    .init(
      "an optional dependency constrains what came first",
      ["a": ["1.0.0": ["?b ^1"]], "b": ["1.0.0": [], "2.0.0": []]], ["b", "a"],
      is: "b 1.0.0, a 1.0.0"),
    .init(
      "any_of brings one, by name",
      ["a": ["1.0.0": ["c | b"]], "b": ["1.0.0": []], "c": ["1.0.0": []]], ["a"],
      is: "b 1.0.0, a 1.0.0"),
    .init(
      "any_of is content with what is there",
      ["a": ["1.0.0": ["b | c"]], "b": ["1.0.0": []], "c": ["1.0.0": []]], ["a", "c"],
      is: "c 1.0.0, a 1.0.0"),
    .init(
      "any_of prefers what is installed",
      ["a": ["1.0.0": ["b | c"]], "b": ["1.0.0": []], "c": ["1.0.0": [], "2.0.0": []]], ["a"],
      installed: ["c": "1.0.0"], is: "c 1.0.0, a 1.0.0"),
    .init(
      "any_of takes another where one does not fit",
      ["a": ["1.0.0": ["b ^2 | c"]], "b": ["1.0.0": []], "c": ["1.0.0": []]], ["a"],
      is: "c 1.0.0, a 1.0.0"),
    .init(
      "any_of fails where none fits", ["a": ["1.0.0": ["b | c"]], "b": [:], "c": [:]], ["a"],
      is: nil),
    .init(
      "any_of that none answers makes it go back", ["a": ["1.0.0": [], "2.0.0": ["b | c"]]], ["a"],
      is: "a 1.0.0"),
    .init(
      "every any_of group is answered",
      [
        "a": ["1.0.0": ["b | c", "c | d"]], "b": ["1.0.0": ["!c"]], "c": ["1.0.0": []],
        "d": ["1.0.0": ["!c"]],
      ], ["a"],
      is: "b 1.0.0, d 1.0.0, a 1.0.0"),
    .init(
      "one plugin may answer two groups",
      [
        "a": ["1.0.0": ["c | d", "b | c"]], "b": ["1.0.0": ["!d"]], "c": ["1.0.0": []],
        "d": ["1.0.0": []],
      ], ["a", "c"], is: "c 1.0.0, a 1.0.0"),
    .init(
      "a cycle is no trouble",
      ["a": ["1.0.0": ["b"]], "b": ["1.0.0": ["c"]], "c": ["1.0.0": ["a"]]], ["a"],
      is: "c 1.0.0, b 1.0.0, a 1.0.0"),
    .init("a plugin may need itself", ["a": ["1.0.0": ["a ^1"]]], ["a"], is: "a 1.0.0"),
    .init(
      "a plugin that needs another version of itself can't be",
      ["a": ["1.0.0": [], "2.0.0": ["a ^1"]]], ["a"], is: "a 1.0.0"),
    .init(
      "roots without an order are sorted by name",
      ["c": ["1.0.0": []], "a": ["1.0.0": []], "b": ["1.0.0": []]], ["c", "a", "b"],
      is: "a 1.0.0, b 1.0.0, c 1.0.0"),
    .init(
      "two roots of one plugin both hold", ["a": ["1.0.0": [], "2.0.0": []]], ["a", "a <2"],
      is: "a 1.0.0"),
    .init("an empty range is never met", ["a": ["1.0.0": []]], ["a <*"], is: nil),
  ]

  @Test("solves", arguments: scenarios)
  func solves(scenario: Scenario) throws {
    let step = try TestRegistry(scenario.plugins).solve(try scenario.request())
    #expect(answer(step) == scenario.result)
    if case .failure(let failure) = step { #expect(!failure.explanation().lines.isEmpty) }
  }

  @Test("the answer does not depend on the order in which it learns", arguments: scenarios)
  func order(scenario: Scenario) throws {
    let registry = try TestRegistry(scenario.plugins)
    let request = try scenario.request()
    #expect(answer(registry.solve(request, learnsInReverse: true)) == scenario.result)
    var random = SeededGenerator(seed: 7)
    for _ in 0..<5 {
      // All that there is, at once and shuffled, with names that nobody asked for.
      var solver = Solver(request)
      for name in registry.candidates.keys.sorted().shuffled(using: &random) {
        solver.learn(name, candidates: (registry.candidates[name] ?? []).shuffled(using: &random))
      }
      var step = solver.advance()
      while case .needs(let names) = step {
        for name in names { solver.learn(name, candidates: []) }
        step = solver.advance()
      }
      #expect(answer(step) == scenario.result)
    }
  }

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
