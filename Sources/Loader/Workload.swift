public import PkgCore

/// Drives a plugin's workload in the worker: setup, operations by their weights in several sessions, metrics, cleanup.
/// Blocks.
///
/// - Throws: ``Diagnostic`` where the plugin has no workload, or can't be driven; `CancellationError`.
public func driveWorkload(
  _ subject: LoadSubject, against target: LoadTarget, _ options: WorkloadOptions,
  scratch: String, worker: Worker
) throws -> WorkloadReport {
  var load = LoadOptions(level: 3)
  load.included = [.describeJson, .initDefault, .interfacesMatch, .workload]
  load.dsn = options.dsn.isEmpty ? nil : options.dsn
  load.settings = options.settings
  load.reachesNetwork = options.reachesNetwork
  load.scratch = scratch
  var subject = subject
  subject.file = try absolutePath(subject.file)
  let facts = try elfFacts(ofFile: subject.file)
  guard PlugChecks.apply(to: facts, target) else {
    throw Diagnostic(
      .loadFailed, "`\(subject.name)` is no plugin of plug.h, so its workload can't be driven")
  }
  let dynamic = DynamicChecks(
    subject: subject, target: target, facts: facts, worker: worker, options: load)
  var checks = PlugChecks(dynamic, load)
  return try checks.drive(options)
}

extension PlugChecks {
  /// Runs the workload, after the checks that it needs.
  mutating func drive(_ options: WorkloadOptions) throws -> WorkloadReport {
    try run()
    if let refusal = results.first(where: \.status.isRefusal) {
      throw Diagnostic(
        .loadFailed, "`\(subject.name)` can't be driven: \(refusal.message)", notes: refusal.notes)
    }
    guard let description, description.interfaces.contains("plug.workload/1") else {
      throw Diagnostic(.loadFailed, "`\(subject.name)` has no interface `plug.workload/1`")
    }
    let inputs = PlugInputs(description, subject, self.options)
    let run = try worker.run(start(options, inputs))
    var report = WorkloadReport(id: description.id, version: description.version)
    guard run.isDone else {
      let end = WorkerVerdict(run: run, subject: subject, limits: target.limits).ending(
        of: .workload)
      throw Diagnostic(end.code, "the workload did not end: \(end.message)", notes: end.notes)
    }
    let times = (run.value("drive") ?? "").parts(at: " ").compactMap { Int64($0) }
    report.sessions = Int(times.first ?? 0)
    report.seconds = Double(times.last ?? 0) / 1_000_000_000
    report.operations = run.values("operation").compactMap { .init(record: $0) }
    report.metrics = (try? JSONParser.parse(run.data("metrics"))) ?? .object(JSONObject())
    report.faults = run.values("bad")
    return report
  }

  private func start(_ options: WorkloadOptions, _ inputs: PlugInputs) -> WorkerStart {
    let limits = target.limits
    // A load is meant to use the processors.
    let seconds = options.milliseconds / 1000 + 1
    var start = WorkerStart(
      mode: .load,
      arguments: (options.reachesNetwork ? ["--network"] : []) + limits.options
        + ["--cpu", String(limits.cpuSeconds + seconds * options.sessions)]
        + ["--check", "drive", "--milliseconds", String(options.milliseconds)]
        + ["--sessions", String(options.sessions), "--seed", String(options.seed & 0x7FFF_FFFF)]
        + inputs.common + (options.dsn.isEmpty ? [] : inputs.access) + inputs.operations(operations)
        + loadArguments,
      stageMilliseconds: options.milliseconds + limits.executionMilliseconds)
    start.isAlone = true
    return start
  }
}
