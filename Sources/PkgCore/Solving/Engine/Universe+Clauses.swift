/// Turning facts into clauses, once what they name is known.
extension Universe {
  func compile() {
    clauses.truncate(to: 0)
    terms.truncate(to: 0)
    versionClauses.truncate(to: 0)
    clauseOffsets.truncate(to: 0)
    rows.truncate(to: 0)
    rank = Array(repeating: 0, count: names.count)
    for (place, id) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
      rank[id] = Int32(place)
    }
    var sets = RangeSets()
    for plugin in plugins.indices {
      let start = clauses.count
      plugins[plugin].impossible = []
      for fact in plugins[plugin].facts { compile(fact, &sets) }
      addRow(plugin, start)
    }
  }

  private func compile(_ fact: Int32, _ sets: inout RangeSets) {
    let value = facts[Int(fact)]
    let start = clauses.count
    switch value.kind {
    case .needs:
      var wanted: [(plugin: Int32, versions: [UInt64])] = []
      for demand in value.demands { collect(demand, into: &wanted, &sets) }
      let forbidden = wanted.map { (plugin: $0.plugin, set: complement($0.versions, $0.plugin)) }
      emit(fact, forbidden)
    case .constrains:
      let demand = value.demands[0]
      guard !isUnknown(demand.target) else { break }
      var outside = complement(sets.versions(demand, self), demand.target)
      outside[0] &= ~1
      emit(fact, [(demand.target, outside)])
    case .conflicts:
      // Who provides a name is excluded with its owner, but nobody excludes itself.
      var unwanted: [(plugin: Int32, versions: [UInt64])] = []
      collect(value.demands[0], into: &unwanted, &sets)
      for (plugin, versions) in unwanted where plugin != value.owner && !isUnknown(plugin) {
        emit(fact, [(plugin, versions)])
      }
    }
    facts[Int(fact)].clauseStart = Int32(start)
    facts[Int(fact)].clauseCount = Int32(clauses.count - start)
  }

  /// The versions that answer a demand: the plugin's own and those of who provides its name.
  private func collect(
    _ demand: Demand, into wanted: inout [(plugin: Int32, versions: [UInt64])],
    _ sets: inout RangeSets
  ) {
    func add(_ plugin: Int32, _ versions: [UInt64]) {
      if let place = wanted.firstIndex(where: { $0.plugin == plugin }) {
        for word in versions.indices { wanted[place].versions[word] |= versions[word] }
      } else {
        wanted.append((plugin, versions))
      }
    }
    add(demand.target, sets.versions(demand, self))
    for (plugin, versions) in provided(demand.target, in: ranges[Int(demand.range)]) {
      add(plugin, versions)
    }
  }

  /// All that answers a range on a name: the plugin itself first.
  func answers(to plugin: Int32, _ range: VersionRange) -> [(plugin: Int32, versions: [UInt64])] {
    [(plugin, versions(of: plugin, in: range))] + provided(plugin, in: range)
  }

  private func provided(_ name: Int32, in range: VersionRange)
    -> [(plugin: Int32, versions: [UInt64])]
  {
    var found: [(plugin: Int32, versions: [UInt64])] = []
    let entries = (providers[name] ?? []).sorted {
      rank[Int($0.plugin)] < rank[Int($1.plugin)]
    }
    for entry in entries {
      var versions = [UInt64](repeating: 0, count: wordCount(entry.plugin))
      for (index, version) in entry.versions.enumerated()
      where range.contains(entry.offered[index]) {
        versions[Int(version + 1) / 64] |= 1 << UInt64((version + 1) % 64)
      }
      if versions.contains(where: { $0 != 0 }) { found.append((entry.plugin, versions)) }
    }
    return found
  }

  /// All states but the given versions.
  func complement(_ versions: [UInt64], _ plugin: Int32) -> [UInt64] {
    guard !isUnknown(plugin) else { return [1] }
    let all = allStates(plugin)
    return versions.indices.map { all[$0] & ~versions[$0] }
  }

  /// Absent and every version.
  func allStates(_ plugin: Int32) -> [UInt64] {
    let count = plugins[Int(plugin)].versions.count + 1
    var words = [UInt64](repeating: ~0, count: wordCount(plugin))
    if count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
    return words
  }

  /// Adds the clause that the owner's versions and all of these don't go together.
  private func emit(_ fact: Int32, _ others: [(plugin: Int32, set: [UInt64])]) {
    let value = facts[Int(fact)]
    var own = (0..<wordCount(value.owner)).map { masks[value.versions + $0] }
    var kept: [(plugin: Int32, set: [UInt64])] = []
    for other in others {
      if other.plugin == value.owner {
        for word in own.indices { own[word] &= other.set[word] }
      } else if other.set.allSatisfy({ $0 == 0 }) {
        return
      } else if isUnknown(other.plugin) || other.set != allStates(other.plugin) {
        kept.append(other)
      }
    }
    guard own.contains(where: { $0 != 0 }) else { return }
    guard !kept.isEmpty else {
      plugins[Int(value.owner)].impossible.append((fact, own))
      return
    }
    let start = terms.count
    for (plugin, set) in [(value.owner, own)] + kept {
      terms.append(Term(plugin: plugin, set: handle(set)))
    }
    clauses.append(Clause(start: Int32(start), count: Int32(terms.count - start), fact: fact))
  }

  func handle(_ set: [UInt64]) -> UInt64 {
    guard set.count > 1 else { return set[0] }
    let place = masks.appendRoom(set.count)
    for (word, value) in set.enumerated() { masks[place + word] = value }
    return UInt64(place)
  }

  private func addRow(_ plugin: Int, _ firstClause: Int) {
    let value = plugins[plugin]
    let offsets = clauseOffsets.count
    for version in value.versions.indices {
      clauseOffsets.append(Int32(versionClauses.count))
      for clause in firstClause..<clauses.count {
        let set = terms[clauses[clause].start].set
        let word =
          value.versions.count < 64 ? set : masks[Int(set) + (version + 1) / 64]
        if word >> UInt64((version + 1) % 64) & 1 != 0 { versionClauses.append(Int32(clause)) }
      }
    }
    clauseOffsets.append(Int32(versionClauses.count))
    var impossible = [UInt64](repeating: 0, count: wordCount(Int32(plugin)))
    for entry in value.impossible {
      for word in impossible.indices { impossible[word] |= entry.states[word] }
    }
    let place = masks.appendRoom(impossible.count)
    for word in impossible.indices { masks[place + word] = impossible[word] }
    rows.append(
      Row(
        offsets: Int32(offsets), versionCount: Int32(value.versions.count),
        wordCount: Int32((value.versions.count + 64) / 64), clauseStart: Int32(firstClause),
        clauseCount: Int32(clauses.count - firstClause), isKnown: value.isKnown,
        excluded: value.excluded, yanked: value.yanked, prerelease: value.prerelease,
        impossible: place))
  }
}

/// The versions that ranges allow, each found once.
struct RangeSets {
  private var found: [Universe.Demand: [UInt64]] = [:]

  mutating func versions(_ demand: Universe.Demand, _ universe: Universe) -> [UInt64] {
    if let known = found[demand] { return known }
    let set = universe.versions(of: demand.target, in: universe.ranges[Int(demand.range)])
    found[demand] = set
    return set
  }
}

extension Universe {
  /// The versions of a plugin that lie in a range; for an unknown plugin whatever it may have.
  func versions(of plugin: Int32, in range: VersionRange) -> [UInt64] {
    guard !isUnknown(plugin) else { return [2] }
    let versions = plugins[Int(plugin)].versions
    var set = [UInt64](repeating: 0, count: wordCount(plugin))
    for interval in range.intervals {
      let end = interval.upper.map { Self.place(of: $0, in: versions) } ?? versions.count
      var index = Self.place(of: interval.lower, in: versions)
      while index < end {
        set[(index + 1) / 64] |= 1 << UInt64((index + 1) % 64)
        index += 1
      }
    }
    return set
  }

  /// Where the first version that is not below stands.
  private static func place(of version: Version, in sorted: [Version]) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < version { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Universe {
  /// The plugins that a version names as needed, wished or as alternatives.
  func needed(by plugin: Int32, _ version: Int32) -> [Int32] {
    var found: [Int32] = []
    for index in plugins[Int(plugin)].facts {
      let fact = facts[Int(index)]
      let word = masks[fact.versions + Int(version + 1) / 64]
      guard fact.kind != .conflicts, word >> UInt64((version + 1) % 64) & 1 != 0 else { continue }
      found += fact.demands.map(\.target)
    }
    return found
  }
}
