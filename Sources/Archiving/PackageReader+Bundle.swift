public import Files
internal import PkgCore

extension PackageReader {
  /// A reader for a bundle of so many bytes, which may hold more than a package.
  public init(bundleSize: Int64) throws(ArchiveError) {
    try self.init(packedSize: bundleSize, limits: .bundle)
  }

  /// Unpacks a tar archive that nothing compresses, of regular files with safe paths and nothing else.
  ///
  /// - Parameter first: the path that comes first.
  /// - Throws: ``ArchiveError``.
  public mutating func unpackBundle(
    _ descriptor: Int32, first: String, into staging: borrowing StagingFolder
  ) throws(ArchiveError) {
    try open(descriptor, isPlain: true)
    var folders: Set<String> = ["."]
    var paths = UniquePaths()
    var isFirst = true
    while let entry = try nextEntry() {
      guard entry.type == EntryType.file, !entry.isExecutable else {
        throw .unsafe(entry: entry.path, why: "which is no plain file")
      }
      guard !isFirst || sameBytes(entry.path, first) else {
        throw .unsafe(entry: entry.path, why: "where `\(first)` must come first")
      }
      isFirst = false
      try paths.add(entry.path)
      try onDisk { () throws(SystemError) in
        try Self.makeFolders(of: entry.path, known: &folders, staging)
      }
      try copy(to: entry.path, size: entry.size, isExecutable: false, staging)
    }
  }
}
