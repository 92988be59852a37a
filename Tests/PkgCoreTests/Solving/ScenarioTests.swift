import Glibc
import PkgCore
import TestSupport
import Testing

/// The files of `Tests/Scenarios`.
@Suite("Scenarios")
struct ScenarioTests {
  @Test("end as their files say", arguments: ScenarioFiles.names)
  func ends(name: String) throws {
    let scenario = try Scenario(ScenarioFiles.read(name))
    let lines = scenario.lines(try TestRegistry(scenario.plugins).solve(scenario.request))
    if ScenarioFiles.isAccepting, lines != scenario.expected {
      try ScenarioFiles.write(name, scenario.text(expecting: lines))
      return
    }
    #expect(lines == scenario.expected, "\(scenario.title)")
  }

  @Test("end the same whatever is learned first", arguments: ScenarioFiles.names)
  func order(name: String) throws {
    let scenario = try Scenario(ScenarioFiles.read(name))
    let registry = try TestRegistry(scenario.plugins)
    let lines = scenario.lines(registry.solve(scenario.request))
    let reversed = registry.solve(scenario.request, learnsInReverse: true)
    #expect(scenario.lines(reversed) == lines)
    guard case .solution = reversed else { return }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<5 {
      // All that there is, at once and shuffled, with names that nobody asked for.
      var solver = Solver(scenario.request)
      for name in registry.candidates.keys.sorted().shuffled(using: &random) {
        solver.learn(name, candidates: (registry.candidates[name] ?? []).shuffled(using: &random))
      }
      var step = solver.advance()
      while case .needs(let names) = step {
        for name in names { solver.learn(name, candidates: []) }
        step = solver.advance()
      }
      #expect(scenario.lines(step) == lines)
    }
  }

  @Test(
    "have every canonical conflict, with its message",
    arguments: [
      "no-version-matches", "missing-transitively", "two-requests-clash",
      "transitive-against-direct", "diamond", "branching", "host-too-old", "yanked-only",
      "glibc-too-new", "conflict-declared", "capability-that-nobody-provides", "pin-in-the-way",
      "mutual", "outer-scope-in-the-way",
    ])
  func canonical(name: String) throws {
    let scenario = try Scenario(ScenarioFiles.read(name + ".txt"))
    #expect(scenario.expected.first?.contains("can't be installed") == true)
    #expect(scenario.expected.last?.hasPrefix("  hint: ") == true)
  }

  @Test("name the line that can't be read", arguments: ["a 1 2", "  needs a", "installed a"])
  func faults(line: String) {
    #expect(throws: Scenario.Fault.self) { try Scenario("\(line)\n=>\n") }
    #expect(throws: Scenario.Fault.self) { try Scenario("want a\n") }
  }
}

private enum ScenarioFiles {
  /// Whether what comes of the files is written into them; `scripts/scenarios --accept` asks for it.
  static let isAccepting = getenv("PLUGCTL_ACCEPT_SCENARIOS") != nil

  private static let folder =
    "\(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined())/Scenarios"

  static let names: [String] = {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".txt") { names.append(name) }
    }
    return names.sorted()
  }()

  static func read(_ name: String) throws -> String {
    guard let stream = fopen("\(folder)/\(name)", "r") else {
      throw Scenario.Fault(description: "no scenario \(name)")
    }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, stream)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  static func write(_ name: String, _ text: String) throws {
    guard let stream = fopen("\(folder)/\(name)", "w") else {
      throw Scenario.Fault(description: "\(name) can't be written")
    }
    fputs(text, stream)
    fclose(stream)
  }
}
