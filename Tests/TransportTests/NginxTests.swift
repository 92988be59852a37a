import Testing

@testable import Transport

@Suite("nginx")
struct NginxTests {
  let server: Nginx
  let fetcher: Fetcher
  let big = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

  init() throws {
    server = try Nginx()
    try server.serve("small", Array("small\n".utf8))
    fetcher = Fetcher(
      configuration: FetchConfiguration(
        retries: 1, backoff: .milliseconds(5), certificateBundle: server.certificate))
  }

  @Test("gives a body with its validators")
  func body() async throws {
    try server.serve("big", big)
    let request = FetchRequest("\(server.url)/big", limit: 3_000_000, expected: 3_000_000)
    #expect(try await fetcher.bytes(request) == big)
    let response = try await fetcher.fetch(request) { _ in }
    #expect(response.status == 200 && response.byteCount == 3_000_000)
    #expect(response.etag?.isEmpty == false && response.lastModified?.isEmpty == false)
    let header = try #require(FetchHeader("If-None-Match", response.etag ?? ""))
    let again = FetchRequest("\(server.url)/big", limit: 10, headers: [header])
    let unchanged = try await fetcher.fetch(again) { _ in }
    #expect(unchanged.status == 304 && unchanged.byteCount == 0)
  }

  @Test("an absent and a forbidden file are absences, a busy server is not")
  func statuses() async throws {
    for (path, code, isAbsence) in [
      ("none", 404, true), ("forbidden", 403, true), ("busy", 503, false),
    ] {
      let url = "\(server.url)/\(path)"
      let error = await #expect(throws: TransportError.self) {
        try await fetcher.bytes(FetchRequest(url, limit: 10))
      }
      #expect(error == .status(url: url, code: code))
      #expect(error?.isAbsence == isAbsence)
    }
  }

  @Test("a compressed body is counted after decoding (a08)")
  func compression() async throws {
    try server.serve("zeros", [UInt8](repeating: 0, count: 5_000_000))
    let url = "\(server.url)/zipped/zeros"
    let wide = FetchRequest(url, limit: 5_000_000, acceptsCompression: true)
    #expect(try await fetcher.bytes(wide).count == 5_000_000)
    let narrow = FetchRequest(url, limit: 4_999_999, acceptsCompression: true)
    await #expect(throws: TransportError.tooLarge(url: url, limit: 4_999_999)) {
      try await fetcher.bytes(narrow)
    }
  }

  @Test("follows a redirect, but no loop, and nowhere that isn't allowed (a08)")
  func redirects() async throws {
    let response = try await fetcher.fetch(FetchRequest("\(server.url)/once", limit: 10)) { _ in }
    #expect(response.effectiveURL == "\(server.url)/small")
    let cases: [(String, TransportError)] = [
      ("\(server.url)/loop", .tooManyRedirects(url: "\(server.url)/loop", limit: 5)),
      ("\(server.url)/to-elsewhere", .refusedProtocol(url: "http://example.org/")),
      ("\(server.url)/to-file", .refusedProtocol(url: "file:///etc/passwd")),
      ("\(server.secureURL)/to-plain", .refusedProtocol(url: "\(server.url)/small")),
    ]
    for (url, error) in cases {
      await #expect(throws: error) { try await fetcher.bytes(FetchRequest(url, limit: 10)) }
    }
  }

  @Test("plain http beyond this machine is refused without a connection")
  func plainHTTP() async {
    await #expect(throws: TransportError.refusedProtocol(url: "http://192.0.2.1/x")) {
      try await fetcher.bytes(FetchRequest("http://user:pw@192.0.2.1/x", limit: 10))
    }
  }

  @Test("trusts the certificates of the bundle, and no others")
  func certificates() async throws {
    let request = FetchRequest("\(server.secureURL)/small", limit: 10)
    #expect(try await fetcher.bytes(request) == Array("small\n".utf8))
    let stranger = Fetcher(configuration: FetchConfiguration(retries: 0))
    let error = await #expect(throws: TransportError.self) { try await stranger.bytes(request) }
    guard case .unreachable(request.url, let cause) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(cause.contains("certificate"))
  }

  @Test("many at once share eight kept connections")
  func many() async throws {
    let request = FetchRequest("\(server.url)/small", limit: 10)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<300 { group.addTask { try await fetcher.bytes(request).count } }
      for try await count in group { #expect(count == 6) }
    }
    let log = try server.folder.lines("connections.log")
    #expect(log.count == 300)
    #expect(Set(log).count <= 8)
  }

  @Test("what the receiver throws is thrown on, and ends the transfer")
  func receiverThrows() async throws {
    try server.serve("big", big)
    let request = FetchRequest("\(server.url)/big", limit: 3_000_000)
    await #expect(throws: SystemFailure.self) {
      try await fetcher.fetch(request) { _ in throw SystemFailure(call: "receiver") }
    }
    #expect(try await fetcher.bytes(FetchRequest("\(server.url)/small", limit: 10)).count == 6)
  }
}
