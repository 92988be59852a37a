internal import Files
internal import PkgCore
internal import Signing

/// A TUF client over one folder of trusted metadata, for interoperability with other implementations.
/// It has neither configuration nor cache.
public struct StandaloneClient: Sendable {
  private let folder: String
  private let trust: TrustFolder

  /// The client whose trusted metadata lies in a folder.
  public init(folder: String) {
    self.folder = folder
    trust = TrustFolder("this", folder: folder)
  }

  /// Trusts a root; what was trusted before is forgotten. Asks no network.
  ///
  /// - Parameter path: a file of root metadata that its own keys signed.
  public func begin(root path: String) throws {
    let bytes = try FileSystem.read(path, limit: Int(TUFLimits.root) + 1)
    _ = try TrustedRootChain(trusting: bytes)
    for name in try FileSystem.namesIfPresent(in: folder) where name.ends(with: ".json") {
      try FileSystem.remove("\(folder)/\(name)")
    }
    try trust.write(.root, bytes)
  }

  /// Brings the top-level roles up to date.
  public func refresh(_ metadataURL: String) async throws {
    _ = try await open(metadataURL, targetsURL: metadataURL)
  }

  /// Refreshes, then downloads targets into a folder, each under its percent-encoded path. A file that
  /// is there already with the right content is not fetched again.
  ///
  /// - Throws: ``Diagnostic`` with `trust.missing` for a target that nobody lists.
  public func download(
    _ targets: [String], from targetsURL: String, metadata metadataURL: String, into folder: String
  ) async throws {
    let (client, origin) = try await open(metadataURL, targetsURL: targetsURL)
    for path in targets {
      guard let found = try await client.find(path) else {
        throw Diagnostic(.trustMissing, "no trusted role lists the target `\(printable(path))`")
      }
      let place = "\(folder)/\(Self.fileName(path))"
      if let there = try? FileSystem.readIfPresent(place, limit: Int(found.target.length) + 1),
        (try? found.target.check(there)) != nil
      {
        continue
      }
      let bytes = try await origin.bytes(
        of: found.target, isConsistent: client.topLevel.root.isConsistentSnapshot)
      try FileSystem.makeFolders(folder)
      try FileSystem.replace(place, with: bytes)
    }
  }

  /// The percent-encoded path; a dot at its start is encoded too, since `..` is no name for a file.
  private static func fileName(_ path: String) -> String {
    let name = TUFRoleName(path).encoded
    return name.rest(after: ".").map { "%2E\($0)" } ?? name
  }

  private func open(
    _ metadataURL: String, targetsURL: String
  ) async throws -> (MetadataClient, MetadataOrigin) {
    func bare(_ url: String) -> String { url.rest(before: "/").map { String($0) } ?? url }
    let origin = MetadataOrigin(
      metadata: IndexServers(name: metadataURL, url: bare(metadataURL)), metadataFolder: "",
      targets: IndexServers(name: targetsURL, url: bare(targetsURL)), targetsFolder: "",
      network: Network(jobs: 4), isReachable: true)
    let now = Timestamp(secondsSinceEpoch: Machine.secondsSinceEpoch())
    let terms = MetadataClient.Terms(now: now, asksNetwork: true, freshness: .required)
    return (try await MetadataClient.open(origin, trust, terms), origin)
  }
}
