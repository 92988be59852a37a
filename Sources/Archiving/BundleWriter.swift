internal import Files
internal import PkgCore

/// Writes files into a tar archive that nothing compresses, the same bytes for the same files: sorted,
/// one owner, mode and time for all.
public enum BundleWriter {
  /// A file of the archive.
  public struct File: Sendable {
    /// Its path in the archive.
    public let path: String
    /// Where its content lies.
    public let source: String

    /// A file of these parts.
    public init(path: String, source: String) {
      self.path = path
      self.source = source
    }
  }

  /// Writes an archive, replaced in one step.
  ///
  /// - Parameter first: comes before all others, which follow sorted by path.
  /// - Returns: its size in bytes.
  /// - Throws: ``ArchiveError``; then nothing is left behind.
  public static func write(
    first: File, _ others: [File], to path: String
  ) throws(ArchiveError) -> Int64 {
    let files = [first] + others.sorted { bytesPrecede($0.path, $1.path) }
    guard files.count <= BundleLimits.entries else {
      throw .tooLarge("more than \(BundleLimits.entries) files")
    }
    for file in files where !PackagePath.isSafe(file.path) {
      throw .unsafe(entry: file.path, why: "which is no safe path")
    }
    let temporary = path + ".new"
    do throws(ArchiveError) {
      let size = try writeTemporary(files, temporary)
      try onDisk { () throws(SystemError) in
        try FileSystem.rename(temporary, to: path)
        try FileSystem.syncFolder(FileSystem.folder(of: path))
      }
      return size
    } catch {
      try? FileSystem.removeIfPresent(temporary)
      throw error
    }
  }

  private static func writeTemporary(
    _ files: [File], _ temporary: String
  ) throws(ArchiveError) -> Int64 {
    let library = try ArchiveLibrary.load()
    try onDisk { () throws(SystemError) in try FileSystem.removeIfPresent(temporary) }
    let output = try onDisk { () throws(SystemError) in try FileSystem.create(temporary) }
    let stream = try TarStream(library, modified: 0)
    try stream.open(output.raw, .none)
    for file in files {
      let content = try onDisk { () throws(SystemError) in try FileSystem.open(file.source) }
      let size = try onDisk { () throws(SystemError) in try content.status().size }
      try stream.add(file.path, from: content, size: size)
    }
    try stream.finish()
    do throws(SystemError) {
      // It is about to be carried away.
      try output.sync()
      return try output.status().size
    } catch { throw .system(error) }
  }
}
