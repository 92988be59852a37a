public import PkgCore

/// What making a lock changed in it.
public struct LockReport: Sendable {
  /// A plugin whose place in the lock changed.
  public struct Change: Sendable, Equatable {
    /// The host's id.
    public let host: String
    /// Which plugin.
    public let name: PluginName
    /// The version until now; nil where it is new.
    public let former: Version?
    /// The version from now on; nil where it goes.
    public let version: Version?
  }

  /// By host and name.
  public var changes: [Change]
  /// How many plugins are locked.
  public var count: Int
  /// Whether the file was out of date.
  public var isChanged: Bool

  /// `plugctl.lock/1`.
  public var json: JSON {
    [
      "changed": .bool(isChanged), "count": .integer(Int64(count)),
      "changes": .array(
        changes.map { change in
          [
            "host": .string(change.host), "id": .string(change.name.description),
            "from": .optional(change.former?.description),
            "version": .optional(change.version?.description),
          ]
        }),
    ]
  }
}

/// A project's lock file and how it compares with what is installed.
extension Installing {
  /// Makes the lock of a project anew; locked versions stay where they fit.
  ///
  /// - Parameters:
  ///   - upgrades: plugins that go to their newest versions; empty for all, nil for none.
  ///   - preferences: what counts for versions that are neither locked nor installed.
  public func lock(
    upgrades: [String]?, preferences: VersionPreferences = VersionPreferences(), isDryRun: Bool
  ) async throws -> LockReport {
    let folder = try Project.required(session).folder
    let exclusive = isDryRun ? nil : try ProjectGuard(session, folder)
    let project = try Project.required(session)
    try project.warnOfUnknownIndexes(session)
    let references = try (upgrades ?? []).map { try PluginReference($0) }
    for reference in references { try Self.refuseUnlocked(reference, project) }
    let source = LateSource(session, network, refresh: upgrades == nil ? .whenOld : .always)
    let moves: ((PluginName) -> Bool)? =
      upgrades == nil
      ? nil : { name in references.isEmpty || references.contains { $0.matches(name) } }
    let lock = try await newLock(
      of: project, source, upgrades: moves, preferences: preferences)
    let bytes = lock.json.prettyBytes
    let isChanged = project.lock?.json.prettyBytes != bytes
    if isChanged, !isDryRun { try Project.write(lock, folder) }
    _ = consume exclusive
    return LockReport(
      changes: Self.changes(from: project.lock, to: lock),
      count: lock.hosts.reduce(0) { $0 + $1.entries.count }, isChanged: isChanged)
  }

  /// Whether a project's lock fits its file; asks no index.
  public func isLockCurrent() throws -> Bool { try Project.required(session).isLockCurrent }

  /// How what is installed differs from what the project wants; asks no index.
  public func differences() throws -> [ProjectDifference] {
    let project = try Project.required(session)
    return ProjectDifference.all(
      project.file, lock: project.lock, isCurrent: project.isLockCurrent,
      installed: try ProjectState.installed(session))
  }

  private static func refuseUnlocked(_ reference: PluginReference, _ project: Project) throws {
    let names =
      project.file.plugins.map(\.name) + (project.lock?.hosts.flatMap(\.entries).map(\.name) ?? [])
    guard !names.contains(where: { reference.matches($0) }) else { return }
    let near = nearest(to: reference.name.text, among: names.map(\.name.text))
    throw Diagnostic(
      .pluginUnknown, "the project has no plugin `\(reference)`",
      hint: near.map { "did you mean `\($0)`?" } ?? "add it: `plugctl install \(reference)`")
  }

  private static func changes(from old: Lockfile?, to new: Lockfile) -> [LockReport.Change] {
    let hosts = Set((old?.hosts ?? []).map(\.id) + new.hosts.map(\.id)).sorted(by: bytesPrecede)
    return hosts.flatMap { host -> [LockReport.Change] in
      let (before, after) = (old?.entries(of: host) ?? [], new.entries(of: host))
      let names = Set(before.map(\.name) + after.map(\.name)).sorted()
      return names.compactMap { name in
        let former = before.first { $0.name == name }?.version
        let version = after.first { $0.name == name }?.version
        guard former != version else { return nil }
        return LockReport.Change(host: host, name: name, former: former, version: version)
      }
    }
  }
}
