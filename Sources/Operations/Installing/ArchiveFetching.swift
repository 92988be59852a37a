internal import Archiving
internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// Brings archives from the cache or the network and unpacks them: downloads stream into the digest,
/// and while one batch is unpacked on every core the next one is fetched.
struct ArchiveFetching: Sendable {
  let session: Session
  let network: Network
  let admission: Admission

  /// Fetches, verifies and unpacks; every package is compared with its record.
  ///
  /// - Parameter staging: an empty folder that only this user can write.
  /// - Returns: in the order wanted.
  func unpack(_ wanted: [WantedArchive], staging: String) async throws -> [UnpackedPackage] {
    guard !wanted.isEmpty else { return [] }
    try ArchiveSource(session: session, network: network).checkReach(wanted)
    try checkSpace(wanted, at: staging)
    let total = wanted.reduce(0) { $0 + $1.build.size }
    let arrived = Tally()
    session.progress(.downloading(done: 0, total: total))
    let report: @Sendable (Int) -> Void = { count in
      session.progress(.downloading(done: arrived.add(Int64(count)), total: total))
    }
    let batches = Self.batches(wanted.count)
    var pending = Task { try await fetch(Array(wanted[batches[0]]), report) }
    var packages: [UnpackedPackage] = []
    do {
      for (number, batch) in batches.enumerated() {
        let archives = try await withTaskCancellationHandler {
          try await pending.value
        } onCancel: { [pending] in
          pending.cancel()
        }
        if number + 1 < batches.count {
          let next = Array(wanted[batches[number + 1]])
          pending = Task { try await fetch(next, report) }
        }
        packages += try await unpack(archives, Array(wanted[batch]), "\(staging)/\(number)")
        session.progress(.unpacking(done: packages.count, total: wanted.count))
      }
    } catch {
      pending.cancel()
      throw error
    }
    return packages
  }

  /// Two batches where there is much, so that both the network and the cores have work.
  private static func batches(_ count: Int) -> [Range<Int>] {
    let size = min(128, max(16, (count + 1) / 2))
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  private func checkSpace(_ wanted: [WantedArchive], at staging: String) throws {
    let needed = wanted.reduce(0) { $0 + $1.build.size } * 3
    let free = try FileSystem.freeBytes(at: staging)
    guard free > needed else {
      throw Diagnostic(
        .systemNoSpace, "not enough space at `\(session.places.data)`",
        notes: ["about \(needed) bytes are needed, \(free) are free"],
        hint: "free some space; nothing was changed")
    }
  }

  private func fetch(_ wanted: [WantedArchive], _ report: @escaping @Sendable (Int) -> Void)
    async throws -> [VerifiedArchive]
  {
    try await withThrowingTaskGroup(of: (Int, VerifiedArchive).self) { group in
      for (place, archive) in wanted.enumerated() {
        group.addTask { (place, try await fetch(archive, report)) }
      }
      var result = [VerifiedArchive?](repeating: nil, count: wanted.count)
      for try await (place, archive) in group { result[place] = archive }
      return result.compactMap { $0 }
    }
  }

  private func fetch(_ wanted: WantedArchive, _ report: @escaping @Sendable (Int) -> Void)
    async throws -> VerifiedArchive
  {
    let source = ArchiveSource(session: session, network: network)
    if let cached = source.cached(wanted.build) {
      report(Int(wanted.build.size))
      return try verified(cached, wanted)
    }
    let blob = session.places.blob(wanted.build.archive)
    try FileSystem.makeFolders(FileSystem.folder(of: blob))
    let temporary = "\(blob).\(Machine.processID).part"
    defer { try? FileSystem.removeIfPresent(temporary) }
    let received = try await source.receive(wanted, into: temporary, report)
    let archive = try verified(received, wanted)
    try FileSystem.rename(temporary, to: blob)
    return archive
  }

  private func verified(_ archive: DigestedArchive, _ wanted: WantedArchive) throws
    -> VerifiedArchive
  {
    try VerifiedArchive(
      archive, is: wanted.build, of: wanted.release, in: wanted.record, from: wanted.index,
      admission: admission)
  }

  /// One child a core, each with its share of the archives.
  private func unpack(
    _ archives: [VerifiedArchive], _ wanted: [WantedArchive], _ staging: String
  ) async throws -> [UnpackedPackage] {
    let shares = min(Machine.processorCount, archives.count)
    return try await withThrowingTaskGroup(of: (Int, [UnpackedPackage]).self) { group in
      for share in 0..<shares {
        let places = Array(stride(from: share, to: archives.count, by: shares))
        group.addTask {
          let mine = places.map { archives[$0] }
          let packages = try await BlockingWork.run {
            try Self.unpack(mine, into: "\(staging)-\(share)")
          }
          for (package, place) in zip(packages, places) {
            let expected = wanted[place]
            try package.check(is: expected.build, of: expected.release, in: expected.record)
          }
          return (share, packages)
        }
      }
      var result = [UnpackedPackage?](repeating: nil, count: archives.count)
      for try await (share, packages) in group {
        for (offset, package) in packages.enumerated() { result[share + offset * shares] = package }
      }
      return result.compactMap { $0 }
    }
  }

  /// Unpacks verified archives in one child.
  static func unpack(_ archives: [VerifiedArchive], into folder: String) throws -> [UnpackedPackage]
  {
    try FileSystem.makeFolder(folder, mode: 0o700)
    let faults = try UnpackChild.run(archives.map(\.job), staging: folder)
    return try faults.enumerated().map { place, fault in
      if let fault {
        let what = archives[place].statement.map { "\($0.name) \($0.version)" } ?? "archive"
        throw fault.noting("package: `\(printable(what))`")
      }
      return try UnpackedPackage("\(folder)/\(place)")
    }
  }
}
