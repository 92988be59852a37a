import Files
import Synchronization

/// Fetches over http and https with libcurl: one thread owns all its handles.
final class CurlTransport: Transport {
  private enum State {
    case idle
    case running(CurlInbox)
    case closed
  }

  private let configuration: FetchConfiguration
  private let state = Mutex(State.idle)
  private let lastID = Atomic<UInt64>(0)

  init(configuration: FetchConfiguration) { self.configuration = configuration }

  func fetch(_ request: FetchRequest, receive: @escaping BodyReceiver) async throws -> FetchResponse
  {
    let address = try WebAddress(request.url)
    try configuration.check(address)
    guard request.access.login == nil || request.access.isPrivate(to: address) else {
      throw TransportError.refusedLogin(url: address.shown)
    }
    guard let inbox = try runningInbox() else { throw TransportError.cancelled(url: address.shown) }
    let id = lastID.add(1, ordering: .relaxed).newValue
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let job = CurlJob(
          id: id, request: request, address: address, receive: receive, isCancelled: flag,
          continuation: continuation)
        if !inbox.send(.start(job)) {
          continuation.resume(throwing: TransportError.cancelled(url: address.shown))
        }
      }
    } onCancel: {
      flag.set()
      _ = inbox.send(.cancel(id))
    }
  }

  func close() {
    state.withLock { state in
      if case .running(let inbox) = state { inbox.close() }
      state = .closed
    }
  }

  /// Loads libcurl and starts the thread where that has not happened; nil after ``close()``.
  private func runningInbox() throws -> CurlInbox? {
    try state.withLock { state in
      switch state {
      case .closed: return nil
      case .running(let inbox): return inbox
      case .idle:
        let library = try CurlLibrary.load()
        let inbox = CurlInbox(library: library)
        let configuration = configuration
        let isStarted = BlockingWork.startThread {
          CurlLoop(library: library, inbox: inbox, configuration: configuration)?.run()
        }
        guard isStarted else { throw TransportError.libraryMissing(cause: "no thread") }
        state = .running(inbox)
        return inbox
      }
    }
  }
}

extension FetchConfiguration {
  /// - Throws: ``TransportError/refusedProtocol(url:)`` for http beyond this machine.
  func check(_ address: WebAddress) throws(TransportError) {
    guard address.scheme == .https || address.isLoopback || allowsPlainHTTP else {
      throw .refusedProtocol(url: address.shown)
    }
  }
}
