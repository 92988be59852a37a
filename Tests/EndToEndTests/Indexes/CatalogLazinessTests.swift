import PkgCore
import TestSupport
import Testing

@Suite("the catalog of an index")
struct CatalogLazinessTests {
  let workshop: Workshop
  let index: ExampleIndex
  let server: WebServer
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    try index.publish(try workshop.packExtension("first", "1.0.0")).succeeded()
    server = try WebServer(index.path)
    user = try Sandbox()
  }

  private func add() throws -> Outcome {
    try user.plugctl(
      "--json", "index", "add", server.url, "--name", "main", "--trust", index.fingerprint
    ).succeeded()
  }

  private func fetched(_ word: String) -> Int { server.requests.count { $0.contains(word) } }

  @Test("is fetched when somebody looks, and neither before nor twice")
  func laziness() throws {
    #expect(try add().data()["plugins"]?.integerValue == 1)
    try user.plugctl("update").succeeded()
    try user.plugctl("install", "acme/first").succeeded()
    try user.plugctl("info", "acme/first").succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(fetched("catalog") == 0, "\(server.requests)")
    #expect(fetched("names") == 0, "\(server.requests)")
    #expect(try user.plugctl("search", "first").succeeded().output.contains("acme/first"))
    #expect(fetched(".catalog.json") == 2, "its role and itself: \(server.requests)")
    try user.plugctl("update").succeeded()
    try user.plugctl("search", "first").succeeded()
    #expect(fetched(".catalog.json") == 2)
  }

  @Test("is brought up to date by `update` once it is there")
  func refreshed() throws {
    _ = try add()
    try user.plugctl("search", "first").succeeded()
    try index.publish(try workshop.packExtension("second", "1.0.0")).succeeded()
    let update = try user.plugctl("--json", "update").succeeded().data()
    #expect(update.arrayValue?.first?["plugins"]?.integerValue == 2)
    let requests = server.requests.count
    #expect(try user.plugctl("search", "second").succeeded().output.contains("acme/second"))
    #expect(server.requests.count == requests)
  }

  @Test("shows a second index that is added later")
  func secondIndex() throws {
    _ = try add()
    try user.plugctl("search", "first").succeeded()
    let other = try workshop.makeIndex()
    try other.publish(try workshop.packExtension("another", "1.0.0")).succeeded()
    try user.add(other, name: "other")
    #expect(try user.plugctl("search", "another").succeeded().output.contains("acme/another"))
  }

  @Test("is fetched by completion where it is small")
  func completion() throws {
    _ = try add()
    let offered = try user.plugctl("__complete", "available").succeeded().output
    #expect(offered.contains("acme/first"), "\(offered)")
  }
}
