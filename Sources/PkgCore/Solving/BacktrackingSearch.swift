/// Depth-first search over versions: the newest (or the installed) first, back at the first conflict.
struct BacktrackingSearch {
  /// What somebody asks of a plugin.
  private struct Demand {
    let name: PluginName
    let range: VersionRange
    /// As in "`acme/a` 1.0.0 needs"; nil for the request itself.
    let origin: String?
    let isOptional: Bool
  }

  private struct State {
    var chosen: [PluginName: Candidate] = [:]
    var demands: [PluginName: [Demand]] = [:]
    /// Names that must be chosen, in the order of discovery.
    var agenda: [PluginName] = []
    var alternatives: [(owner: String, group: [Dependency])] = []
  }

  private let request: SolveRequest
  private let known: [PluginName: [Candidate]]
  private var missing: [PluginName] = []
  private var deepest: (depth: Int, reasons: [String]) = (-1, [])

  init(request: SolveRequest, known: [PluginName: [Candidate]]) {
    self.request = request
    self.known = known
  }

  mutating func run() -> SolverStep {
    var state = State()
    for root in request.roots {
      _ = add(
        Demand(name: root.name, range: root.range, origin: nil, isOptional: false), to: &state)
    }
    if let solved = search(state) { return .solution(Self.ordered(solved.chosen)) }
    guard missing.isEmpty else { return .needs(missing) }
    return .failure(SolveFailure(reasons: deepest.reasons))
  }

  private mutating func search(_ state: State) -> State? {
    let open = state.agenda.filter { state.chosen[$0] == nil }
    let unknown = open.filter { known[$0] == nil }
    if !unknown.isEmpty {
      missing += unknown.filter { !missing.contains($0) }
      return nil
    }
    guard let name = open.first else { return settleAlternatives(state) }
    for candidate in candidates(for: name, state) {
      if let next = choose(candidate, for: name, state), let solved = search(next) { return solved }
      guard missing.isEmpty else { return nil }
    }
    return nil
  }

  /// Takes the next `any_of` group that nothing chosen answers yet.
  private mutating func settleAlternatives(_ state: State) -> State? {
    var state = state
    guard !state.alternatives.isEmpty else { return isJustified(state) ? state : nil }
    let (owner, group) = state.alternatives.removeFirst()
    let isAnswered = group.contains {
      state.chosen[$0.name].map(\.version).map($0.range.contains) ?? false
    }
    if isAnswered { return search(state) }
    for option in group.sorted(by: preferred) {
      var next = state
      let demand = Demand(name: option.name, range: option.range, origin: owner, isOptional: false)
      guard add(demand, to: &next) else { continue }
      if let solved = search(next) { return solved }
      guard missing.isEmpty else { return nil }
    }
    note(
      state, ["\(owner) one of \(group.map { "`\($0.name)` \($0.range)" }.joined(separator: ", "))"]
    )
    return nil
  }

  private func preferred(_ left: Dependency, _ right: Dependency) -> Bool {
    let isLeftInstalled = request.installed[left.name] != nil
    let isRightInstalled = request.installed[right.name] != nil
    return isLeftInstalled != isRightInstalled ? isLeftInstalled : left.name < right.name
  }

  /// Candidates that all demands allow, best first; last those that only a later demand can justify.
  private mutating func candidates(for name: PluginName, _ state: State) -> [Candidate] {
    let demands = state.demands[name] ?? []
    let all = known[name] ?? []
    let installed = request.installed[name]
    let allowed = all.filter { candidate in
      demands.allSatisfy { $0.range.contains(candidate.version) }
        && (request.allowsDowngrade || installed.map { candidate.version >= $0 } ?? true)
    }
    let free = usable(allowed, by: demands.map(\.range), installed)
    if free.isEmpty { noteNothingFits(name, demands, all, state) }
    let newestFirst = free.sorted { $0.version > $1.version }
    let later = allowed.filter { candidate in
      !free.contains { $0.version == candidate.version } && mayBeAskedFor(candidate, of: name, all)
    }.sorted { $0.version > $1.version }
    guard let installed, !request.upgrades.contains(name),
      let place = newestFirst.firstIndex(where: { $0.version == installed })
    else { return newestFirst + later }
    var result = newestFirst
    result.insert(result.remove(at: place), at: 0)
    return result + later
  }

  /// Those that these demands make free to choose: yanked ones only by an exact demand, pre-releases
  /// only where one is named or nothing is stable; what is installed always.
  private func usable(
    _ allowed: [Candidate], by ranges: [VersionRange], _ installed: Version?
  ) -> [Candidate] {
    let isExact = ranges.contains { $0.exactVersion != nil }
    let present = allowed.filter { !$0.isYanked || isExact || $0.version == installed }
    let stable = present.filter { !$0.version.isPrerelease || $0.version == installed }
    return stable.isEmpty || ranges.contains(where: \.mentionsPrerelease) ? present : stable
  }

  /// Whether some plugin that is known asks so that this candidate becomes usable.
  private func mayBeAskedFor(_ candidate: Candidate, of name: PluginName, _ all: [Candidate])
    -> Bool
  {
    let needs = known.values.joined().map(\.constraints).flatMap {
      $0.dependencies + $0.anyOf.joined()
    }
    let ranges =
      needs.filter { $0.name == name }.map(\.range)
      + request.roots.filter { $0.name == name }.map(\.range)
    return ranges.contains { range in
      range.contains(candidate.version)
        && usable(all.filter { range.contains($0.version) }, by: [range], nil)
          .contains { $0.version == candidate.version }
    }
  }

  /// Whether the demands, now all known, make every choice usable.
  private func isJustified(_ state: State) -> Bool {
    state.chosen.allSatisfy { name, candidate in
      guard candidate.isYanked || candidate.version.isPrerelease else { return true }
      let ranges = (state.demands[name] ?? []).map(\.range)
      let allowed = (known[name] ?? []).filter { other in
        ranges.allSatisfy { $0.contains(other.version) }
      }
      return usable(allowed, by: ranges, request.installed[name])
        .contains { $0.version == candidate.version }
    }
  }

  private mutating func choose(_ candidate: Candidate, for name: PluginName, _ state: State)
    -> State?
  {
    var next = state
    next.chosen[name] = candidate
    for (other, chosen) in state.chosen.sorted(by: { $0.key < $1.key }) {
      let isExcluded =
        Self.excludes(chosen.constraints, name, candidate.version)
        || Self.excludes(candidate.constraints, other, chosen.version)
      if isExcluded {
        noteConflict(state, (name, candidate.version), (other, chosen.version))
        return nil
      }
    }
    let origin = "`\(name)` \(candidate.version) needs"
    for dependency in candidate.constraints.dependencies {
      let demand = Demand(
        name: dependency.name, range: dependency.range, origin: origin,
        isOptional: dependency.isOptional)
      guard add(demand, to: &next) else {
        note(state, Self.sentences(next.demands[demand.name] ?? []))
        return nil
      }
    }
    next.alternatives += candidate.constraints.anyOf.map { (origin, $0) }
    return next
  }

  /// Adds a demand; false where it contradicts a choice.
  private func add(_ demand: Demand, to state: inout State) -> Bool {
    state.demands[demand.name, default: []].append(demand)
    if let chosen = state.chosen[demand.name] { return demand.range.contains(chosen.version) }
    if !demand.isOptional, !state.agenda.contains(demand.name) { state.agenda.append(demand.name) }
    return true
  }

  private static func excludes(_ constraints: Constraints, _ name: PluginName, _ version: Version)
    -> Bool
  {
    constraints.conflicts.contains { $0.name == name && $0.range.contains(version) }
  }

  private mutating func noteNothingFits(
    _ name: PluginName, _ demands: [Demand], _ all: [Candidate], _ state: State
  ) {
    var reasons = Self.sentences(demands)
    let versions = all.map { $0.isYanked ? "\($0.version) (yanked)" : $0.version.description }
    reasons.append(
      versions.isEmpty
        ? "no version of `\(name)` fits this machine or is known"
        : "`\(name)` has \(versions.suffix(8).joined(separator: ", "))")
    if let installed = request.installed[name], !request.allowsDowngrade {
      reasons.append("`\(name)` \(installed) is installed, and nothing is downgraded unless asked")
    }
    note(state, reasons)
  }

  private mutating func noteConflict(
    _ state: State, _ one: (name: PluginName, version: Version),
    _ other: (name: PluginName, version: Version)
  ) {
    // In the order of names: which of the two was chosen first says nothing.
    let (first, second) = one.name < other.name ? (one, other) : (other, one)
    let demands = Self.sentences(
      (state.demands[first.name] ?? []) + (state.demands[second.name] ?? []))
    note(
      state,
      demands + [
        "`\(first.name)` \(first.version) and `\(second.name)` \(second.version) exclude each other"
      ])
  }

  private static func sentences(_ demands: [Demand]) -> [String] {
    demands.map { "\($0.origin ?? "you asked for") `\($0.name)` \($0.range)" }
  }

  private mutating func note(_ state: State, _ reasons: [String]) {
    guard state.chosen.count > deepest.depth else { return }
    deepest = (state.chosen.count, reasons)
  }

  /// Whom others need first; among equals by name. A cycle is entered at its first name.
  private static func ordered(_ chosen: [PluginName: Candidate]) -> Resolution {
    var done: Set<PluginName> = []
    var choices: [Resolution.Choice] = []
    func visit(_ name: PluginName) {
      guard let candidate = chosen[name], done.insert(name).inserted else { return }
      let needed = candidate.constraints.dependencies + candidate.constraints.anyOf.joined()
      for dependency in needed.map(\.name).sorted() { visit(dependency) }
      choices.append(Resolution.Choice(name: name, version: candidate.version))
    }
    for name in chosen.keys.sorted() { visit(name) }
    return Resolution(choices: choices)
  }
}
