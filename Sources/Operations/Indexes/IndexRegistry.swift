internal import Files
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
  /// Copies of it, asked in this order where it fails itself.
  public var mirrors: [String] = []
  /// How its servers are reached.
  public var access = IndexAccess()
  /// Whether a folder stands for its servers in this command: what somebody carried here in a bundle.
  var isAtHand = false

  /// Where it comes from.
  public var servers: IndexServers {
    IndexServers(name: name, url: url, mirrors: mirrors, access: access)
  }

  /// An index of these parts.
  init(_ servers: IndexServers, root: SHA256Digest) {
    name = servers.name
    url = servers.url
    self.root = root
    mirrors = servers.mirrors
    access = servers.access
  }
}

/// The indexes of a session: `indexes.d/<name>.yaml` in its configuration folders.
public struct IndexRegistry: Sendable {
  private let folders: [String]
  private let carried: [String: String]

  /// The indexes that a session sees.
  public init(_ session: Session) {
    carried = session.carriedIndexes
    folders = session.places.configuration.map { "\($0)/indexes.d" }
  }

  /// All indexes by name; a name in a narrower configuration hides the same name in a wider one.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid`.
  public func all() throws -> [IndexConfiguration] {
    var found: [IndexConfiguration] = []
    for folder in folders {
      for file in try FileSystem.namesIfPresent(in: folder) where file.ends(with: ".yaml") {
        let index = served(try Self.read("\(folder)/\(file)"))
        if !found.contains(where: { $0.name == index.name }) { found.append(index) }
      }
    }
    return found.sorted { bytesPrecede($0.name, $1.name) }
  }

  /// The same index, from where this command has it.
  func served(_ index: IndexConfiguration) -> IndexConfiguration {
    let servers = served(index.servers)
    guard servers != index.servers else { return index }
    var copy = IndexConfiguration(servers, root: index.root)
    copy.isAtHand = true
    return copy
  }

  /// The servers of an index, or the folder that stands for them.
  func served(_ servers: IndexServers) -> IndexServers {
    carried[servers.name].map { IndexServers(name: servers.name, url: $0) } ?? servers
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

  /// The index of a name, or the only one there is.
  ///
  /// - Throws: ``Diagnostic``: `index.unknown`, `index.none`, and `usage.missing-value` where there are
  ///   several.
  func only(_ name: String?) throws -> IndexConfiguration {
    if let name { return try index(name) }
    let all = try required()
    guard all.count == 1 else {
      throw Diagnostic(
        .usageMissingValue, "there are several indexes", hint: "name one with `--index`")
    }
    return all[0]
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
    let mirrors = index.mirrors.map { JSON.string($0).compactText }.joined(separator: ", ")
    let more = (mirrors.isEmpty ? "" : "mirrors: [\(mirrors)]\n") + index.access.yaml
    try FileSystem.replace("\(folders[0])/\(index.name).yaml", with: Array((text + more).utf8))
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
    let node = try AuthoredFile.node(
      FileSystem.read(path, limit: 1 << 16), file: path, .configInvalid, "index configuration")
    var fields = Fields(node, findings: findings)
    _ = fields.integer("schema")
    let name = fields.requiredText("name")
    let url = fields.requiredText("url")
    let root = fields.requiredText("root").flatMap { text in
      text.rest(after: "sha256:").flatMap { SHA256Digest(hex: String($0)) }
    }
    let mirrors = fields.texts("mirrors").map { mirror in
      var rest = mirror[...]
      while let shorter = rest.rest(before: "/"), !shorter.isEmpty { rest = shorter }
      return String(rest)
    }
    let access = IndexAccess(&fields, findings)
    fields.finish()
    let isWhole = name.flatMap { NamePart($0) } != nil && url != nil && root != nil
    if !isWhole {
      findings.error(node.mark, "", "an index needs `name`, `url` and `root: sha256:...`")
    }
    guard let name, let url, let root, isWhole, !findings.hasErrors else {
      throw findings.diagnostic(.configInvalid, file: path, what: "index configuration")
    }
    return IndexConfiguration(
      IndexServers(name: name, url: url, mirrors: mirrors, access: access), root: root)
  }
}

extension JSON {
  /// One line of text.
  var compactText: String { String(decoding: compactBytes, as: UTF8.self) }
}
