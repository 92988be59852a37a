public import Files
public import PkgCore

/// The right to change one host instance; recovery was done when it is held.
public struct InstanceLock: ~Copyable {
  /// What is locked.
  public let instance: HostInstance
  /// The live generation.
  public let current: Generation?
  private let lock: FileLock

  /// Takes the lock and brings an interrupted change to its end.
  ///
  /// - Parameters:
  ///   - waitSeconds: how long to wait for another process.
  ///   - onWait: called once where waiting is needed.
  /// - Throws: ``StoreError/locked(host:)``, ``SystemError``.
  public static func acquire(
    _ instance: HostInstance, waitSeconds: Int64, onWait: () -> Void = {}
  ) throws -> InstanceLock {
    try FileSystem.makeFolders("\(instance.folder)/gens")
    try FileSystem.makeFolders(instance.places.trees)
    try FileSystem.makeFolders(instance.places.temporary)
    let lock = try FileLock.acquire(
      "\(instance.folder)/lock", waitSeconds: waitSeconds, onWait: onWait)
    guard let lock else { throw StoreError.locked(host: instance.id) }
    try Recovery.run(instance)
    return InstanceLock(instance: instance, current: try instance.currentGeneration(), lock: lock)
  }

  private init(instance: HostInstance, current: Generation?, lock: consuming FileLock) {
    self.instance = instance
    self.current = current
    self.lock = lock
  }

  /// The number of the next generation.
  public var nextNumber: Int64 { (current?.number ?? 0) + 1 }
}

/// Finishes or undoes what an interrupted change left: exactly the old or exactly the new state.
enum Recovery {
  static func run(_ instance: HostInstance) throws {
    try FileSystem.removeIfPresent("\(instance.folder)/current.new")
    let live = try instance.currentNumber() ?? 0
    let unborn = try instance.generationNumbers().filter { $0 > live }
    // Their names may be in the host's folders already; only their manifests tell which.
    let others =
      try instance.formerGenerations(before: live)
      + unborn.compactMap { try? instance.generation($0) }
    let view = HostView(instance: instance)
    if let current = try instance.currentGeneration() {
      try view.addMissing(current)
      try view.settle(current, after: others)
    } else {
      try view.remove(others, but: [])
    }
    for number in unborn { try FileSystem.removeTree(instance.folder(of: number)) }
    try TransactionFolder.sweep(instance.places, of: instance.id)
  }
}

extension HostInstance {
  /// Generations that were live before, as far as they can be read.
  func formerGenerations(before number: Int64) throws(SystemError) -> [Generation] {
    try generationNumbers().filter { $0 < number }.compactMap { try? generation($0) }
  }
}

/// A folder for bytes before commit, named for its instance, gone with its owner.
public struct TransactionFolder: ~Copyable {
  /// The folder's path.
  public let path: String

  /// Makes an empty folder that only this user can write.
  public init(_ instance: HostInstance) throws(SystemError) {
    path = "\(instance.places.temporary)/tx-\(instance.id)-\(Machine.processID)"
    try FileSystem.removeTree(path)
    try FileSystem.makeFolder(path, mode: 0o755)
  }

  deinit { try? FileSystem.removeTree(path) }

  /// Removes what an instance's interrupted changes left. Its lock is held, so nobody is at work.
  static func sweep(_ places: StorePlaces, of id: String) throws(SystemError) {
    let prefix = "tx-\(id)-"
    for name in try FileSystem.namesIfPresent(in: places.temporary) where name.hasPrefix(prefix) {
      // `tx-nginx-edge-12` is not of the instance `nginx`.
      guard Int32(name.dropFirst(prefix.count)) != nil else { continue }
      try FileSystem.removeTree("\(places.temporary)/\(name)")
    }
  }
}
