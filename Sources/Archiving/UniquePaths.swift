internal import Files
internal import PkgCore

/// Paths that can lie side by side in one folder on any system: none twice, none that differs from
/// another by case only, folders counted, and none below a file or a link.
struct UniquePaths {
  /// By the spelling without case; the value is the path as it was first written.
  private var files: Set<String> = ["plugin.json"]
  private var folders: [String: String] = [:]

  /// Adds a file or a link with the folders above it.
  ///
  /// - Throws: ``ArchiveError/unsafe(entry:why:)``.
  mutating func add(_ path: String) throws(ArchiveError) {
    let folded = path.lowercased()
    guard folders[folded] == nil, files.insert(folded).inserted else {
      throw .unsafe(entry: path, why: "a second time, if case is ignored")
    }
    var folder = FileSystem.folder(of: path)
    while folder != "." {
      let folded = folder.lowercased()
      guard !files.contains(folded) else {
        throw .unsafe(entry: path, why: "below something that is no folder")
      }
      guard sameBytes(folders[folded, default: folder], folder) else {
        throw .unsafe(
          entry: path, why: "in a folder whose name differs by case only from another's")
      }
      folders[folded] = folder
      folder = FileSystem.folder(of: folder)
    }
  }

  /// Checks a package's list: sorted too.
  static func check(_ files: [PackageFile]) throws(ArchiveError) {
    for (before, after) in zip(files, files.dropFirst()) where bytesPrecede(after.path, before.path)
    {
      throw .unsafe(entry: after.path, why: "out of order")
    }
    var paths = UniquePaths()
    for file in files { try paths.add(file.path) }
    try checkLinks(files)
  }

  /// A link leads to a listed file in its own folder, perhaps by way of other links.
  private static func checkLinks(_ files: [PackageFile]) throws(ArchiveError) {
    let contents = Dictionary(files.map { ($0.path, $0.content) }, uniquingKeysWith: { $1 })
    for file in files {
      guard case .link(var target) = file.content else { continue }
      let folder = FileSystem.folder(of: file.path)
      var seen: Set<String> = [file.path]
      while true {
        let path = folder == "." ? target : "\(folder)/\(target)"
        guard seen.insert(path).inserted, let content = contents[path] else {
          throw .unsafe(entry: file.path, why: "which leads to no file beside it")
        }
        guard case .link(let next) = content else { break }
        target = next
      }
    }
  }
}
