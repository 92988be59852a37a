internal import Glibc

/// A kernel lock on a file (man 2 flock): gone with its process, whatever happened to it.
public struct FileLock: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Takes the lock, waiting up to a time; the file is made where it is missing.
  ///
  /// - Parameters:
  ///   - path: the lock's file; never removed.
  ///   - isShared: whether others may hold it too, as long as nobody holds it alone.
  ///   - waitSeconds: 0 tries for a moment only.
  ///   - onWait: called once if the lock is not free at once.
  /// - Returns: nil where somebody else still holds it at the end.
  public static func acquire(
    _ path: String, isShared: Bool = false, waitSeconds: Int64, onWait: () -> Void = {}
  ) throws(SystemError) -> FileLock? {
    let kind = isShared ? LOCK_SH : LOCK_EX
    let descriptor = try FileSystem.open(path, flags: O_RDWR | O_CREAT | O_CLOEXEC, mode: 0o600)
    let deadline =
      Machine.monotonicNanoseconds() + max(moment, UInt64(max(0, waitSeconds)) * 1_000_000_000)
    var hasSaid = false
    while true {
      if flock(descriptor.raw, kind | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .last("flock", path) }
      guard Machine.monotonicNanoseconds() < deadline else { return nil }
      if !hasSaid, waitSeconds > 0 {
        onWait()
        hasSaid = true
      }
      usleep(20_000)
    }
  }

  /// Takes the lock of a folder that is there.
  ///
  /// - Parameter waits: asked some times a second, while somebody else holds it, whether to wait on.
  /// - Returns: nil where somebody else holds it.
  public static func ofFolder(_ path: String, while waits: () -> Bool = { false })
    throws(SystemError) -> FileLock?
  {
    let descriptor = try FileSystem.openFolder(path)
    while flock(descriptor.raw, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK else { throw .last("flock", path) }
      guard waits() else { return nil }
      usleep(20_000)
    }
    return FileLock(descriptor: descriptor)
  }

  /// The kernel closes the files of a process that was killed some milliseconds after its end, which
  /// its parent has already seen: who comes next must not be told that it still works.
  private static let moment: UInt64 = 100_000_000

  private init(descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
