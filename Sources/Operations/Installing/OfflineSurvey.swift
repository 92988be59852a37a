internal import PkgCore

/// What a choice of versions needs that is not here, told at once: a record that is missing hides what its
/// plugin needs in turn, but not what else is wanted.
struct OfflineSurvey {
  let source: RecordSource
  let compatibility: Compatibility
  /// Versions that are here already.
  let installed: [InstalledPlugin]

  /// All that is missing, as far as what is here says: with the newest version of each plugin that fits.
  func complete(_ known: MissingFromCache, from roots: [SolveRequest.Root]) async throws
    -> MissingFromCache
  {
    var missing = known
    var seen: Set<PluginName> = []
    var pending = roots.map { ($0.name, $0.range) }
    while let (name, range) = pending.popLast() {
      guard seen.insert(name).inserted,
        let found = try await missing.gather({ try await source.record(name) }) ?? nil,
        let release = newest(of: found.record, in: range),
        let build = release.build(for: compatibility.platform)
      else { continue }
      pending += release.constraints.dependencies.filter { !$0.isOptional }.map {
        ($0.name, $0.range)
      }
      let archive = WantedArchive(
        record: found.record, release: release, build: build, index: found.index)
      if !source.isHere(build) { missing.add(MissingFromCache([archive.missing])) }
    }
    return missing
  }

  private func newest(of record: IndexRecord, in range: VersionRange) -> Release? {
    if let there = installed.first(where: { $0.name == record.name }) {
      return record.release(there.version)
    }
    return record.releases.last { release in
      range.contains(release.version) && release.state == .available
        && compatibility.refusal(of: release, record.name) == nil
    }
  }
}
