internal import CArchive
internal import Files
public import PkgCore
internal import Signing

/// Writes `name-version-platform.tar.zst`, the same bytes for the same input: sorted entries, fixed
/// owner and modes, one time for all.
public enum PackageWriter {
  /// What was written.
  public struct Written: Sendable {
    /// Bytes.
    public let size: Int64
    /// The archive's digest.
    public let digest: SHA256Digest
    /// The digest of the list of files.
    public let tree: SHA256Digest
  }

  /// Writes an archive.
  ///
  /// - Parameters:
  ///   - description: its files are sorted by path.
  ///   - source: where the content of a listed file lies.
  ///   - modified: seconds since the epoch for every entry.
  ///   - path: of the archive; replaced in one step.
  /// - Throws: ``ArchiveError``.
  public static func write(
    _ description: PackageDescription, source: (PackageFile) -> String, modified: Int64,
    to path: String
  ) throws(ArchiveError) -> Written {
    try check(description)
    let temporary = path + ".new"
    do throws(ArchiveError) {
      let written = try writeTemporary(description, source, modified, temporary)
      try onDisk { () throws(SystemError) in try FileSystem.rename(temporary, to: path) }
      return written
    } catch {
      try? FileSystem.removeIfPresent(temporary)
      throw error
    }
  }

  /// Refuses what the reader would refuse.
  private static func check(_ description: PackageDescription) throws(ArchiveError) {
    try UniquePaths.check(description.files)
    for file in description.files {
      guard PackagePath.isSafe("\(description.folderName)/\(file.path)") else {
        throw .unsafe(entry: file.path, why: "which is no safe path")
      }
    }
    guard description.files.count < PackageLimits.entries else {
      throw .tooLarge("more than \(PackageLimits.entries) entries")
    }
  }

  private static func writeTemporary(
    _ description: PackageDescription, _ source: (PackageFile) -> String, _ modified: Int64,
    _ temporary: String
  ) throws(ArchiveError) -> Written {
    let tree = sha256(description.treeBytes)
    let library = try ArchiveLibrary.load()
    try onDisk { () throws(SystemError) in try FileSystem.removeIfPresent(temporary) }
    let output = try onDisk { () throws(SystemError) in try FileSystem.create(temporary) }
    let stream = try TarStream(library, modified: modified)
    try stream.open(output.raw, .zstd)
    let top = description.folderName
    try stream.add(
      "\(top)/plugin.json", description.json(tree: tree).prettyBytes, isExecutable: false)
    for file in description.files {
      let entry = "\(top)/\(file.path)"
      switch file.content {
      case .link(let target): try stream.addLink(entry, to: target)
      case .file(let size, let isExecutable, let digest):
        let bytes = try content(of: source(file), size: size, digest: digest)
        try stream.add(entry, bytes, isExecutable: isExecutable)
      }
    }
    try stream.finish()
    do throws(SystemError) {
      try output.sync()
      try output.seek(to: 0)
      let bytes = try output.readAll(limit: Int(PackageLimits.totalBytes))
      return Written(size: Int64(bytes.count), digest: sha256(bytes), tree: tree)
    } catch {
      throw .system(error)
    }
  }

  private static func content(
    of path: String, size: Int64, digest: SHA256Digest
  ) throws(ArchiveError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path, limit: Int(PackageLimits.fileBytes))
    } catch { throw .system(error) }
    guard Int64(bytes.count) == size, sha256(bytes) == digest else {
      throw .unlisted(entry: path, why: "it changed while it was packed")
    }
    return bytes
  }
}
