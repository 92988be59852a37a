internal import Files

/// Files that a command writes where it is told.
public enum TextFiles {
  /// Writes texts into a folder, which is made where it is missing.
  ///
  /// - Returns: the paths.
  public static func write(_ files: [(name: String, text: String)], into folder: String) throws
    -> [String]
  {
    try FileSystem.makeFolders(folder)
    return try files.map { file in
      let path = "\(folder)/\(file.name)"
      try FileSystem.replace(path, with: Array(file.text.utf8), isDurable: false)
      return path
    }
  }
}
