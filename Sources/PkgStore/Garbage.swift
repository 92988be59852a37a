internal import Files
public import PkgCore

/// Takes away generations that are no longer kept and trees that no generation has.
///
/// The store's lock is held alone, so no change is on its way whose trees have no generation yet. What
/// goes is first renamed into `tmp`: a generation or a tree is there as a whole or not at all.
public struct Garbage {
  private let places: StorePlaces
  private let retention: Retention
  private let now: Timestamp
  private var report = CollectionReport()

  /// Collects in a scope whose interrupted changes were brought to their end.
  ///
  /// - Parameters:
  ///   - isDryRun: whether it is only said what would go.
  ///   - mappedTrees: names of the trees that processes use, asked for once nothing can change.
  /// - Throws: ``StoreError``, ``SystemError``; what can't be read as a live generation might need
  ///   anything, so nothing goes.
  public static func collect(
    _ places: StorePlaces, _ retention: Retention, now: Timestamp, isDryRun: Bool,
    waitSeconds: Int64, onWait: () -> Void, mappedTrees: () throws -> Set<String>
  ) throws -> CollectionReport {
    guard FileSystem.exists(places.data) else { return CollectionReport() }
    var garbage = Garbage(places: places, retention: retention, now: now)
    if isDryRun {
      _ = try garbage.find(mapped: mappedTrees())
      return garbage.report
    }
    let lock = try FileLock.acquire(places.lock, waitSeconds: waitSeconds, onWait: onWait)
    guard let lock else { throw StoreError.storeLocked }
    try garbage.remove(garbage.find(mapped: mappedTrees()))
    _ = consume lock
    return garbage.report
  }

  private init(places: StorePlaces, retention: Retention, now: Timestamp) {
    self.places = places
    self.retention = retention
    self.now = now
  }

  /// Folders that can go.
  private struct Doomed {
    var generations: [String] = []
    var trees: [String] = []
  }

  private mutating func find(mapped: Set<String>) throws -> Doomed {
    var doomed = Doomed()
    var needed: Set<String> = []
    for instance in try HostInstance.all(in: places) {
      let old = try oldGenerations(of: instance)
      for number in try instance.generationNumbers() {
        guard !old.contains(number) else {
          report.generations.append(.init(host: instance.id, number: number))
          doomed.generations.append(instance.folder(of: number))
          continue
        }
        needed.formUnion(try trees(of: number, instance))
      }
    }
    for name in try FileSystem.namesIfPresent(in: places.trees) where !needed.contains(name) {
      if mapped.contains(name) {
        report.treesInUse.append(name)
      } else {
        report.trees.append(name)
        doomed.trees.append("\(places.trees)/\(name)")
      }
    }
    for folder in doomed.generations + doomed.trees { report.bytes += try Self.bytes(in: folder) }
    return doomed
  }

  /// Generations below the live one that nothing keeps: not their number, age or pin. A generation was
  /// live until the next one was made.
  private func oldGenerations(of instance: HostInstance) throws -> Set<Int64> {
    guard let live = try instance.currentNumber() else { return [] }
    let numbers = try instance.generationNumbers().filter { $0 <= live }
    var old: Set<Int64> = []
    let kept = max(1, retention.generations)
    for (number, next) in zip(numbers, numbers.dropFirst()).dropLast(kept - 1) {
      guard let end = try? instance.generation(next).created,
        end.adding(seconds: retention.seconds) <= now
      else { continue }
      if let pin = try instance.pin(of: number), pin.holds(at: now) { continue }
      old.insert(number)
    }
    return old
  }

  /// The trees that a generation needs. One that can't be read and is not live can't be gone back to.
  private func trees(of number: Int64, _ instance: HostInstance) throws -> [String] {
    do { return try instance.generation(number).plugins.map(\.treeName) } catch {
      guard case StoreError.generationDamaged = error, try instance.currentNumber() != number else {
        throw error
      }
      return []
    }
  }

  private func remove(_ doomed: Doomed) throws {
    try FileSystem.makeFolders(places.temporary)
    try move(doomed.generations)
    // Else a power cut could leave a generation on the disk without its trees.
    for folder in Set(doomed.generations.map(FileSystem.folder(of:))) {
      try FileSystem.syncFolder(folder)
    }
    try move(doomed.trees)
    // Nobody else is at work: whatever lies here was left behind.
    for name in try FileSystem.names(in: places.temporary) {
      try FileSystem.removeTree("\(places.temporary)/\(name)")
    }
  }

  private func move(_ folders: [String]) throws(SystemError) {
    for folder in folders {
      let parent = FileSystem.baseName(of: FileSystem.folder(of: FileSystem.folder(of: folder)))
      let name = "\(Self.prefix)\(parent)-\(FileSystem.baseName(of: folder))"
      try FileSystem.removeTree("\(places.temporary)/\(name)")
      try FileSystem.rename(folder, to: "\(places.temporary)/\(name)")
    }
  }

  private static let prefix = "gc-"

  /// Removes what an interrupted collection left. The store's lock is shared with others who may do the
  /// same just now.
  static func sweep(_ places: StorePlaces) {
    for name in (try? FileSystem.namesIfPresent(in: places.temporary)) ?? []
    where name.begins(with: prefix) {
      try? FileSystem.removeTree("\(places.temporary)/\(name)")
    }
  }

  private static func bytes(in folder: String) throws(SystemError) -> Int64 {
    var sum: Int64 = 0
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      let status = try FileSystem.status(path)
      sum += status.kind == .folder ? try bytes(in: path) : status.size
    }
    return sum
  }
}
