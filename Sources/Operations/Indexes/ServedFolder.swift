internal import Archiving
internal import Files

/// A folder of index files that a web server may serve: an index itself, or a copy of one.
struct ServedFolder: Sendable {
  let path: String

  func read(_ name: String) throws -> [UInt8] { try FileSystem.read("\(path)/\(name)") }

  func write(_ name: String, _ bytes: [UInt8], isDurable: Bool = true) throws {
    try FileSystem.makeFolders(FileSystem.folder(of: "\(path)/\(name)"))
    try FileSystem.replace("\(path)/\(name)", with: bytes, isDurable: isDurable)
  }

  /// Writes a file whose name changes with its content, and beside it a `.gz` where that is smaller, for
  /// web servers to serve in its place. Of a file that is replaced there is none: an old one left beside
  /// it would be served for ever.
  func writeCompressible(_ name: String, _ bytes: [UInt8], isDurable: Bool) throws {
    let compressed = try Gzip.compressed(bytes)
    if compressed.count < bytes.count {
      try write(name + ".gz", compressed, isDurable: isDurable)
    } else {
      // Of a change that was never finished.
      try FileSystem.removeIfPresent("\(path)/\(name).gz")
    }
    try write(name, bytes, isDurable: isDurable)
  }

  /// Waits until everything that was written is on the disk.
  func sync() throws { try FileSystem.openFolder(path).syncFileSystem() }
}
