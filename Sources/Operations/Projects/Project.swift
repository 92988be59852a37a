internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// The files of a session's project as they stood when they were read.
struct Project: Sendable {
  let folder: String
  let file: ProjectFile
  /// nil where there is none.
  let lock: Lockfile?

  private static let limit = 1 << 20

  /// The project of a session; nil in another scope.
  ///
  /// - Throws: ``Diagnostic``: `project.invalid`, `lock.invalid`, `lock.conflict`, `schema.unknown`.
  static func open(_ session: Session) throws -> Project? {
    guard let folder = session.projectFolder else { return nil }
    let file = try read(FileSystem.read("\(folder)/\(ProjectFile.fileName)", limit: limit))
    let path = "\(folder)/\(Lockfile.fileName)"
    let bytes = try FileSystem.readIfPresent(path, limit: 16 * limit)
    return Project(
      folder: folder, file: file,
      lock: try bytes.map { try Lockfile($0, path: Lockfile.fileName) })
  }

  /// The project of a session, which there must be, and which is about hosts' own folders.
  static func required(_ session: Session) throws -> Project {
    guard session.options.into == nil else {
      throw Diagnostic(
        .usageConflict, "a project's files say nothing of folders that are chosen with `--into`",
        hint: "leave the folder out")
    }
    if let project = try open(session) { return project }
    throw Diagnostic(
      .usageConflict, "this is a command for projects, and this is \(session.scope.rawValue) scope",
      hint: "run it below a folder with a `\(ProjectFile.fileName)`, without `--scope`")
  }

  /// Reads the text of a project file.
  static func read(_ bytes: [UInt8]) throws -> ProjectFile {
    let name = ProjectFile.fileName
    if let line = MergeMarkers.firstLine(in: bytes) {
      throw Diagnostic(
        .lockConflict, "`\(name)` holds the marks of a merge that was not finished",
        notes: ["\(name):\(line): \(MergeMarkers.text)"], hint: "finish the merge first")
    }
    let node = try AuthoredFile.node(bytes, file: name, .projectInvalid, "project file")
    let findings = Findings()
    guard let file = ProjectFile.read(node, findings: findings) else {
      throw findings.diagnostic(.projectInvalid, file: name, what: "project file")
    }
    return file
  }

  /// The digest of the wanted set, which a lock made from it bears.
  var digest: SHA256Digest { Self.digest(of: file) }

  static func digest(of file: ProjectFile) -> SHA256Digest { sha256(file.wantedBytes) }

  /// Whether the lock was made from this wanted set and has all of it.
  var isLockCurrent: Bool { lock.map { Self.isCurrent($0, for: file) } ?? false }

  static func isCurrent(_ lock: Lockfile, for file: ProjectFile) -> Bool {
    let versions = lock.versions
    return lock.wanted == digest(of: file) && lock.targets == file.targets
      && file.plugins.allSatisfy { wish in
        versions.contains { name, version in
          name.folded == wish.name.folded && wish.range.contains(version)
        }
      }
  }

  /// Says which of the project's indexes this user does not have, by name or place: an index of the
  /// same name elsewhere is the user's choice of a mirror. None is ever added by itself.
  func warnOfUnknownIndexes(_ session: Session) throws {
    let known = try IndexRegistry(session).all()
    for index in file.indexes
    where !known.contains(where: { $0.name == index.name || sameBytes($0.url, index.url) }) {
      session.progress(
        .warning(
          Diagnostic(
            .indexUnknown,
            "the project takes plugins from `\(printable(index.url))`, which is none of your indexes",
            hint:
              "if you trust it: `plugctl index add \(printable(index.url)) --name \(index.name)`"
          )))
    }
  }

  /// Does what comes after the switch.
  ///
  /// - Throws: ``Diagnostic`` with `change.unfinished`, which says that the plugins are changed all the same.
  static func afterSwitch<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as any Diagnosable {
      let cause = error.diagnostic
      throw Diagnostic(
        .changeUnfinished,
        "the plugins are as they were asked for, but `\(file)` could not be written",
        notes: [cause.message] + cause.notes, hint: cause.hint, details: cause.details)
    }
  }

  /// A lock's durable bytes at its place.
  static func write(_ lock: Lockfile, _ folder: String) throws {
    try FileSystem.replace("\(folder)/\(Lockfile.fileName)", with: lock.json.prettyBytes)
  }
}

/// What a project asks of every change in its scope.
extension Project {
  /// The range under which it wants a plugin.
  func range(of name: PluginName) -> VersionRange? { file.wish(for: name)?.range }

  /// What is asked for without a range stands under the project's; what only moves stays below both.
  ///
  /// - Throws: ``Diagnostic`` with `solve.conflict` where nothing is below both.
  func bound(_ root: SolveRequest.Root, isMove: Bool) throws -> SolveRequest.Root {
    guard let range = range(of: root.name), isMove || root.range == .any else { return root }
    guard !range.intersection(root.range).isEmpty else {
      throw Diagnostic(
        .solveConflict, "the project wants `\(root.name)` \(range), which is never \(root.range)",
        hint: "to want that instead: `plugctl install '\(root.name)@\(root.range)'`")
    }
    return SolveRequest.Root(
      name: root.name, range: root.range == .any ? range : root.range.intersection(range),
      isWish: root.isWish)
  }

  /// Adds what the project wants: its pins beside those of installed plugins, and the locked versions
  /// of what is not installed yet.
  func apply(to request: inout SolveRequest, at time: Timestamp) {
    request.addPins(file.solverPins(at: time))
    for (name, version) in lock?.versions ?? [:]
    where request.installed[name] == nil && !request.upgrades.contains(name) {
      request.locked[name] = version
    }
  }
}

extension SolveRequest {
  /// Further pins; where a plugin has one, both hold.
  mutating func addPins(_ more: [PluginName: Pin]) {
    pins.merge(more) { own, other in
      let reasons = [own.reason, other.reason].filter { !$0.isEmpty }
      return Pin(
        range: own.range == other.range ? own.range : own.range.intersection(other.range),
        reason: reasons.joined(separator: "; "), remedy: other.remedy ?? own.remedy)
    }
  }
}

/// The right to change a project's files; a kernel lock, since two commands may change different hosts.
struct ProjectGuard: ~Copyable {
  private let lock: FileLock

  init(_ session: Session, _ folder: String) throws {
    guard FileSystem.isWritable(folder) else {
      throw Diagnostic(
        .systemPermission, "`\(folder)` can't be written, so the project's files can't be changed",
        hint: "add `--no-save` to leave them as they are")
    }
    try FileSystem.makeFolders(session.places.data)
    let path = "\(session.places.data)/project.lock"
    let lock = try FileLock.acquire(path, waitSeconds: session.options.waitSeconds) {
      session.progress(.waiting(host: ProjectFile.fileName))
    }
    guard let lock else {
      throw Diagnostic(
        .systemLocked, "another process is changing the project `\(folder)`",
        hint: "wait for it, or say how long with `--wait SECONDS`")
    }
    self.lock = lock
  }
}
