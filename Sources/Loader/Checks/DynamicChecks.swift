import PkgCore

/// Level 2: the plugin is opened in a worker, or by its host's own command.
struct DynamicChecks {
  let subject: LoadSubject
  let target: LoadTarget
  let facts: ElfFacts
  let worker: Worker
  let options: LoadOptions

  /// Loading should be unnoticeable; slower ones are measured again.
  static let slowMicroseconds = 100_000

  func run(into report: inout LoadReport) throws {
    if target.symbolProviders.isEmpty {
      try runInWorker(&report)
    } else {
      let reason = "its symbols come from the host, whose own probe decides"
      report.results.append(CheckResult(.openNow, .skip, reason))
    }
    try runProbe(&report)
  }

  private func runProbe(_ report: inout LoadReport) throws {
    guard let probe = subject.probe else {
      report.results.append(CheckResult(.hostProbe, .skip, "the host has no probe"))
      return
    }
    // A worker that found it broken has said all.
    guard report.refusals.isEmpty else {
      report.results.append(CheckResult(.hostProbe, .skip, "the plugin could not be loaded"))
      return
    }
    let check = ProbeCheck(probe: probe, limits: target.limits, worker: worker)
    let (result, missing) = try check.run()
    report.results.append(result)
    report.missingProtections += missing.filter { !report.missingProtections.contains($0) }
    if result.status.isRefusal, report.reproduce == nil { report.reproduce = check.reproduce }
  }

  private func runInWorker(_ report: inout LoadReport) throws {
    do {
      let run = try open()
      report.missingProtections = run.values("missing-protection")
      report.results += try results(of: run)
      report.reproduce = reproduce
      if report.refusals.isEmpty { try runCalls(&report) }
    } catch let error as Diagnostic {
      report.results.append(CheckResult(.openNow, .harnessError, error.message))
    }
  }

  /// What is more than opening it.
  private func runCalls(_ report: inout LoadReport) throws {
    guard PlugChecks.apply(to: facts, target) else {
      if options.level >= 3 { report.results += try conduct() }
      return
    }
    var checks = PlugChecks(self, options)
    try checks.run()
    report.results += checks.results
    if checks.results.contains(where: { $0.status.isRefusal }) {
      report.reproduce = checks.reproduce
    }
  }

  /// What a plugin that only its host can call does to the world when it is opened.
  private func conduct() throws -> [CheckResult] {
    var start = self.start
    start.arguments.insert("--observe", at: 0)
    start.isAlone = true
    let run = try worker.run(start)
    guard run.isDone else { return [] }
    let closed = run.values("closed").map { "it closed descriptor \($0), which it did not open" }
    return [found(.hostFdsClosed, closed)]
      + Conduct(run: run, permissions: subject.manifest?.permissions ?? [], dataFolder: nil).results
  }

  private func open() throws -> WorkerRun { try worker.run(start) }

  private var start: WorkerStart {
    WorkerStart(
      mode: .load, arguments: target.limits.options + loadArguments,
      stageMilliseconds: target.limits.executionMilliseconds)
  }

  private var loadArguments: [String] {
    var arguments: [String] = []
    for path in subject.neighbours { arguments += ["--neighbour", path] }
    for entry in entries { arguments += ["--entry", entry] }
    return arguments + plainArguments
  }

  /// The plugin and what its symbols come from.
  var plainArguments: [String] {
    subject.modules.flatMap { ["--module", $0] } + ["--", subject.file]
  }

  /// Only what the static check saw: an entry by another name stands for those that are missing.
  private var entries: [String] {
    (target.requiredEntries.map(\.name)
      + [target.entryName(fileName: subject.file)].compactMap(\.self))
      .filter { facts.export($0) != nil }
  }

  private var reproduce: String {
    shellCommand(["gdb", "--args", worker.path, "load", "--no-sandbox"] + loadArguments)
  }

  // MARK: - verdict

  private func results(of run: WorkerRun) throws -> [CheckResult] {
    if let early = resultBeforeOpening(run) { return [early] }
    let verdict = WorkerVerdict(run: run, subject: subject, limits: target.limits)
    guard run.isDone else { return [verdict.ending] }
    if let fault = run.value("fault") {
      return [verdict.refused(fault)]
    }
    let lost = run.values("no-entry").map { "dlsym does not find `\($0)`" }
    guard lost.isEmpty else { return [CheckResult(.openNow, .fail, lost[0], notes: lost)] }
    return [CheckResult(.openNow, .pass, duration: run.duration), try slowness(run)]
      + [.openCrash, .openHang, .exitCalled].map { CheckResult($0, .pass) }
      + WorkerTraces(run: run, runtime: facts.runtime).results
  }

  /// The worker itself failed, or a library that comes before the plugin did.
  private func resultBeforeOpening(_ run: WorkerRun) -> CheckResult? {
    if options.countsNeighbours, run.stage == .preload {
      let verdict = WorkerVerdict(run: run, subject: subject, limits: target.limits)
      let names = subject.neighbours + subject.modules
      var result =
        run.value("preload-fault").map { CheckResult(.openNow, .fail, $0) } ?? verdict.ending
      if names.indices.contains(run.input) {
        result.notes.insert("it was `\(names[run.input])`", at: 0)
      }
      return result
    }
    if let fault = run.value("preload-fault") {
      return CheckResult(.openNow, .harnessError, "what it builds on can't be loaded: \(fault)")
    }
    guard run.stage < .dlopen, !run.isDone else { return nil }
    var notes = run.outputLines(limit: 5)
    notes.insert("the worker ended \(run.stage.words): \(run.end.words)", at: 0)
    return CheckResult(.openNow, .harnessError, "the worker could not open it", notes: notes)
  }

  private func slowness(_ run: WorkerRun) throws -> CheckResult {
    guard let first = run.openedMicroseconds, first > Self.slowMicroseconds else {
      return CheckResult(.openSlow, .pass)
    }
    let others = try (0..<2).compactMap { _ in try open().openedMicroseconds }
    let median = ([first] + others).sorted()[others.count / 2 + others.count % 2]
    guard median > Self.slowMicroseconds else { return CheckResult(.openSlow, .pass) }
    return CheckResult(
      .openSlow, .warn, "opening it takes \(median / 1000) ms",
      duration: .microseconds(median))
  }
}

extension LoadLimits {
  /// The worker's options.
  var options: [String] {
    [
      "--memory", String(memoryMiB), "--cpu", String(cpuSeconds), "--files", String(files),
      "--tasks", String(tasks),
    ]
  }
}

extension WorkerRun {
  func values(_ key: String) -> [String] { records.filter { $0.key == key }.map(\.value) }
  func value(_ key: String) -> String? { records.first { $0.key == key }?.value }
  var openedMicroseconds: Int? { value("opened").flatMap { Int($0) } }

  /// The first lines of the output that are not blank.
  func outputLines(limit: Int) -> [String] {
    output.split(separator: 0x0A).lazy.map { String(decoding: $0.prefix(300), as: UTF8.self) }
      .filter { !$0.allSatisfy(\.isWhitespace) }.prefix(limit).map(\.self)
  }
}

/// A command as one line for a shell.
func shellCommand(_ argv: [String]) -> String {
  argv.map { word in
    let isPlain = !word.isEmpty && word.utf8.allSatisfy(isPlainByte)
    if isPlain { return word }
    return "'"
      + word.parts(at: "'", keepsEmpty: true).joined(separator: "'\\''")
      + "'"
  }.joined(separator: " ")
}

/// Whether a byte means itself in a shell: letters, digits and `-_./=+:,@%`.
private func isPlainByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  case 0x2D, 0x5F, 0x2E, 0x2F, 0x3D, 0x2B, 0x3A, 0x2C, 0x40, 0x25: true
  default: false
  }
}
