internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// What a mirror has after it was brought up to date.
public struct MirrorReport: Sendable {
  /// The index that it is a mirror of.
  public let index: String
  /// The mirror's folder, absolute.
  public let folder: String
  /// Whether it has all plugins of the index.
  public let isWhole: Bool
  /// Plugins that it has.
  public let plugins: Int
  /// Archives that it has.
  public let archives: Int
  /// Files that came.
  public let newFiles: Int
  /// Bytes of them.
  public let newBytes: Int64
  /// When its timestamp ends, and with it the mirror until the next run.
  public let expires: Timestamp?
  /// SHA-256 of its first root, by which clients trust it.
  public let fingerprint: SHA256Digest
  /// What its plugins may need and the index does not have.
  public let unknown: [PluginName]
}

/// Makes a copy of an index that is an index itself, and keeps it up to date.
///
/// ```
/// DIR/metadata/, targets/, a/    as in the index, byte for byte
/// DIR/mirror.json                { "schema": 1, "plugins": ["acme/vector"] }, or null for all
/// ```
public struct Mirroring: Sendable {
  private let session: Session
  private let network: Network

  /// Mirrors of a session's indexes.
  public init(_ session: Session) {
    self.session = session
    network = Network(session)
  }

  /// Brings a mirror up to date.
  ///
  /// - Parameters:
  ///   - folder: a mirror, or one that is empty or not there.
  ///   - index: the index's name; nil where there is but one.
  ///   - items: plugins that it gets besides those that it has, each with all that it may need. Without
  ///     any a new mirror gets all, and another one what it has.
  ///   - takesAll: whether it gets all from now on.
  ///   - isChecking: whether every archive that is there is digested.
  public func mirror(
    _ folder: String, index name: String?, items: [String], takesAll: Bool, isChecking: Bool
  ) async throws -> MirrorReport {
    let index = try IndexRegistry(session).only(name)
    let client = try await IndexClient.open(index, session, network, refresh: .always)
    let served = ServedFolder(path: try FileSystem.absolute(folder))
    guard FileSystem.target(served.path)?.kind ?? .folder == .folder else {
      throw Diagnostic(
        .usageInvalidValue, "`\(served.path)` is no folder", hint: "choose another place")
    }
    try FileSystem.makeFolders(served.path)
    guard let lock = try FileLock.ofFolder(served.path) else {
      throw Diagnostic(
        .systemLocked, "another process is changing the mirror `\(served.path)`",
        hint: "wait for it")
    }
    defer { withExtendedLifetime(lock) {} }
    let source = RecordSource(of: client, session)
    var names: [PluginName] = []
    for item in items { names.append(try await source.fullName(PluginReference(item))) }
    let former = try MirrorChoice(served)
    let choice = takesAll ? .all : former?.adding(names) ?? (names.isEmpty ? .all : .some(names))
    let closure: PluginClosure?
    let slice: IndexSlice
    switch choice {
    case .all:
      closure = nil
      slice = try await client.wholeSlice()
    case .some(let names):
      let found = try await PluginClosure(of: names, in: source)
      closure = found
      slice = try await client.slice(
        of: found.found.keys.sorted(), largestCatalog: .max)
    }
    try refuse(served, slice, isNew: former == nil)
    return try await copy(
      SliceCopy(client: client, slice: slice, folder: served, isServed: true), choice, isChecking,
      unknown: closure?.unknown.sorted() ?? [])
  }

  private func copy(
    _ copy: SliceCopy, _ choice: MirrorChoice, _ isChecking: Bool, unknown: [PluginName]
  ) async throws -> MirrorReport {
    let (folder, slice) = (copy.folder, copy.slice)
    try sweep(folder)
    // Of what it is a mirror is known from here on, also where this run is cut short.
    try choice.write(folder)
    if let first = slice.roots.first, !FileSystem.exists("\(folder.path)/metadata/\(first.name)") {
      try folder.write("metadata/\(first.name)", first.bytes)
    }
    var (came, records) = try await copy.writeTargets()
    let archives = records.flatMap { WantedArchive.all(of: $0, in: copy.client.index) }
    let brought = try await ArchiveSource(session: session, network: network).bring(
      archives, isChecking: isChecking
    ) { "\(folder.path)/\($0.archivePath)" }
    for archive in brought { came.add(archive.build.size) }
    for archive in archives {
      guard let signature = archive.build.signature else { continue }
      let path = "\(archive.build.archivePath).minisig"
      let bytes = Array(signature.utf8)
      if try FileSystem.readIfPresent("\(folder.path)/\(path)") != bytes {
        try folder.write(path, bytes, isDurable: false)
      }
    }
    let metadata = try copy.writeMetadata()
    return MirrorReport(
      index: copy.client.index.name, folder: folder.path, isWhole: choice.isAll,
      plugins: records.count, archives: archives.count, newFiles: came.files + metadata.files,
      newBytes: came.bytes + metadata.bytes,
      expires: copy.client.trusted.timestamp?.header.expires, fingerprint: slice.fingerprint,
      unknown: unknown)
  }

  /// Another index's folder, newer than what is known here, or somebody's files, are left alone.
  private func refuse(_ folder: ServedFolder, _ slice: IndexSlice, isNew: Bool) throws {
    let first = slice.roots.first.map { "metadata/\($0.name)" } ?? "metadata/1.root.json"
    if let root = try FileSystem.readIfPresent("\(folder.path)/\(first)") {
      guard root == slice.roots.first?.bytes, !isNew else {
        throw Diagnostic(
          .indexExists, "`\(folder.path)` is an index, and no mirror of this one",
          hint: "choose another folder")
      }
    } else if isNew, try !FileSystem.names(in: folder.path).isEmpty {
      throw Diagnostic(
        .indexExists, "`\(folder.path)` is no mirror, and not empty", hint: "choose another folder")
    }
    guard let bytes = try FileSystem.readIfPresent("\(folder.path)/metadata/timestamp.json"),
      let there = try? TUFTimestamp(bytes), let ours = try? TUFTimestamp(slice.timestamp),
      there.header.version > ours.header.version
    else { return }
    throw Diagnostic(
      .trustRollback, "the mirror `\(folder.path)` is newer than what is known of the index here",
      notes: [
        "expected version \(there.header.version) or later", "found version \(ours.header.version)",
      ], hint: "run `plugctl update`, and try again")
  }

  /// What a run that was cut short left half written.
  private func sweep(_ folder: ServedFolder) throws {
    for name in ["metadata", "a"] {
      for file in try FileSystem.namesIfPresent(in: "\(folder.path)/\(name)")
      where file.ends(with: ".part") || file.ends(with: ".new") {
        try FileSystem.removeIfPresent("\(folder.path)/\(name)/\(file)")
      }
    }
  }
}

/// Which plugins a mirror has: `mirror.json`.
enum MirrorChoice: Sendable {
  case all
  case some([PluginName])

  private static let file = "mirror.json"

  var isAll: Bool { if case .all = self { true } else { false } }

  /// What a folder says; nil where it is no mirror.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid`.
  init?(_ folder: ServedFolder) throws {
    let path = "\(folder.path)/\(Self.file)"
    guard let bytes = try FileSystem.readIfPresent(path, limit: 8 << 20) else { return nil }
    let json = try? JSONParser.parse(bytes)
    guard json?["schema"]?.integerValue == 1, let list = json?["plugins"] else {
      throw Self.invalid(path)
    }
    guard let texts = list.arrayValue else {
      guard list == .null else { throw Self.invalid(path) }
      self = .all
      return
    }
    let names = texts.compactMap { $0.stringValue.flatMap { try? PluginName($0) } }
    guard names.count == texts.count else { throw Self.invalid(path) }
    self = .some(names)
  }

  private static func invalid(_ path: String) -> Diagnostic {
    Diagnostic(
      .configInvalid, "`\(path)` does not say what the mirror has",
      hint: "remove it, and name the plugins again")
  }

  func adding(_ names: [PluginName]) -> MirrorChoice {
    switch self {
    case .all: .all
    case .some(let former): .some(Set(former + names).sorted())
    }
  }

  func write(_ folder: ServedFolder) throws {
    let plugins: JSON =
      switch self {
      case .all: .null
      case .some(let names): .strings(names.map(\.description))
      }
    try folder.write(Self.file, (["schema": 1, "plugins": plugins] as JSON).prettyBytes)
  }
}

extension WantedArchive {
  /// Every archive of a plugin that anybody may install.
  static func all(of record: IndexRecord, in index: IndexConfiguration) -> [WantedArchive] {
    record.releases.filter { !$0.isWithdrawn }.flatMap { release in
      release.builds.map {
        WantedArchive(record: record, release: release, build: $0, index: index)
      }
    }
  }
}
