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
    (try? faults(of: tree, plugin: nil))?.allSatisfy { !$0.needsBytes } ?? false
  }

  /// What of a tree is not as its digest says, or is others' to change; the order is that of paths.
  ///
  /// - Throws: ``SystemError`` where something can't be looked at.
  public func faults(of tree: SHA256Digest, plugin: PluginName?) throws -> [StoreFault] {
    let root = places.tree(tree)
    guard let top = try? FileSystem.status(root), top.kind == .folder else {
      return [StoreFault(.missing, root, of: plugin)]
    }
    guard let description = try? Self.description(in: root),
      sha256(description.treeBytes) == tree
    else { return [StoreFault(.changed, "\(root)/plugin.json", of: plugin)] }
    var expected = Dictionary(
      description.files.map { ($0.path, $0.content as PackageFile.Content?) },
      uniquingKeysWith: { first, _ in first })
    expected["plugin.json"] = .some(nil)
    let owner = FileSystem.target(places.data)?.owner ?? top.owner
    var faults: [StoreFault] = []
    func walk(_ folder: String, _ status: FileStatus) throws {
      if status.mode & 0o022 != 0 { faults.append(StoreFault(.mode, folder, of: plugin)) }
      for name in try FileSystem.names(in: folder) {
        let path = "\(folder)/\(name)"
        let status = try FileSystem.status(path)
        if status.owner != owner, status.owner != 0 {
          faults.append(StoreFault(.owner, path, of: plugin))
        }
        if status.kind == .folder {
          try walk(path, status)
        } else if let below = path.rest(after: "\(root)/"),
          let content = expected.removeValue(forKey: String(below))
        {
          if let kind = try Self.fault(path, status, content) {
            faults.append(StoreFault(kind, path, of: plugin))
          }
        } else {
          faults.append(StoreFault(.extra, path, of: plugin))
        }
      }
    }
    try walk(root, top)
    faults += expected.keys.map { StoreFault(.missing, "\(root)/\($0)", of: plugin) }
    return faults.sorted { bytesPrecede($0.path, $1.path) }
  }

  /// - Parameter content: nil for the description, which was read already.
  private static func fault(
    _ path: String, _ status: FileStatus, _ content: PackageFile.Content?
  ) throws(SystemError) -> StoreFault.Kind? {
    if case .link(let target) = content {
      guard status.kind == .link else { return .replaced }
      return try FileSystem.linkTarget(path) == target ? nil : .link
    }
    guard status.kind == .file else { return .replaced }
    var isExecutable = false
    if case .file(let size, let executable, let digest) = content {
      isExecutable = executable
      guard status.size == size, try sha256(FileSystem.read(path, limit: 256 << 20)) == digest
      else { return .changed }
    }
    return status.mode & 0o7777 == (isExecutable ? 0o555 : 0o444) ? nil : .mode
  }

  /// Gives a tree's files the permissions with which they were installed; those of other owners' stay.
  public func mendModes(_ faults: [StoreFault], of tree: SHA256Digest) throws {
    let root = places.tree(tree)
    let files = try Self.description(in: root).files
    for fault in faults where fault.kind == .mode {
      let file = files.first { "\(root)/\($0.path)" == fault.path }
      let isFolder = try FileSystem.status(fault.path).kind == .folder
      let isExecutable = if case .file(_, true, _) = file?.content { true } else { false }
      try FileSystem.setMode(fault.path, isFolder ? 0o755 : isExecutable ? 0o555 : 0o444)
    }
  }

  /// Whether a tree is there, by its name and its description's.
  public func contains(_ tree: SHA256Digest) -> Bool {
    FileSystem.exists("\(places.tree(tree))/plugin.json")
  }

  /// Moves unpacked folders to their places; one that is there already stays. What came is durable
  /// only after ``Commit/settle(_:of:new:)``.
  public func adopt(_ packages: [(folder: String, tree: SHA256Digest)]) throws(SystemError) {
    for (folder, tree) in packages {
      let place = places.tree(tree)
      if isWhole(tree) {
        try FileSystem.removeTree(folder)
      } else if FileSystem.exists(place) {
        // A damaged one may be live: there is no moment without any, nor would one be after a power cut.
        try Commit.sync(folder)
        try FileSystem.exchange(folder, with: place)
        try FileSystem.removeTree(folder)
      } else {
        try FileSystem.rename(folder, to: place)
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
