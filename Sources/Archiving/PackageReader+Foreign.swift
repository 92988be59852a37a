public import Files
internal import PkgCore

extension PackageReader {
  /// Unpacks an archive that is no package: one top folder of regular files with safe paths, the
  /// folder itself left out.
  ///
  /// - Throws: ``ArchiveError``.
  public mutating func unpackForeign(
    _ descriptor: Int32, into staging: borrowing StagingFolder
  ) throws(ArchiveError) {
    try open(descriptor)
    var folders: Set<String> = ["."]
    var paths = UniquePaths()
    var top: Substring?
    while let entry = try nextEntry(isForeign: true) {
      let parts = entry.path.parts(at: "/", cuts: 1)
      guard top == nil || top == parts.first else {
        throw .unsafe(entry: entry.path, why: "which is outside of the one top folder")
      }
      top = parts.first
      if entry.type == EntryType.folder { continue }
      guard entry.type == EntryType.file, parts.count == 2 else {
        throw .unsafe(entry: entry.path, why: "which is no regular file in the one top folder")
      }
      let path = String(parts[1])
      try paths.add(path)
      try onDisk { () throws(SystemError) in
        try Self.makeFolders(of: path, known: &folders, staging)
      }
      try copy(to: path, size: entry.size, isExecutable: entry.isExecutable, staging)
    }
  }
}
