internal import Archiving
internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// A bundle that was made.
public struct CreatedBundle: Sendable {
  /// The file, absolute.
  public let path: String
  /// Its size in bytes.
  public let size: Int64
  /// What it has.
  public let contents: BundleContents
  /// The indexes' fingerprints, by which they are trusted where they are not known yet, and their ends.
  public let indexes: [CarriedIndex]
}

/// A part of an index that a bundle carries.
public struct CarriedIndex: Sendable {
  /// Its name here.
  public let name: String
  /// Where it is served.
  public let url: String
  /// SHA-256 of its first root.
  public let fingerprint: SHA256Digest
  /// When its timestamp ends; after that its age is said.
  public let expires: Timestamp?
  /// Whether it was known here before.
  public let isKnown: Bool
}

/// Makes bundles: one file with all that an install on another machine needs.
public struct BundleCreating: Sendable {
  private let session: Session
  private let network: Network

  /// Bundles out of a session's indexes.
  public init(_ session: Session) {
    self.session = session
    network = Network(session)
  }

  /// What goes into a bundle.
  public struct Request: Sendable {
    /// Plugins by reference.
    public var items: [String]
    /// Optional dependencies to have as well.
    public var with: [String] = []
    /// What they shall run on; none for machines like this one.
    public var platforms: [Platform] = []
    /// Whether every version goes in, so that the other machine may choose any.
    public var takesAllVersions = false

    /// A request for these plugins.
    public init(items: [String]) { self.items = items }
  }

  /// Chosen archives, and every record that the choice depended on.
  private struct Choice {
    var archives: [SHA256Digest: WantedArchive] = [:]
    var records: [PluginName: RecordSource.Found] = [:]

    mutating func add(_ found: RecordSource.Found, _ release: Release, _ platforms: [Platform]) {
      for build in release.builds where platforms.contains(build.platform) {
        archives[build.archive] = WantedArchive(
          record: found.record, release: release, build: build, index: found.index)
      }
    }
  }

  /// Makes a bundle; the same bytes for the same request while the indexes stay as they are.
  ///
  /// - Parameter path: of the file; replaced in one step.
  public func create(_ request: Request, to path: String) async throws -> CreatedBundle {
    let source = try await RecordSource.open(session, network, refresh: .always)
    var roots: [(found: RecordSource.Found, root: SolveRequest.Root)] = []
    for item in request.items + request.with {
      let reference = try PluginReference(item)
      let name = try await source.fullName(reference)
      guard let found = try await source.record(name) else {
        throw Diagnostic(.pluginUnknown, "no index has a plugin `\(name)`")
      }
      roots.append((found, SolveRequest.Root(name: name, range: reference.range ?? .any)))
    }
    let choice =
      try await request.takesAllVersions
      ? everything(roots, request, source) : solved(roots, request, source)
    guard roots.count <= BundleContents.mostWanted else {
      throw Diagnostic(
        .usageInvalidValue,
        "a bundle is made for at most \(BundleContents.mostWanted) plugins, not \(roots.count)",
        hint: "`plugctl mirror` copies a whole index")
    }
    let wanted = roots.map { root in
      PluginReference(
        root.root.name, range: root.root.range == .any ? nil : root.root.range
      ).description
    }
    return try await write(choice, wanted, source, to: FileSystem.absolute(path))
  }

  private func everything(
    _ roots: [(found: RecordSource.Found, root: SolveRequest.Root)], _ request: Request,
    _ source: RecordSource
  ) async throws -> Choice {
    let closure = try await PluginClosure(of: roots.map(\.root.name), in: source)
    let platforms = request.platforms.isEmpty ? [.current] : request.platforms
    for (found, root) in roots {
      let mine = found.record.releases.filter { root.range.contains($0.version) }
      guard let last = mine.last, mine.allSatisfy(\.isWithdrawn) else { continue }
      throw Withdrawals.refusal(root.name, last.version, last.state.reason ?? "")
    }
    var choice = Choice(records: closure.found)
    for found in closure.found.values {
      for release in found.record.releases where !release.isWithdrawn {
        choice.add(found, release, platforms)
      }
    }
    return choice
  }

  /// What an install of these plugins would bring to a machine that has none yet.
  private func solved(
    _ roots: [(found: RecordSource.Found, root: SolveRequest.Root)], _ request: Request,
    _ source: RecordSource
  ) async throws -> Choice {
    var choice = Choice()
    for (host, mine) in Dictionary(grouping: roots, by: \.found.record.host).sorted(by: {
      bytesPrecede($0.key, $1.key)
    }) {
      for platform in request.platforms.isEmpty ? [.current] : request.platforms {
        // A platform that is named is another machine's, whatever this one has.
        let profile =
          request.platforms.isEmpty ? try? ProfileCatalog(session).profile(host) : nil
        let versions = VersionChoice(
          source: source,
          compatibility: profile.map { Compatibility($0) } ?? Compatibility(platform: platform),
          profile: profile ?? HostProfile(id: host, title: host), installed: [])
        let outcome = try await versions.solve(SolveRequest(roots: mine.map(\.root)))
        choice.records.merge(outcome.records) { $1 }
        for chosen in outcome.choices {
          guard let found = outcome.records[chosen.name],
            let release = found.record.release(chosen.version)
          else { continue }
          choice.add(found, release, [platform])
        }
      }
    }
    return choice
  }

  private func write(
    _ choice: Choice, _ wanted: [String], _ source: RecordSource, to path: String
  ) async throws -> CreatedBundle {
    let archives = choice.archives.values.sorted {
      bytesPrecede($0.build.archive.hex, $1.build.archive.hex)
    }
    let names = Set(choice.records.values.map(\.index.name))
    let clients = source.clients.filter { names.contains($0.index.name) }
    let places = session.places
    try FileSystem.makeFolders(places.cache)
    let scratch = try ScratchFolder(below: places.cache)
    // What is missing of either is told at once.
    var missing = MissingFromCache()
    let carried = try await missing.gather { [folder = scratch.path] in
      try await copy(clients, choice, into: folder)
    }
    _ = try await missing.gather {
      try await ArchiveSource(session: session, network: network).bring(archives) {
        places.blob($0.archive)
      }
    }
    try missing.check()
    let contents = BundleContents(
      wanted: wanted, indexes: clients.map(\.index), archives: archives)
    if let absent = try contents.absent() {
      throw Diagnostic(
        .incompatiblePlatform, "`\(absent)` was not built for the platform of the bundle",
        hint: "`plugctl versions \(absent)` shows what there is")
    }
    let size = try await pack(contents, clients.map(\.index.name), archives, scratch.path, to: path)
    return CreatedBundle(path: path, size: size, contents: contents, indexes: carried ?? [])
  }

  /// Writes the file: its list, the parts of the indexes that a folder has, and archives out of the cache.
  ///
  /// - Returns: its size in bytes.
  private func pack(
    _ contents: BundleContents, _ indexes: [String], _ archives: [WantedArchive], _ folder: String,
    to path: String
  ) async throws -> Int64 {
    var others = try indexes.indices.flatMap { try Self.files(in: "\(folder)/\($0)", as: "\($0)") }
    for archive in archives {
      guard let number = indexes.firstIndex(of: archive.index.name) else { continue }
      others.append(
        BundleWriter.File(
          path: "\(number)/\(archive.build.archivePath)",
          source: session.places.blob(archive.build.archive)))
    }
    let list = "\(folder)/\(BundleContents.file)"
    try FileSystem.replace(list, with: contents.json.prettyBytes, isDurable: false)
    let first = BundleWriter.File(path: BundleContents.file, source: list)
    return try await BlockingWork.run { [others] in
      try BundleWriter.write(first: first, others, to: path)
    }
  }

  /// Writes what the bundle has of each index but its archives, the n-th into the folder `n`.
  private func copy(
    _ clients: [IndexClient], _ choice: Choice, into folder: String
  ) async throws -> [CarriedIndex] {
    var carried: [CarriedIndex] = []
    var missing = MissingFromCache()
    for (number, client) in clients.enumerated() {
      let names = choice.records.values.filter { $0.index.name == client.index.name }.map(
        \.record.name)
      let slice = try await missing.gather {
        let slice = try await client.slice(
          of: names.sorted(), largestCatalog: IndexLayout.smallCatalog)
        let copy = SliceCopy(
          client: client, slice: slice, folder: ServedFolder(path: "\(folder)/\(number)"),
          isServed: false)
        _ = try await copy.writeTargets()
        _ = try copy.writeMetadata()
        return slice
      }
      guard let slice else { continue }
      carried.append(
        CarriedIndex(
          name: client.index.name, url: client.index.url, fingerprint: slice.fingerprint,
          expires: client.trusted.timestamp?.header.expires, isKnown: true))
    }
    try missing.check()
    return carried
  }

  private static func files(in folder: String, as name: String) throws -> [BundleWriter.File] {
    try FileSystem.names(in: folder).flatMap { entry -> [BundleWriter.File] in
      let (path, source) = ("\(name)/\(entry)", "\(folder)/\(entry)")
      return try FileSystem.status(source).kind == .folder
        ? files(in: source, as: path) : [BundleWriter.File(path: path, source: source)]
    }
  }
}
