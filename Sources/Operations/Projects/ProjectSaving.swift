internal import Files
internal import Formats
internal import PkgCore
internal import PkgStore

/// Brings a project's files up to date with a change, after it was committed. Whoever is killed in
/// between leaves files that are whole and older: `diff` shows it and `sync` decides.
struct ProjectSaving: ~Copyable {
  private let installing: Installing
  private let project: Project
  private let exclusive: ProjectGuard

  private var session: Session { installing.session }

  /// The right to change the project's files; nil where the change leaves them alone.
  static func begin(_ installing: Installing, _ request: InstallRequest) throws -> ProjectSaving? {
    guard request.saves, !request.isDryRun, installing.session.options.into == nil,
      let folder = installing.session.projectFolder
    else { return nil }
    let exclusive = try ProjectGuard(installing.session, folder)
    return ProjectSaving(
      installing, try Project.required(installing.session), exclusive: exclusive)
  }

  private init(_ installing: Installing, _ project: Project, exclusive: consuming ProjectGuard) {
    self.installing = installing
    self.project = project
    self.exclusive = exclusive
  }

  /// Refuses a form of the file that can't be edited, before anything else is done.
  func checkForm(_ request: InstallRequest, removing: Bool = false) throws {
    var file = try ProjectText(project.folder)
    for item in request.items {
      guard case .reference(let reference) = try InstallRequest.Item(item) else { continue }
      let known = project.file.plugins.first { reference.matches($0.name) }?.name
      // Any name will do where the publisher is not known yet.
      let name = try known ?? reference.fullName ?? PluginName("any/\(reference.name)")
      if removing { try file.remove(name) } else { try file.set(name, to: .any) }
    }
  }

  /// A request without what is only wanted and not installed.
  func installedOnly(_ request: InstallRequest) throws -> InstallRequest {
    let there = try installed().flatMap(\.plugins).map(\.name)
    var copy = request
    copy.items = try request.items.filter { item in
      let reference = try PluginReference(item)
      return there.contains { reference.matches($0) }
        || !project.file.plugins.contains { reference.matches($0.name) }
    }
    return copy
  }

  /// After an install: what was asked for is wanted from now on.
  func saveInstalled(_ request: InstallRequest, _ reports: [InstallReport]) async throws
    -> [InstallReport]
  {
    var change = ProjectChange()
    let there = try installed().flatMap(\.plugins)
    let file = try edited { text in
      for item in request.items + request.with {
        guard case .reference(let reference) = try InstallRequest.Item(item) else {
          warnOfFile(item)
          continue
        }
        guard let plugin = there.first(where: { reference.matches($0.name) }) else { continue }
        let former = text.file.wish(for: plugin.name)
        let range = Self.range(reference.range, former?.range, plugin.version)
        guard range.description != former?.range.description else { continue }
        let name = former?.name ?? plugin.name
        try text.set(name, to: range)
        change.wanted.append(ProjectFile.Wish(name: name, range: range))
      }
    }
    return await relocked(file, reports, change, request.preferences, preferringLock: false)
  }

  /// After an upgrade: the ranges stay, the lock follows.
  func saveUpgraded(_ request: InstallRequest, _ reports: [InstallReport]) async throws
    -> [InstallReport]
  {
    guard reports.contains(where: { !$0.plan.isEmpty }) else { return reports }
    return await relocked(
      project.file, reports, ProjectChange(), request.preferences, preferringLock: false)
  }

  /// After what nobody needs went: the wishes stay, and the lock loses what only it still had.
  func saveRemains(_ reports: [InstallReport]) async -> [InstallReport] {
    let gone = reports.flatMap(\.plan.steps).filter { $0.action == .remove }.map(\.name)
    guard let lock = project.lock, gone.contains(where: { lock.versions[$0] != nil }) else {
      return reports
    }
    return await relocked(
      project.file, reports, ProjectChange(), VersionPreferences(), preferringLock: false)
  }

  /// After a removal: what went is no longer wanted.
  func saveRemoved(_ request: InstallRequest, _ reports: [InstallReport]) async throws
    -> [InstallReport]
  {
    let gone = reports.flatMap(\.plan.steps).filter { $0.action == .remove }.map(\.name)
    // Named, and only wanted: nothing was there to go.
    let idle = try request.items.map { try PluginReference($0) }.filter { reference in
      !gone.contains { reference.matches($0) }
    }
    var change = ProjectChange()
    let file = try edited { text in
      for wish in text.file.plugins
      where gone.contains(where: { $0.folded == wish.name.folded })
        || idle.contains(where: { $0.matches(wish.name) })
      {
        try text.remove(wish.name)
        change.unwanted.append(wish.name)
      }
    }
    guard let lock = project.lock, project.isLockCurrent else {
      return await relocked(file, reports, change, request.preferences, preferringLock: true)
    }
    guard !change.unwanted.isEmpty else { return reports }
    // What is left needs no index: the lock says who needs whom.
    let rest = lock.dropping(Set(change.unwanted), wanted: Project.digest(of: file))
    try Project.afterSwitch(Lockfile.fileName) { try Project.write(rest, project.folder) }
    change.isLockWritten = true
    return noted(reports, change)
  }

  /// The project file after an edit of what it says now; somebody may have edited it meanwhile.
  private func edited(_ body: (inout ProjectText) throws -> Void) throws -> ProjectFile {
    try Project.afterSwitch(ProjectFile.fileName) {
      var text = try ProjectText(project.folder)
      try body(&text)
      try text.write()
      return text.file
    }
  }

  /// The range to write: as asked for; else as it stands, where it fits; else the installed version's
  /// minor number and what is compatible with it.
  private static func range(_ asked: VersionRange?, _ former: VersionRange?, _ version: Version)
    -> VersionRange
  {
    if let asked { return asked }
    if let former, former.contains(version) { return former }
    let caret =
      version.isPrerelease ? "^\(version)" : "^\(version.major).\(version.minor)"
    return (try? VersionRange(caret)).flatMap { $0.contains(version) ? $0 : nil }
      ?? VersionRange(exactly: version)
  }

  /// The reports with a lock that fits; a lock that can't be made now is said, and nothing is undone.
  private func relocked(
    _ file: ProjectFile, _ reports: [InstallReport], _ change: ProjectChange,
    _ preferences: VersionPreferences, preferringLock: Bool
  ) async -> [InstallReport] {
    var change = change
    do {
      change.isLockWritten = try await relock(file, preferences, preferringLock: preferringLock)
    } catch {
      var diagnostic =
        (error as? any Diagnosable)?.diagnostic
        ?? Diagnostic(.lockStale, "the work was interrupted")
      diagnostic.notes.append("the change itself is done; `\(Lockfile.fileName)` is out of date")
      diagnostic.hint = "run `plugctl lock`"
      session.progress(.warning(diagnostic))
    }
    return noted(reports, change)
  }

  private func relock(
    _ file: ProjectFile, _ preferences: VersionPreferences, preferringLock: Bool
  ) async throws -> Bool {
    let former = project.lock
    let there = try versions()
    if let former, Project.isCurrent(former, for: file),
      former.versions.allSatisfy({ there[$0.key] ?? $0.value == $0.value })
    {
      return false
    }
    let source = try await RecordSource.open(session, installing.network, refresh: .whenOld)
    let preferred =
      preferringLock
      ? there.merging(former?.versions ?? [:]) { $1 }
      : (former?.versions ?? [:]).merging(there) { $1 }
    let making = LockMaking(session: session, source: source, preferences: preferences)
    let lock = try await making.make(
      file, former: former, preferred: preferred)
    try Project.write(lock, project.folder)
    return true
  }

  private func noted(_ reports: [InstallReport], _ change: ProjectChange) -> [InstallReport] {
    guard !change.isEmpty else { return reports }
    var reports = reports
    if reports.isEmpty {
      reports = [
        InstallReport(
          host: project.file.host ?? "", scope: session.scope,
          plan: TransactionPlan(from: [], to: []))
      ]
    }
    reports[reports.count - 1].saved = change
    return reports
  }

  private func installed() throws -> [(host: String, plugins: [InstalledPlugin])] {
    try ProjectState.installed(session)
  }

  private func versions() throws -> [PluginName: Version] {
    Dictionary(
      try installed().flatMap(\.plugins).map { ($0.name, $0.version) },
      uniquingKeysWith: { first, _ in first })
  }

  private func warnOfFile(_ item: String) {
    session.progress(
      .warning(
        Diagnostic(
          .projectUnsaved, "`\(printable(item))` came from a file, so the project does not want it",
          hint: "publish it in an index; `plugctl sync` removes what the project does not want")))
  }
}

/// What is installed in a project, as far as its files speak of it.
enum ProjectState {
  /// By host; folders that were chosen by hand are nobody's but the user's.
  static func installed(_ session: Session) throws -> [(host: String, plugins: [InstalledPlugin])] {
    try InstanceLookup(session: session).all().filter { !$0.instance.isChosenByHand }.map {
      ($0.instance.hostID, $0.current.plugins)
    }
  }
}

extension Project {
  /// Refuses wishes that can't be had together with what the project wants, before anything is changed.
  func check(
    _ roots: [SolveRequest.Root], _ session: Session, _ source: RecordSource,
    _ preferences: VersionPreferences
  ) async throws {
    guard !roots.isEmpty else { return }
    try warnOfUnknownIndexes(session)
    var file = file
    for root in roots {
      guard root.range != .any || file.wish(for: root.name) == nil else { continue }
      file = file.wanting(root.name, root.range)
    }
    _ = try await LockMaking(session: session, source: source, preferences: preferences).make(
      file, former: lock, preferred: lock?.versions ?? [:])
  }
}
