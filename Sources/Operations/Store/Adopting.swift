internal import Files
internal import Loader
public import PkgCore
internal import PkgStore
internal import Signing

/// Takes files that somebody put into a host's folder into plugctl's care: each is found in an index by its
/// bytes or its build-id, and the plugin that has it is installed in its place.
extension Installing {
  /// Adopts shared objects, each on its own.
  ///
  /// - Parameters:
  ///   - request: its items are paths.
  ///   - plugin: the plugin that they are of; nil to look for it.
  /// - Throws: ``Diagnostic``: `plugin.unknown` where no index has such a file, `host.ambiguous`.
  public func adopt(_ request: InstallRequest, as plugin: String?) async throws -> [InstallReport] {
    let source = try await RecordSource.open(session, network, refresh: .whenOld)
    var reports: [InstallReport] = []
    for item in request.items {
      reports.append(try await adopt(item, request, source, as: plugin))
    }
    return reports
  }

  /// A shared object as it lies there.
  private struct Stray {
    let path: String
    let digest: SHA256Digest
    let buildID: String?
  }

  private func adopt(
    _ item: String, _ request: InstallRequest, _ source: RecordSource, as plugin: String?
  ) async throws -> InstallReport {
    let path = try FileSystem.absolute(item)
    guard let status = try? FileSystem.status(path), status.kind == .file else {
      throw Diagnostic(
        .systemNotFound, "`\(item)` is no file",
        hint: "`plugctl scan` lists what lies in the hosts' folders")
    }
    let bytes = try FileSystem.read(path, limit: 256 << 20)
    let stray = Stray(path: path, digest: sha256(bytes), buildID: try elfFacts(of: bytes).buildID)
    let profile = try host(of: path)
    let (found, release, isSame) = try await match(stray, profile.id, source, as: plugin)
    var request = request
    request.adopted = [path]
    var session = session
    session.options.into = try chosenFolder(path, profile)
    let root = SolveRequest.Root(
      name: found.record.name, range: VersionRange(exactly: release.version))
    if !isSame, !request.isDryRun { try keep(stray) }
    return try await Installing(session).change(profile.id, request, source) { current in
      ChangeGoal(roots: [root], brought: [], upgrades: [], with: [], current: current)
    }
  }

  /// The host in whose folders a file lies.
  private func host(of path: String) throws -> HostProfile {
    if let host = session.options.host { return try ProfileCatalog(session).profile(host) }
    let folders = HostFolders(session)
    let all = try ProfileCatalog(session).all { session.progress(.warning($0)) }.map(\.profile)
    let found = try all.filter { profile in
      try folders.search(profile).contains { path.begins(with: "\($0.path)/") }
    }
    guard let first = found.first, found.count == 1 else {
      throw Diagnostic(
        .hostAmbiguous,
        found.isEmpty
          ? "`\(path)` lies in no folder that a host searches"
          : "`\(path)` lies in a folder that several hosts search",
        notes: found.map { "`\($0.id)`" }, hint: "say which host it is for with `--host`")
    }
    return first
  }

  /// The folder to name by `--into`; nil where the profile's own is meant.
  private func chosenFolder(_ path: String, _ profile: HostProfile) throws -> String? {
    if let into = session.options.into { return into }
    let own = try profile.folder(in: session.scope).map { try HostFolders(session).resolved($0) }
    if profile.layout.view != .include, let own, path.begins(with: "\(own)/") { return nil }
    return FileSystem.folder(of: path)
  }

  /// The release whose library a file is.
  ///
  /// - Returns: also whether it is so byte by byte; else its build-id says it.
  private func match(
    _ stray: Stray, _ host: String, _ source: RecordSource, as plugin: String?
  ) async throws -> (found: RecordSource.Found, release: Release, isSame: Bool) {
    var names: [PluginName]
    if let plugin {
      names = [try await source.fullName(PluginReference(plugin))]
    } else {
      let file = FileSystem.baseName(of: stray.path)
      let stem = file.rest(after: "lib") ?? file[...]
      names = try await source.candidates(
        named: NamePart(String(stem.cut(at: ".")?.before ?? stem)), for: host)
    }
    let records = try await source.records(names)
    for isSame in [true, false] {
      for name in names {
        guard let found = records[name] else { continue }
        let release = found.record.releases.last { release in
          guard let mark = release.build(for: .current)?.library else { return false }
          return isSame
            ? mark.digest == stray.digest : mark.buildID != nil && mark.buildID == stray.buildID
        }
        if let release { return (found, release, isSame) }
      }
    }
    throw Diagnostic(
      .pluginUnknown, "no index has a plugin whose library is `\(stray.path)`",
      notes: ["sha256 \(stray.digest)"] + (stray.buildID.map { ["build-id \($0)"] } ?? []),
      hint: "name the plugin with `--as`, or make a package of it: `plugctl init`")
  }

  /// Keeps a file that is not the plugin's byte by byte, under a name that no host takes for a library.
  private func keep(_ stray: Stray) throws {
    let copy = session.freeName(beside: stray.path)
    try FileSystem.createOnce(
      copy, with: FileSystem.read(stray.path, limit: 256 << 20), mode: 0o644)
    session.progress(
      .warning(
        Diagnostic(
          .storeConflict,
          "`\(stray.path)` is the plugin's by its build-id, not byte by byte: it is kept as `\(copy)`",
          hint: "remove it if nobody misses it")))
  }
}
