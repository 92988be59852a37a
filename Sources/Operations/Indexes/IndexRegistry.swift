internal import Files
internal import Formats
public import PkgCore
internal import PkgStore

/// An index that somebody added.
public struct IndexConfiguration: Sendable, Equatable {
  /// The name under which it was added; `[a-z0-9][a-z0-9_-]*`.
  public var name: String
  /// Where it is served, without a slash at the end.
  public var url: String
  /// The digest of the root metadata that was trusted first.
  public var root: SHA256Digest
}

/// The indexes of a session: `indexes.d/<name>.yaml` in its configuration folders.
public struct IndexRegistry: Sendable {
  private let folders: [String]

  /// The indexes that a session sees.
  public init(_ session: Session) {
    folders = session.places.configuration.map { "\($0)/indexes.d" }
  }

  /// All indexes by name; a name in a narrower configuration hides the same name in a wider one.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid`.
  public func all() throws -> [IndexConfiguration] {
    var found: [IndexConfiguration] = []
    for folder in folders {
      for file in try FileSystem.namesIfPresent(in: folder) where file.hasSuffix(".yaml") {
        let index = try Self.read("\(folder)/\(file)")
        if !found.contains(where: { $0.name == index.name }) { found.append(index) }
      }
    }
    return found.sorted { bytesPrecede($0.name, $1.name) }
  }

  /// The index of a name.
  public func index(_ name: String) throws -> IndexConfiguration {
    let all = try all()
    if let index = all.first(where: { $0.name == name }) { return index }
    let near = nearest(to: name, among: all.map(\.name))
    throw Diagnostic(
      .indexUnknown, "there is no index `\(printable(name))`",
      hint: near.map { "did you mean `\($0)`?" } ?? "`plugctl index list` names all")
  }

  /// All indexes, of which there must be one.
  public func required() throws -> [IndexConfiguration] {
    let all = try all()
    guard all.isEmpty else { return all }
    throw Diagnostic(.indexNone, "no index is known here", hint: "add one: `plugctl index add URL`")
  }

  func add(_ index: IndexConfiguration) throws {
    try FileSystem.makeFolders(folders[0])
    let text = """
      # Written by `plugctl index add`.
      schema: 1
      name: \(index.name)
      url: \(JSON.string(index.url).compactText)
      root: sha256:\(index.root.hex)

      """
    try FileSystem.replace("\(folders[0])/\(index.name).yaml", with: Array(text.utf8))
  }

  func remove(_ name: String) throws {
    _ = try index(name)
    let path = "\(folders[0])/\(name).yaml"
    guard FileSystem.exists(path) else {
      throw Diagnostic(
        .indexUnknown, "the index `\(name)` is configured for the whole system",
        hint: "remove it with `--scope system`")
    }
    try FileSystem.remove(path)
  }

  private static func read(_ path: String) throws -> IndexConfiguration {
    let findings = Findings()
    let node: Node
    do { node = try YAMLReader.read(FileSystem.read(path, limit: 1 << 16)) } catch let error
      as YAMLError
    {
      throw Diagnostic(
        .configInvalid, "`\(path)` is not valid",
        notes: ["\(path):\(error.mark): \(error.sentence)"])
    }
    var fields = Fields(node, findings: findings)
    _ = fields.integer("schema")
    let name = fields.requiredText("name")
    let url = fields.requiredText("url")
    let root = fields.requiredText("root").flatMap { text in
      text.hasPrefix("sha256:") ? SHA256Digest(hex: String(text.dropFirst(7))) : nil
    }
    fields.finish()
    guard let name, NamePart(name) != nil, let url, let root, !findings.hasErrors else {
      findings.error(node.mark, "", "an index needs `name`, `url` and `root: sha256:...`")
      throw findings.diagnostic(.configInvalid, file: path, what: "index configuration")
    }
    return IndexConfiguration(name: name, url: url, root: root)
  }
}

extension JSON {
  /// One line of text.
  var compactText: String { String(decoding: compactBytes, as: UTF8.self) }
}
