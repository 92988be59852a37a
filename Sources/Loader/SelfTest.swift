public import Files
public import PkgCore

/// Whether the checks find what they are for: plugins that are bad in one way each, and one that is good.
public struct SelfTest: Sendable {
  /// Where the plugins lie that `scripts/build-worker` makes.
  private let folder: String
  private let workerPath: String
  /// A folder that others may walk through, for copies and data.
  private let scratch: String

  /// A self-test with the plugins beside the worker.
  public init(worker: String, scratch: String) {
    workerPath = worker
    folder = worker.parts(at: "/").dropLast().map { "/" + $0 }.joined()
    self.scratch = scratch
  }

  /// The checks that have a plugin, in the order of the catalogue: all dynamic ones.
  public static var checks: [CheckID] {
    CheckID.allCases.filter { !$0.rawValue.begins(with: "plg-s") }
  }

  /// Tests one plugin. Blocks.
  ///
  /// - Parameter check: nil for the good one.
  public func run(_ check: CheckID?, stop: StopSignal? = nil) throws -> SelfTestFinding {
    let name = check?.rawValue ?? "good"
    let place = "\(scratch)/\(name)"
    try FileSystem.makeFolder(place, mode: 0o755)
    try makeDataFolder(in: place)
    let file = "\(place)/\(name).so"
    let bytes = try FileSystem.read("\(folder)/\(source(of: check))")
    try FileSystem.replace(file, with: bytes, isDurable: false)
    try FileSystem.setMode(file, 0o755)
    let report = try loadTest(
      subject(file, name, check), against: target, options(check, place),
      worker: Worker(workerPath, stop: stop))
    return SelfTestFinding(check: check, faults: faults(report, check))
  }

  private func source(of check: CheckID?) -> String {
    switch check {
    case .openNow: "plugctl-selftest-huge.so"
    case .panicCrosses: "plugctl-selftest-panic.so"
    default: "plugctl-selftest.so"
    }
  }

  private func subject(_ file: String, _ name: String, _ check: CheckID?) -> LoadSubject {
    var subject = LoadSubject(name: name, file: file)
    let version = check == .manifestMatch ? "2.0.0" : "1.0.0"
    subject.manifest = LoadSubject.DeclaredPlugin(
      id: "plugctl/selftest", version: version, configExample: nil, permissions: [])
    let isAccepted = check != .hostProbe
    subject.probe = HostProbe(argv: ["/bin/sh", "-c", "exit \(isAccepted ? 0 : 1)"])
    return subject
  }

  private var target: LoadTarget {
    var target = thisSystem()
    target.limits = LoadLimits(memoryMiB: 80, executionMilliseconds: 4_000)
    return target
  }

  private func options(_ check: CheckID?, _ place: String) -> LoadOptions {
    let isFuzz = check == .fuzzConfig || check == .fuzzData
    var options = LoadOptions(level: isFuzz || check == nil ? 5 : 4)
    options.scratch = place
    options.dsn = "selftest:"
    options.fuzzMilliseconds = 1_000
    options.keepsInputs = false
    return options
  }

  /// A bad plugin is found by its own check, and all others pass or are blocked by that one.
  private func faults(_ report: LoadReport, _ check: CheckID?) -> [String] {
    var faults: [String] = []
    for result in report.results where !result.check.rawValue.begins(with: "plg-s") {
      let isFinding = result.status.isRefusal || result.status == .warn
      if result.check == check {
        if !isFinding && result.status != .info {
          faults.append(
            "\(result.check.rawValue) does not find it: \(result.status.rawValue) \(result.message)"
          )
        }
      } else if isFinding {
        faults.append("\(result.check.rawValue) \(result.status.rawValue): \(result.message)")
      } else if result.status == .blocked, result.blockedBy != check {
        faults.append("\(result.check.rawValue) is \(result.message)")
      }
    }
    if let check, report.result(check) == nil { faults.append("\(check.rawValue) was not run") }
    return faults
  }
}
