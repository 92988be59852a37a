import Loader
import PkgCore
import TestSupport
import Testing

/// The worker of this checkout, built on first use.
enum WorkerProgram {
  private static let built: Result<String, any Error> = Result {
    let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    guard try run([root + "/scripts/build-worker"]) == 0 else {
      throw TestFailure("scripts/build-worker failed")
    }
    return root + "/.build/worker/plugctl-worker"
  }

  /// Whether this kernel has all walls; an older one is said to lack them, and can't be tested.
  static let hasAllWalls: Bool = {
    guard let folder = try? TestFolder(), let path = try? folder.plugin("a.so", "int a;"),
      let report = try? report(path, level: 2)
    else { return true }
    return report.missingProtections.isEmpty
  }()

  static var path: String {
    get throws { try built.get() }
  }
}

/// Tests a file at a level against this system, or a target made from it.
func report(
  _ file: String, level: Int, modules: [String] = [], neighbours: [String] = [],
  declared: LoadSubject.DeclaredFile? = nil, probe: HostProbe? = nil,
  _ change: (inout LoadTarget) -> Void = { _ in }
) throws -> LoadReport {
  var target = thisSystem()
  target.limits.executionMilliseconds = 2_000
  change(&target)
  let subject = LoadSubject(
    name: "subject", file: file, modules: modules, neighbours: neighbours, declared: declared,
    probe: probe)
  return try loadTest(
    subject, against: target, LoadOptions(level: level), worker: Worker(WorkerProgram.path))
}

/// The checks that refuse the plugin, in words for a failed expectation.
func refusals(_ report: LoadReport) -> [String] {
  report.refusals.map { "\($0.check.rawValue) \($0.status.rawValue): \($0.message) \($0.notes)" }
}
