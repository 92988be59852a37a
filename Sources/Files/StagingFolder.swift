internal import CSystem
internal import Glibc

/// A folder of ours into which untrusted content is written: every path is resolved beneath it, no
/// link is followed, nothing that is there is replaced.
public struct StagingFolder: ~Copyable {
  /// The open folder.
  public let descriptor: Descriptor

  /// Opens an existing folder.
  public init(_ path: String) throws(SystemError) { descriptor = try FileSystem.openFolder(path) }

  /// Makes a new folder below an open one and opens it.
  public static func made(_ name: String, below parent: borrowing Descriptor) throws(SystemError)
    -> StagingFolder
  {
    guard mkdirat(parent.raw, name, 0o755) == 0 else { throw .last("mkdirat", name) }
    guard fchmodat(parent.raw, name, 0o755, 0) == 0 else { throw .last("fchmodat", name) }
    let raw = plg_open_beneath(parent.raw, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard raw >= 0 else { throw .last("openat2", name) }
    return StagingFolder(descriptor: Descriptor(owning: raw, name: name))
  }

  private init(descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Makes a folder whose parent exists.
  public func makeFolder(_ path: String) throws(SystemError) {
    let parent = try parent(of: path)
    guard mkdirat(parent.raw, FileSystem.baseName(of: path), 0o755) == 0 else {
      throw .last("mkdirat", path)
    }
    guard fchmodat(parent.raw, FileSystem.baseName(of: path), 0o755, 0) == 0 else {
      throw .last("fchmodat", path)
    }
  }

  /// Creates a regular file for writing; its parent exists.
  public func create(_ path: String) throws(SystemError) -> Descriptor {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let raw = plg_open_beneath(descriptor.raw, path, flags, 0o600)
    guard raw >= 0 else { throw .last("openat2", path) }
    return Descriptor(owning: raw, name: path)
  }

  /// Makes a symbolic link; its parent exists.
  public func link(_ path: String, to target: String) throws(SystemError) {
    let parent = try parent(of: path)
    guard symlinkat(target, parent.raw, FileSystem.baseName(of: path)) == 0 else {
      throw .last("symlinkat", path)
    }
  }

  /// Makes a folder's entries durable.
  public func syncFolder(_ path: String) throws(SystemError) {
    let folder = try open(path)
    try folder.sync()
  }

  private func parent(of path: String) throws(SystemError) -> Descriptor {
    try open(FileSystem.folder(of: path))
  }

  private func open(_ path: String) throws(SystemError) -> Descriptor {
    let raw = plg_open_beneath(descriptor.raw, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard raw >= 0 else { throw .last("openat2", path) }
    return Descriptor(owning: raw, name: path)
  }
}
