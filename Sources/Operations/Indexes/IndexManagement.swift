internal import Catalog
internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// What is known of an added index.
public struct IndexStatus: Sendable {
  /// The index.
  public let index: IndexConfiguration
  /// Plugins that it lists, as its timestamp says; nil where that says nothing of it.
  public let pluginCount: Int64?
  /// Versions of its metadata.
  public let rootVersion: Int64
  /// When its timestamp ends.
  public let expires: Timestamp?
}

/// Adds, removes and refreshes indexes.
public struct IndexManagement: Sendable {
  private let session: Session
  private let registry: IndexRegistry

  /// The indexes of a session.
  public init(_ session: Session) {
    self.session = session
    registry = IndexRegistry(session)
  }

  /// How the first root is trusted.
  public enum FirstTrust: Sendable {
    /// A root metadata file that the user has by another way.
    case file(String)
    /// The digest of `1.root.json`.
    case fingerprint(SHA256Digest)
    /// Asks; throws where nobody can be asked. Gets the fingerprint.
    case ask(@Sendable (_ fingerprint: SHA256Digest) throws -> Bool)
  }

  /// Refuses a name under which no index can be added.
  ///
  /// - Throws: ``Diagnostic`` with `name.invalid` or `index.exists`.
  public func refuseTaken(_ name: String) throws {
    guard NamePart(name) != nil else {
      throw NameError.notANameOf(name, what: "an index", option: "--name")
    }
    guard let same = try registry.all().first(where: { $0.name == name }) else { return }
    throw Diagnostic(
      .indexExists, "the index `\(same.name)` (\(same.url)) was added already",
      hint: "choose another name; `plugctl index list` names all")
  }

  /// Has the next command ask an index anew, where it is in use here: who changes it wants to see that.
  ///
  /// - Parameter folder: the index's own folder, absolute.
  public func expectNews(from folder: String) throws {
    for index in try registry.all() where index.url == folder || index.url == "file://\(folder)" {
      try FileSystem.removeIfPresent(IndexClient.stamp(of: index.name, session.places))
    }
  }

  /// Adds an index, whose first root the user trusts, and fetches its metadata once.
  ///
  /// - Throws: ``Diagnostic`` with `index.exists`, `trust.confirmation`, `trust.mismatch`; then nothing
  ///   is added.
  ///
  /// - Parameters:
  ///   - mirrors: other servers of the same index.
  ///   - access: how all of them are reached.
  public func add(
    _ url: String, name: String?, mirrors: [String] = [], access: IndexAccess = IndexAccess(),
    trust: FirstTrust
  ) async throws -> IndexStatus {
    let url = try Self.normalised(url)
    let name = try name ?? Self.usualName(url)
    guard NamePart(name) != nil else {
      throw NameError.notANameOf(name, what: "an index", option: "--name")
    }
    let known = try registry.all()
    if let same = known.first(where: { $0.name == name || $0.url == url }) {
      throw Diagnostic(
        .indexExists, "the index `\(same.name)` (\(same.url)) was added already",
        hint: same.name == name
          ? "choose another name with `--name`" : "`plugctl index list` names all")
    }
    if let fault = access.fault { throw Diagnostic(.usageConflict, fault) }
    let servers = IndexServers(
      name: name, url: url, mirrors: try mirrors.map(Self.normalised), access: access)
    let network = Network(session)
    let bytes = try await firstRoot(registry.served(servers), trust, network)
    _ = try TrustedRootChain(trusting: bytes)
    let index = IndexConfiguration(servers, root: sha256(bytes))
    let folder = TrustFolder(name, session.places)
    try folder.write(.root, bytes)
    do {
      let client = try await IndexClient.open(
        registry.served(index), session, network, refresh: .always)
      try registry.add(index)
      // What was prepared lacks this index; it is made anew when somebody looks.
      try FileSystem.removeIfPresent(session.places.catalog)
      return Self.status(client)
    } catch {
      try? folder.remove()
      try? registry.remove(name)
      throw error
    }
  }

  /// Forgets an index and what was trusted of it.
  public func remove(_ name: String) throws {
    try registry.remove(name)
    try TrustFolder(name, session.places).remove()
    try RecordMemory.forget(name, session.places)
    try FileSystem.removeTree("\(session.places.indexCache)/\(name)")
    try FileSystem.removeIfPresent(session.places.catalog)
  }

  /// All indexes as they were last fetched; the network is not asked.
  public func list() throws -> [IndexConfiguration] { try registry.all() }

  /// Fetches the metadata of all indexes. The catalog is brought up to date where it was ever needed:
  /// that of a large index is a large download, which many never want.
  public func update() async throws -> [IndexStatus] {
    let network = Network(session)
    var clients: [IndexClient] = []
    for index in try registry.required() {
      clients.append(try await IndexClient.open(index, session, network, refresh: .always))
    }
    if CatalogFile(session.places.catalog).exists {
      try await prepareCatalog(network, opened: clients)
    }
    return clients.map(Self.status)
  }

  /// The catalog, prepared now where it never was.
  func catalog() async throws -> CatalogFile {
    let catalog = CatalogFile(session.places.catalog)
    guard !catalog.exists else { return catalog }
    let network = Network(session)
    var clients: [IndexClient] = []
    for index in try registry.required() {
      clients.append(try await IndexClient.open(index, session, network, refresh: .whenOld))
    }
    try await prepareCatalog(network, opened: clients)
    return catalog
  }

  /// The same for completion: where it was never prepared, only if that takes no time.
  func catalogForCompletion() async throws -> CatalogFile? {
    let catalog = CatalogFile(session.places.catalog)
    if catalog.exists { return catalog }
    let network = Network(session)
    var clients: [IndexClient] = []
    for index in try registry.all() {
      let client = try await IndexClient.open(index, session, network, refresh: .never)
      guard try await client.hasSmallCatalog() else { return nil }
      clients.append(client)
    }
    try await prepareCatalog(network, opened: clients)
    return catalog
  }

  /// Writes the catalog where something changed since it was written.
  private func prepareCatalog(_ network: Network, opened: [IndexClient]) async throws {
    var clients = opened
    for index in try registry.all() where !clients.contains(where: { $0.index.name == index.name })
    {
      clients.append(try await IndexClient.open(index, session, network, refresh: .whenOld))
    }
    var states: [String] = []
    for client in clients {
      let digest = try await client.digest(of: IndexLayout.catalogPath)
      states.append("\(client.index.name) \(digest?.hex ?? "-") \(client.index.root.hex)")
    }
    let state = states.sorted().joined(separator: "\n")
    let stamp = "\(session.places.catalog).state"
    let catalog = CatalogFile(session.places.catalog)
    if catalog.exists, try FileSystem.readIfPresent(stamp) == Array(state.utf8) { return }
    var rows: [(index: String, entries: [CatalogDocument.Entry])] = []
    for client in clients { rows.append((client.index.name, try await client.catalog())) }
    try catalog.write(rows)
    try FileSystem.replace(stamp, with: Array(state.utf8), isDurable: false)
  }

  private func firstRoot(_ servers: IndexServers, _ trust: FirstTrust, _ network: Network)
    async throws -> [UInt8]
  {
    if case .file(let path) = trust { return try FileSystem.read(path, limit: Int(TUFLimits.root)) }
    // Without a fingerprint there is nothing to verify by: the first server that has one is asked about.
    let bytes = try await network.fetch(
      "metadata/1.root.json", from: servers, limit: TUFLimits.root
    ) { $0 }
    let found = sha256(bytes)
    switch trust {
    case .file: return bytes
    case .fingerprint(let expected):
      if expected == found { return bytes }
      // The fingerprint of a later root is as good: it signs for itself.
      return try await network.fetch("metadata/root.json", from: servers, limit: TUFLimits.root) {
        latest in
        guard sha256(latest) == expected else {
          throw Diagnostic(
            .trustMismatch, "the root of `\(servers.url)` is not the one that you trust",
            notes: ["expected sha256:\(expected)", "found sha256:\(found)"],
            hint: "ask who runs the index for its fingerprint; nothing was added")
        }
        return latest
      }
    case .ask(let ask):
      guard try ask(found) else {
        throw Diagnostic(
          .trustConfirmation, "the index `\(servers.url)` was not trusted",
          hint: "nothing was added")
      }
      return bytes
    }
  }

  private static func status(_ client: IndexClient) -> IndexStatus {
    IndexStatus(
      index: client.index, pluginCount: client.trusted.timestamp?.pluginCount,
      rootVersion: client.trusted.root.header.version,
      expires: client.trusted.timestamp?.header.expires)
  }

  /// Without a slash at the end; a folder becomes an absolute path.
  private static func normalised(_ url: String) throws -> String {
    var rest = url[...]
    while let shorter = rest.rest(before: "/"), !shorter.isEmpty { rest = shorter }
    let text = String(rest)
    if let scheme = text.firstRange(of: "://") {
      let address = text[scheme.upperBound...]
      let host = address.cut(at: "/")?.before ?? address
      guard !host.holds("@") else {
        throw Diagnostic(
          .usageInvalidValue, "the URL of an index can't hold a user and a password",
          hint: "leave them out")
      }
    }
    return text.holds("://") ? text : try FileSystem.absolute(text)
  }

  /// The host's name without its dots, or the folder's name.
  private static func usualName(_ url: String) throws -> String {
    let text = url.parts(at: "/")
    let isFolder = url.begins(with: "/") || url.begins(with: "file:")
    let source = (isFolder ? text.last : text.dropFirst().first) ?? "main"
    let host = source.parts(at: "@").last?.parts(at: ":").first ?? "main"
    let name = host.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return String(name.drop { $0 == "-" }.prefix(64))
  }
}
