internal import Files
internal import PkgCore
internal import PkgStore
internal import Transport

/// One archive that a change needs.
struct WantedArchive: Sendable {
  let record: IndexRecord
  let release: Release
  let build: Release.Build
  let index: IndexConfiguration

  /// That it is needed and may not be fetched.
  var missing: MissingFromCache.File {
    MissingFromCache.File(
      kind: .archive, index: index.name, path: build.archivePath, plugin: record.name,
      version: release.version, platform: build.platform, size: build.size)
  }
}

/// Where an archive's bytes come from: the cache, or the first of its index's servers that has them as they
/// must be.
struct ArchiveSource: Sendable {
  let session: Session
  let network: Network

  /// What of these archives is neither here nor to be had.
  ///
  /// - Throws: ``MissingFromCache`` with all of them.
  func checkReach(_ wanted: [WantedArchive]) throws {
    var missing = MissingFromCache()
    for archive in wanted where !canAsk(archive) && !isCached(archive.build) {
      missing.add(MissingFromCache([archive.missing]))
    }
    try missing.check()
  }

  /// Whether the cache seems to have an archive; its bytes are looked at when it is used.
  func isCached(_ build: Release.Build) -> Bool {
    FileSystem.target(session.places.blob(build.archive))?.size == build.size
  }

  /// An archive of the cache's, of just the right bytes; nil where there is none.
  func cached(_ build: Release.Build) -> DigestedArchive? {
    let blob = session.places.blob(build.archive)
    guard let archive = try? DigestedArchive.open(blob, limit: build.size),
      archive.sha256 == build.archive
    else { return nil }
    // For who cleans up by age.
    FileSystem.touch(blob)
    return archive
  }

  /// Brings an archive into a new file.
  ///
  /// - Parameter report: gets the number of bytes that came, less what counts no more.
  /// - Throws: ``MissingFromCache`` where the network may not be asked.
  func receive(
    _ wanted: WantedArchive, into temporary: String, _ report: @escaping @Sendable (Int) -> Void
  ) async throws -> DigestedArchive {
    guard canAsk(wanted) else { throw MissingFromCache([wanted.missing]) }
    let former = Tally()
    return try await network.stream(
      wanted.build.archivePath, from: wanted.index.servers, length: wanted.build.size
    ) {
      // What another server gave counts no more.
      report(-Int(former.take()))
      try FileSystem.removeIfPresent(temporary)
      let sink = ArchiveSink(try FileSystem.create(temporary))
      let receive: BodyReceiver = { bytes in
        try sink.take(bytes)
        _ = former.add(Int64(bytes.count))
        report(bytes.count)
      }
      return (
        receive,
        {
          let archive = try sink.finish()
          try VerifiedArchive.check(
            archive, is: wanted.build, of: wanted.release, in: wanted.record)
          return archive
        }
      )
    }
  }

  /// Brings archives to their places, each in one step, several side by side; what is there with its size
  /// stays as it is.
  ///
  /// - Parameters:
  ///   - isChecking: whether what is there is digested, too.
  ///   - path: where an archive belongs.
  /// - Returns: what came.
  /// - Throws: ``MissingFromCache`` with all that may not be fetched, before anything is.
  func bring(
    _ wanted: [WantedArchive], isChecking: Bool = false,
    to path: @escaping @Sendable (Release.Build) -> String
  ) async throws -> [WantedArchive] {
    let lacking = wanted.filter { !isThere($0.build, at: path($0.build), isChecking) }
    try checkReach(lacking)
    let total = lacking.reduce(0) { $0 + $1.build.size }
    let arrived = Tally()
    let report: @Sendable (Int) -> Void = { count in
      session.progress(.downloading(done: arrived.add(Int64(count)), total: total))
    }
    // As many tasks as transfers: an index may have a million archives.
    let next = Tally()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<min(lacking.count, 64) {
        group.addTask {
          while true {
            let place = Int(next.add(1)) - 1
            guard place < lacking.count else { return }
            try await bring(lacking[place], to: path(lacking[place].build), report)
          }
        }
      }
      try await group.waitForAll()
    }
    return lacking
  }

  private func isThere(_ build: Release.Build, at path: String, _ isChecking: Bool) -> Bool {
    guard FileSystem.target(path)?.size == build.size else { return false }
    guard isChecking else { return true }
    return (try? DigestedArchive.open(path, limit: build.size))?.sha256 == build.archive
  }

  private func bring(
    _ wanted: WantedArchive, to path: String, _ report: @escaping @Sendable (Int) -> Void
  ) async throws {
    try FileSystem.makeFolders(FileSystem.folder(of: path))
    let temporary = "\(path).\(Machine.processID).part"
    defer { try? FileSystem.removeIfPresent(temporary) }
    let blob = session.places.blob(wanted.build.archive)
    if path != blob, let cached = cached(wanted.build) {
      try FileSystem.removeIfPresent(temporary)
      try cached.copy(to: FileSystem.create(temporary))
      report(Int(wanted.build.size))
    } else {
      _ = try await receive(wanted, into: temporary, report)
    }
    try FileSystem.rename(temporary, to: path)
  }

  private func canAsk(_ wanted: WantedArchive) -> Bool {
    wanted.index.isAtHand || !session.options.isOffline
  }
}
