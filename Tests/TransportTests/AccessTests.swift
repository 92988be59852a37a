import Testing

@testable import Transport

@Suite("Access to a server")
struct AccessTests {
  let fetcher = Fetcher(configuration: FetchConfiguration(retries: 0))

  private static func ok(_ connection: HostileServer.Connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
  }

  private static func redirect(_ connection: HostileServer.Connection, to target: String) {
    connection.send(
      "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
  }

  static let logins: [FetchLogin] = [
    .bearer("s3cret"), .basic(user: "ada", password: "pass:word \u{E9}"),
  ]

  @Test("a login goes to the origin of the request, and to no other port", arguments: logins)
  func otherPort(login: FetchLogin) async throws {
    let second = try HostileServer { Self.ok($0) }
    let target = second.url
    let first = try HostileServer { Self.redirect($0, to: target + "/x") }
    var request = FetchRequest(first.url, limit: 10)
    request.access.login = login
    _ = try await fetcher.bytes(request)
    #expect(first.requests.first?.contains("Authorization: ") == true)
    #expect(second.requests.first?.contains("uthorization") == false, "\(second.requests)")
  }

  @Test("a login goes along a redirect within its origin", arguments: logins)
  func sameOrigin(login: FetchLogin) async throws {
    let server = try HostileServer { connection in
      connection.number == 1 ? Self.redirect(connection, to: "/next") : Self.ok(connection)
    }
    var request = FetchRequest(server.url, limit: 10)
    request.access.login = login
    _ = try await fetcher.bytes(request)
    #expect(server.requests.count == 2)
    #expect(server.requests.allSatisfy { $0.contains("Authorization: ") })
  }

  @Test("a login is sent as its kind has it")
  func forms() async throws {
    let server = try HostileServer { Self.ok($0) }
    for login in [FetchLogin.bearer("a.b-c"), .basic(user: "ada", password: "x:y")] {
      var request = FetchRequest(server.url, limit: 10)
      request.access.login = login
      _ = try await fetcher.bytes(request)
    }
    #expect(server.requests.first?.contains("Authorization: Bearer a.b-c\r\n") == true)
    #expect(server.requests.last?.contains("Authorization: Basic YWRhOng6eQ==\r\n") == true)
  }

  @Test("a login stays with its request: the next one over the same connection has none")
  func nextRequest() async throws {
    let server = try HostileServer { Self.ok($0) }
    var request = FetchRequest(server.url, limit: 10)
    request.access.login = .bearer("s3cret")
    _ = try await fetcher.bytes(request)
    _ = try await fetcher.bytes(FetchRequest(server.url, limit: 10))
    #expect(server.requests.last?.contains("uthorization") == false)
  }

  @Test("a login is never sent unencrypted beyond this machine, also where http is allowed")
  func unencrypted() async throws {
    let fetcher = Fetcher(configuration: FetchConfiguration(allowsPlainHTTP: true))
    var request = FetchRequest("http://192.0.2.1/x", limit: 10)
    request.access.login = .bearer("s3cret")
    await #expect(throws: TransportError.refusedLogin(url: request.url)) {
      try await fetcher.bytes(request)
    }
    // A proxy elsewhere would read it, though the server is here.
    request.url = "http://127.0.0.1:9/x"
    request.access.proxy = FetchProxy("http://192.0.2.1:3128")
    await #expect(throws: TransportError.refusedLogin(url: request.url)) {
      try await fetcher.bytes(request)
    }
  }

  @Test("a proxy gets its own login, and the server behind it doesn't see that")
  func proxyLogin() async throws {
    let proxy = try HostileServer { Self.ok($0) }
    var request = FetchRequest("http://127.0.0.1:9/x", limit: 10)
    request.access.proxy = FetchProxy(proxy.url, login: .basic(user: "p", password: "w"))
    _ = try await fetcher.bytes(request)
    let seen = try #require(proxy.requests.first)
    #expect(seen.hasPrefix("GET http://127.0.0.1:9/x"))
    #expect(seen.contains("Proxy-Authorization: Basic cDp3\r\n"))
    #expect(!seen.contains("\r\nAuthorization"))
  }

  @Test(
    "a token is the first line of its file, of visible characters",
    arguments: [
      ("abc", true), ("abc\r\ndef", true), ("", false), ("\nabc", false), ("a b", false),
      ("a\u{1B}b", false), ("t\u{F6}ken", false),
    ])
  func token(text: String, isToken: Bool) {
    #expect((FetchLogin(token: text.utf8) != nil) == isToken)
    #expect(FetchLogin(token: "abc\r\ndef".utf8) == .bearer("abc"))
  }

  @Test("a login says nothing of itself")
  func silence() {
    #expect("\(FetchLogin.bearer("s3cret"))" == "login")
  }
}

@Suite("Netrc")
struct NetrcTests {
  private func login(_ text: String, _ url: String = "https://a.example/x") -> FetchLogin? {
    Netrc(Array(text.utf8)).login(for: url)
  }

  @Test("the first entry of a host counts, and the default one for all others")
  func entries() {
    let text = """
      machine b.example login b password 1
      machine A.example login a password 2 account ignored
      machine a.example login x password 3
      default login d password 4
      """
    #expect(login(text) == .basic(user: "a", password: "2"))
    #expect(login(text, "https://B.EXAMPLE:8443") == .basic(user: "b", password: "1"))
    #expect(login(text, "https://c.example") == .basic(user: "d", password: "4"))
  }

  @Test("a host without an entry has no login")
  func unknown() {
    #expect(login("machine b.example login b password 1") == nil)
    #expect(login("") == nil)
    #expect(login("login a password b") == nil)
    #expect(login("machine a.example.org login b password 1") == nil)
    #expect(login("machine a.example login b password 1", "/a.example") == nil)
  }

  @Test("quotes, comments, line ends and macros are read as ftp and curl have them")
  func words() {
    let text =
      "# machine a.example login no password no\r\nmacdef init\nmachine a.example login no\n\n"
      + "machine a.example\r\n  login \"a b\"\tpassword \"q\\\"\\\\u\"\n"
    #expect(login(text) == .basic(user: "a b", password: "q\"\\u"))
  }

  @Test("bytes of any kind are read without a crash")
  func anything() {
    for text in ["machine", "machine \"", "\"\\", "macdef", "machine a.example login", "default"] {
      _ = login(text)
    }
    _ = Netrc((0...255).map { UInt8($0) }).login(for: "https://a.example")
  }
}
