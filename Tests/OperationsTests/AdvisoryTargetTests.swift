import Files
import PkgCore
import Signing
import TestSupport
import Testing

@testable import Operations

@Suite("advisories of an index")
struct AdvisoryTargetTests {
  let folder: TestFolder
  let index: String
  let repository: Repository
  let fingerprint: SHA256Digest
  let session: Session

  init() throws {
    folder = try TestFolder("advisories")
    index = folder.file("site")
    repository = try Repository(index, keys: nil)
    var options = SessionOptions()
    options.scope = .system
    options.root = folder.path
    session = try Session(options)
    fingerprint = try IndexFounding(repository, now: session.now).found()
  }

  private func publish(_ text: String) throws {
    var edit = RepositoryEdit(try repository.state())
    try edit.write(IndexLayout.advisoriesPath, Array(text.utf8))
    _ = try repository.commit(edit, now: session.now)
  }

  private func advisories() async throws -> [Advisory] {
    _ = try await IndexManagement(session).add(
      index, name: "main", trust: .fingerprint(fingerprint))
    let client = try await IndexClient.open(
      try IndexRegistry(session).index("main"), session, Network(session), refresh: .always)
    return try await Audit.read(client)
  }

  @Test("are none where it has none")
  func none() async throws {
    #expect(try await advisories().isEmpty)
  }

  @Test("are found by way of the role that lists them, and read")
  func some() async throws {
    try publish(
      """
      { "schema": 1, "advisories": [ { "id": "PLUGCTL-1", "affected": [ { "package":
        { "ecosystem": "plugctl", "name": "acme/vector" }, "versions": ["1.0.0"] } ] } ] }
      """)
    let found = try await advisories()
    #expect(found.map(\.id) == ["PLUGCTL-1"])
    #expect(try found[0].concerns(PluginName("acme/vector"), Version(1, 0, 0)))
  }

  @Test("that can't be read are an error, never silence", arguments: ["{", "[]", "{\"schema\":1}"])
  func malformed(text: String) async throws {
    try publish(text)
    let error = await #expect(throws: Diagnostic.self) { try await advisories() }
    #expect(error?.code == .indexInvalid)
  }
}
