import PkgCore

/// Levels 2 to 5 of a plugin of `plug.h`: one run of the worker for each check, so that each begins anew, and a crash
/// is that check's own.
struct PlugChecks {
  let subject: LoadSubject
  let target: LoadTarget
  let facts: ElfFacts
  let worker: Worker
  let options: LoadOptions
  /// The arguments that come before the file.
  let loadArguments: [String]
  var results: [CheckResult] = []
  /// The command of each check's last run, for a shell.
  var commands: [CheckID: String] = [:]
  private(set) var description: PlugDescription?
  /// The workload's operations and their weights, once they are known.
  private(set) var operations: [(name: String, weight: Int64)] = []
  /// What checks were asked with in their second run, by what the plugin had said.
  private(set) var questions: [CheckID: [[UInt8]]] = [:]
  /// An abort of a language's runtime, seen in a check.
  private var panic: CheckResult?

  init(_ checks: DynamicChecks, _ options: LoadOptions) {
    subject = checks.subject
    target = checks.target
    facts = checks.facts
    worker = checks.worker
    loadArguments = checks.plainArguments
    self.options = options
  }

  /// Whether a file is such a plugin, as far as the host says.
  static func apply(to facts: ElfFacts, _ target: LoadTarget) -> Bool {
    facts.export("plug_entry_v1") != nil && [nil, "plug"].contains(target.kind)
  }

  /// Runs what the options want.
  mutating func run() throws {
    try table()
    if options.level >= 3 { try runSteps() }
    // Whatever is blocked by it must have it beside.
    if let panic {
      results.append(panic)
    } else if options.wants(.panicCrosses) {
      results.append(CheckResult(.panicCrosses, .pass))
    }
  }

  private mutating func runSteps() throws {
    try describe()
    for step in PlugStep.all where options.wants(step.check) || isNeeded(step.check) {
      try run(step)
    }
  }

  /// The command that repeats the first refusal under a debugger; nil where there is none.
  var reproduce: String? {
    results.lazy.filter(\.status.isRefusal).compactMap { commands[$0.check] }.first
  }

  /// Whether a wanted check comes after another.
  private func isNeeded(_ check: CheckID) -> Bool {
    PlugStep.all.contains { options.wants($0.check) && $0.needs.contains(check) }
  }

  // MARK: - the steps

  private mutating func table() throws {
    guard let run = try done(.entryNull) else { return }
    note(judged(run, .entryNull))
  }

  private mutating func describe() throws {
    if let obstacle = obstacle(to: [.entryNull]) {
      results += [.describeJson, .manifestMatch].map { obstacle($0) }
      return
    }
    guard let run = try done(.describeJson) else { return }
    var result = judged(run, .describeJson)
    do throws(PlugDescription.Fault) {
      description = try PlugDescription(run.data("describe"))
    } catch {
      result = merged(
        result, .describeJson, "what describe wrote is not as it must be: \(error.sentence)")
    }
    note(result)
    note(manifestMatch(result))
  }

  private func manifestMatch(_ described: CheckResult) -> CheckResult {
    guard let description, !described.status.isRefusal else {
      return blocked(.manifestMatch, by: .describeJson)
    }
    guard let manifest = subject.manifest else {
      return CheckResult(.manifestMatch, .skip, "there is no manifest to compare with")
    }
    let pairs = [
      ("id", description.id, manifest.id), ("version", description.version, manifest.version),
    ]
    let wrong = pairs.filter { !sameBytes($0.1, $0.2) }.map {
      "its \($0.0) is `\($0.1)`, the manifest's is `\($0.2)`"
    }
    return found(.manifestMatch, wrong)
  }

  private mutating func run(_ step: PlugStep) throws {
    if let obstacle = obstacle(to: [.entryNull] + step.needs) {
      note(obstacle(step.check))
      return
    }
    guard let description else { return }
    if let interface = step.interface, !description.interfaces.contains(interface) {
      note(CheckResult(step.check, .skip, "it has no interface `\(interface)`"))
      return
    }
    if let reason = reasonToSkip(step.check, description) {
      note(CheckResult(step.check, .skip, reason))
      return
    }
    switch step.check {
    case .fuzzConfig, .fuzzData: try fuzz(step.check, description)
    case .hostFdsClosed: try conduct(description)
    default:
      let inputs = PlugInputs(description, subject, options)
      var arguments = inputs.arguments(step.check)
      if step.check == .heapCorrupt { arguments += inputs.samples(questions) }
      if [.cancel, .heapCorrupt].contains(step.check) {
        arguments += inputs.operations(operations)
      }
      let isAlone = step.isAlone || PlugInputs.needsDatabase(step.check) && options.dsn != nil
      guard let run = try done(step.check, arguments, isAlone: isAlone) else { return }
      note(judged(run, step.check))
      try followUp(step.check, run, inputs)
    }
  }

  private func reasonToSkip(_ check: CheckID, _ description: PlugDescription) -> String? {
    switch check {
    case .concurrentInstance where !description.capabilities.contains("concurrent"):
      "it does not have the capability `concurrent`"
    case .database where options.dsn == nil: "it needs a database: --dsn"
    case .crashAfterUnload where facts.reloadClass == .restart,
      .unload where facts.reloadClass == .restart:
      "its runtime can't be closed: a new version needs a new process"
    case .reloadTwice where !facts.runpath.isEmpty || !facts.rpath.isEmpty:
      "its libraries are looked up beside it, so that it can't be copied alone"
    default: nil
    }
  }

  // MARK: - a run

  /// What stands in the way of a check.
  private func obstacle(to needs: [CheckID]) -> ((CheckID) -> CheckResult)? {
    for need in needs {
      guard let result = results.first(where: { $0.check == need }) else { continue }
      if result.status.isRefusal || result.status == .blocked || result.status == .warn {
        let origin = result.status == .blocked ? result.blockedBy ?? need : need
        return { blocked($0, by: origin) }
      }
    }
    return nil
  }

  /// Runs the worker for a check; nil where its end is the result, which is noted.
  mutating func done(
    _ check: CheckID, _ arguments: [String] = [], isAlone: Bool = false
  ) throws -> WorkerRun? {
    let run = try runWorker(check, arguments, isAlone: isAlone)
    guard !run.isReportCut else {
      note(
        CheckResult(
          check, .harnessError, "its run said more than can be read, so something may be missing"))
      return nil
    }
    guard !run.isDone else { return run }
    note(ending(run, check))
    return nil
  }

  /// Runs the worker for a check, and notes the command that repeats it.
  mutating func runWorker(
    _ check: CheckID, _ arguments: [String], isAlone: Bool
  ) throws -> WorkerRun {
    var start = WorkerStart(
      mode: .load,
      arguments: target.limits.options + ["--check", check.rawValue] + arguments + loadArguments,
      stageMilliseconds: target.limits.executionMilliseconds)
    start.isAlone = isAlone
    if check == .heapCorrupt { start.environment += Self.strictHeap }
    if options.reachesNetwork, !arguments.contains("--observe") {
      start.arguments.insert("--network", at: 0)
      start.isAlone = true
    }
    commands[check] = command(check, arguments)
    return try worker.run(start)
  }

  /// What repeats a run under a debugger, for a shell.
  func command(_ check: CheckID, _ arguments: [String]) -> String {
    let arguments = arguments.map(repeatable)
    let settings = check == .heapCorrupt ? Self.strictHeap : []
    let line = shellCommand(
      ["gdb"] + settings.flatMap { ["-ex", "set environment \($0)"] }
        + ["--args", worker.path, "load", "--no-sandbox", "--check", check.rawValue] + arguments
        + loadArguments)
    guard let place = arguments.firstIndex(of: "--copy") else { return line }
    return shellCommand(["cp", subject.file, arguments[place + 1]]) + " && " + line
  }

  /// What is gone when the test has ended stands for a path in the system's temporary folder.
  private func repeatable(_ argument: String) -> String {
    if let settings = options.settings, argument == settings.path { return settings.shown }
    guard let scratch = options.scratch, argument.begins(with: scratch + "/") else {
      return argument
    }
    return argument == scratch + "/data" ? "/tmp" : "/tmp" + argument.dropFirst(scratch.utf8.count)
  }

  /// Since glibc 2.34 the checks of malloc are in a library of their own.
  private static let strictHeap = [
    "LD_PRELOAD=libc_malloc_debug.so.0", "GLIBC_TUNABLES=glibc.malloc.check=3",
    "MALLOC_CHECK_=3",
  ]

  /// What the end of a run says that did not come to its own.
  mutating func ending(_ run: WorkerRun, _ check: CheckID) -> CheckResult {
    let verdict = WorkerVerdict(run: run, subject: subject, limits: target.limits)
    if let sentence = run.panicSentence {
      panic = CheckResult(
        .panicCrosses, .fail, sentence,
        notes: ["while the check `\(check.name)` called it"] + run.outputLines(limit: 5),
        hint: "catch everything before a function of plug.h returns")
      commands[.panicCrosses] = commands[check]
      return blocked(check, by: .panicCrosses)
    }
    return verdict.ending(of: check)
  }

  /// Keeps a result.
  mutating func note(_ result: CheckResult) {
    // The gravest is kept where a check has several runs.
    guard let place = results.firstIndex(where: { $0.check == result.check }) else {
      results.append(result)
      return
    }
    if results[place].status == .pass || !results[place].status.isRefusal && result.status.isRefusal
    {
      results[place] = result
    }
  }

  private mutating func followUp(_ check: CheckID, _ run: WorkerRun, _ inputs: PlugInputs) throws {
    // What was not asked gave no answer.
    guard !run.hasLostReport, run.value("skip") == nil else { return }
    let answer = PlugAnswer(check, run)
    if check == .workload { operations = answer.operations }
    if !answer.faults.isEmpty { note(found(check, answer.faults)) }
    // Its own first: those that are made up may change what it has.
    let asked = (check == .httpRoutes ? inputs.requests : []) + answer.questions
    guard !asked.isEmpty, answer.faults.isEmpty else { return }
    questions[check] = asked
    guard let second = try done(check, inputs.common + arguments(asked)) else { return }
    note(judged(second, check))
  }
}
