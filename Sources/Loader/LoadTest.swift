public import PkgCore

/// Runs the checks of a level on one plugin.
///
/// Level 1 reads the file only. From level 2 on a worker opens it, in a process of its own behind
/// walls; where the symbols come from a host's binary, the host's probe decides instead. Nothing
/// runs of a plugin that a static check refuses. Blocks; may be called from several threads.
///
/// - Parameters:
///   - subject: the plugin and what surrounds it.
///   - target: this system with what the host adds, or another system for level 1.
///   - options: how far it goes.
///   - worker: opens the plugin; one that was told to stop makes this throw `CancellationError`.
/// - Returns: what was found; a plugin that is refused is no error.
/// - Throws: ``Diagnostic`` where the file can't be read.
public func loadTest(
  _ subject: LoadSubject, against target: LoadTarget, _ options: LoadOptions,
  worker: Worker
) throws -> LoadReport {
  let subject = try withAbsolutePaths(subject)
  let (results, facts) = try staticResults(subject, target)
  var report = LoadReport(
    name: subject.name, file: subject.file, level: options.level, results: results)
  guard options.level >= 2 else {
    report.results = chosen(results, options)
    return report
  }
  if options.level >= 4, options.wants(.abiBreak), let facts {
    report.results.append(
      try AbiBreak(subject: subject, facts: facts, limits: target.limits, worker: worker).run())
  }
  if report.refusals.isEmpty, let facts {
    let dynamic = DynamicChecks(
      subject: subject, target: target, facts: facts, worker: worker, options: options)
    try dynamic.run(into: &report)
  } else {
    let reason = "static checks refuse the plugin, so nothing of it was run"
    report.results += [CheckID.openNow, .hostProbe].map { CheckResult($0, .skip, reason) }
  }
  report.results = chosen(report.results, options)
  return report
}

/// The results that were asked for, in the order of the catalogue; what is ignored says why.
func chosen(_ results: [CheckResult], _ options: LoadOptions) -> [CheckResult] {
  let wanted = results.filter { options.wants($0.check) }
  // Whoever asks for a check that was blocked must see why.
  let origins = Set(wanted.compactMap(\.blockedBy))
  return results.filter { options.wants($0.check) || origins.contains($0.check) }.map { result in
    guard let reason = options.ignored[result.check],
      result.status.isRefusal || result.status == .warn
    else { return result }
    var ignored = result
    ignored.status = .ignored
    ignored.notes.insert("ignored: \(reason)", at: 0)
    return ignored
  }.sorted { $0.check.order < $1.check.order }
}

/// The worker has a folder of its own, and dlopen searches for names without a slash.
private func withAbsolutePaths(_ subject: LoadSubject) throws(Diagnostic) -> LoadSubject {
  var copy = subject
  copy.file = try absolutePath(subject.file)
  copy.modules = []
  for path in subject.modules { copy.modules.append(try absolutePath(path)) }
  copy.previous = try subject.previous.map { path throws(Diagnostic) in try absolutePath(path) }
  copy.neighbours = []
  for path in subject.neighbours { copy.neighbours.append(try absolutePath(path)) }
  return copy
}

/// Runs a host's own command as the check `plg-d011`, under limits and without a network. Blocks;
/// may be called from several threads.
///
/// - Throws: `CancellationError` where the worker was told to stop.
public func runProbe(_ probe: HostProbe, limits: LoadLimits, worker: Worker) throws -> CheckResult {
  try ProbeCheck(probe: probe, limits: limits, worker: worker).run().result
}
