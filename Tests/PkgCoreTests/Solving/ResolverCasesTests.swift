import Glibc
import PkgCore
import Testing

/// Resolution cases of other projects, read where they lie; their README explains the form.
private enum ResolverCases {
  static let folder: String = {
    let root = getenv("PLUGCTL_TEST_DATA").map { String(cString: $0) } ?? "../shared/data"
    return root + "/resolver"
  }()

  static var isThere: Bool { access(folder, R_OK) == 0 }

  static let files = [
    "pub.json", "packse.json", "resolvelib-backjump-test-1.json", "resolvelib-backjump-test-2.json",
    "resolvelib-backjump-test-4.json",
    "resolvelib-same-package.json", "resolvelib-issue-134.json", "cocoapods-awesome.json",
    "cocoapods-child_conflict.json", "cocoapods-circular.json",
    "cocoapods-complex_conflict.json", "cocoapods-conflict.json",
    "cocoapods-contiguous_grouping.json", "cocoapods-fixed_circular.json", "cocoapods-fuzz.json",
    "cocoapods-previous_conflict.json", "cocoapods-previous_primary_conflict.json",
    "cocoapods-restkit.json", "cocoapods-root_conflict_on_child.json",
    "cocoapods-swap_child_with_successors.json", "cocoapods-three_way_conflict.json",
    "cocoapods-unresolvable_child.json", "synth-pigeon-5.json",
    "synth-layered-200.json",
  ]

  static func read(_ file: String) throws -> JSON {
    let path = folder + "/" + file
    guard let stream = fopen(path, "r") else { return .null }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return try JSONParser.parse(bytes)
  }
}

@Suite(
  "Resolver cases of other projects",
  .enabled(if: ResolverCases.isThere, "the folder of shared test data is absent"))
struct ResolverCasesTests {
  /// Why a case says nothing about this solver.
  private struct NotExpressible: Error {}

  @Test("are answered as their oracle does", arguments: ResolverCases.files)
  func answers(file: String) throws {
    let document = try ResolverCases.read(file)
    var counts = (read: 0, skipped: 0)
    for element in document["cases"]?.arrayValue ?? [] {
      guard let id = element["id"]?.stringValue,
        let isSolvable = element["expected"]?["sat"]?.boolValue,
        element["expected"]?["checked"]?.stringValue?.hasPrefix("MISMATCH") != true,
        Self.isPlain(element), Self.isPlain(document),
        let packages = (element["packages"] ?? document["packages"])?.objectValue,
        packages.members.count <= 2_000,
        let registry = try? Self.registry(packages), let request = try? Self.request(element)
      else {
        counts.skipped += 1
        continue
      }
      counts.read += 1
      let step = Self.solve(request, registry)
      if case .solution(let resolution) = step {
        #expect(isSolvable, "\(file) \(id)")
        #expect(Self.holds(resolution, request, registry), "\(file) \(id)")
      } else {
        #expect(!isSolvable, "\(file) \(id)")
      }
    }
    print("\(file): \(counts.read) cases read, \(counts.skipped) skipped")
  }

  /// Only what this solver has: no hosts, no exclusions, no pre-release or yank policy of others.
  private static func isPlain(_ json: JSON) -> Bool {
    ["conflicts", "provides", "any_of", "excluded", "yanked", "host_constraints", "prefer"]
      .allSatisfy { json[$0]?.objectValue?.members.isEmpty ?? true }
      && (json["host"]?.objectValue.map { object in
        object.members.allSatisfy { json["host_constraints"] != nil || $0.value.objectValue == nil }
      } ?? true)
      && json["mode"]?.stringValue ?? "newest" == "newest" && json["tag"] == nil
      && json["tags"] == nil
  }

  private static func name(_ text: String) throws -> PluginName {
    let folded = text.lowercased().map {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? String($0) : "_"
    }.joined()
    return try PluginName(
      "x/\(folded.first.map { $0.isLetter || $0.isNumber } == true ? folded : "p" + folded)")
  }

  /// Their `<b` keeps the pre-releases of b and ours does not; `!` is a range that is never met.
  private static func range(_ text: String) throws -> VersionRange {
    guard text != "!" else { return try VersionRange("<*") }
    guard !text.contains("-") else { throw NotExpressible() }
    return try VersionRange(text)
  }

  private static func dependencies(_ json: JSON) throws -> [Dependency] {
    try (json.objectValue?.members ?? []).map {
      Dependency(name: try name($0.name), range: try range($0.value.stringValue ?? ""))
    }
  }

  private static func registry(_ packages: JSONObject) throws -> [PluginName: [Candidate]] {
    var registry: [PluginName: [Candidate]] = [:]
    for package in packages.members {
      let name = try name(package.name)
      guard registry[name] == nil else { throw NotExpressible() }
      registry[name] = try (package.value.objectValue?.members ?? []).map { version in
        guard !version.name.contains("-") else { throw NotExpressible() }
        var constraints = Constraints()
        constraints.dependencies = try dependencies(version.value)
        return Candidate(version: try Version(version.name), constraints: constraints)
      }
    }
    return registry
  }

  private static func request(_ element: JSON) throws -> SolveRequest {
    guard let wanted = element["request"] else { throw NotExpressible() }
    return SolveRequest(
      roots: try dependencies(wanted).map { .init(name: $0.name, range: $0.range) })
  }

  private static func solve(_ request: SolveRequest, _ registry: [PluginName: [Candidate]])
    -> SolverStep
  {
    var solver = Solver(request)
    while true {
      let step = solver.advance()
      guard case .needs(let names) = step else { return step }
      for name in names { solver.learn(name, candidates: registry[name] ?? []) }
    }
  }

  private static func holds(
    _ resolution: Resolution, _ request: SolveRequest, _ registry: [PluginName: [Candidate]]
  ) -> Bool {
    let versions = Dictionary(
      uniqueKeysWithValues: resolution.choices.map { ($0.name, $0.version) })
    return request.roots.allSatisfy { root in versions[root.name].map(root.range.contains) ?? false
    }
      && resolution.choices.allSatisfy { choice in
        registry[choice.name]?.first { $0.version == choice.version }?.constraints.dependencies
          .allSatisfy { dependency in
            versions[dependency.name].map(dependency.range.contains) ?? false
          } ?? false
      }
  }
}
