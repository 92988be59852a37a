internal import Files
internal import PkgCore
internal import Transport

/// The network of one command: one fetcher, one cap on each kind of file. Opening it costs nothing
/// before the first fetch.
struct Network: Sendable {
  private let fetcher: Fetcher

  init(_ session: Session) { self.init(jobs: session.options.jobs) }

  /// - Parameter jobs: downloads from one host at the same time.
  init(jobs: Int) {
    var configuration = FetchConfiguration(connectionsPerHost: jobs)
    configuration.userAgent = "plugctl/\(PlugctlVersion.text)"
    configuration.allowsPlainHTTP = Machine.environment("PLUGCTL_ALLOW_HTTP") == "1"
    fetcher = Fetcher(configuration: configuration)
  }

  /// A small file in memory.
  func bytes(_ url: String, limit: Int64) async throws -> [UInt8] {
    try await fetcher.bytes(
      FetchRequest(url, limit: limit, acceptsCompression: true, deadline: .seconds(60)))
  }

  /// A small file, or nil where the server says that there is none.
  func bytesIfPresent(_ url: String, limit: Int64) async throws -> [UInt8]? {
    do { return try await bytes(url, limit: limit) } catch let error as TransportError
      where error.isAbsence
    {
      return nil
    }
  }

  /// A body of known length, piece by piece.
  func stream(_ url: String, length: Int64, receive: @escaping BodyReceiver) async throws {
    var request = FetchRequest(url, limit: length, expected: length, deadline: .seconds(3600))
    request.lowSpeedSeconds = 30
    _ = try await fetcher.fetch(request, receive: receive)
  }

  /// A body of unknown length up to a limit, piece by piece.
  func stream(_ url: String, limit: Int64, receive: @escaping BodyReceiver) async throws {
    _ = try await fetcher.fetch(
      FetchRequest(url, limit: limit, deadline: .seconds(3600)), receive: receive)
  }

  func close() { fetcher.close() }
}
