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

  /// Moves unpacked folders to their places; one that is there already stays. What came is durable
  /// only after ``Commit/settle(_:of:new:)``.
  public func adopt(_ packages: [(folder: String, tree: SHA256Digest)]) throws(SystemError) {
    for (folder, tree) in packages {
      if isWhole(tree) {
        try FileSystem.removeTree(folder)
      } else {
        try FileSystem.removeTree(places.tree(tree))
        try FileSystem.rename(folder, to: places.tree(tree))
      }
    }
  }

  /// Takes trees away that could not be made durable: what the system has of them in memory may look
  /// whole and be lost with the next power cut.
  public func disown(_ trees: some Sequence<SHA256Digest>) {
    for tree in trees { try? FileSystem.removeTree(places.tree(tree)) }
  }

  /// The description of an unpacked package.
  ///
  /// - Throws: ``Diagnostic`` where it is missing or malformed.
  public static func description(in folder: String) throws -> PackageDescription {
    let json = try JSONParser.parse(FileSystem.read("\(folder)/plugin.json"))
    return try PackageDescription(json: json)
  }
}
