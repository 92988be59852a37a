internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `build`
enum BuildCommands {
  static func build(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    var request = BuildRequest()
    request.targets = call.arguments
    request.isAll = call.parsed.has("all")
    request.isForced = call.parsed.has("force")
    request.isConfined = !call.parsed.has("no-sandbox")
    if let seconds = try call.number("timeout", 1...86_400) {
      request.timeoutSeconds = Int64(seconds)
    }
    guard !request.isAll || request.targets.isEmpty else {
      throw Diagnostic(
        .usageConflict, "`--all` builds what is here and below, and takes no names",
        hint: "name plugins, or say `--all`")
    }
    guard !request.isForced || call.parsed.has("discover") else {
      throw Diagnostic(
        .usageConflict, "`--force` goes with `--discover`; a named plugin is always built",
        hint: "leave `--force` out")
    }
    if let folder = call.parsed.value("discover") {
      return try DiscoveryCommand.run(call, session, folder, request)
    }
    let asked = request
    return answer(try Interruption.run { try await Building(session).build(asked) })
  }

  static func answer(_ reports: [BuildReport]) -> Answer {
    var answer = Answer(
      "build", json: .array(reports.map(json)),
      text: reports.flatMap(lines).map(printable).joined(separator: "\n"))
    let faults = reports.compactMap { report in
      if case .failed(let diagnostic) = report.end { diagnostic } else { nil }
    }
    guard let first = faults.first else { return answer }
    answer.exitCode = faults.map { ExitCode.of($0.code.category) }.min() ?? 1
    answer.failure =
      reports.count == 1
      ? first
      : Diagnostic(
        .buildFailed, "can't build \(faults.count) of \(reports.count) plugins",
        notes: faults.flatMap { [$0.message] + $0.notes })
    return answer
  }

  private static func lines(_ report: BuildReport) -> [String] {
    switch report.end {
    case .built:
      let tenths = (report.milliseconds + 50) / 100
      return report.libraries.map { "built \(report.name) \($0) \(tenths / 10).\(tenths % 10) s" }
    case .skipped(let why): return ["skipped \(report.name): \(why)"]
    case .failed: return []
    }
  }

  private static func json(_ report: BuildReport) -> JSON {
    var (end, fault): (String, Diagnostic?) = ("built", nil)
    switch report.end {
    case .built: break
    case .skipped: end = "skipped"
    case .failed(let diagnostic): (end, fault) = ("failed", diagnostic)
    }
    return [
      "id": .string(report.name), "manifest": .string(report.manifest), "end": .string(end),
      "libraries": .strings(report.libraries), "milliseconds": .integer(report.milliseconds),
      "error": fault.map {
        ["code": .string($0.code.rawValue), "message": .string($0.message)]
      } ?? .null,
    ]
  }
}
