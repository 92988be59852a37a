import Glibc
import Testing

@testable import Transport

@Suite("A hostile server")
struct HostileServerTests {
  let fetcher = Fetcher(
    configuration: FetchConfiguration(retries: 2, backoff: .milliseconds(5)))

  @Test("endless chunks stop at the limit (a08)")
  func endlessChunks() async throws {
    let server = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "1000\r\n" + String(repeating: "x", count: 0x1000) + "\r\n"
      while connection.send(chunk) {}
    }
    await expect(.tooLarge(url: server.url, limit: 100_000), server, limit: 100_000)
    #expect(server.requests.count == 1)
  }

  @Test("endless header fields stop")
  func endlessHeaders() async throws {
    let server = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\n")
      while connection.send("X-Field: " + String(repeating: "x", count: 1000) + "\r\n") {}
    }
    await expect(.tooLarge(url: server.url, limit: CurlTransfer.asideLimit), server)
  }

  @Test("a length beyond the limit is refused before the body")
  func statedLength() async throws {
    let server = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
      connection.waitForEnd()
    }
    await expect(.tooLarge(url: server.url, limit: 1000), server)
  }

  @Test("a body shorter than its stated length is an error")
  func lyingLength() async throws {
    let server = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
    }
    await expect(.truncated(url: server.url, expected: nil, received: 10), server)
    #expect(server.requests.count == 1)
  }

  @Test("a body of another than the expected length is an error", arguments: [9, 11] as [Int64])
  func expectedLength(expected: Int64) async throws {
    let server = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.send("a\r\n0123456789\r\n0\r\n\r\n")
    }
    let error =
      expected < 10
      ? TransportError.tooLarge(url: server.url, limit: expected)
      : .truncated(url: server.url, expected: expected, received: 10)
    await expect(error, server, expected: expected)
  }

  @Test("silence ends at the deadline (a09)")
  func silence() async throws {
    let server = try HostileServer { $0.waitForEnd() }
    let error = await #expect(throws: TransportError.self) {
      try await fetcher.bytes(
        FetchRequest(server.url, limit: 10, deadline: .milliseconds(300)))
    }
    guard case .timeout(server.url, _) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("a trickle ends by its speed, long before the deadline (a09)")
  func trickle() async throws {
    let server = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
      connection.waitForEnd()
    }
    let error = await #expect(throws: TransportError.self) {
      try await fetcher.bytes(
        FetchRequest(server.url, limit: 100, lowSpeedBytes: 1000, lowSpeedSeconds: 1))
    }
    guard case .timeout(server.url, let cause) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(cause.contains("too slow"), "\(cause)")
  }

  @Test("a passing failure is tried again, as often as configured")
  func retries() async throws {
    let server = try HostileServer { connection in
      if connection.number == 2 {
        connection.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
      }
      guard connection.number >= 3 else { return }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    }
    let bytes = try await fetcher.bytes(FetchRequest(server.url, limit: 10))
    #expect(bytes == Array("ok".utf8))
    #expect(server.requests.count == 3)
  }

  @Test("a body that broke off goes on where it stopped, if it is still the same")
  func resumption() async throws {
    let server = try HostileServer { connection in
      if connection.number == 1 {
        connection.send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 10\r\n\r\n0123")
      } else {
        connection.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\n")
        connection.send("Content-Length: 6\r\nConnection: close\r\n\r\n456789")
      }
    }
    let bytes = try await fetcher.bytes(FetchRequest(server.url, limit: 10, expected: 10))
    #expect(bytes == Array("0123456789".utf8))
    #expect(server.requests.last?.contains("Range: bytes=4-\r\nIf-Range: \"v1\"") == true)
  }

  @Test(
    "a part that doesn't follow on, and a body that changed, are refused",
    arguments: [
      "206 Partial Content\r\nContent-Range: bytes 3-9/10", "206 Partial Content", "200 OK",
    ])
  func brokenResumption(_ answer: String) async throws {
    let server = try HostileServer { connection in
      if connection.number == 1 {
        connection.send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 10\r\n\r\n0123")
      } else {
        connection.send("HTTP/1.1 \(answer)\r\nContent-Length: 6\r\n\r\n456789")
      }
    }
    await #expect(throws: TransportError.self) {
      try await fetcher.bytes(FetchRequest(server.url, limit: 100))
    }
  }

  @Test("header fields and credentials don't follow to another host")
  func credentials() async throws {
    let second = try HostileServer { connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    }
    let target = second.url
    let first = try HostileServer { connection in
      connection.send(
        "HTTP/1.1 302 Found\r\nLocation: \(target)/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      )
    }
    let header = try #require(FetchHeader("X-Token", "secret"))
    let url = "http://user:pw@" + first.url.dropFirst("http://".count)
    let response = try await fetcher.fetch(FetchRequest(url, limit: 10, headers: [header])) { _ in }
    #expect(response.effectiveURL == target + "/x")
    #expect(first.requests.first?.contains("X-Token: secret") == true)
    #expect(first.requests.first?.contains("Authorization: Basic") == true)
    #expect(second.requests.first?.contains("X-Token") == false)
    #expect(second.requests.first?.contains("Authorization") == false)
  }

  @Test("cancelling the task ends the transfer")
  func cancellation() async throws {
    let server = try HostileServer { $0.waitForEnd() }
    let task = Task { try await fetcher.bytes(Self.patient(server)) }
    while server.requests.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: TransportError.cancelled(url: server.url)) { try await task.value }
  }

  @Test("closing the fetcher ends its transfers")
  func closing() async throws {
    let server = try HostileServer { $0.waitForEnd() }
    let task = Task { try await fetcher.bytes(Self.patient(server)) }
    while server.requests.isEmpty { await Task.yield() }
    fetcher.close()
    await #expect(throws: TransportError.cancelled(url: server.url)) { try await task.value }
  }

  @Test("a port that nobody listens on is unreachable, with curl's words")
  func unreachable() async throws {
    let (socket, port) = try LoopbackSocket.listening()
    Glibc.close(socket)
    let url = "http://127.0.0.1:\(port)"
    let error = await #expect(throws: TransportError.self) {
      try await fetcher.bytes(FetchRequest(url, limit: 10))
    }
    guard case .unreachable(url, let cause) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(cause.contains("Failed to connect"))
  }

  /// A request that nothing but the test ends, however late the test's own steps come.
  private static func patient(_ server: HostileServer) -> FetchRequest {
    FetchRequest(server.url, limit: 10, deadline: .seconds(86_400), lowSpeedSeconds: 86_400)
  }

  private func expect(
    _ error: TransportError, _ server: HostileServer, limit: Int64 = 1000, expected: Int64? = nil
  ) async {
    await #expect(throws: error) {
      try await fetcher.bytes(FetchRequest(server.url, limit: limit, expected: expected))
    }
  }
}
