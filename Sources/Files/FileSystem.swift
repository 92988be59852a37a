internal import CSystem
internal import Glibc
internal import PkgCore

/// The calls that name a path; each failure names call and path.
public enum FileSystem {
  /// Opens an existing file for reading.
  public static func open(_ path: String) throws(SystemError) -> Descriptor {
    // A FIFO would be waited for without end; nothing that we read is one, nor a device.
    let descriptor = try open(path, flags: O_RDONLY | O_CLOEXEC | O_NONBLOCK, mode: 0)
    guard try descriptor.status().kind != .other else {
      throw SystemError(call: "open", object: path, errno: EINVAL)
    }
    return descriptor
  }

  /// Opens whatever can be read, a pipe too: for what a person hands over, such as a passphrase.
  public static func openAny(_ path: String) throws(SystemError) -> Descriptor {
    try open(path, flags: O_RDONLY | O_CLOEXEC, mode: 0)
  }

  /// Creates a file that must not exist, for writing; its mode is exact, whatever the umask.
  public static func create(_ path: String, mode: UInt32 = 0o644) throws(SystemError) -> Descriptor
  {
    let descriptor = try open(
      path, flags: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode: mode)
    try descriptor.setMode(mode)
    return descriptor
  }

  /// Opens a folder, to sync it or to open below it.
  public static func openFolder(_ path: String) throws(SystemError) -> Descriptor {
    try open(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC, mode: 0)
  }

  static func open(_ path: String, flags: Int32, mode: UInt32) throws(SystemError) -> Descriptor {
    while true {
      let raw = Glibc.open(path, flags, mode_t(mode))
      if raw >= 0 { return Descriptor(owning: raw, name: path) }
      if errno != EINTR { throw .last("open", path) }
    }
  }

  /// The whole content.
  ///
  /// - Throws: ``SystemError``; `EFBIG` where there is more than `limit` bytes.
  public static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
    let descriptor = try open(path)
    return try descriptor.readAll(limit: limit)
  }

  /// The whole content, or nil where the file does not exist.
  public static func readIfPresent(_ path: String, limit: Int = 64 << 20) throws(SystemError)
    -> [UInt8]?
  {
    do throws(SystemError) { return try read(path, limit: limit) } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// Facts of a path, a link not followed.
  public static func status(_ path: String) throws(SystemError) -> FileStatus {
    var value = stat()
    guard lstat(path, &value) == 0 else { throw .last("lstat", path) }
    return FileStatus(value)
  }

  /// Facts of what a path leads to, links followed; nil where nothing is there.
  public static func target(_ path: String) -> FileStatus? {
    var value = stat()
    return stat(path, &value) == 0 ? FileStatus(value) : nil
  }

  /// Whether something is there, a dangling link included.
  public static func exists(_ path: String) -> Bool { (try? status(path)) != nil }

  /// Makes one folder with an exact mode.
  public static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
    guard mkdir(path, mode_t(mode)) == 0 else { throw .last("mkdir", path) }
    guard chmod(path, mode_t(mode)) == 0 else { throw .last("chmod", path) }
  }

  /// Makes a folder and those above it that are missing; one that is there stays as it is. The mode is
  /// the last one's, those above get 0755.
  public static func makeFolders(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
    if let there = target(path) {
      guard there.kind == .folder else {
        throw SystemError(call: "mkdir", object: path, errno: ENOTDIR)
      }
      return
    }
    let parent = folder(of: path)
    if parent != path { try makeFolders(parent) }
    do throws(SystemError) { try makeFolder(path, mode: mode) } catch {
      guard error.isExisting else { throw error }
    }
  }

  /// Names in a folder, sorted by bytes, without `.` and `..`.
  public static func names(in folder: String) throws(SystemError) -> [String] {
    guard let stream = opendir(folder) else { throw .last("opendir", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted(by: bytesPrecede)
  }

  /// Names in a folder; none where it does not exist.
  public static func namesIfPresent(in folder: String) throws(SystemError) -> [String] {
    do throws(SystemError) { return try names(in: folder) } catch {
      if error.isNotFound { return [] }
      throw error
    }
  }

  /// Moves; what stood at the new path is replaced in one step.
  public static func rename(_ old: String, to new: String) throws(SystemError) {
    #if PLANTED_FAULTS
      PlantedFault.spoil(new)
    #endif
    guard Glibc.rename(old, new) == 0 else { throw .last("rename", "\(old) -> \(new)") }
  }

  /// Lets two paths change places in one step (man 2 renameat2). Where the file system can't, the second
  /// goes first and there is a moment without it.
  public static func exchange(_ path: String, with other: String) throws(SystemError) {
    let exchange: UInt32 = 2  // RENAME_EXCHANGE
    if plg_renameat2(AT_FDCWD, path, AT_FDCWD, other, exchange) == 0 { return }
    guard errno == EINVAL || errno == ENOSYS else {
      throw .last("renameat2", "\(path) <-> \(other)")
    }
    let aside = "\(path).aside"
    try rename(other, to: aside)
    try rename(path, to: other)
    try rename(aside, to: path)
  }

  /// Makes a symbolic link.
  public static func link(_ path: String, to target: String) throws(SystemError) {
    guard symlink(target, path) == 0 else { throw .last("symlink", path) }
  }

  /// What a symbolic link says.
  public static func linkTarget(_ path: String) throws(SystemError) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) }
        ?? -1
    }
    guard count >= 0 else { throw .last("readlink", path) }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// Removes a file or a link.
  public static func remove(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 else { throw .last("unlink", path) }
  }

  /// Removes a file or a link, where it is there.
  public static func removeIfPresent(_ path: String) throws(SystemError) {
    do throws(SystemError) { try remove(path) } catch {
      guard error.isNotFound else { throw error }
    }
  }

  /// Removes an empty folder.
  public static func removeFolder(_ path: String) throws(SystemError) {
    guard rmdir(path) == 0 else { throw .last("rmdir", path) }
  }

  /// Removes a folder and all below it; links are removed, not followed. Nothing there is fine.
  public static func removeTree(_ path: String) throws(SystemError) {
    guard let there = try? status(path) else { return }
    guard there.kind == .folder else { return try remove(path) }
    // Trees are stored without write bits; their owner may still take them away.
    if there.mode & 0o700 != 0o700 { _ = chmod(path, 0o700) }
    for name in try names(in: path) { try removeTree("\(path)/\(name)") }
    try removeFolder(path)
  }

  /// Sets permission bits.
  public static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
    guard chmod(path, mode_t(mode)) == 0 else { throw .last("chmod", path) }
  }

  /// Sets who owns a file; only root may.
  public static func setOwner(_ path: String, user: UInt32, group: UInt32) throws(SystemError) {
    guard chown(path, user, group) == 0 else { throw .last("chown", path) }
  }

  /// Notes that a file was used now: sets its times, where that can be done.
  public static func touch(_ path: String) { _ = utimes(path, nil) }

  /// Makes a folder's entries durable.
  public static func syncFolder(_ path: String) throws(SystemError) {
    let descriptor = try openFolder(path)
    try descriptor.sync()
  }

  /// Replaces a file's content in one step: temporary file, sync, rename, sync of the folder. What others who
  /// were killed left beside it goes.
  ///
  /// - Parameter isDurable: false leaves the syncs out, for caches.
  public static func replace(
    _ path: String, with bytes: [UInt8], mode: UInt32 = 0o644, isDurable: Bool = true
  ) throws(SystemError) {
    let temporary = temporary(for: path)
    try removeIfPresent(temporary)
    do throws(SystemError) {
      let descriptor = try create(temporary, mode: mode)
      try descriptor.write(bytes)
      if isDurable { try descriptor.sync() }
      try descriptor.close()
      try rename(temporary, to: path)
    } catch {
      _ = unlink(temporary)
      // The temporary name means nothing to anybody else.
      throw error.object == temporary
        ? SystemError(call: error.call, object: path, errno: error.errno) : error
    }
    guard isDurable else { return }
    try syncFolder(folder(of: path))
    removeLeftovers(of: path)
  }

  /// Writes a file that is not there, whole or not at all; one that is there stays.
  public static func createOnce(
    _ path: String, with bytes: [UInt8], mode: UInt32
  ) throws(SystemError) {
    let temporary = temporary(for: path)
    try removeIfPresent(temporary)
    let descriptor = try create(temporary, mode: mode)
    try descriptor.write(bytes)
    try descriptor.sync()
    try descriptor.close()
    if Glibc.link(temporary, path) != 0, errno != EEXIST { throw .last("link", path) }
    try remove(temporary)
    try syncFolder(folder(of: path))
  }

  /// Bytes that this user may still write on the file system of a path.
  public static func freeBytes(at path: String) throws(SystemError) -> Int64 {
    var value = statvfs()
    guard statvfs(path, &value) == 0 else { throw .last("statvfs", path) }
    let (bytes, overflow) = Int64(clamping: value.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: value.f_frsize))
    return overflow ? .max : bytes
  }

  /// How the file system of a path is mounted (man 3 statvfs).
  public struct Mount: Sendable, Equatable {
    /// Whether nothing can be written.
    public let isReadOnly: Bool
    /// Whether no library can be loaded from it.
    public let isNoExec: Bool
  }

  /// The mount that holds a path; nil where the path does not exist.
  public static func mount(of path: String) -> Mount? {
    var value = statvfs()
    guard statvfs(path, &value) == 0 else { return nil }
    let (readOnly, noExec): (UInt, UInt) = (1, 8)  // ST_RDONLY, ST_NOEXEC
    return Mount(isReadOnly: value.f_flag & readOnly != 0, isNoExec: value.f_flag & noExec != 0)
  }

  /// Whether this user may write there (man 2 access).
  public static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// Whether this user may execute it.
  public static func isExecutable(_ path: String) -> Bool {
    access(path, X_OK) == 0 && target(path)?.kind == .file
  }
}
