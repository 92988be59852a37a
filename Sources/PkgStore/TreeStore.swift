public import Files
public import PkgCore
internal import Signing

/// Unpacked packages by the digest of their list of files.
public struct TreeStore: Sendable {
  private let places: StorePlaces

  /// The trees of a scope.
  public init(_ places: StorePlaces) { self.places = places }

  /// Whether a tree is there, with every byte as its digest says and nothing beside. A folder of the
  /// right name is no proof: a project's store may have come with a checkout.
  public func isWhole(_ tree: SHA256Digest) -> Bool {
    let path = places.tree(tree)
    guard let description = try? Self.description(in: path), sha256(description.treeBytes) == tree,
      let found = try? Self.paths(below: path, prefix: ""),
      found == (description.files.map(\.path) + ["plugin.json"]).sorted(by: bytesPrecede)
    else { return false }
    return description.files.allSatisfy { file in
      switch file.content {
      case .link(let target): (try? FileSystem.linkTarget("\(path)/\(file.path)")) == target
      case .file(let size, _, let digest):
        (try? FileSystem.status("\(path)/\(file.path)")).map { $0.kind == .file && $0.size == size }
          ?? false
          && (try? FileSystem.read("\(path)/\(file.path)", limit: 256 << 20)).map { sha256($0) }
            == digest
      }
    }
  }

  private static func paths(below folder: String, prefix: String) throws(SystemError) -> [String] {
    var paths: [String] = []
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      if try FileSystem.status(path).kind == .folder {
        paths += try self.paths(below: path, prefix: "\(prefix)\(name)/")
      } else {
        paths.append(prefix + name)
      }
    }
    return paths.sorted(by: bytesPrecede)
  }

  /// Whether a tree is there, by its name and its description's.
  public func contains(_ tree: SHA256Digest) -> Bool {
    FileSystem.exists("\(places.tree(tree))/plugin.json")
  }

  /// Moves unpacked folders to their places, each durable before it has its name; one that is there
  /// already stays.
  ///
  /// Everything is written before anything is synced: then one commit of the file system's journal
  /// serves all.
  public func adopt(_ packages: [(folder: String, tree: SHA256Digest)]) throws(SystemError) {
    var files = 0
    for package in packages { files += try Self.count(package.folder) }
    if files < Self.filesSyncedOneByOne {
      for package in packages { try Self.sync(package.folder) }
    } else {
      let folder = try FileSystem.openFolder(places.trees)
      try folder.syncFileSystem()
    }
    for package in packages { try adopt(package.folder, as: package.tree) }
    try FileSystem.syncFolder(places.trees)
  }

  /// From so many files on, one call for the whole file system is used: 300 files of 33 KB took 58 ms
  /// one by one and 8 ms at once (ext4), though on a busy disk it waits for everybody's data.
  private static let filesSyncedOneByOne = 100

  private func adopt(_ folder: String, as tree: SHA256Digest) throws(SystemError) {
    let path = places.tree(tree)
    if isWhole(tree) { return try FileSystem.removeTree(folder) }
    try FileSystem.removeTree(path)
    try FileSystem.rename(folder, to: path)
  }

  private static func count(_ folder: String) throws(SystemError) -> Int {
    var count = 1
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      count += try FileSystem.status(path).kind == .folder ? Self.count(path) : 1
    }
    return count
  }

  private static func sync(_ folder: String) throws(SystemError) {
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      switch try FileSystem.status(path).kind {
      case .folder: try sync(path)
      case .file:
        let file = try FileSystem.open(path)
        try file.sync()
      case .link, .other: break
      }
    }
    try FileSystem.syncFolder(folder)
  }

  /// The description of an unpacked package.
  ///
  /// - Throws: ``Diagnostic`` where it is missing or malformed.
  public static func description(in folder: String) throws -> PackageDescription {
    let json = try JSONParser.parse(FileSystem.read("\(folder)/plugin.json"))
    return try PackageDescription(json: json)
  }
}
