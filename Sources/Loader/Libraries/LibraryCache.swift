import Glibc
import PkgCore
import Synchronization

/// Libraries that were read, so that a run over many plugins reads libc once. Safe from any thread.
final class LibraryCache: Sendable {
  static let shared = LibraryCache()

  /// A host with all its libraries has some fifty.
  private static let capacity = 256

  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  private let images = Mutex<[Identity: ElfImage]>([:])

  /// The image at a path; nil where there is none that could be loaded. A file that changed is read
  /// anew.
  func image(_ path: String) -> ElfImage? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & Glibc.S_IFMT == Glibc.S_IFREG else {
      return nil
    }
    let identity = Identity(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if let known = images.withLock({ $0[identity] }) { return known }
    guard let bytes = try? readFile(path, maximumSize: maximumElfSize),
      let image = try? ElfImage(bytes)
    else { return nil }
    images.withLock { images in
      if images.count == Self.capacity { images.removeAll() }
      images[identity] = image
    }
    return image
  }
}
