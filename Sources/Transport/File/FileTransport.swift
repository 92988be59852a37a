import Glibc
import Synchronization

/// Fetches from absolute paths and `file:` URLs, with the same bounds as from the web.
final class FileTransport: Transport {
  private let threads = ReaderThreads()
  private let isClosed = CancellationFlag()

  func fetch(_ request: FetchRequest, receive: @escaping BodyReceiver) async throws -> FetchResponse
  {
    let address = try FileAddress(request.url)
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isAccepted = threads.run { [isClosed] in
          let isCancelled = { flag.isSet || isClosed.isSet }
          let reading = FileReading(path: address.path, request: request, isCancelled: isCancelled)
          continuation.resume(with: Result { try reading.deliver(to: receive) })
        }
        if !isAccepted {
          continuation.resume(throwing: TransportError.cancelled(url: address.path))
        }
      }
    } onCancel: {
      flag.set()
    }
  }

  func close() {
    isClosed.set()
    threads.close()
  }
}

/// One file on its way to a receiver.
private struct FileReading {
  static let pieceByteCount = 256 << 10

  let path: String
  let request: FetchRequest
  let isCancelled: () -> Bool

  func deliver(to receive: BodyReceiver) throws -> FetchResponse {
    // A named pipe must not stop us here; it is refused below.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw TransportError.unreadable(path: path, errno: errno) }
    defer { close(file) }
    try checkKindAndSize(file)
    let count = try copy(file, to: receive)
    if let expected = request.expected, count != expected {
      throw TransportError.truncated(url: path, expected: expected, received: count)
    }
    return FetchResponse(status: 200, byteCount: count, effectiveURL: path)
  }

  private var limit: Int64 { min(request.limit, request.expected ?? .max) }

  private func checkKindAndSize(_ file: Int32) throws {
    var status = stat()
    guard fstat(file, &status) == 0 else {
      throw TransportError.unreadable(path: path, errno: errno)
    }
    guard status.st_mode & Glibc.S_IFMT == Glibc.S_IFREG else {
      throw TransportError.notAFile(path: path)
    }
    guard Int64(status.st_size) <= limit else {
      throw TransportError.tooLarge(url: path, limit: limit)
    }
  }

  /// The file may grow while it is read, so the limit is checked again.
  private func copy(_ file: Int32, to receive: BodyReceiver) throws -> Int64 {
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.pieceByteCount, alignment: 16)
    defer { piece.deallocate() }
    var total: Int64 = 0
    while true {
      guard !isCancelled() else { throw TransportError.cancelled(url: path) }
      let count = read(file, piece.baseAddress, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw TransportError.unreadable(path: path, errno: errno) }
      guard count > 0 else { return total }
      total += Int64(count)
      guard total <= limit else { throw TransportError.tooLarge(url: path, limit: limit) }
      try receive(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }
}
