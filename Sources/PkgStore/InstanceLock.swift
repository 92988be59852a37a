public import Files
public import PkgCore

/// The right to change one host instance; recovery was done when it is held.
public struct InstanceLock: ~Copyable {
  /// What is locked.
  public let instance: HostInstance
  /// The live generation.
  public let current: Generation?
  /// Whether `current` was damaged and now leads to an older generation.
  public let isMended: Bool
  private let store: FileLock
  private let lock: FileLock

  /// Takes the lock and brings an interrupted change to its end.
  ///
  /// - Parameters:
  ///   - mends: whether a damaged `current` is turned to the newest generation that is whole.
  ///   - waitSeconds: how long to wait for another process.
  ///   - onWait: called once where waiting is needed.
  /// - Throws: ``StoreError``, ``SystemError``.
  public static func acquire(
    _ instance: HostInstance, mends: Bool = false, waitSeconds: Int64, onWait: () -> Void = {}
  ) throws -> InstanceLock {
    try FileSystem.makeFolders("\(instance.folder)/gens")
    try FileSystem.makeFolders(instance.places.trees)
    try FileSystem.makeFolders(instance.places.temporary)
    // Shared by all who change something; who collects garbage holds it alone.
    let store = try FileLock.acquire(
      instance.places.lock, isShared: true, waitSeconds: waitSeconds, onWait: onWait)
    guard let store else { throw StoreError.locked(host: instance.id) }
    let lock = try FileLock.acquire(
      "\(instance.folder)/lock", waitSeconds: waitSeconds, onWait: onWait)
    guard let lock else { throw StoreError.locked(host: instance.id) }
    let isMended = try mends && Recovery.mend(instance)
    try Recovery.run(instance, isMended: isMended, syncs: mends)
    return InstanceLock(
      instance: instance, current: try instance.currentGeneration(), isMended: isMended,
      store: store, lock: lock)
  }

  private init(
    instance: HostInstance, current: Generation?, isMended: Bool, store: consuming FileLock,
    lock: consuming FileLock
  ) {
    self.instance = instance
    self.current = current
    self.isMended = isMended
    self.store = store
    self.lock = lock
  }

  /// The number of the next generation.
  public var nextNumber: Int64 { (current?.number ?? 0) + 1 }
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

  /// What an instance's interrupted changes left. Its lock is held, so nobody is at work.
  static func left(by instance: HostInstance) throws(SystemError) -> [String] {
    let prefix = "tx-\(instance.id)-"
    // `tx-nginx-edge-12` is not of the instance `nginx`.
    return try FileSystem.namesIfPresent(in: instance.places.temporary).filter {
      $0.rest(after: prefix).flatMap { Int32($0) } != nil
    }.map { "\(instance.places.temporary)/\($0)" }
  }
}
