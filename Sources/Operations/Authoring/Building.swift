internal import Files
public import PkgCore

/// What is to be built, and how.
public struct BuildRequest: Sendable {
  /// Folders, manifests or names; none for the manifest here.
  public var targets: [String] = []
  /// Every manifest here and below.
  public var isAll = false
  /// Of discovered sources, builds also what did not change.
  public var isForced = false
  /// False runs commands with all that the user may do.
  public var isConfined = true
  /// Wall time of one command, in seconds.
  public var timeoutSeconds: Int64 = 3_600

  /// The manifest in the working folder.
  public init() {}
}

/// What came of building one plugin.
public struct BuildReport: Sendable {
  /// How it ended.
  public enum End: Sendable {
    /// Its libraries are there.
    case built
    /// There is nothing to run for it.
    case skipped(String)
    /// Why there is no library.
    case failed(Diagnostic)
  }

  /// The full name; the manifest's path where it can't be read.
  public let name: String
  /// The manifest's path.
  public let manifest: String
  /// Paths of the libraries that are there, of each platform.
  public var libraries: [String] = []
  /// Wall time of its command.
  public var milliseconds: Int64 = 0
  /// How it ended.
  public var end: End
}

/// Runs the commands by which plugins are built.
public struct Building: Sendable {
  let session: Session

  /// Building with a session's cache.
  public init(_ session: Session) { self.session = session }

  /// Builds plugins, each after those among them that it depends on, as many at once as there are processors. What one
  /// fails at stops only what depends on it.
  ///
  /// - Returns: a report for each, in the order in which they were asked for; of all, by path.
  /// - Throws: ``Diagnostic`` where a target is unknown; ``CancellationError``.
  public func build(_ request: BuildRequest) async throws -> [BuildReport] {
    var request = request
    if request.isConfined, !Sandbox.canConfineBuilds {
      request.isConfined = false
      session.progress(
        .warning(
          Diagnostic(
            .buildSandbox, "this kernel can't confine builds; they run with all that you may do",
            hint: "`plugctl doctor` says what is missing")))
    }
    let asked = request
    return try await run(Self.targets(asked).map { BuildJob($0, asked) })
  }

  private static func targets(_ request: BuildRequest) throws -> [ManifestFile] {
    guard !request.isAll else {
      let found = try FoundManifests(below: ".").files
      guard !found.isEmpty else {
        throw Diagnostic(
          .manifestInvalid, "there is no `plugin.yaml` here or below",
          hint: "make one with `plugctl init`")
      }
      return found
    }
    var found: FoundManifests?
    return try (request.targets.isEmpty ? ["."] : request.targets).map { target in
      if target.holds("/") || FileSystem.exists(target) { return try ManifestFile(target) }
      let all = try found ?? FoundManifests(below: ".")
      found = all
      return try all.named(target)
    }
  }

  /// Runs jobs, and answers in their order.
  func run(_ jobs: [BuildJob]) async throws -> [BuildReport] {
    var order = BuildOrder(jobs)
    var reports: [Int: BuildReport] = [:]
    try await withThrowingTaskGroup(of: (Int, BuildReport).self) { group in
      var running = 0
      repeat {
        while running < min(session.options.jobs, Machine.processorCount), let place = order.next()
        {
          let (job, session, missing) = (jobs[place], session, order.missing(for: place, reports))
          group.addTask {
            (place, try await BlockingWork.run { try job.run(session, missing: missing, stop: $0) })
          }
          running += 1
        }
        guard let (place, report) = try await group.next() else { break }
        running -= 1
        reports[place] = report
        order.finish(place)
        session.progress(.building(done: reports.count, total: jobs.count))
      } while running > 0 || order.hasMore
    }
    try Task.checkCancellation()
    return jobs.indices.compactMap { reports[$0] }
  }
}
