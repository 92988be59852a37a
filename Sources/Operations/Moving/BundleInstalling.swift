internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// What became of the check of a bundle.
public struct BundleVerification: Sendable {
  /// What it says that it has.
  public let contents: BundleContents
  /// Its indexes, each verified by what this machine trusts.
  public let indexes: [CarriedIndex]
  /// Why archives would be refused: plugin and reason; empty where all are good.
  public let faults: [(plugin: BundleContents.Plugin, diagnostic: Diagnostic)]
}

/// Installs from bundles, and checks them. A bundle brings no trust of its own: its indexes are those that
/// this machine knows, or are confirmed like added ones; and what is in it goes the way of every install,
/// with a folder in place of the indexes' servers.
public struct BundleInstalling: Sendable {
  private let session: Session

  /// Bundles for a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Asks whether an index that is not known yet is trusted; gets its URL and its fingerprint.
  public typealias Question =
    @Sendable (_ index: BundleContents.Index, _ fingerprint: SHA256Digest) throws -> Bool

  /// How indexes that are not known here are trusted.
  public struct FirstTrust: Sendable {
    /// Fingerprints of roots, or files of root metadata, that the user has by another way.
    public let given: [String]
    /// Where none is given.
    public let ask: Question

    /// Trust by what is given, else by asking.
    public init(given: [String], ask: @escaping Question) {
      self.given = given
      self.ask = ask
    }
  }

  /// Installs plugins of a bundle without a network.
  ///
  /// - Parameter request: of items; without any, what the bundle was made for.
  public func install(
    _ path: String, _ request: InstallRequest, trust: FirstTrust
  ) async throws -> (reports: [InstallReport], indexes: [CarriedIndex]) {
    let bundle = try await open(path)
    // What is only shown leaves nothing behind.
    let scratch = try ScratchFolder(below: session.places.cache)
    let mine = request.isDryRun ? try shadow(in: scratch.path) : session
    let (carrying, indexes) = try await bundle.reading {
      try await connect(bundle, mine, trust)
    }
    var request = request
    if request.items.isEmpty { request.items = bundle.contents.wanted }
    guard !request.items.isEmpty else {
      throw Diagnostic(
        .usageMissingArgument, "the bundle does not say what it is for",
        hint: "name the plugins: `plugctl bundle install FILE NAME`")
    }
    let wanted = request
    let reports = try await bundle.reading { try await Installing(carrying).install(wanted) }
    withExtendedLifetime(scratch.path) {}
    return (reports, indexes)
  }

  /// The same session with a copy of its memory, which is given up afterwards.
  private func shadow(in folder: String) throws -> Session {
    if FileSystem.exists(session.places.trust) {
      try FileSystem.copyTree(session.places.trust, to: "\(folder)/trust")
    }
    return session.forgetting(in: folder)
  }

  /// Checks a bundle as an install would, all archives of all platforms, and keeps nothing of it.
  public func verify(_ path: String, trust: FirstTrust) async throws -> BundleVerification {
    let bundle = try await open(path)
    let scratch = try ScratchFolder(below: session.places.cache)
    let shadow = try shadow(in: scratch.path).asking(Session.nobody)
    let (carrying, indexes) = try await bundle.reading {
      try await connect(bundle, shadow, trust)
    }
    let check = BundleCheck(
      session: carrying,
      source: try await RecordSource.open(carrying, Network(carrying), refresh: .always),
      scratch: scratch.path)
    let faults = try await check.faults(in: bundle)
    return BundleVerification(contents: bundle.contents, indexes: indexes, faults: faults)
  }

  private func open(_ path: String) async throws -> OpenedBundle {
    let path = try FileSystem.absolute(path)
    return try await BlockingWork.run { [session] in try OpenedBundle(path, session) }
  }

  /// A session in which the bundle's folders stand for the servers of its indexes.
  private func connect(
    _ bundle: OpenedBundle, _ session: Session, _ trust: FirstTrust
  ) async throws -> (Session, [CarriedIndex]) {
    let given = try trust.given.map(Self.digest)
    var folders: [String: String] = [:]
    var carried: [CarriedIndex] = []
    for (number, index) in bundle.contents.indexes.enumerated() {
      let (folder, roots) = (bundle.folder(number), try bundle.roots(number))
      let fingerprint = roots[0]
      let known = try IndexRegistry(session).all()
      let same = known.first { roots.contains($0.root) }
      let name = same?.name ?? Self.freeName(index.name, known)
      folders[name] = folder
      let carrying = session.carrying([name: folder])
      do {
        if same == nil {
          let first = try Self.firstTrust(given, roots, fingerprint, index, trust.ask)
          _ = try await IndexManagement(carrying).add(index.url, name: name, trust: first)
        }
        let configured = try IndexRegistry(carrying).index(name)
        let client = try await IndexClient.open(
          configured, carrying, Network(carrying), refresh: .always)
        // What was carried here is known from now on, as far as it goes: short names, what search shows.
        for path in [IndexLayout.namesPath, IndexLayout.catalogPath, IndexLayout.advisoriesPath] {
          _ = try? await client.target(path)
        }
        carried.append(
          CarriedIndex(
            name: name, url: same?.url ?? index.url, fingerprint: fingerprint,
            expires: client.trusted.timestamp?.header.expires, isKnown: same != nil))
      } catch let error as any Diagnosable where error.diagnostic.code == .trustRollback {
        var diagnostic = error.diagnostic
        diagnostic.hint = "the bundle is older than what is known of the index here; make it anew"
        throw diagnostic
      }
    }
    return (session.carrying(folders), carried)
  }

  private static func firstTrust(
    _ given: [SHA256Digest], _ roots: [SHA256Digest], _ fingerprint: SHA256Digest,
    _ index: BundleContents.Index, _ ask: @escaping Question
  ) throws -> IndexManagement.FirstTrust {
    if let digest = given.first(where: roots.contains) { return .fingerprint(digest) }
    guard given.isEmpty else {
      throw Diagnostic(
        .trustMismatch,
        "the root of the bundle's index `\(index.name)` is not the one that you trust",
        notes: given.map { "expected sha256:\($0)" } + ["found sha256:\(fingerprint)"],
        hint: "ask who runs the index for its fingerprint; nothing was added")
    }
    return .ask { try ask(index, $0) }
  }

  private static func digest(_ text: String) throws -> SHA256Digest {
    guard let hex = text.rest(after: "sha256:") else {
      return sha256(try FileSystem.read(text, limit: Int(TUFLimits.root)))
    }
    guard let digest = SHA256Digest(hex: String(hex)) else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(text))` is no fingerprint",
        hint: "it is `sha256:` and 64 hexadecimal digits")
    }
    return digest
  }

  /// The name of an index is this machine's: another one may bear it here.
  private static func freeName(_ name: String, _ known: [IndexConfiguration]) -> String {
    let all = Set(known.map(\.name))
    guard all.contains(name) else { return name }
    // One of a number more than there are names is free.
    return (2...all.count + 2).lazy.map { "\(name.prefix(60))-\($0)" }.first { !all.contains($0) }
      ?? name
  }
}

/// The check of one archive of a bundle, by the very steps of an install up to the unpacked package.
private struct BundleCheck {
  let session: Session
  let source: RecordSource
  let scratch: String

  /// What is wrong with each archive.
  func faults(
    in bundle: OpenedBundle
  ) async throws -> [(plugin: BundleContents.Plugin, diagnostic: Diagnostic)] {
    var faults: [(plugin: BundleContents.Plugin, diagnostic: Diagnostic)] = []
    var listed: [(plugin: BundleContents.Plugin, archive: WantedArchive)] = []
    for plugin in bundle.contents.plugins {
      do {
        listed.append((plugin, try await bundle.reading { try await archive(of: plugin) }))
      } catch let error as any Diagnosable { faults.append((plugin, error.diagnostic)) }
    }
    // All at once on all cores; only where something is wrong, which it is.
    if (try? await unpack(listed.map(\.archive), "all")) != nil { return faults }
    for (number, one) in listed.enumerated() {
      do {
        try await bundle.reading { try await unpack([one.archive], "\(number)") }
      } catch let error as any Diagnosable { faults.append((one.plugin, error.diagnostic)) }
    }
    return faults
  }

  /// What the indexes list of an archive.
  private func archive(of plugin: BundleContents.Plugin) async throws -> WantedArchive {
    let found = try await source.record(plugin.name)
    let release = found?.record.release(plugin.version)
    guard let found, let release, let build = release.build(for: plugin.platform) else {
      throw Diagnostic(
        .archiveMismatch, "no index of the bundle lists `\(plugin.name)` \(plugin.version)",
        notes: ["platform: \(plugin.platform)"], hint: "make the bundle anew")
    }
    guard build.archive == plugin.archive else {
      throw Diagnostic(
        .archiveMismatch, "the index lists another archive of `\(plugin.name)` \(plugin.version)",
        notes: ["index: sha256 \(build.archive)", "bundle: sha256 \(plugin.archive)"],
        hint: "make the bundle anew")
    }
    if case .withdrawn(let reason) = release.state {
      throw Withdrawals.refusal(plugin.name, plugin.version, reason)
    }
    return WantedArchive(record: found.record, release: release, build: build, index: found.index)
  }

  private func unpack(_ archives: [WantedArchive], _ name: String) async throws {
    let fetching = ArchiveFetching(
      session: session, network: Network(session), admission: try Admission(session))
    let staging = "\(scratch)/check-\(name)"
    try FileSystem.makeFolder(staging, mode: 0o700)
    defer { try? FileSystem.removeTree(staging) }
    _ = try await fetching.unpack(archives, staging: staging)
  }
}
