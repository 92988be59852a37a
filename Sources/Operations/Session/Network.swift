internal import Files
internal import PkgCore
internal import Transport

/// The network of one command: one fetcher, one cap on each kind of file. Opening it costs nothing
/// before the first fetch. What belongs to an index comes by `Network+Index.swift`.
struct Network: Sendable {
  let fetcher: Fetcher
  let logins: Logins
  let health = ServerHealth()
  let progress: ProgressSink

  init(_ session: Session) {
    self.init(
      jobs: session.options.jobs, logins: Logins(session), progress: session.progress)
  }

  /// A network without a session: nobody's logins, no progress.
  init(jobs: Int) { self.init(jobs: jobs, logins: Logins(), progress: { _ in }) }

  /// - Parameter jobs: downloads from one host at the same time.
  private init(jobs: Int, logins: Logins, progress: @escaping ProgressSink) {
    var configuration = FetchConfiguration(connectionsPerHost: jobs)
    configuration.userAgent = "plugctl/\(PlugctlVersion.text)"
    configuration.allowsPlainHTTP = Machine.environment("PLUGCTL_ALLOW_HTTP") == "1"
    fetcher = Fetcher(configuration: configuration)
    self.logins = logins
    self.progress = progress
  }

  /// A small file of a URL that belongs to no index, or nil where the server says that there is none.
  func bytesIfPresent(_ url: String, limit: Int64) async throws -> [UInt8]? {
    var request = Self.small(url, limit: limit)
    request.access = try logins.access(to: url)
    do { return try await fetcher.bytes(request) } catch let error as TransportError
      where error.isAbsence
    {
      return nil
    }
  }

  /// A body of unknown length up to a limit, piece by piece, of a URL that belongs to no index.
  func stream(_ url: String, limit: Int64, receive: @escaping BodyReceiver) async throws {
    var request = FetchRequest(url, limit: limit, deadline: .seconds(3600))
    request.access = try logins.access(to: url)
    _ = try await fetcher.fetch(request, receive: receive)
  }

  static func small(_ url: String, limit: Int64) -> FetchRequest {
    FetchRequest(url, limit: limit, acceptsCompression: true, deadline: .seconds(60))
  }

  func close() { fetcher.close() }
}
