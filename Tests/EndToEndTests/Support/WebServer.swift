internal import Files
internal import Glibc
internal import Synchronization

/// A web server in this process that serves a folder and misbehaves on command.
final class WebServer: Sendable {
  /// How a path is answered.
  enum Answer: Sendable {
    /// As a web server does.
    case plain
    /// Other bytes than the file has.
    case altered(@Sendable ([UInt8]) -> [UInt8])
    /// So many bytes of the promised body, then the end of the connection.
    case cut(after: Int)
    /// So many bytes of the body, then silence until the client goes.
    case stalled(after: Int)
    /// The body in pieces, with a pause before each.
    case slow(pieces: Int, pauseMilliseconds: UInt32)
    /// No body, this status.
    case status(Int)
  }

  let url: String
  private let listener: Int32
  private let folder: String
  private let state = Mutex(State())

  private struct State {
    var answer: @Sendable (String) -> Answer = { _ in .plain }
    var requests: [String] = []
    var isProxy = false
  }

  init(_ folder: String) throws {
    self.folder = folder
    (listener, url) = try Self.listening()
    let listener = listener
    try Self.thread { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        try? Self.thread { [weak self] in
          defer { close(client) }
          self?.serve(client)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Paths asked for so far.
  var requests: [String] { state.withLock { $0.requests } }

  /// Takes requests as a proxy gets them, too: with the whole URL.
  func servesProxyRequests() { state.withLock { $0.isProxy = true } }

  /// Answers from now on.
  func answers(_ answer: @escaping @Sendable (String) -> Answer) {
    state.withLock { $0.answer = answer }
  }

  private func serve(_ client: Int32) {
    guard let target = Self.requestPath(client) else { return }
    let isWhole = state.withLock { $0.isProxy } && target.hasPrefix("http://")
    let path = isWhole ? String(target.dropFirst(7).drop { $0 != "/" }) : target
    let answer = state.withLock { state in
      state.requests.append(path)
      return state.answer(path)
    }
    if case .status(let code) = answer { return Self.send(client, Self.head(code, 0)) }
    guard var body = try? FileSystem.read(folder + path) else {
      return Self.send(client, Self.head(404, 0))
    }
    if case .altered(let change) = answer { body = change(body) }
    Self.send(client, Self.head(200, body.count))
    switch answer {
    case .cut(let count): Self.send(client, Array(body.prefix(count)))
    case .stalled(let count):
      Self.send(client, Array(body.prefix(count)))
      var byte: UInt8 = 0
      while read(client, &byte, 1) > 0 {}
    case .slow(let pieces, let pause):
      let size = max(1, (body.count + pieces - 1) / pieces)
      for start in stride(from: 0, to: body.count, by: size) {
        usleep(pause * 1000)
        Self.send(client, Array(body[start..<min(start + size, body.count)]))
      }
    default: Self.send(client, body)
    }
  }

  private static func head(_ status: Int, _ length: Int) -> [UInt8] {
    Array("HTTP/1.1 \(status) X\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n".utf8)
  }

  private static func requestPath(_ client: Int32) -> String? {
    var request: [UInt8] = []
    var byte: UInt8 = 0
    while read(client, &byte, 1) == 1 {
      request.append(byte)
      if request.suffix(4).elementsEqual("\r\n\r\n".utf8) { break }
    }
    let words = String(decoding: request, as: UTF8.self).split(separator: " ")
    return words.count > 1 ? String(words[1]) : nil
  }

  private static func send(_ client: Int32, _ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// A loopback socket that listens on a free port.
  static func listening() throws -> (descriptor: Int32, url: String) {
    let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(raw, generic, length) == 0 && listen(raw, 64) == 0
          && getsockname(raw, generic, &length) == 0
      }
    }
    guard code else { throw SystemError(call: "bind", object: "127.0.0.1", errno: errno) }
    return (raw, "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
  }

  /// A socket that is connected to a loopback port.
  static func connected(to port: UInt16) throws -> Int32 {
    let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      close(raw)
      throw SystemError(call: "connect", object: "127.0.0.1", errno: errno)
    }
    return raw
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) throws {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runThreadBody, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw SystemError(call: "pthread_create", object: "server", errno: code)
    }
    pthread_detach(thread)
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let pointer else { return nil }
  Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
  return nil
}
