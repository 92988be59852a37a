internal import PkgCore

/// Drives the solver: fetches what it asks for and turns its answer into plugins to install.
struct VersionChoice {
  let source: RecordSource
  let compatibility: Compatibility
  let profile: HostProfile
  let installed: [InstalledPlugin]
  /// Further systems on which what is chosen must work.
  var targets: [ProjectTarget] = []
  /// What was published later is too young; nil for no such limit.
  var publishedBefore: Timestamp?
  /// Plugins whose installed version can't stay, with the reason.
  var unfit: [PluginName: String] = [:]
  /// Versions that are in use already, whatever their age.
  var known: [PluginName: Version] = [:]

  /// What was chosen, with the records of what is new.
  struct Outcome: Sendable {
    let choices: [Resolution.Choice]
    let records: [PluginName: RecordSource.Found]
  }

  func solve(_ request: SolveRequest) async throws -> Outcome {
    var solver = Solver(request)
    var records: [PluginName: RecordSource.Found] = [:]
    while true {
      switch solver.advance(isCancelled: { Task.isCancelled }) {
      case .needs(let names):
        let found = try await surveyed(names, for: request)
        // Who provides a name must be known before it is said that nobody has it.
        for name in names where found[name] == nil {
          for (provider, record) in try await source.providers(of: name)
          where records[provider] == nil {
            records[provider] = record
            solver.learn(provider, candidates: candidates(provider, record))
          }
        }
        for name in names {
          records[name] = found[name]
          solver.learn(name, candidates: candidates(name, found[name]))
        }
      case .solution(let resolution): return Outcome(choices: resolution.choices, records: records)
      case .failure(let failure): throw diagnostic(failure, request, records)
      case .cancelled: throw CancellationError()
      case .exhausted:
        throw Diagnostic(
          .solveLimit, "no set of versions was found, and none was excluded, with all effort",
          hint: "change fewer plugins at once, or name versions that you want: `NAME@VERSION`")
      }
    }
  }

  /// The records that the solver asks for; what is missing without a network is told with all else that
  /// will be.
  private func surveyed(_ names: [PluginName], for request: SolveRequest) async throws
    -> [PluginName:
    RecordSource.Found]
  {
    do { return try await source.records(names) } catch let error as MissingFromCache {
      let survey = OfflineSurvey(
        source: source, compatibility: compatibility, installed: installed)
      throw try await survey.complete(error, from: request.roots)
    }
  }

  /// All releases, those that can't be chosen with the reason, and what is installed already.
  private func candidates(_ name: PluginName, _ found: RecordSource.Found?) -> [Candidate] {
    var result: [Candidate] = []
    let there = installed.first { $0.name == name }
    let record = found?.record
    if let found, let record, profile.takesPlugins(of: record.host) {
      for release in record.releases {
        var candidate = Candidate(version: release.version, constraints: release.constraints)
        switch release.state {
        case .withdrawn: candidate.exclusion = Exclusion(.withdrawn, "was withdrawn")
        case .yanked: candidate.isYanked = true
        case .available: break
        }
        // What is installed fits, whatever this machine was when its release was made.
        if candidate.exclusion == nil, there?.version != release.version {
          candidate.exclusion =
            compatibility.exclusion(of: release, name) ?? youth(of: release, name)
            ?? absence(of: release, found.index)
        }
        if there?.version == release.version, let reason = unfit[name] {
          candidate.exclusion = Exclusion(.host, reason)
        }
        if candidate.exclusion == nil {
          candidate.exclusion =
            targets.lazy.compactMap { $0.exclusion(of: release, host: record.host) }.first
        }
        result.append(candidate)
      }
    }
    if let there, !result.contains(where: { $0.version == there.version }) {
      var candidate = Candidate(version: there.version, constraints: there.constraints)
      candidate.exclusion = unfit[name].map { Exclusion(.host, $0) }
      result.append(candidate)
    }
    return result
  }

  private func youth(of release: Release, _ name: PluginName) -> Exclusion? {
    guard let limit = publishedBefore, release.published > limit, known[name] != release.version
    else { return nil }
    return Exclusion(
      .tooRecent, "was published on \(release.published.day)",
      here: "only what is older than \(limit.day) is taken")
  }

  /// What was carried here need not have every version.
  private func absence(of release: Release, _ index: IndexConfiguration) -> Exclusion? {
    guard index.isAtHand, let build = release.build(for: compatibility.platform),
      !source.isHere(build, carriedIn: index.url)
    else { return nil }
    return Exclusion(.notCarried, "is not in the bundle")
  }

  private func diagnostic(
    _ failure: SolveFailure, _ request: SolveRequest, _ records: [PluginName: RecordSource.Found]
  ) -> Diagnostic {
    // One root alone that nothing fits is not a conflict: say what is wrong with it.
    for root in request.roots {
      guard let record = records[root.name]?.record else { continue }
      let wanted = record.releases.filter { root.range.contains($0.version) }
      if wanted.isEmpty { return unknownVersion(root, record) }
      if let refusal = refusal(of: wanted, record) { return refusal }
    }
    let explanation = failure.explanation(isCancelled: { Task.isCancelled })
    return Diagnostic(
      .solveConflict, explanation.message, notes: explanation.lines, hint: explanation.hint)
  }

  private func unknownVersion(_ root: SolveRequest.Root, _ record: IndexRecord) -> Diagnostic {
    let versions = record.releases.suffix(8).map(\.version.description).joined(separator: ", ")
    return Diagnostic(
      .versionUnknown, "`\(root.name)` has no version \(root.range)",
      notes: ["versions: \(versions)"],
      hint: "`plugctl versions \(root.name)` shows all")
  }

  private func refusal(of releases: [Release], _ record: IndexRecord) -> Diagnostic? {
    if let last = releases.last, releases.allSatisfy(\.isWithdrawn),
      case .withdrawn(let reason) = last.state
    {
      return Withdrawals.refusal(record.name, last.version, reason)
    }
    let refusals = releases.compactMap { compatibility.refusal(of: $0, record.name) }
    if refusals.count == releases.count, var refusal = refusals.last {
      let fitting = record.releases.last {
        compatibility.refusal(of: $0, record.name) == nil && $0.state == .available
      }
      if let fitting {
        refusal.hint =
          "\(fitting.version) fits; run `plugctl install \(record.name)@\(fitting.version)`"
      }
      return refusal
    }
    let unyanked = releases.filter { if case .yanked = $0.state { false } else { true } }
    if unyanked.isEmpty, let last = releases.last, case .yanked(let reason) = last.state {
      return Diagnostic(
        .versionYanked, "`\(record.name)` \(last.version) was yanked",
        notes: [reason].filter { !$0.isEmpty },
        hint:
          "ask for exactly that version to have it all the same: `\(record.name)@\(last.version)`")
    }
    return nil
  }
}

extension Release {
  var isWithdrawn: Bool { if case .withdrawn = state { true } else { false } }
}
