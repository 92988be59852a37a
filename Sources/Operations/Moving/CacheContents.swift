internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// A file of the cache.
public struct CachedFile: Sendable {
  /// What it is.
  public enum Kind: String, Sendable, CaseIterable {
    /// A plugin's archive, under its digest.
    case archive
    /// What an index says of a plugin.
    case record
    /// A list of an index, or one of its roots.
    case list
    /// What search looks in.
    case catalog
    /// An archive from a URL, with its signature.
    case download
    /// What a command that was killed left half written.
    case leftover
  }

  /// What it is.
  public let kind: Kind
  /// Its path.
  public let path: String
  /// Bytes.
  public let size: Int64
  /// When it was last used, or came.
  public let used: Timestamp
  /// Which plugin it is of; nil where nobody here knows.
  public var plugin: PluginName?
  /// Of an archive.
  public var version: Version?
  /// Of an archive.
  public var platform: Platform?
  /// The index that it came from; nil where nobody here knows.
  public var index: String?
}

/// What can be fetched again. Nothing that is installed lies in it: whatever is removed here costs a
/// download at most, and who reads a file that is removed reads it to its end.
public struct CacheContents: Sendable {
  private let session: Session
  private var places: StorePlaces { session.places }

  /// A download takes an hour at most; what is half written after that is nobody's any more.
  private static let leftoverSeconds: Int64 = 7200

  /// The cache of a session.
  public init(_ session: Session) { self.session = session }

  /// All files, by kind, plugin and version.
  public func files() throws -> [CachedFile] {
    let known = try knownArchives()
    var files: [CachedFile] = []
    for path in try Self.paths(below: places.cache) {
      guard var file = try file(path) else { continue }
      if file.kind == .archive, let what = known[FileSystem.baseName(of: path)] {
        (file.plugin, file.version) = (what.plugin, what.version)
        (file.platform, file.index) = (what.platform, what.index)
      }
      files.append(file)
    }
    return files.sorted(by: Self.precedes)
  }

  /// Which files are removed.
  public enum Selection: Sendable {
    /// Archives and downloads that were not used for so many seconds.
    case unused(seconds: Int64)
    /// Everything.
    case all
  }

  /// Removes files, and in any case what nobody needs: what was half written, and files of indexes that
  /// are no longer used.
  ///
  /// - Parameter isDryRun: only says which.
  /// - Returns: what is gone.
  public func clean(_ selection: Selection, isDryRun: Bool) throws -> [CachedFile] {
    let indexes = try Set(IndexRegistry(session).all().map(\.name))
    let removed = try files().filter { file in
      let age = session.now.secondsSinceEpoch - file.used.secondsSinceEpoch
      // Somebody may be writing it, whatever is asked for.
      if file.kind == .leftover { return age > Self.leftoverSeconds }
      if [.record, .list].contains(file.kind), !indexes.contains(file.index ?? "") { return true }
      switch selection {
      case .all: return true
      case .unused(let seconds): return [.archive, .download].contains(file.kind) && age >= seconds
      }
    }
    guard !isDryRun else { return removed }
    for file in removed { try FileSystem.removeIfPresent(file.path) }
    try cleanBuilds(selection)
    ScratchFolder.sweep(places.cache)
    try Self.removeEmptyFolders(places.cache)
    return removed
  }

  /// What a check of the cache found.
  public struct Check: Sendable {
    /// Files that were looked at.
    public let checked: Int
    /// Those that were not what they should be, and are gone.
    public let removed: [CachedFile]
  }

  /// Digests every archive, and compares records and lists with what their indexes list now; removes what
  /// differs. Asks no network.
  public func verify() async throws -> Check {
    var offline = session
    offline.options.isOffline = true
    var clients: [String: IndexClient] = [:]
    for index in try IndexRegistry(offline).all() {
      clients[index.name] = try? await IndexClient.open(
        index, offline, Network(offline), refresh: .never)
    }
    var (checked, removed): (Int, [CachedFile]) = (0, [])
    for file in try files() {
      guard let isGood = await isGood(file, clients) else { continue }
      checked += 1
      guard !isGood else { continue }
      try FileSystem.removeIfPresent(file.path)
      removed.append(file)
    }
    return Check(checked: checked, removed: removed)
  }

  /// nil where nothing says what it should be.
  private func isGood(_ file: CachedFile, _ clients: [String: IndexClient]) async -> Bool? {
    switch file.kind {
    case .archive:
      let archive = try? DigestedArchive.open(file.path, limit: file.size)
      return archive?.sha256.hex == FileSystem.baseName(of: file.path)
    case .record, .list:
      let below = "\(places.indexCache)/\(file.index ?? "")/"
      let path = String(file.path.rest(after: below) ?? "")
      guard let client = file.index.flatMap({ clients[$0] }),
        let target = try? await client.metadata.find(path)?.target
      else { return nil }
      let bytes = try? FileSystem.read(file.path, limit: Int(target.length))
      return bytes.map { (try? target.check($0)) != nil } ?? false
    case .catalog, .download, .leftover: return nil
    }
  }

  /// Removes what builds keep for themselves, folder by folder, but for those that were at work just now.
  private func cleanBuilds(_ selection: Selection) throws {
    var least = Self.leftoverSeconds
    if case .unused(let seconds) = selection { least = max(least, seconds) }
    for name in try FileSystem.namesIfPresent(in: "\(places.cache)/build") {
      let path = "\(places.cache)/build/\(name)"
      guard let status = try? FileSystem.status(path), status.kind == .folder,
        session.now.secondsSinceEpoch - status.modified > least
      else { continue }
      try FileSystem.removeTree(path)
    }
  }

  private func file(_ path: String) throws -> CachedFile? {
    // Another command may have removed it just now.
    guard let status = try? FileSystem.status(path), let kind = kind(path) else { return nil }
    var file = CachedFile(
      kind: kind, path: path, size: status.size,
      used: Timestamp(secondsSinceEpoch: status.modified))
    if let parts = path.rest(after: places.indexCache + "/")?.parts(at: "/", cuts: 1) {
      file.index = parts.first.map(String.init)
      file.plugin = parts.last.flatMap { IndexRecord.name(ofPath: String($0)) }
    }
    return file
  }

  /// nil for what is no cached content: locks and notes.
  private func kind(_ path: String) -> CachedFile.Kind? {
    guard let below = path.rest(after: "\(places.cache)/") else { return nil }
    // Of one that somebody is at work in.
    if below.begins(with: ScratchFolder.prefix) { return nil }
    if path.ends(with: ".part") || path.ends(with: ".new") { return .leftover }
    if path.begins(with: places.blobs + "/") { return .archive }
    if path.begins(with: places.catalog) { return .catalog }
    if below.begins(with: "downloads/") { return .download }
    guard path.begins(with: places.indexCache + "/") else { return nil }
    let name = below.parts(at: "/").dropFirst(2).joined(separator: "/")
    if IndexRecord.name(ofPath: name) != nil { return .record }
    return name.ends(with: ".json") ? .list : nil
  }

  private struct KnownArchive {
    let plugin: PluginName
    let version: Version
    let platform: Platform
    let index: String?
  }

  /// What archives are of, by their digests: as cached records say, and what is installed.
  private func knownArchives() throws -> [String: KnownArchive] {
    var known: [String: KnownArchive] = [:]
    for (_, current) in try InstanceLookup(session: session).all() {
      for plugin in current.plugins {
        known[plugin.archive.hex] = KnownArchive(
          plugin: plugin.name, version: plugin.version, platform: plugin.platform,
          index: plugin.origin.index)
      }
    }
    for path in try Self.paths(below: places.indexCache) where kind(path) == .record {
      let index = path.rest(after: "\(places.indexCache)/")?.cut(at: "/")?.before ?? ""
      guard let bytes = try? FileSystem.read(path, limit: Int(TUFLimits.record)),
        let record = try? IndexRecord(json: JSONParser.parse(bytes))
      else { continue }
      for release in record.releases {
        for build in release.builds {
          known[build.archive.hex] = KnownArchive(
            plugin: record.name, version: release.version, platform: build.platform,
            index: String(index))
        }
      }
    }
    return known
  }

  private static func paths(below folder: String) throws -> [String] {
    try FileSystem.namesIfPresent(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      guard let status = try? FileSystem.status(path) else { return [] }
      return status.kind == .folder ? try paths(below: path) : [path]
    }
  }

  private static func removeEmptyFolders(_ folder: String) throws {
    for name in try FileSystem.namesIfPresent(in: folder) {
      let path = "\(folder)/\(name)"
      guard (try? FileSystem.status(path))?.kind == .folder else { continue }
      try removeEmptyFolders(path)
      // One that somebody filled just now stays.
      try? FileSystem.removeFolder(path)
    }
  }

  private static func precedes(_ left: CachedFile, _ right: CachedFile) -> Bool {
    if left.kind != right.kind {
      let kinds = CachedFile.Kind.allCases
      return kinds.firstIndex(of: left.kind) ?? 0 < kinds.firstIndex(of: right.kind) ?? 0
    }
    if let first = left.plugin, let second = right.plugin, first != second { return first < second }
    if let first = left.version, let second = right.version, first != second {
      return first < second
    }
    return bytesPrecede(left.path, right.path)
  }
}
