import TestSupport

/// Made registries of the classes that are hard for resolvers, from a seed. `benchmarks/hard_cases.py`
/// makes the same classes in sizes for a release build.
enum HardRegistries {
  typealias Plugins = [String: [String: [String]]]

  struct Case {
    var plugins: Plugins
    var wanted: [String]
  }

  /// The classes, each with the way to make one from chance.
  enum Class: CaseIterable {
    /// 3-SAT with a request for each clause, with one plugin of alternatives, and all below one plugin.
    case threeSat, threeSatAlternatives, threeSatBelowOne
    case parity, colouring, pairs, layers, gaps

    func make(seed: Int) -> Case {
      var random = SeededGenerator(seed: UInt64(seed))
      return switch self {
      case .threeSat: threeSatByRequests(&random)
      case .threeSatAlternatives: threeSatByAlternatives(&random)
      case .threeSatBelowOne: threeSatByOneRoot(&random)
      case .parity: HardRegistries.parity(&random)
      case .colouring: HardRegistries.colouring(&random)
      case .pairs: HardRegistries.pairs(&random)
      case .layers: HardRegistries.layers(&random)
      case .gaps: HardRegistries.gaps(&random)
      }
    }
  }

  private static func clauses(_ random: inout SeededGenerator) -> [[(variable: Int, isTrue: Bool)]]
  {
    let ratio = Int.random(in: 38...50, using: &random)
    return (0..<(11 * ratio / 10)).map { _ in
      (0..<11).shuffled(using: &random).prefix(3).map { ($0, Bool.random(using: &random)) }
    }
  }

  private static func variables() -> Plugins {
    Plugins(uniqueKeysWithValues: (0..<11).map { ("x\($0)", ["1.0.0": [], "2.0.0": []]) })
  }

  private static func threeSatByRequests(_ random: inout SeededGenerator) -> Case {
    var plugins = variables()
    let clauses = clauses(&random)
    for (place, clause) in clauses.enumerated() {
      for (index, literal) in clause.enumerated() {
        plugins["c\(place)", default: [:]]["\(index + 1).0.0"] = [
          "x\(literal.variable) =\(literal.isTrue ? 2 : 1).0.0"
        ]
      }
    }
    return Case(plugins: plugins, wanted: clauses.indices.map { "c\($0)" })
  }

  private static func threeSatByAlternatives(_ random: inout SeededGenerator) -> Case {
    var plugins = variables()
    plugins["all"] = [
      "1.0.0": clauses(&random).map { clause in
        clause.map { "x\($0.variable) =\($0.isTrue ? 2 : 1).0.0" }.joined(separator: " | ")
      }
    ]
    return Case(plugins: plugins, wanted: ["all"])
  }

  private static func threeSatByOneRoot(_ random: inout SeededGenerator) -> Case {
    var found = threeSatByRequests(&random)
    found.plugins["all"] = ["1.0.0": found.wanted]
    found.wanted = ["all"]
    return found
  }

  /// Nodes of three edges each: the edges' bits add up to the node's charge.
  private static func parity(_ random: inout SeededGenerator) -> Case {
    let nodes = 6
    var plugins: Plugins = [:]
    // Around a ring and across it.
    var edges = (0..<nodes).map { ($0, ($0 + 1) % nodes) }
    edges += (0..<(nodes / 2)).map { ($0, $0 + nodes / 2) }
    for edge in edges.indices { plugins["x\(edge)"] = ["1.0.0": [], "2.0.0": []] }
    for node in 0..<nodes {
      let mine = edges.indices.filter { edges[$0].0 == node || edges[$0].1 == node }
      let charge = Int.random(in: 0...1, using: &random)
      for bits in 0..<8 where bits.nonzeroBitCount % 2 == charge {
        plugins["s\(node)", default: [:]]["\(bits + 1).0.0"] = mine.enumerated().map {
          "x\($0.element) =\(bits >> $0.offset & 1 + 1).0.0"
        }
      }
    }
    return Case(plugins: plugins, wanted: (0..<nodes).map { "s\($0)" })
  }

  private static func colouring(_ random: inout SeededGenerator) -> Case {
    let count = 14
    var plugins: Plugins = [:]
    for node in 0..<count {
      for colour in 1...3 { plugins["v\(node)", default: [:]]["\(colour).0.0"] = [] }
    }
    for _ in 0..<(count * Int.random(in: 20...26, using: &random) / 10) {
      let ends = (0..<count).shuffled(using: &random).prefix(2).sorted()
      for colour in 1...3 {
        plugins["v\(ends[1])"]?["\(colour).0.0"]?.append("!v\(ends[0]) =\(colour).0.0")
      }
    }
    return Case(plugins: plugins, wanted: (0..<count).map { "v\($0)" })
  }

  private static func pairs(_ random: inout SeededGenerator) -> Case {
    let (count, versions) = (8, 5)
    var plugins: Plugins = [:]
    for place in 0..<count {
      for version in 1...versions { plugins["p\(place)", default: [:]]["\(version).0.0"] = [] }
    }
    for _ in 0..<Int.random(in: 20...36, using: &random) {
      let ends = (0..<count).shuffled(using: &random).prefix(2).sorted()
      for _ in 0..<8 {
        let (left, right) = (
          Int.random(in: 1...versions, using: &random), Int.random(in: 1...versions, using: &random)
        )
        plugins["p\(ends[1])"]?["\(left).0.0"]?.append("!p\(ends[0]) =\(right).0.0")
      }
    }
    return Case(plugins: plugins, wanted: (0..<count).map { "p\($0)" })
  }

  /// Layers of dependencies whose last one has to agree on its ground.
  private static func layers(_ random: inout SeededGenerator) -> Case {
    let (depth, width, versions) = (4, 4, 3)
    var plugins: Plugins = ["ground": [:]]
    for version in 1...6 { plugins["ground"]?["\(version).0.0"] = [] }
    for layer in 0..<depth {
      for place in 0..<width {
        for version in 1...versions {
          var needs: [String] = []
          if layer + 1 < depth {
            for other in (0..<width).shuffled(using: &random).prefix(2) {
              let low = Int.random(in: 1...versions, using: &random)
              needs.append(
                "l\(layer + 1)p\(other) >=\(low).0.0 <\(low + 2).0.0"
              )
            }
          } else {
            let low = Int.random(in: 1...5, using: &random)
            needs.append("ground >=\(low).0.0 <\(low + 2).0.0")
          }
          plugins["l\(layer)p\(place)", default: [:]]["\(version).0.0"] = needs
        }
      }
    }
    return Case(plugins: plugins, wanted: (0..<3).map { "l0p\($0)" })
  }

  /// More versions than fit a word, in ranges of several pieces.
  private static func gaps(_ random: inout SeededGenerator) -> Case {
    let (count, versions) = (4, 80)
    var plugins: Plugins = [:]
    for place in 0..<count {
      for version in 0..<versions {
        let others = (0..<count).filter { $0 != place }.shuffled(using: &random).prefix(2)
        plugins["p\(place)", default: [:]]["\(version).0.0"] = others.map { other in
          let pieces = (0..<3).map { _ in
            let start = Int.random(in: 0..<versions, using: &random)
            return ">=\(start).0.0 <\(start + Int.random(in: 1...5, using: &random)).0.0"
          }
          return "p\(other) " + pieces.joined(separator: " || ")
        }
      }
    }
    return Case(plugins: plugins, wanted: ["p0", "p1"])
  }
}
