import Glibc
import PkgCore
import Synchronization

/// Libraries that were read, so that a run over many plugins reads libc once. Safe from any thread.
final class LibraryCache: Sendable {
  static let shared = LibraryCache()

  /// A host with all its libraries has some fifty, of a megabyte each; what LLVM has is one of a
  /// hundred.
  private static let capacity = 256
  private static let maximumBytes = 512 << 20

  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  private struct Store {
    var images: [Identity: ElfImage] = [:]
    var bytes = 0
  }

  private let store = Mutex(Store())

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
    if let known = store.withLock({ $0.images[identity] }) { return known }
    guard let bytes = try? readFile(path, maximumSize: maximumElfSize),
      let image = try? ElfImage(bytes)
    else { return nil }
    store.withLock { store in
      let isFull = store.images.count == Self.capacity || store.bytes > Self.maximumBytes
      if isFull { store = Store() }
      store.images[identity] = image
      store.bytes += bytes.count
    }
    return image
  }
}
