public import Files
public import PkgCore

/// The switch from one generation to the next: the only step that a host can see.
public enum Commit {
  /// Refuses what would fail in the middle: a foreign file under a name that the host must see.
  ///
  /// - Parameter adopted: files of others that may be replaced.
  public static func check(
    _ prepared: PreparedGeneration, adopted: Set<String> = [], _ lock: borrowing InstanceLock
  ) throws {
    let former = try lock.instance.formerGenerations(before: prepared.generation.number)
    try HostView(instance: lock.instance, adopted: adopted).checkNames(
      prepared.generation, owned: former)
  }

  /// Makes a generation and the trees that are new to its host durable: the one point at which a
  /// change waits for the disk before it can be seen. Needs no lock beyond the caller's, so that a
  /// load test may run meanwhile.
  public static func settle(
    _ prepared: PreparedGeneration, of instance: HostInstance, new trees: [SHA256Digest]
  ) throws(SystemError) {
    let places = instance.places
    let written = trees.map(places.tree) + [prepared.folder]
    var files = 0
    for folder in written { files += try count(folder) }
    guard files < filesSyncedOneByOne else {
      let folder = try FileSystem.openFolder(places.trees)
      return try folder.syncFileSystem()
    }
    for folder in written { try sync(folder) }
    try FileSystem.syncFolder(places.trees)
    try FileSystem.syncFolder(FileSystem.folder(of: prepared.folder))
  }

  /// From so many files on, one call for the whole file system is used: 300 files of 33 KB took 58 ms
  /// one by one and 8 ms at once (ext4), though on a busy disk it waits for everybody's data.
  private static let filesSyncedOneByOne = 100

  private static func count(_ folder: String) throws(SystemError) -> Int {
    var count = 1
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      count += try FileSystem.status(path).kind == .folder ? Self.count(path) : 1
    }
    return count
  }

  /// Syncs all that is below a folder, and then the folder.
  static func sync(_ folder: String) throws(SystemError) {
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      switch try FileSystem.status(path).kind {
      case .folder: try sync(path)
      case .file:
        let file = try FileSystem.open(path)
        try file.sync()
      case .link, .other: break
      }
    }
    try FileSystem.syncFolder(folder)
  }

  /// Makes a generation live: adds names, turns `current` by one rename, removes names.
  ///
  /// After a crash at any point the next command finds exactly the old or exactly the new state.
  ///
  /// - Parameters:
  ///   - adopted: files of others that are replaced.
  ///   - former: what is live now; as it was when the lock was taken where that is nil.
  /// - Throws: ``StoreError/unfinished(host:generation:cause:)`` where it is live all the same.
  public static func perform(
    _ prepared: PreparedGeneration, adopted: Set<String> = [], after former: Generation? = nil,
    _ lock: borrowing InstanceLock
  ) throws {
    let instance = lock.instance
    let view = HostView(instance: instance, adopted: adopted)
    let number = prepared.generation.number
    try view.makeReady(prepared.generation, after: former ?? lock.current)
    try turn(instance, to: number)
    do {
      try FileSystem.syncFolder(instance.folder)
      let former = try instance.formerGenerations(before: number)
      try view.settle(prepared.generation, after: former)
    } catch let error as any Diagnosable {
      throw StoreError.unfinished(host: instance.id, generation: number, cause: error.diagnostic)
    }
  }

  /// Turns `current` by one rename, which is durable once the instance's folder is synced.
  static func turn(_ instance: HostInstance, to number: Int64) throws(SystemError) {
    let temporary = "\(instance.folder)/current.new"
    try FileSystem.removeIfPresent(temporary)
    try FileSystem.link(temporary, to: "gens/\(number)")
    try FileSystem.rename(temporary, to: instance.current)
  }

  /// Removes a generation that was written and will not be live.
  public static func discard(_ prepared: PreparedGeneration) throws(SystemError) {
    try FileSystem.removeTree(prepared.folder)
  }
}
