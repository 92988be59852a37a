import CCurl
import Synchronization

/// What tasks tell the transport's thread.
final class CurlInbox: Sendable {
  enum Message: Sendable {
    case start(CurlJob)
    case cancel(UInt64)
  }

  private struct State {
    var messages: [Message] = []
    var isClosed = false
    /// The address of the multi handle while the thread runs; wake-ups use it under the lock.
    var multi: UInt?
  }

  private let library: CurlLibrary
  private let state = Mutex(State())

  init(library: CurlLibrary) { self.library = library }

  /// False after ``close()``: the message is lost.
  func send(_ message: Message) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.messages.append(message)
      wake(state)
      return true
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      wake(state)
    }
  }

  /// For the thread: what came since the last time, and whether it shall end.
  func take() -> (messages: [Message], isClosed: Bool) {
    state.withLock { state in
      defer { state.messages = [] }
      return (state.messages, state.isClosed)
    }
  }

  /// For the thread: where wake-ups go; nil before the handle is freed.
  func listen(on multi: UnsafeMutableRawPointer?) {
    let address = multi.map { UInt(bitPattern: $0) }
    state.withLock { $0.multi = address }
  }

  private func wake(_ state: borrowing State) {
    guard let address = state.multi, let multi = UnsafeMutableRawPointer(bitPattern: address) else {
      return
    }
    _ = plg_multi_wakeup(library.functions, multi)
  }
}
