extension FileSystem {
  /// Copies a folder to a place where nothing is, with the permissions of its files; links are copied as they
  /// are. Nothing is synced.
  ///
  /// - Throws: ``SystemError``; `EFBIG` where a file has more than `limit` bytes.
  public static func copyTree(
    _ folder: String, to target: String, limit: Int = 256 << 20
  ) throws(SystemError) {
    try makeFolder(target)
    for name in try names(in: folder) {
      let (from, to) = ("\(folder)/\(name)", "\(target)/\(name)")
      let status = try status(from)
      switch status.kind {
      case .folder: try copyTree(from, to: to, limit: limit)
      case .link: try link(to, to: linkTarget(from))
      case .file, .other:
        let file = try create(to, mode: status.mode & 0o777)
        try file.write(read(from, limit: limit))
      }
    }
  }
}
