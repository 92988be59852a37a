import Synchronization

/// Fetches from the web and from files, many at once. libcurl is loaded with the first URL that
/// needs it.
public final class Fetcher: Transport {
  private let web: CurlTransport
  private let files = FileTransport()

  /// A fetcher with no connection yet.
  public init(configuration: FetchConfiguration = FetchConfiguration()) {
    web = CurlTransport(configuration: configuration)
  }

  deinit { close() }

  /// Fetches a body, piece by piece.
  ///
  /// - Throws: ``TransportError``, or what `receive` threw.
  public func fetch(_ request: FetchRequest, receive: @escaping BodyReceiver) async throws
    -> FetchResponse
  {
    isFile(request.url)
      ? try await files.fetch(request, receive: receive)
      : try await web.fetch(request, receive: receive)
  }

  /// Fetches a whole body into memory.
  ///
  /// - Throws: ``TransportError``.
  public func bytes(_ request: FetchRequest) async throws -> [UInt8] {
    let body = CollectedBody()
    _ = try await fetch(request) { body.append($0) }
    return body.bytes
  }

  /// Ends every transfer; later ones fail at once.
  public func close() {
    web.close()
    files.close()
  }

  private func isFile(_ url: String) -> Bool {
    url.utf8.first == UInt8(ascii: "/") || FileAddress.hasScheme(url)
  }
}

private final class CollectedBody: Sendable {
  private let collected = Mutex<[UInt8]>([])

  var bytes: [UInt8] { collected.withLock { $0 } }

  func append(_ piece: UnsafeRawBufferPointer) {
    collected.withLock { $0.append(contentsOf: piece) }
  }
}
