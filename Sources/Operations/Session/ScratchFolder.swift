internal import Files
internal import PkgCore
internal import Signing

/// A folder below the system's temporary one, or below one that was chosen for its size, gone with its owner; what killed processes left is swept
/// by the next one.
struct ScratchFolder: ~Copyable, Sendable {
  let path: String
  private let lock: FileLock?
  static let prefix = "plugctl-scratch-"
  /// A folder is locked only after it was made, so what is young may be at work.
  private static let leastAgeSeconds: Int64 = 600

  init() throws { try self.init(below: Machine.environment("TMPDIR") ?? "/tmp") }

  init(below base: String) throws {
    let path = "\(base)/\(Self.prefix)\(try randomBytes(8).hex)"
    try FileSystem.makeFolder(path, mode: 0o700)
    Self.sweep(base)
    lock = try FileLock.ofFolder(path)
    self.path = path
  }

  deinit { try? FileSystem.removeTree(path) }

  /// Removes this user's folders that nobody holds. What can't be removed is left to the next time.
  static func sweep(_ base: String) {
    for name in (try? FileSystem.names(in: base)) ?? [] where name.begins(with: prefix) {
      let folder = "\(base)/\(name)"
      guard let status = try? FileSystem.status(folder), status.kind == .folder,
        status.owner == Machine.userID,
        Machine.secondsSinceEpoch() - status.modified > leastAgeSeconds
      else { continue }
      try? removeIfFree(folder)
    }
  }

  private static func removeIfFree(_ folder: String) throws {
    guard let lock = try FileLock.ofFolder(folder) else { return }
    try FileSystem.removeTree(folder)
    _ = consume lock
  }
}
