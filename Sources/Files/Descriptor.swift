internal import CSystem
internal import Glibc

/// An open file descriptor, closed when its owner goes.
public struct Descriptor: ~Copyable, Sendable {
  /// The number, for calls that this room does not have.
  public private(set) var raw: Int32
  /// What was opened, for messages.
  public let name: String

  /// Takes over an open descriptor.
  public init(owning raw: Int32, name: String) {
    self.raw = raw
    self.name = name
  }

  deinit { if raw >= 0 { _ = Glibc.close(raw) } }

  /// Closes now, so that an error of the last write is seen.
  public consuming func close() throws(SystemError) {
    let open = raw
    raw = -1
    guard Glibc.close(open) == 0 else { throw .last("close", name) }
  }

  /// Gives the descriptor away; the caller closes it.
  public consuming func release() -> Int32 {
    let open = raw
    raw = -1
    return open
  }

  /// Writes all bytes, however many calls that takes.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(raw, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("write", name)
      }
      done += count
    }
  }

  /// Writes all bytes.
  public borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
    var failure: SystemError?
    bytes.withUnsafeBytes { buffer in
      do throws(SystemError) { try write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Reads up to the buffer's size; 0 at the end.
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  {
    while true {
      let count = Glibc.read(raw, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw .last("read", name) }
    }
  }

  /// Reads to the end.
  ///
  /// - Throws: ``SystemError`` with `EFBIG` where there is more than `limit` bytes.
  public borrowing func readAll(limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      var failure: SystemError?
      let count = chunk.withUnsafeMutableBytes { buffer -> Int in
        do throws(SystemError) { return try read(into: buffer) } catch {
          failure = error
          return 0
        }
      }
      if let failure { throw failure }
      guard count > 0 else { return bytes }
      guard bytes.count + count <= limit else {
        throw SystemError(call: "read", object: name, errno: EFBIG)
      }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// Makes content and length durable (man 2 fsync). A failure is final: the data may be gone.
  public borrowing func sync() throws(SystemError) {
    #if PLANTED_FAULTS
      if PlantedFault.leavesOutSync(of: try status().kind, at: name) { return }
    #endif
    while fsync(raw) != 0 { if errno != EINTR { throw .last("fsync", name) } }
  }

  /// Makes everything on the same file system durable (man 2 syncfs).
  public borrowing func syncFileSystem() throws(SystemError) {
    guard plg_syncfs(raw) == 0 else { throw .last("syncfs", name) }
  }

  /// Sets the permission bits, whatever the umask.
  public borrowing func setMode(_ mode: UInt32) throws(SystemError) {
    guard fchmod(raw, mode_t(mode)) == 0 else { throw .last("fchmod", name) }
  }

  /// Moves to a place from the start.
  public borrowing func seek(to offset: Int64) throws(SystemError) {
    guard lseek(raw, off_t(offset), SEEK_SET) >= 0 else { throw .last("lseek", name) }
  }

  /// Facts of the open file.
  public borrowing func status() throws(SystemError) -> FileStatus {
    var value = stat()
    guard fstat(raw, &value) == 0 else { throw .last("fstat", name) }
    return FileStatus(value)
  }

  /// A second descriptor of the same open file.
  public borrowing func duplicate() throws(SystemError) -> Descriptor {
    try Self.duplicate(of: raw, name: name)
  }

  /// A second descriptor of an open file whose first one somebody else owns.
  public static func duplicate(of raw: Int32, name: String) throws(SystemError) -> Descriptor {
    let copy = fcntl(raw, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .last("fcntl", name) }
    return Descriptor(owning: copy, name: name)
  }

  /// MFD_CLOEXEC of linux/memfd.h.
  private static let closeOnExec: UInt32 = 1

  /// A file in memory, for bytes that no other process may change under us.
  public static func inMemory(_ name: String) throws(SystemError) -> Descriptor {
    let raw = plg_memfd_create(name, closeOnExec)
    guard raw >= 0 else { throw .last("memfd_create", name) }
    return Descriptor(owning: raw, name: name)
  }
}

/// What a file is.
public struct FileStatus: Sendable, Equatable {
  /// The kinds that matter here.
  public enum Kind: Sendable, Equatable {
    /// A regular file.
    case file
    /// A folder.
    case folder
    /// A symbolic link.
    case link
    /// A device, FIFO or socket.
    case other
  }

  /// What it is.
  public let kind: Kind
  /// Bytes.
  public let size: Int64
  /// Permission bits with set-id and sticky bits.
  public let mode: UInt32
  /// The owner.
  public let owner: UInt32
  /// The device it lies on.
  public let device: UInt64
  /// Its inode there.
  public let inode: UInt64
  /// Seconds since the epoch.
  public let modified: Int64

  init(_ value: stat) {
    switch value.st_mode & Glibc.S_IFMT {
    case Glibc.S_IFREG: kind = .file
    case Glibc.S_IFDIR: kind = .folder
    case Glibc.S_IFLNK: kind = .link
    default: kind = .other
    }
    size = Int64(value.st_size)
    mode = UInt32(value.st_mode & 0o7777)
    owner = UInt32(value.st_uid)
    device = UInt64(value.st_dev)
    inode = UInt64(value.st_ino)
    modified = Int64(value.st_mtim.tv_sec)
  }
}
