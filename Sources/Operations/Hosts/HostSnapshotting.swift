internal import Files
internal import Loader
public import PkgCore
internal import Signing

/// What a host's program is now, to be compared with what it will be.
public struct HostSnapshotting: Sendable {
  private let session: Session

  /// Snapshots in a session.
  public init(_ session: Session) { self.session = session }

  /// Reads a program, and asks it for its version as its profile says.
  ///
  /// - Parameters:
  ///   - item: a path, or a host whose program is meant.
  /// - Throws: ``Diagnostic`` with `host.not-found`, `host.unknown`, `elf.invalid`.
  public func take(_ item: String) throws -> HostSnapshot {
    let isPath = item.holds("/")
    let (host, path) = try isPath ? byPath(item) : byHost(item)
    let bytes = try FileSystem.read(path, limit: 1 << 30)
    var snapshot = HostSnapshot(
      host: host.id, binary: path, version: HostBinary.version(of: path, host),
      digest: sha256(bytes), taken: session.now)
    // A host may be a script; then only its version tells.
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return snapshot }
    snapshot.facts = try elfFacts(ofFile: path)
    let marks = try HostMarks(file: path)
    snapshot.nginxSignature = marks.nginxSignature
    snapshot.postgresMagic = marks.postgresMagic
    snapshot.goPackages = marks.goPackages
    return snapshot
  }

  /// Writes a snapshot to a file, in the place of what is there.
  public func write(_ snapshot: HostSnapshot, to path: String) throws {
    try FileSystem.replace(path, with: snapshot.json.prettyBytes)
  }

  /// What a file holds that ``take(_:)`` was written to.
  public func read(_ path: String) throws -> HostSnapshot {
    let bytes = try FileSystem.read(path, limit: 64 << 20)
    do { return try HostSnapshot(json: try JSONParser.parse(bytes)) } catch let error
      as any Diagnosable
    {
      throw error.diagnostic.noting("file: `\(printable(path))`")
    }
  }

  private func byHost(_ id: String) throws -> (HostProfile, String) {
    let profile = try ProfileCatalog(session).profile(id)
    guard let path = HostBinary.path(of: profile) else {
      throw Diagnostic(
        .hostNotFound, "`\(id)` is not installed here",
        hint: "name its program by its path")
    }
    return (profile, path)
  }

  /// The host whose program this is: as named, or the one that has a program of this name.
  private func byPath(_ path: String) throws -> (HostProfile, String) {
    let path = try FileSystem.absolute(path)
    guard FileSystem.exists(path) else {
      throw Diagnostic(.hostNotFound, "there is no `\(printable(path))`")
    }
    let catalog = ProfileCatalog(session)
    if let id = session.options.host { return (try catalog.profile(id), path) }
    let name = FileSystem.baseName(of: path)
    let known = try catalog.all { session.progress(.warning($0)) }.map(\.profile)
    let found = known.first { profile in
      (profile.detection?.binaries ?? []).contains { FileSystem.baseName(of: $0) == name }
    }
    return (found ?? HostProfile(id: HostProfile.anyHost, title: "any host"), path)
  }
}
