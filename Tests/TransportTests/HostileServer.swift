import Files
import Glibc
import Synchronization

@testable import Transport

/// A server that answers each connection with a closure: what no proper server would do.
final class HostileServer: Sendable {
  /// One connection, after its request was read.
  struct Connection {
    let socket: Int32
    let request: String
    /// 1 for the first.
    let number: Int

    /// False once the client has gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    /// Says nothing until the client goes.
    func waitForEnd() {
      var byte: UInt8 = 0
      while read(socket, &byte, 1) > 0 {}
    }
  }

  let url: String
  private let listener: Int32
  private let log = RequestLog()

  var requests: [String] { log.requests }

  init(_ answer: @escaping @Sendable (Connection) -> Void) throws {
    let (listener, port) = try LoopbackSocket.listening()
    self.listener = listener
    url = "http://127.0.0.1:\(port)"
    _ = BlockingWork.startThread { [log] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        _ = BlockingWork.startThread {
          defer { close(client) }
          let request = Self.readRequest(client)
          answer(Connection(socket: client, request: request, number: log.add(request)))
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private static func readRequest(_ socket: Int32) -> String {
    var request: [UInt8] = []
    var byte: UInt8 = 0
    while read(socket, &byte, 1) == 1 {
      request.append(byte)
      if request.suffix(4).elementsEqual("\r\n\r\n".utf8) { break }
    }
    return String(decoding: request, as: UTF8.self)
  }
}

private final class RequestLog: Sendable {
  private let log = Mutex<[String]>([])

  var requests: [String] { log.withLock { $0 } }

  /// Gives the number of the request, from 1 on.
  func add(_ request: String) -> Int {
    log.withLock { log in
      log.append(request)
      return log.count
    }
  }
}
