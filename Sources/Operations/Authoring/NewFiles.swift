internal import Files
internal import PkgCore

/// Files that are written where none are: all of them, or none.
struct NewFiles {
  private let folder: String
  private let files: [(path: String, bytes: [UInt8])]

  /// Files by their paths in a folder, which may be missing.
  ///
  /// - Throws: ``Diagnostic`` with `manifest.exists` where one of them is there.
  init(_ files: [(path: String, bytes: [UInt8])], in folder: String) throws {
    self.files = files
    self.folder = folder
    let there = files.map(\.path).filter { FileSystem.exists("\(folder)/\($0)") }
    guard there.isEmpty else {
      throw Diagnostic(
        .manifestExists,
        there.count == 1
          ? "`\(folder)/\(there[0])` is there already"
          : "\(there.count) files are there already in `\(folder)`",
        notes: there.count == 1 ? [] : [there.joined(separator: ", ")],
        hint: "nothing was written; choose another folder, or move them away")
    }
  }

  /// Writes them; where one can't be written, those before it go again, and the folders made for them.
  func write() throws {
    var made: [String] = []
    do {
      for (path, bytes) in files {
        try makeFolders("\(folder)/\(path)", &made)
        let descriptor = try FileSystem.create("\(folder)/\(path)")
        made.append("\(folder)/\(path)")
        try descriptor.write(bytes)
        try descriptor.close()
      }
    } catch {
      for path in made.reversed() {
        let isFolder = FileSystem.target(path)?.kind == .folder
        try? isFolder ? FileSystem.removeFolder(path) : FileSystem.remove(path)
      }
      throw error
    }
  }

  private func makeFolders(_ path: String, _ made: inout [String]) throws {
    let parent = FileSystem.folder(of: path)
    guard parent != path, FileSystem.target(parent) == nil else { return }
    try makeFolders(parent, &made)
    try FileSystem.makeFolder(parent)
    made.append(parent)
  }
}
