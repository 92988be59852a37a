/// Sets of versions in words, by the versions that are known.
struct VersionWords {
  let universe: Universe

  /// As in "every version of `a`" or "`a` 1.2.0 or newer".
  func phrase(_ plugin: Int32, _ states: [UInt64]) -> String {
    let name = universe.names[Int(plugin)]
    let versions = universe.plugins[Int(plugin)].versions
    guard !universe.isUnknown(plugin), !versions.isEmpty else { return "`\(name)`" }
    let places = versions.indices.filter { contains(states, $0) }
    if places.count == versions.count, versions.count > 1 { return "every version of `\(name)`" }
    return "`\(name)` \(list(places, of: versions))"
  }

  /// That none of these versions can be had.
  func refusal(_ term: Incompatibility.Term) -> String {
    let count = universe.plugins[Int(term.plugin)].versions.count
    if count > 1, self.count(term.plugin, term.set) == count {
      return "no version of `\(universe.names[Int(term.plugin)])` can be installed"
    }
    return "\(phrase(term.plugin, term.set)) can't be installed"
  }

  /// The versions alone, as in "1.2.0 or newer".
  func versions(_ plugin: Int32, _ states: [UInt64]) -> String {
    let versions = universe.plugins[Int(plugin)].versions
    return list(versions.indices.filter { contains(states, $0) }, of: versions)
  }

  func count(_ plugin: Int32, _ states: [UInt64]) -> Int {
    universe.plugins[Int(plugin)].versions.indices.filter { contains(states, $0) }.count
  }

  private func contains(_ states: [UInt64], _ version: Int) -> Bool {
    states[(version + 1) / 64] >> UInt64((version + 1) % 64) & 1 != 0
  }

  /// Runs of neighbours: two by name, more as "to", "or newer" and "or older".
  private func list(_ places: [Int], of versions: [Version]) -> String {
    var runs: [ClosedRange<Int>] = []
    for place in places {
      if let last = runs.last, last.upperBound + 1 == place {
        runs[runs.count - 1] = last.lowerBound...place
      } else {
        runs.append(place...place)
      }
    }
    var words: [String] = []
    for run in runs {
      let (low, high) = (versions[run.lowerBound], versions[run.upperBound])
      if run.count == 1 {
        words.append("\(low)")
      } else if run.upperBound == versions.count - 1 {
        words.append("\(low) or newer")
      } else if run.lowerBound == 0 {
        words.append("\(high) or older")
      } else if run.count == 2 {
        words += ["\(low)", "\(high)"]
      } else {
        words.append("\(low) to \(high)")
      }
    }
    if words.count > 6 {
      words = Array(words.prefix(3)) + ["\(words.count - 4) more"] + [words[words.count - 1]]
    }
    return Self.joined(words, "or")
  }

  /// "a", "a or b", "a, b or c".
  static func joined(_ words: [String], _ conjunction: String) -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) " + words[words.count - 1]
  }
}
