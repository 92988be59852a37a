internal import Files
internal import PkgCore

/// A host's program on this machine.
public struct DetectedHost: Sendable {
  /// The kind of host.
  public let profile: String
  /// The program.
  public let binary: HostBinary
  /// The hosts that use it, by their ids; empty where it was not added.
  public let hosts: [String]
  /// The command that adds it; nil where one uses it.
  public let command: String?
}

/// Which hosts there are on this machine.
public struct HostDetection: Sendable {
  private let session: Session

  /// Looks as a session would.
  public init(_ session: Session) { self.session = session }

  /// All programs that the profiles know how to find.
  public func detect() throws -> [DetectedHost] {
    let known = try ProfileCatalog(session).all { session.progress(.warning($0)) }.map(\.profile)
    var users: [String: [String]] = [:]
    for profile in known {
      guard let path = HostBinary.path(of: profile) else { continue }
      users[FileSystem.realPath(path) ?? path, default: []].append(profile.id)
    }
    let kinds = known.filter { $0.base == nil || $0.base == $0.id }
    return kinds.flatMap { kind in
      HostBinary.paths(of: kind).map { path in
        let binary = HostBinary(path: path, version: HostBinary.version(of: path, kind))
        let mine = users[FileSystem.realPath(path) ?? path] ?? []
        let name = kind.id + "-" + (binary.version.map { "\($0.major)" } ?? "2")
        return DetectedHost(
          profile: kind.id, binary: binary, hosts: mine,
          command: mine.isEmpty
            ? "plugctl host add \(name) --profile \(kind.id) --binary \(path)" : nil)
      }
    }
  }
}
