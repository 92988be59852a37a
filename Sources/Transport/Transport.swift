/// Takes the next piece of a body. It runs on a thread of the transport's; what it throws ends the
/// transfer and is thrown on.
public typealias BodyReceiver = @Sendable (UnsafeRawBufferPointer) throws -> Void

/// A way to fetch: over the web, or from files.
public protocol Transport: Sendable {
  /// Fetches a body, piece by piece. Cancelling the task ends the transfer.
  ///
  /// - Parameter receive: called in order, never at the same time for one request.
  /// - Throws: ``TransportError``, or what `receive` threw.
  func fetch(_ request: FetchRequest, receive: @escaping BodyReceiver) async throws -> FetchResponse

  /// Ends every transfer and every later one with ``TransportError/cancelled(url:)``.
  func close()
}
