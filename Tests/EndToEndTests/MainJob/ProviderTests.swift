import Files
import PkgCore
import Testing

@Suite("a capability that a plugin needs")
struct ProviderTests {
  let workshop: Workshop
  let index: ExampleIndex
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    user = try Sandbox()
  }

  private func publish(_ plugins: [(name: String, more: String)]) throws {
    let archives = try plugins.map { try workshop.packExtension($0.name, "1.0.0", more: $0.more) }
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    try user.add(index)
  }

  @Test("is brought by a plugin that nobody named")
  func provided() throws {
    try publish([
      ("app", "dependencies: { similarity: '*' }"), ("engine", "provides: { similarity: 1.0.0 }"),
      ("other", ""),
    ])
    try user.plugctl("install", "app").succeeded()
    #expect(try user.list() == ["app 1.0.0", "engine 1.0.0"])
    #expect(try user.plugctl("autoremove").succeeded().output == "nothing to do\n")
    let refused = try user.plugctl("remove", "engine")
    #expect(refused.exit == 4 && refused.code == "solve.required", "\(refused)")
    try user.plugctl("remove", "app").succeeded()
    try user.plugctl("autoremove").succeeded()
    #expect(try user.list() == [])
  }

  @Test("that nobody provides is said so")
  func missing() throws {
    try publish([("app", "dependencies: { similarity: '*' }"), ("other", "")])
    let refused = try user.plugctl("install", "app")
    #expect(refused.exit == 4 && refused.errors.contains("similarity"), "\(refused)")
  }
}
