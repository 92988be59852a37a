import PkgCore

/// What loading left behind in the process: plg-d006 to d010.
struct WorkerTraces {
  let run: WorkerRun
  let runtime: ElfFacts.Runtime

  var results: [CheckResult] { [threads, descriptors, handlers, surroundings, noise] }

  /// What a known runtime does by itself is information.
  private var status: CheckStatus {
    switch runtime {
    case .goPlugin, .goShared, .swift: .info
    case .native, .cxx, .rust: .warn
    }
  }

  private var threads: CheckResult {
    guard let count = run.value("threads") else { return CheckResult(.ctorThreads, .pass) }
    return CheckResult(.ctorThreads, status, "it started \(count) threads when it was loaded")
  }

  private var descriptors: CheckResult {
    let opened = run.values("fd").map { $0.parts(at: " ", cuts: 2) }
    guard !opened.isEmpty else { return CheckResult(.ctorFds, .pass) }
    let leaks = opened.contains { $0.count > 1 && $0[1] == "0" }
    return CheckResult(
      .ctorFds, leaks ? .warn : .info, "it opened \(opened.count) descriptors when it was loaded",
      notes: opened.map { fields in
        let target = fields.count > 2 ? fields[2] : "?"
        return "\(target)\(fields.count > 1 && fields[1] == "0" ? ", without close-on-exec" : "")"
      })
  }

  private var handlers: CheckResult {
    let changed = run.values("handler").compactMap { line in
      line.parts(at: " ").first.flatMap { Int32($0) }.map(signalName)
    }
    let mask = run.values("changed").filter { $0 == "signal mask" }
    guard !changed.isEmpty || !mask.isEmpty else { return CheckResult(.signalHandlers, .pass) }
    return CheckResult(
      .signalHandlers, status,
      "it changed what signals do: \((changed + mask).joined(separator: ", "))"
    )
  }

  private var surroundings: CheckResult {
    var changed = run.values("changed").filter { $0 != "signal mask" }
    changed += run.values("closed").map { "closed descriptor \($0)" }
    if run.hasLostReport { changed.append("closed descriptors that it did not open") }
    guard !changed.isEmpty else { return CheckResult(.envLocale, .pass) }
    return CheckResult(
      .envLocale, .warn, "it changed its process: \(changed.joined(separator: ", "))")
  }

  private var noise: CheckResult {
    guard let line = run.outputLines(limit: 1).first else {
      return CheckResult(.stdoutNoise, .pass)
    }
    return CheckResult(
      .stdoutNoise, .warn, "it wrote to standard output or error when it was loaded",
      notes: ["it wrote: \(line)"])
  }
}
