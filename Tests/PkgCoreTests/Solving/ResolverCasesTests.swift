import Glibc
import PkgCore
import ResolverCases
import Testing

/// Where the resolution cases of other projects lie; their README explains the form.
enum ResolverData {
  static let folder: String = {
    let root = getenv("PLUGCTL_TEST_DATA").map { String(cString: $0) } ?? "../shared/data"
    return root + "/resolver"
  }()

  static var isThere: Bool { access(folder, R_OK) == 0 }

  /// The names of all JSON files there, sorted.
  static let files: [String] = {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".json") { names.append(name) }
    }
    return names.sorted()
  }()

  static func read(_ file: String) throws -> JSON {
    guard let stream = fopen(folder + "/" + file, "r") else { return .null }
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

/// All cases of all files; `scripts/bench solver` runs the same in a release build, with times.
@Suite(
  "Resolver cases of other projects",
  .enabled(if: ResolverData.isThere, "the folder of shared test data is absent"))
struct ResolverCasesTests {
  /// Enough of a set for a debug build; the benchmark checks every case.
  private static let limit = Int.max

  @Test("are answered as their oracle does, as well as can be", arguments: ResolverData.files)
  func answers(file: String) throws {
    guard let cases = ResolverFile(try ResolverData.read(file)) else { return }
    var counts = (read: 0, skipped: 0)
    var universes: [String: CaseUniverse] = [:]
    let step = max(1, cases.cases.count / Self.limit)
    for (place, element) in cases.cases.enumerated() {
      guard let isSolvable = element.isSolvable, place % step == 0 else {
        counts.skipped += 1
        continue
      }
      counts.read += 1
      let key = cases.universeKey(element)
      let universe = try universes[key] ?? CaseUniverse(cases, element)
      if element.json["packages"] == nil { universes[key] = universe }
      let request = try universe.request(element)
      var solver = Solver(request, universe: universe.universe)
      switch solver.advance() {
      case .solution(let resolution):
        let fault = element.fault(resolution, request, universe)
        #expect(fault == nil, "\(file) \(element.id)")
      case .failure: #expect(!isSolvable, "\(file) \(element.id)")
      case .needs, .cancelled, .exhausted: Issue.record("\(file) \(element.id) has no answer")
      }
    }
    print("\(file): \(counts.read) cases read, \(counts.skipped) skipped")
  }
}
