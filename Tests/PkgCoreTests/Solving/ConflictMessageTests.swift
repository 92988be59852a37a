import PkgCore
import Testing

/// The canonical conflicts, as a person reads them. Each must say by itself what to do.
@Suite("Conflict messages")
struct ConflictMessageTests {
  struct Conflict: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let plugins: [String: [String: [String]]]
    let wanted: [String]
    var installed: [String: String] = [:]
    var upgrades: [String] = []
    var pins: [String: (range: String, reason: String)] = [:]
    var immovable: [String: String] = [:]
    let text: String

    func request() throws -> SolveRequest {
      var request = SolveRequest(
        roots: try wanted.map { text in
          let root = try TestRegistry.dependency(text[...])
          return .init(name: root.name, range: root.range)
        },
        installed: Dictionary(
          uniqueKeysWithValues: try installed.map {
            (try TestRegistry.name($0.key), try Version($0.value))
          }),
        upgrades: Set(try upgrades.map { try TestRegistry.name($0) }))
      for (name, pin) in pins {
        request.pins[try TestRegistry.name(name)] = .init(
          range: try VersionRange(pin.range), reason: pin.reason)
      }
      for (name, version) in immovable {
        request.immovable[try TestRegistry.name(name)] = try Version(version)
      }
      return request
    }
  }

  @Test("read alone", arguments: conflicts)
  func reads(conflict: Conflict) throws {
    let registry = try TestRegistry(conflict.plugins)
    guard case .failure(let failure) = registry.solve(try conflict.request()) else {
      Issue.record("has an answer")
      return
    }
    let explanation = failure.explanation()
    var lines = [explanation.message] + explanation.lines.map { "  " + $0 }
    if let hint = explanation.hint { lines.append("  hint: " + hint) }
    #expect(lines.joined(separator: "\n") == conflict.text)
  }

  @Test("are the same whatever is learned first", arguments: conflicts)
  func isStable(conflict: Conflict) throws {
    let registry = try TestRegistry(conflict.plugins)
    let request = try conflict.request()
    guard case .failure(let one) = registry.solve(request),
      case .failure(let other) = registry.solve(request, learnsInReverse: true)
    else { return }
    #expect(one.explanation() == other.explanation())
  }
}
