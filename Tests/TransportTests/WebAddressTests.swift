import Testing

@testable import Transport

@Suite("WebAddress")
struct WebAddressTests {
  @Test(
    "knows its origin and whether it is this machine",
    arguments: [
      ("https://Example.org/a?b#c", "https://example.org", false),
      ("HTTP://user:pw@127.0.0.1:80/x", "http://127.0.0.1:80", true),
      ("http://localhost", "http://localhost", true),
      ("http://[::1]:8080/", "http://[::1]:8080", true),
      ("http://127.0.0.1.example.org/", "http://127.0.0.1.example.org", false),
      ("http://127.1/", "http://127.1", false),
      ("http://localhost.example.org/", "http://localhost.example.org", false),
      ("http://example.org?@127.0.0.1/", "http://example.org", false),
      ("http://example.org#@127.0.0.1/", "http://example.org", false),
      ("http://127.0.0.1@example.org/", "http://example.org", false),
    ])
  func origins(text: String, origin: String, isLoopback: Bool) throws {
    let address = try WebAddress(text)
    #expect(address.origin == origin)
    #expect(address.isLoopback == isLoopback)
  }

  @Test(
    "refuses what curl might read in another way",
    arguments: [
      "http://127.0.0.1\\@example.org/", "http://a@b@example.org/", "http://exa mple.org/",
      "http:///x", "http://example.org:x/", "http://[::1", "http://é.org/", "http://a%2eb/",
      "http://example.org:/", "relative", "http://example.org/\r\nX: y",
    ])
  func invalid(_ text: String) {
    #expect(throws: TransportError.self) { try WebAddress(text) }
  }

  @Test("refuses other schemes", arguments: ["ftp://a/", "gopher://a/", "dict://a/", "scp://a/b"])
  func schemes(_ text: String) {
    #expect(throws: TransportError.refusedProtocol(url: text)) { try WebAddress(text) }
  }

  @Test(
    "never shows credentials",
    arguments: [
      ("https://user:secret@host/a@b", "https://host/a@b"),
      ("ftp://user:secret@host/", "ftp://host/"),
      ("https://a:b@c:secret@host/", "https://host/"),
      ("https://host/?q=a@b", "https://host/?q=a@b"),
    ])
  func credentials(text: String, shown: String) {
    #expect(WebAddress.withoutCredentials(text) == shown)
  }
}
