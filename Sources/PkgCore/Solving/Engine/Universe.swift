/// What the solver knows of plugins, in numbers: names, versions and ranges become indices, and each
/// constraint becomes one clause for all versions that have it.
///
/// Shared by any number of searches; it changes only in ``learn(_:candidates:)`` and ``prepare()``.
package final class Universe {
  /// One plugin. The set of its states has bit 0 for "absent" and bit i+1 for its version i, ascending.
  struct Plugin {
    var versions: [Version] = []
    var isKnown = false
    var exclusions: [(reason: Exclusion, versions: [Int32])] = []
    /// The facts that it is the owner of.
    var facts: [Int32] = []
    /// The facts of others that name it.
    var incoming: [Int32] = []
    /// Facts of each version: offsets into ``Universe/versionFacts``, one more than versions.
    var factStart: [Int32] = [0]
    /// Versions that alone break a fact, as where nothing answers what they need.
    var impossible: [(fact: Int32, states: [UInt64])] = []
    /// Places of its sets in ``Universe/masks``.
    var excluded = 0
    var yanked = 0
    var prerelease = 0
  }

  /// A range on a plugin.
  struct Demand: Hashable {
    var target: Int32
    var range: Int32
  }

  /// What some versions of one plugin ask of others.
  struct Fact {
    enum Kind: UInt8 { case needs, constrains, conflicts }

    var kind: Kind
    var owner: Int32
    /// The versions that ask; a place in ``Universe/masks``.
    var versions: Int
    /// One for a dependency, several for alternatives.
    var demands: [Demand]
    var clauseStart: Int32 = 0
    var clauseCount: Int32 = 0
  }

  /// "The plugin is in one of these states."
  struct Term: BitwiseCopyable {
    var plugin: Int32
    /// The set itself where a plugin has less than 64 versions, else a place in ``Universe/masks``.
    var set: UInt64
  }

  /// Terms that can't all hold.
  struct Clause: BitwiseCopyable {
    var start: Int32
    var count: Int32
    var fact: Int32
  }

  var plugins: [Plugin] = []
  private(set) var names: [PluginName] = []
  private(set) var ranges: [VersionRange] = []
  var facts: [Fact] = []
  var masks = Arena<UInt64>(capacity: 1024)
  var clauses = Arena<Clause>()
  var terms = Arena<Term>()
  /// The clauses of each version of each plugin, for the search: no array in its loop.
  var versionClauses = Arena<Int32>()
  var clauseOffsets = Arena<Int32>()
  /// For each plugin, where its versions begin in ``clauseOffsets``; 0 words for an unknown one.
  var rows = Arena<Row>()
  /// Ranks of names in byte order.
  var rank: [Int32] = []
  /// Who provides a name that may be no plugin's own.
  private(set) var providers: [Int32: [(plugin: Int32, versions: [Int32], offered: [Version])]] =
    [:]
  private var ids: [PluginName: Int32] = [:]
  private var rangeIDs: [String: Int32] = [:]
  private var isPrepared = false

  /// What a search reads of a plugin at once.
  struct Row: BitwiseCopyable {
    var offsets: Int32
    var versionCount: Int32
    var wordCount: Int32
    var clauseStart: Int32
    var clauseCount: Int32
    var isKnown: Bool
    var excluded: Int
    var yanked: Int
    var prerelease: Int
    var impossible: Int
  }

  package init() {}

  /// The index of a name, made where there is none.
  func id(of name: PluginName) -> Int32 {
    if let id = ids[name] { return id }
    let id = Int32(plugins.count)
    ids[name] = id
    names.append(name)
    plugins.append(Plugin())
    isPrepared = false
    return id
  }

  func existingID(of name: PluginName) -> Int32? { ids[name] }

  private func rangeID(_ range: VersionRange) -> Int32 {
    if let id = rangeIDs[range.description] { return id }
    let id = Int32(ranges.count)
    rangeIDs[range.description] = id
    ranges.append(range)
    return id
  }

  /// Whether nothing has been said of a plugin yet.
  func isUnknown(_ plugin: Int32) -> Bool { !plugins[Int(plugin)].isKnown }

  /// Takes in all versions of a plugin; what was said of it before stays.
  package func learn(_ name: PluginName, candidates: [Candidate]) {
    let id = id(of: name)
    guard isUnknown(id) else { return }
    isPrepared = false
    let sorted = Self.distinct(candidates)
    plugins[Int(id)].isKnown = true
    plugins[Int(id)].versions = sorted.map(\.version)
    var merged = FactMerging(owner: id)
    for (index, candidate) in sorted.enumerated() {
      add(candidate.constraints, of: Int32(index), to: &merged)
      note(candidate, Int32(index), id)
    }
    plugins[Int(id)].yanked = mask(sorted.indices.filter { sorted[$0].isYanked }, of: id)
    plugins[Int(id)].prerelease = mask(
      sorted.indices.filter { sorted[$0].version.isPrerelease }, of: id)
    plugins[Int(id)].excluded = mask(
      sorted.indices.filter { sorted[$0].exclusion != nil }, of: id)
    for entry in merged.entries {
      let index = Int32(facts.count)
      facts.append(
        Fact(
          kind: entry.kind, owner: id, versions: mask(entry.versions.map(Int.init), of: id),
          demands: entry.demands))
      plugins[Int(id)].facts.append(index)
      for demand in entry.demands { plugins[Int(demand.target)].incoming.append(index) }
    }
  }

  /// Ascending, one of each precedence: the last by the text of its build metadata.
  private static func distinct(_ candidates: [Candidate]) -> [Candidate] {
    let sorted = candidates.sorted {
      $0.version == $1.version
        ? bytesPrecede($1.version.build, $0.version.build) : $0.version < $1.version
    }
    var result: [Candidate] = []
    result.reserveCapacity(sorted.count)
    for candidate in sorted where result.last?.version != candidate.version {
      result.append(candidate)
    }
    return result
  }

  private func note(_ candidate: Candidate, _ version: Int32, _ id: Int32) {
    if let reason = candidate.exclusion {
      let place = plugins[Int(id)].exclusions.firstIndex { $0.reason == reason }
      if let place {
        plugins[Int(id)].exclusions[place].versions.append(version)
      } else {
        plugins[Int(id)].exclusions.append((reason, [version]))
      }
    }
    for provided in candidate.constraints.provides {
      // A capability is addressed below its provider's publisher: nobody can step in for another's.
      let word = PluginName(publisher: names[Int(id)].publisher, name: provided.name)
      let capability = self.id(of: word)
      guard capability != id else { continue }
      var entries = providers[capability] ?? []
      if let place = entries.firstIndex(where: { $0.plugin == id }) {
        entries[place].versions.append(version)
        entries[place].offered.append(provided.version)
      } else {
        entries.append((id, [version], [provided.version]))
      }
      providers[capability] = entries
    }
  }

  private func add(_ constraints: Constraints, of version: Int32, to merged: inout FactMerging) {
    for dependency in constraints.dependencies {
      merged.add(dependency.isOptional ? .constrains : .needs, [demand(dependency)], version)
    }
    for group in constraints.anyOf {
      merged.add(.needs, group.sorted { $0.name < $1.name }.map(demand), version)
    }
    for conflict in constraints.conflicts { merged.add(.conflicts, [demand(conflict)], version) }
  }

  private func demand(_ dependency: Dependency) -> Demand {
    Demand(target: id(of: dependency.name), range: rangeID(dependency.range))
  }

  /// A set of versions of a plugin, by their places.
  func mask(_ versions: some Sequence<Int>, of plugin: Int32) -> Int {
    let words = wordCount(plugin)
    let place = masks.appendRoom(words)
    for word in 0..<words { masks[place + word] = 0 }
    for version in versions {
      masks[place + (version + 1) / 64] |= 1 << UInt64((version + 1) % 64)
    }
    return place
  }

  func wordCount(_ plugin: Int32) -> Int { (plugins[Int(plugin)].versions.count + 64) / 64 }

  /// Turns all that was learned into clauses; does nothing where nothing is new.
  package func prepare() {
    guard !isPrepared else { return }
    isPrepared = true
    compile()
  }
}

/// Facts of one plugin, each with the versions that share it.
private struct FactMerging {
  struct Key: Hashable {
    var kind: Universe.Fact.Kind
    var demands: [Universe.Demand]
  }

  struct Entry {
    var kind: Universe.Fact.Kind
    var demands: [Universe.Demand]
    var versions: [Int32]
  }

  let owner: Int32
  private(set) var entries: [Entry] = []
  private var places: [Key: Int] = [:]

  init(owner: Int32) { self.owner = owner }

  mutating func add(_ kind: Universe.Fact.Kind, _ demands: [Universe.Demand], _ version: Int32) {
    let key = Key(kind: kind, demands: demands)
    if let place = places[key] {
      guard entries[place].versions.last != version else { return }
      entries[place].versions.append(version)
    } else {
      places[key] = entries.count
      entries.append(Entry(kind: kind, demands: demands, versions: [version]))
    }
  }
}
