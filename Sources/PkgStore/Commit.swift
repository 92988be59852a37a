public import Files
internal import PkgCore

/// The switch from one generation to the next: the only step that a host can see.
public enum Commit {
  /// Refuses what would fail in the middle: a foreign file under a name that the host must see.
  public static func check(_ prepared: PreparedGeneration, _ lock: borrowing InstanceLock) throws {
    let former = try lock.instance.formerGenerations(before: prepared.generation.number)
    try HostView(instance: lock.instance).checkNames(prepared.generation, owned: former)
  }

  /// Makes a generation live: adds names, turns `current` by one rename, removes names.
  ///
  /// After a crash at any point the next command finds exactly the old or exactly the new state.
  public static func perform(_ prepared: PreparedGeneration, _ lock: borrowing InstanceLock) throws
  {
    let instance = lock.instance
    let view = HostView(instance: instance)
    try view.addMissing(prepared.generation)
    try turn(instance, to: prepared.generation.number)
    let former = try instance.formerGenerations(before: prepared.generation.number)
    try view.settle(prepared.generation, after: former)
  }

  /// Turns `current` by one rename.
  static func turn(_ instance: HostInstance, to number: Int64) throws(SystemError) {
    let temporary = "\(instance.folder)/current.new"
    try FileSystem.removeIfPresent(temporary)
    try FileSystem.link(temporary, to: "gens/\(number)")
    try FileSystem.rename(temporary, to: instance.current)
    try FileSystem.syncFolder(instance.folder)
  }

  /// Removes a generation that was written and will not be live.
  public static func discard(_ prepared: PreparedGeneration) throws(SystemError) {
    try FileSystem.removeTree(prepared.folder)
  }
}
