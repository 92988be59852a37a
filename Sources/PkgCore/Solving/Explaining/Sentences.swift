/// Statements of a derivation in words.
struct Sentences {
  let core: Core

  private var premises: Premises { core.premises }
  private var universe: Universe { core.premises.universe }
  private var words: VersionWords { VersionWords(universe: universe) }

  func sentence(_ statement: Incompatibility) -> String {
    switch statement.cause {
    case .ground(let ground): sentence(ground, statement)
    case .derived: derived(statement)
    }
  }

  /// Facts by the name of whose they are, requests after them as they were made.
  func order(_ statement: Incompatibility) -> (Int, Int32, Int) {
    guard case .ground(let ground) = statement.cause else { return (0, 0, 0) }
    if case .root(let place) = ground { return (1, 0, place) }
    return (0, universe.rank[Int(core.owner(of: ground))], 0)
  }

  // MARK: Facts

  private func sentence(_ ground: Ground, _ statement: Incompatibility) -> String {
    switch ground {
    case .root(let place): request(premises.roots[place])
    case .fact(let fact): sentence(fact: fact, statement)
    case .bar(let place): sentence(core.bars[place])
    }
  }

  /// "you asked for `a` ^1", and why that can't be where nothing answers it.
  private func request(_ root: Premises.Root) -> String {
    let name = universe.names[Int(root.plugin)]
    guard root.place != nil else {
      return "`\(name)` \(exact(root.range)) is in an outer scope and can't be changed from here"
    }
    let isKept = premises.request.installed[name] != nil && root.range.description == "*"
    let asked =
      isKept ? "`\(name)` is installed" : "you asked for \(demand(root.plugin, root.range))"
    guard isLacking(root.plugin, root.range) else { return asked }
    return shortList(root.plugin).map { "\(asked), but there is only \($0)" }
      ?? asked + absence(root.plugin)
  }

  private func exact(_ range: VersionRange) -> String {
    range.exactVersion?.description ?? range.description
  }

  private func demand(_ plugin: Int32, _ range: VersionRange) -> String {
    let name = universe.names[Int(plugin)]
    return range.description == "*" ? "`\(name)`" : "`\(name)` \(exact(range))"
  }

  /// Whether nothing answers a demand, whatever else holds.
  private func isLacking(_ plugin: Int32, _ range: VersionRange) -> Bool {
    universe.answers(to: plugin, range).allSatisfy { $0.versions.allSatisfy { $0 == 0 } }
  }

  /// The newest versions; nil where there is none.
  private func shortList(_ plugin: Int32) -> String? {
    let versions = universe.plugins[Int(plugin)].versions
    guard !versions.isEmpty else { return nil }
    let shown = versions.suffix(5).map(\.description)
    let older = versions.count > 5 ? ["\(versions.count - 5) older ones"] : []
    return VersionWords.joined(older + shown, "and")
  }

  private func lack(_ demand: Universe.Demand) -> String {
    guard isLacking(demand.target, universe.ranges[Int(demand.range)]) else { return "" }
    return shortList(demand.target).map { ", of which there is only \($0)" }
      ?? absence(demand.target)
  }

  /// That there is no plugin of a name, and who provides it in other versions.
  private func absence(_ name: Int32) -> String {
    guard let offers = universe.providers[name] else {
      return ", which no index has and nothing provides"
    }
    let all = offers.sorted { universe.rank[Int($0.plugin)] < universe.rank[Int($1.plugin)] }.map {
      offer in
      let versions = Set(offer.offered).sorted().suffix(3).map(\.description)
      return "`\(universe.names[Int(offer.plugin)])` only as "
        + VersionWords.joined(versions, "and")
    }
    return ", which is provided by \(VersionWords.joined(all, "and"))"
  }

  private func sentence(fact index: Int32, _ statement: Incompatibility) -> String {
    let fact = universe.facts[Int(index)]
    let owner = words.phrase(
      fact.owner, (0..<universe.wordCount(fact.owner)).map { universe.masks[fact.versions + $0] })
    let demands = fact.demands.map { demand($0.target, universe.ranges[Int($0.range)]) }
    switch fact.kind {
    case .conflicts:
      let other = statement.terms.first { $0.plugin != fact.owner }
      if let other, other.plugin != fact.demands[0].target {
        let name = universe.names[Int(other.plugin)]
        return "\(owner) conflicts with \(demands[0]), which `\(name)` provides"
      }
      return "\(owner) conflicts with \(demands[0])"
    case .constrains: return "\(owner) works only with \(demands[0])"
    case .needs where fact.demands.count == 1:
      return "\(owner) needs \(demands[0])\(lack(fact.demands[0]))"
    case .needs: return "\(owner) needs \(VersionWords.joined(demands, "or"))"
    }
  }

  private func sentence(_ bar: Premises.Bar) -> String {
    let name = universe.names[Int(bar.plugin)]
    let subject = words.phrase(bar.plugin, bar.states)
    switch bar.reason {
    case .excluded(let all): return "\(subject) \(Exclusion.phrase(all))"
    case .yanked: return "\(subject) was yanked"
    case .unasked(.yanked): return "\(subject) was yanked, and nobody asks for exactly that"
    case .unasked(.prerelease):
      return "\(subject) is a pre-release, and the ranges neither name one nor leave nothing else"
    case .pinned:
      let pin = premises.request.pins[name]
      let reason = pin.map { $0.reason.isEmpty ? "" : " (\(printable($0.reason)))" } ?? ""
      return "you pinned `\(name)` to \(pin.map { exact($0.range) } ?? "")\(reason)"
    case .downgrade:
      let version = premises.request.installed[name].map { " \($0)" } ?? ""
      return "`\(name)`\(version) is installed, and nothing is downgraded unless you ask"
    case .immovable:
      let version = premises.request.immovable[name].map { " \($0)" } ?? ""
      return "`\(name)`\(version) is in an outer scope and can't be changed from here"
    }
  }

  // MARK: What follows

  private func derived(_ statement: Incompatibility) -> String {
    var present: [String] = []
    var needed: [String] = []
    var positives: [Incompatibility.Term] = []
    let byName = statement.terms.sorted {
      universe.rank[Int($0.plugin)] < universe.rank[Int($1.plugin)]
    }
    for term in byName {
      if term.set[0] & 1 == 0 {
        present.append(words.phrase(term.plugin, term.set))
        positives.append(term)
      } else {
        needed.append(words.phrase(term.plugin, others(term)))
      }
    }
    let wanted = VersionWords.joined(needed, "or")
    switch (present.count, needed.count) {
    case (0, 0): return "nothing fits"
    case (0, _): return needed.count == 1 ? "\(wanted) is needed" : "one of \(wanted) is needed"
    case (1, 0): return words.refusal(positives[0])
    case (_, 0): return "\(VersionWords.joined(present, "and")) can't be installed together"
    case (1, _): return "\(present[0]) needs \(wanted)"
    default: return "\(VersionWords.joined(present, "and")) together need \(wanted)"
    }
  }

  /// The versions that a term leaves out.
  private func others(_ term: Incompatibility.Term) -> [UInt64] {
    var set = zip(Derivation.all(term.plugin, universe), term.set).map { $0 & ~$1 }
    set[0] &= ~1
    return set
  }
}
