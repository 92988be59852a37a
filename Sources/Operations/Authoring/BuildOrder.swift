internal import PkgCore

/// Plugins in an order in which each comes after those that it depends on; a cycle is broken where it begins.
struct BuildOrder {
  private let needs: [Set<Int>]
  private var waiting: [Int]
  private var finished: Set<Int> = []
  private var running: Set<Int> = []

  init(_ jobs: [BuildJob]) {
    let names = jobs.map { $0.manifest?.name.folded }
    needs = jobs.indices.map { place in
      guard let constraints = jobs[place].manifest?.constraints else { return [] }
      let needed = constraints.dependencies + constraints.anyOf.joined()
      let folded = Set(needed.map(\.name.folded))
      return Set(names.indices.filter { $0 != place && names[$0].map(folded.contains) == true })
    }
    waiting = Array(jobs.indices)
  }

  /// Whether something has not begun.
  var hasMore: Bool { !waiting.isEmpty }

  /// One that may begin now; nil where all that is left waits for others.
  mutating func next() -> Int? {
    let ready = waiting.firstIndex { needs[$0].isSubset(of: finished) }
    // Where nothing runs and nothing is ready, what is left needs each other.
    guard let index = ready ?? (running.isEmpty ? waiting.indices.first : nil) else { return nil }
    let place = waiting.remove(at: index)
    running.insert(place)
    return place
  }

  /// Notes that one has ended.
  mutating func finish(_ place: Int) {
    running.remove(place)
    finished.insert(place)
  }

  /// A plugin that this one needs and that could not be built; nil where there is none.
  func missing(for place: Int, _ reports: [Int: BuildReport]) -> String? {
    needs[place].sorted().compactMap { reports[$0] }.first { report in
      if case .failed = report.end { true } else { false }
    }?.name
  }
}
