internal import Glibc

/// A kernel lock on a file (man 2 flock): gone with its process, whatever happened to it.
public struct FileLock: ~Copyable {
  private let descriptor: Descriptor

  /// Takes the lock, waiting up to a time; the file is made where it is missing.
  ///
  /// - Parameters:
  ///   - path: the lock's file; never removed.
  ///   - waitSeconds: 0 tries once.
  ///   - onWait: called once if the lock is not free at once.
  /// - Returns: nil where somebody else still holds it at the end.
  public static func acquire(
    _ path: String, waitSeconds: Int64, onWait: () -> Void = {}
  ) throws(SystemError) -> FileLock? {
    let descriptor = try FileSystem.open(path, flags: O_RDWR | O_CREAT | O_CLOEXEC, mode: 0o644)
    let deadline = Machine.monotonicNanoseconds() + UInt64(max(0, waitSeconds)) * 1_000_000_000
    var hasSaid = false
    while true {
      if flock(descriptor.raw, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .last("flock", path) }
      guard Machine.monotonicNanoseconds() < deadline else { return nil }
      if !hasSaid {
        onWait()
        hasSaid = true
      }
      usleep(20_000)
    }
  }

  private init(descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
