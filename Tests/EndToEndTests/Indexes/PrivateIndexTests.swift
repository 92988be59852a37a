import Files
import TestSupport
import Testing

@Suite(
  "an index that not everybody may read", .enabled(if: SecureServer.isPossible),
  .takes(lessThan: .seconds(120)))
struct PrivateIndexTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
  }

  private func add(_ url: String, _ options: [String]) throws -> Outcome {
    try user.plugctl(
      ["index", "add", url, "--name", "main", "--trust", examples.index.fingerprint] + options)
  }

  private func file(_ name: String, _ text: String) throws -> String {
    try user.folder.write("work/\(name)", Array(text.utf8))
    return "\(user.work)/\(name)"
  }

  /// Where the second server gets what the first one redirects to.
  private func redirecting(_ condition: String, to other: SecureServer) -> String {
    "\(condition) location /a/ { return 302 \(other.url)$request_uri; }"
  }

  private static let askingForToken =
    #"if ($http_authorization != "Bearer s3cret-token") { return 401; }"#
  /// base64 of `ada:pass word`
  private static let askingForPassword =
    #"if ($http_authorization != "Basic YWRhOnBhc3Mgd29yZA==") { return 401; }"#

  @Test("gives its plugins to a token from a file, and to nobody else")
  func token() throws {
    let server = try SecureServer(examples.index.path, Self.askingForToken)
    let trust = ["--ca-file", server.authority]
    for options in [[], ["--token-file", try file("wrong", "s3cret\n")]] {
      let outcome = try add(server.url, trust + options)
      #expect(outcome.exit == 6 && outcome.code == "network.credentials", "\(outcome)")
      #expect(outcome.hint != nil && !outcome.errors.contains("s3cret"), "\(outcome)")
    }
    for (text, code) in [("\n", "config.invalid"), ("two words", "config.invalid")] {
      let path = try file("broken", text)
      // Not the server's fault, so no mirror is asked.
      let outcome = try add(
        server.url, trust + ["--token-file", path, "--mirror", examples.index.path])
      #expect(outcome.code == code && outcome.exit == 13, "\(outcome)")
    }
    #expect(try add(server.url, trust + ["--token-file", "nowhere"]).code == "system.not-found")
    // Relative to the working folder, as it was written; the configuration has it in full.
    _ = try file("token", "s3cret-token\nnot this\n")
    try add(server.url, trust + ["--token-file", "token"]).succeeded()
    try user.plugctl("install", "alpha").succeeded()
    #expect(try user.list() == ["alpha 2.0.0"])
    let configuration = try FileSystem.read("\(user.configuration)/indexes.d/main.yaml")
    #expect(!String(decoding: configuration, as: UTF8.self).contains("s3cret"))
  }

  @Test("gives its plugins to a login of a netrc file: the one named, and else the user's own")
  func netrc() throws {
    let server = try SecureServer(examples.index.path, Self.askingForPassword)
    let trust = ["--ca-file", server.authority]
    let text = """
      # machine localhost login mallory password wrong
      machine elsewhere.example login ada password wrong
      machine LOCALHOST login ada password "pass word"
      default login ada password wrong

      """
    let path = try file("netrc", text)
    #expect(try add(server.url, trust).code == "network.credentials")
    try add(server.url, trust + ["--netrc", path]).succeeded()
    try user.plugctl("install", "alpha").succeeded()
    try user.plugctl("index", "remove", "main").succeeded()
    #expect(try add(server.url, trust).code == "network.credentials")
    try FileSystem.rename(path, to: "\(user.home)/.netrc")
    try add(server.url, trust).succeeded()
    try user.plugctl("install", "delta").succeeded()
    #expect(try user.list() == ["alpha 2.0.0", "delta 1.1.0"])
  }

  @Test("gives its plugins to a client certificate, which nginx checks")
  func certificate() throws {
    let server = try SecureServer(examples.index.path, "ssl_verify_client on;")
    let trust = ["--ca-file", server.authority]
    let without = try add(server.url, trust)
    #expect(without.exit == 6, "\(without)")
    let half = try add(server.url, trust + ["--client-cert", server.clientCertificate])
    #expect(half.exit == 2 && half.code == "usage.conflict", "\(half)")
    try add(
      server.url,
      trust + ["--client-cert", server.clientCertificate, "--client-key", server.clientKey]
    ).succeeded()
    try user.plugctl("install", "alpha").succeeded()
    #expect(try server.requests.contains { $0.hasPrefix("/a/") && $0.hasSuffix("|-|CN=ada") })
  }

  @Test("has its certificate refused where nobody vouches for it")
  func unknownAuthority() throws {
    let server = try SecureServer(examples.index.path)
    let outcome = try add(server.url, [])
    #expect(outcome.exit == 6 && outcome.code == "network.unreachable", "\(outcome)")
  }

  @Test("has nothing that identifies us sent to another port that it redirects to")
  func redirection() throws {
    let other = try SecureServer(examples.index.path, "ssl_verify_client optional_no_ca;")
    let server = try SecureServer(
      examples.index.path,
      redirecting("ssl_verify_client on; \(Self.askingForToken)", to: other))
    // One file with both servers' certificates.
    let both = try file(
      "both.pem",
      String(
        decoding: FileSystem.read(server.authority) + FileSystem.read(other.authority),
        as: UTF8.self))
    let token = try file("token", "s3cret-token")
    try add(
      server.url,
      [
        "--ca-file", server.authority, "--token-file", token, "--client-cert",
        server.clientCertificate, "--client-key", server.clientKey,
      ]
    ).succeeded()
    let outcome = try user.plugctl("install", "alpha", with: ["SSL_CERT_FILE": both])
    #expect(outcome.exit == 0, "\(outcome)")
    let (first, second) = (try server.requests, try other.requests)
    #expect(first.allSatisfy { $0.hasSuffix("|Bearer s3cret-token|CN=ada") } && !first.isEmpty)
    #expect(second.allSatisfy { $0.hasSuffix("|-|-") } && !second.isEmpty, "\(second)")
  }

  @Test("has a netrc login sent to mirrors that it names, a token to none")
  func mirrors() throws {
    let mirror = try SecureServer(examples.index.path)
    let server = try SecureServer(examples.index.path, "return 500;")
    let both = try file(
      "both.pem",
      String(
        decoding: FileSystem.read(server.authority) + FileSystem.read(mirror.authority),
        as: UTF8.self))
    let token = try file("token", "s3cret-token")
    let trust = ["--ca-file", both, "--mirror", mirror.url]
    try add(server.url, trust + ["--token-file", token]).succeeded()
    let anonymous = try mirror.requests
    #expect(anonymous.allSatisfy { $0.contains("|-|") } && !anonymous.isEmpty, "\(anonymous)")
    try user.plugctl("index", "remove", "main").succeeded()
    let netrc = try file("netrc", "machine localhost login ada password pw")
    try add(server.url, trust + ["--netrc", netrc]).succeeded()
    #expect(try mirror.requests.dropFirst(anonymous.count).allSatisfy { $0.contains("|Basic ") })
  }

  @Test("is not given credentials over plain http beyond this machine")
  func plain() throws {
    let token = try file("token", "s3cret-token")
    let outcome = try user.plugctl(
      [
        "index", "add", "http://192.0.2.1:9", "--trust", examples.index.fingerprint, "--token-file",
        token,
      ], with: ["PLUGCTL_ALLOW_HTTP": "1"])
    #expect(outcome.exit == 6 && outcome.code == "network.credentials", "\(outcome)")
    #expect(outcome.hint?.contains("https") == true)
  }

  @Test("is reached by a proxy that wants a login of its own", .enabled(if: Proxy.isPossible))
  func proxy() throws {
    let server = try SecureServer(examples.index.path)
    let proxy = try Proxy("BasicAuth ada proxypw")
    let options = ["--ca-file", server.authority, "--proxy", proxy.url]
    let refused = try add(server.url, options)
    #expect(refused.exit == 6, "\(refused)")
    #expect(try server.requests == [])
    let netrc = try file("netrc", "machine 127.0.0.1 login ada password proxypw")
    try add(server.url, options + ["--netrc", netrc]).succeeded()
    try user.plugctl("install", "alpha").succeeded()
    let port = server.url.split(separator: ":").last.map(String.init) ?? ""
    #expect(try proxy.log.contains("CONNECT localhost:\(port)"))
    // What is for the proxy is not for the server behind it.
    #expect(try server.requests.allSatisfy { $0.hasSuffix("|-|-") })
  }

  @Test(
    "is reached by the environment's proxy, of which http_proxy counts in lower case only",
    .enabled(if: Proxy.isPossible))
  func environmentProxy() throws {
    let server = try WebServer(examples.index.path)
    let port = server.url.split(separator: ":").last.map(String.init) ?? ""
    // Names below `.test` exist nowhere (RFC 6761): only the proxy knows where to go.
    let proxy = try Proxy("Upstream http 127.0.0.1:\(port) \"plugins.test\"")
    server.servesProxyRequests()
    func variables(_ name: String, _ more: [String: String] = [:]) -> [String: String] {
      [name: proxy.url, "PLUGCTL_ALLOW_HTTP": "1"].merging(more) { $1 }
    }
    let command = [
      "index", "add", "http://plugins.test", "--name", "main", "--trust",
      examples.index.fingerprint,
    ]
    let upper = try user.plugctl(command, with: variables("HTTP_PROXY"))
    #expect(upper.exit == 6 && upper.code == "network.unreachable", "\(upper)")
    let excepted = try user.plugctl(
      command, with: variables("http_proxy", ["no_proxy": "plugins.test"]))
    #expect(excepted.exit == 6, "\(excepted)")
    try user.plugctl(command, with: variables("http_proxy")).succeeded()
    try user.plugctl(["install", "alpha"], with: variables("all_proxy")).succeeded()
    #expect(try user.list() == ["alpha 2.0.0"])
  }

  @Test("is refused where its configuration makes no sense", arguments: Self.faults)
  func faulty(line: String) throws {
    try user.folder.write(
      "home/.config/plugctl/indexes.d/main.yaml",
      Array(
        """
        schema: 1
        name: main
        url: "https://plugins.test"
        root: sha256:\(String(repeating: "0", count: 64))
        \(line)

        """.utf8))
    let outcome = try user.plugctl("update")
    #expect(outcome.exit == 13 && outcome.code == "config.invalid", "\(outcome)")
    #expect(outcome.errors.contains("main.yaml:5:"), "\(outcome)")
  }

  static let faults = [
    "auth: { netrc: /a, token_file: /b }", "auth: { certificate: /a }", "auth: { netrc: here }",
    "auth: nothing", "ca_file: [a]", "proxy: ftp://x", "proxy: http://me:pw@x:1",
    "mirrors: { a: b }",
  ]
}
