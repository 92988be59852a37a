import PkgCore

/// A registry in few words: `["a": ["1.0.0": ["b ^1", "!c <2", "?d 1", "b 1 | c 2", "+word"]]]`; a
/// yanked version ends in `!`; `#glibc needs GLIBC_2.38; this system has 2.36` rules a version out.
struct TestRegistry {
  private(set) var candidates: [PluginName: [Candidate]] = [:]

  init(_ plugins: [String: [String: [String]]]) throws {
    for (name, versions) in plugins {
      candidates[try Self.name(name)] = try versions.map { text, facts in
        let isYanked = text.hasSuffix("!")
        return Candidate(
          version: try Version(isYanked ? String(text.dropLast()) : text),
          constraints: try Self.constraints(facts.filter { !$0.hasPrefix("#") }),
          isYanked: isYanked,
          exclusion: facts.first { $0.hasPrefix("#") }.flatMap(Self.exclusion))
      }
    }
  }

  static func name(_ text: String) throws -> PluginName {
    try PluginName(text.contains("/") ? text : "acme/\(text)")
  }

  private static func constraints(_ facts: [String]) throws -> Constraints {
    var constraints = Constraints()
    for fact in facts {
      if fact.contains(" | ") {
        constraints.anyOf.append(try alternatives(fact))
      } else if fact.hasPrefix("!") {
        constraints.conflicts.append(try dependency(fact.dropFirst()))
      } else if fact.hasPrefix("+"), let word = NamePart(String(fact.dropFirst())) {
        constraints.provides.append(Provided(name: word, version: Version(1, 0, 0)))
      } else if fact.hasPrefix("?") {
        constraints.dependencies.append(try dependency(fact.dropFirst(), isOptional: true))
      } else {
        constraints.dependencies.append(try dependency(fact[...]))
      }
    }
    return constraints
  }

  private static func exclusion(_ fact: String) -> Exclusion? {
    let words = fact.dropFirst().split(separator: " ", maxSplits: 1)
    let parts = words[1].split(separator: ";", maxSplits: 1).map(String.init)
    let kinds: [Substring: Exclusion.Kind] = [
      "host": .host, "glibc": .glibc, "platform": .platform, "abi": .abi, "recent": .tooRecent,
      "withdrawn": .withdrawn, "isa": .instructionSet, "libstdcxx": .libstdcxx,
    ]
    return kinds[words[0]].map { kind in
      Exclusion(kind, parts[0], here: parts.count > 1 ? String(parts[1].dropFirst()) : nil)
    }
  }

  private static func alternatives(_ fact: String) throws -> [Dependency] {
    var parts: [Dependency] = []
    var rest = fact[...]
    while let bar = rest.firstIndex(of: "|") {
      parts.append(try dependency(rest[..<bar].dropLast()))
      rest = rest[bar...].dropFirst(2)
    }
    return try parts + [dependency(rest)]
  }

  static func dependency(_ text: Substring, isOptional: Bool = false) throws -> Dependency {
    let words = text.split(separator: " ", maxSplits: 1)
    let range = words.count > 1 ? String(words[1]) : "*"
    return Dependency(
      name: try name(String(words[0])), range: try VersionRange(range), isOptional: isOptional)
  }

  /// Takes away what some plugins ask of others.
  mutating func forgetFacts(where isForgotten: (PluginName) -> Bool) {
    for name in candidates.keys where isForgotten(name) {
      for place in (candidates[name] ?? []).indices {
        candidates[name]?[place].constraints = Constraints()
      }
    }
  }

  /// Asks the solver to the end; tells it only what it wants to know.
  func solve(
    _ request: SolveRequest, learnsInReverse: Bool = false, patience: Patience = .usual
  ) -> SolverStep {
    var solver = Solver(request)
    solver.patience = patience
    while true {
      let step = solver.advance()
      guard case .needs(let names) = step else { return step }
      for name in learnsInReverse ? names.reversed() : names {
        let known = candidates[name] ?? []
        solver.learn(name, candidates: learnsInReverse ? known.reversed() : known)
      }
    }
  }
}
