internal import Files
internal import PkgCore

/// Finishes or undoes what an interrupted change left: exactly the old or exactly the new state.
enum Recovery {
  /// Turns a damaged `current` to the newest generation that is whole.
  ///
  /// - Returns: whether it was damaged.
  /// - Throws: ``StoreError/nothingWhole(host:folder:)``; then nothing was touched.
  static func mend(_ instance: HostInstance) throws -> Bool {
    guard try isDamaged(instance) else { return false }
    guard let number = try instance.generationNumbers().last(where: { try isWhole($0, instance) })
    else { throw StoreError.nothingWhole(host: instance.id, folder: instance.folder) }
    // A rename replaces a link or a file, but no folder.
    if (try? FileSystem.status(instance.current))?.kind == .folder {
      try FileSystem.removeTree(instance.current)
    }
    try Commit.turn(instance, to: number)
    return true
  }

  private static func isDamaged(_ instance: HostInstance) throws -> Bool {
    do {
      _ = try instance.liveGeneration()
      return false
    } catch StoreError.currentDamaged, StoreError.generationDamaged {
      return true
    }
  }

  /// Whether a generation can be read, each of its names leads to a library, and every byte of it is
  /// right: it may never have been live, and so never have reached the disk.
  ///
  /// - Throws: ``StoreError/generationNewer(path:)``: what a newer plugctl wrote is not damage, and would
  ///   be swept.
  private static func isWhole(_ number: Int64, _ instance: HostInstance) throws -> Bool {
    let generation: Generation
    do { generation = try instance.generation(number) } catch StoreError.generationDamaged {
      return false
    }
    let trees = TreeStore(instance.places)
    guard generation.plugins.allSatisfy({ trees.isWhole($0.tree) }) else { return false }
    let names = generation.plugins.filter(\.isEnabled).flatMap(\.viewNames)
    return names.allSatisfy {
      FileSystem.target("\(instance.folder(of: number))/plugins/\($0)") != nil
    }
  }

  /// Finishes or undoes what was interrupted.
  ///
  /// - Parameters:
  ///   - isMended: whether names may be left that no manifest tells any more.
  ///   - syncs: whether `current` may not be on the disk, though nothing was left behind.
  static func run(_ instance: HostInstance, isMended: Bool = false, syncs: Bool = false) throws {
    try FileSystem.removeIfPresent("\(instance.folder)/current.new")
    let left = try TransactionFolder.left(by: instance)
    // Who was killed may not have come to this sync; names go only after it.
    if syncs || !left.isEmpty { try FileSystem.syncFolder(instance.folder) }
    let live = try instance.currentNumber() ?? 0
    let unborn = try instance.generationNumbers().filter { $0 > live }
    // Their names may be in the host's folders already; only their manifests tell which.
    let others =
      try instance.formerGenerations(before: live)
      + unborn.compactMap { try? instance.generation($0) }
    let view = HostView(instance: instance)
    if let current = try instance.liveGeneration() {
      try view.addMissing(current)
      try view.settle(current, after: others)
      if isMended { try view.removeStrays(current, after: others) }
    } else {
      try view.remove(others, but: [])
    }
    for number in unborn { try FileSystem.removeTree(instance.folder(of: number)) }
    for folder in left { try FileSystem.removeTree(folder) }
    Garbage.sweep(instance.places)
  }
}

extension HostInstance {
  /// Generations that were live before, as far as they can be read.
  func formerGenerations(before number: Int64) throws(SystemError) -> [Generation] {
    try generationNumbers().filter { $0 < number }.compactMap { try? generation($0) }
  }
}
