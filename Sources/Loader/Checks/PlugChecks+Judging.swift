import PkgCore

/// From what the worker saw to results.
extension PlugChecks {
  /// What a run that came to its end says.
  mutating func judged(_ run: WorkerRun, _ check: CheckID) -> CheckResult {
    if run.hasLostReport {
      note(
        found(
          .hostFdsClosed,
          ["it closed descriptors that it did not open, the report of this test among them"]))
      if check != .hostFdsClosed { return blocked(check, by: .hostFdsClosed) }
    }
    if check == .heapCorrupt,
      run.outputLines(limit: 5).contains(where: { $0.holds("cannot be preloaded") })
    {
      return CheckResult(check, .skip, "this system has no libc_malloc_debug.so.0")
    }
    if let fault = run.value("fault") { return CheckResult(check, .harnessError, fault) }
    var bads = run.values("bad")
    if check == .cpuMemLimit { bads += run.excesses(target.limits) }
    if check == .unload, run.value("unload") == "mapped" {
      return CheckResult(.unload, .info, "it stays in memory after it was closed: \(whyPinned)")
    }
    if bads.isEmpty, let reason = run.value("skip") { return CheckResult(check, .skip, reason) }
    var result = found(check, bads)
    if result.status == .pass { result.notes = run.values("info") }
    if isOfRuntime(check), result.status.isRefusal || result.status == .warn {
      result.status = .info
    }
    result.duration = run.duration
    return result
  }

  /// What a language's runtime does by itself is no failure.
  private func isOfRuntime(_ check: CheckID) -> Bool {
    guard [.goShared, .goPlugin, .swift].contains(facts.runtime) else { return false }
    // Their heaps are theirs to collect, later.
    if check == .cycleLeakHeap { return facts.runtime != .swift }
    return [.cycleLeakThread, .threadsAfterShutdown, .destroyWithoutShutdown].contains(check)
  }

  private var whyPinned: String {
    if facts.flags.contains(.noDelete) { return "it is marked NODELETE" }
    if facts.flags.contains(.uniqueSymbols) { return "it has unique symbols" }
    return "something else holds it, such as a weak export or a destructor of a thread"
  }

  /// A result, or a fault that only the parent sees.
  func merged(_ result: CheckResult, _ check: CheckID, _ sentence: String) -> CheckResult {
    guard result.status == .pass || result.status == .skip else { return result }
    return found(check, [sentence])
  }
}

/// Findings as a result, by the weight of the check: the first is the message.
func found(_ check: CheckID, _ sentences: [String]) -> CheckResult {
  guard let first = sentences.first else { return CheckResult(check, .pass) }
  let status: CheckStatus =
    switch check.check?.severity {
    case .warning: .warn
    case .information: .info
    default: .fail
    }
  return CheckResult(check, status, first, notes: Array(sentences.dropFirst().prefix(20)))
}

/// A check that was not run, since another failed.
func blocked(_ check: CheckID, by other: CheckID) -> CheckResult {
  var result = CheckResult(check, .blocked, "blocked by \(other.rawValue)")
  result.blockedBy = other
  return result
}

/// Arguments of a check as the worker takes them: bytes in hexadecimal digits.
func arguments(_ texts: [[UInt8]]) -> [String] { texts.flatMap { ["--arg", $0.hex] } }
