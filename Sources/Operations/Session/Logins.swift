internal import Files
internal import PkgCore
internal import Synchronization
internal import Transport

/// How servers are reached, by what their index's configuration and the user's own netrc file say.
/// Files are read once a command, when a server is first asked.
final class Logins: Sendable {
  /// nil where there is none.
  private let usualNetrc: String?
  private let files = Mutex<[String: [UInt8]]>([:])

  /// The user's own netrc file counts for a user, never for the system: what root sends, root configures.
  init(_ session: Session) {
    let usual = Machine.environment("NETRC") ?? "\(Machine.home)/.netrc"
    usualNetrc = session.scope != .system && FileSystem.exists(usual) ? usual : nil
  }

  /// Nobody's.
  init() { usualNetrc = nil }

  /// Access to a URL that belongs to no index.
  func access(to url: String) throws -> FetchAccess { FetchAccess(login: try usualLogin(url)) }

  /// Access to one of an index's servers.
  ///
  /// - Throws: ``Diagnostic`` or a system error where a file that is configured can't be used.
  func access(to base: String, of servers: IndexServers) throws -> FetchAccess {
    let configured = servers.access
    var access = FetchAccess(authorities: configured.authorities)
    access.proxy = try configured.proxy.map { url in
      FetchProxy(
        url, login: try (configured.netrc ?? usualNetrc).flatMap { try netrc($0).login(for: url) })
    }
    access.login = try login(base, servers)
    if Origin.isSame(base, servers.url), let file = configured.certificate,
      let key = configured.key
    {
      // curl would say but that there is a "problem with the local SSL certificate".
      for path in [file, key] { _ = try FileSystem.open(path) }
      access.certificate = ClientCertificate(file: file, keyFile: key)
    }
    if let file = configured.authorities { _ = try FileSystem.open(file) }
    return access
  }

  private func login(_ base: String, _ servers: IndexServers) throws -> FetchLogin? {
    let isOwn = Origin.isSame(base, servers.url)
    if let path = servers.access.netrc {
      let login = try netrc(path).login(for: base)
      // What was configured for the index and can't be sent is an error; for a mirror it is just not sent.
      return isOwn || Origin.isPrivate(base) ? login : nil
    }
    guard let path = servers.access.tokenFile, isOwn else { return try usualLogin(base) }
    guard let login = FetchLogin(token: try read(path)) else {
      throw Diagnostic(
        .configInvalid, "the first line of `\(path)` is no token",
        hint: "a token is of visible ASCII characters without blanks")
    }
    return login
  }

  private func usualLogin(_ url: String) throws -> FetchLogin? {
    guard let usualNetrc, Origin.isPrivate(url) else { return nil }
    return try netrc(usualNetrc).login(for: url)
  }

  private func netrc(_ path: String) throws -> Netrc { Netrc(try read(path)) }

  private func read(_ path: String) throws -> [UInt8] {
    try files.withLock { files throws in
      if let known = files[path] { return known }
      let bytes = try FileSystem.read(path, limit: 1 << 20)
      files[path] = bytes
      return bytes
    }
  }
}
