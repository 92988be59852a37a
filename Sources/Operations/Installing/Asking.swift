internal import Files
public import PkgCore
internal import PkgStore

/// What stands against a plugin's installation.
public struct WhyNot: Sendable {
  /// What was asked about, with the version that was taken for it.
  public let reference: String
  /// What stands against it; nil where nothing does.
  public let obstacle: Diagnostic?
  /// What installing it would change.
  public let reports: [InstallReport]
}

extension Installing {
  /// Brings plugins to lower versions: those that the request names, else the newest below the
  /// installed ones.
  ///
  /// In a project within the ranges of its file; its lock follows.
  public func downgrade(_ request: InstallRequest) async throws -> [InstallReport] {
    guard let saving = try ProjectSaving.begin(self, request) else {
      return try await downgraded(request)
    }
    return try await saving.saveUpgraded(request, try await downgraded(request))
  }

  private func downgraded(_ request: InstallRequest) async throws -> [InstallReport] {
    var request = request
    request.preferences.allowsDowngrade = true
    let references = try request.items.map { try PluginReference($0) }
    let all = try InstanceLookup(session: session).all()
    for reference in references { try Self.refuseSeveral(reference, all) }
    let source = try await RecordSource.openIfAny(session, network, refresh: .whenOld)
    var reports: [InstallReport] = []
    for target in try Self.targets(references, all) {
      reports.append(
        try await change(target.instance.hostID, request, source, instance: target.instance) {
          current in
          let roots = try (current?.plugins ?? []).compactMap { plugin -> SolveRequest.Root? in
            guard let reference = references.first(where: { $0.matches(plugin.name) }) else {
              return nil
            }
            let below = try VersionRange("<\(plugin.version)")
            return SolveRequest.Root(name: plugin.name, range: reference.range ?? below)
          }
          return ChangeGoal(
            roots: roots, brought: [], upgrades: Set(roots.map(\.name)), with: [], current: current)
        })
    }
    return reports
  }

  /// Says why a plugin, or a version of it, can't be installed; the newest where none is named.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` and whatever makes planning impossible at all.
  public func whyNot(_ text: String) async throws -> WhyNot {
    var reference = try PluginReference(text)
    if reference.range == nil {
      let source = try await RecordSource.open(session, network, refresh: .whenOld)
      let name = try await source.fullName(reference)
      let newest = try await source.record(name)?.record.releases.last { !$0.version.isPrerelease }
      if let newest {
        reference = PluginReference(name, range: VersionRange(exactly: newest.version))
      }
    }
    var request = InstallRequest(items: [reference.description])
    request.isDryRun = true
    do {
      return WhyNot(
        reference: reference.description, obstacle: nil, reports: try await install(request))
    } catch let error as Diagnostic {
      switch error.code.category {
      case .noSolution, .incompatible, .policy:
        return WhyNot(reference: reference.description, obstacle: error, reports: [])
      default:
        guard error.code == .versionUnknown else { throw error }
        return WhyNot(reference: reference.description, obstacle: error, reports: [])
      }
    }
  }
}

extension SavedPlan {
  /// The plan that dry runs came to.
  ///
  /// - Parameter command: the command line that makes it.
  public init(_ reports: [InstallReport], _ command: [String], _ session: Session) {
    self.init(
      created: session.now, store: session.places.data, command: command,
      instances: reports.filter { !$0.plan.isEmpty }.map {
        Instance($0.plan, host: $0.host, generation: $0.formerGeneration)
      })
  }

  /// Reads a plan from a file.
  ///
  /// - Throws: ``Diagnostic`` with `plan.invalid`, `plan.stale` where it was made for another store.
  public init(file path: String, _ session: Session) throws {
    let bytes = try FileSystem.read(path, limit: 16 << 20)
    guard let json = try? JSONParser.parse(bytes) else {
      throw Diagnostic(
        .planInvalid, "`\(path)` is no plan of plugctl's",
        hint: "make one: `plugctl plan install NAME -o FILE`")
    }
    try self.init(json: json)
    guard store == session.places.data else {
      throw Diagnostic(
        .planStale, "the plan is for `\(printable(store))`",
        notes: ["this is `\(session.places.data)`"],
        hint: "run it in the same place, with the same `--scope` and `--root`")
    }
  }

  /// Writes it to a file.
  public func write(to path: String) throws {
    try FileSystem.replace(path, with: json.prettyBytes)
  }
}
