import Files
import PkgCore
import TestSupport
import Testing

@Suite("archives from files")
struct FileInstallationTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try trust(examples.workshop)
  }

  private func trust(_ workshop: Workshop) throws {
    let key = try workshop.author.plugctl("key", "export", "maker").succeeded().output
    try user.folder.write("work/maker.pub", key)
    try user.plugctl("key", "trust", "maker.pub").succeeded()
  }

  private func archive(_ name: String) throws -> String { try #require(examples.archives[name]) }

  @Test("are loaded in the order of their dependencies, however they are named")
  func order() throws {
    try user.plugctl("install", archive("beta 1.0.0"), archive("alpha 1.0.0")).succeeded()
    let text = String(
      decoding: try FileSystem.read("\(user.live())/activate/load.sql"), as: UTF8.self)
    let names = text.split(separator: "\n").map { FileSystem.baseName(of: String($0)) }
    #expect(names == ["alpha.so\"", "beta.so\""], "\(text)")
  }

  @Test("are refused where a dependency is missing, or has another version")
  func dependency() throws {
    let missing = try user.plugctl("install", archive("beta 1.0.0"))
    #expect(missing.exit == 4 && missing.code == "solve.conflict", "\(missing)")
    let other = try user.plugctl("install", archive("beta 1.0.0"), archive("alpha 2.0.0"))
    #expect(other.exit == 4 && other.code == "solve.conflict", "\(other)")
    #expect(try user.list() == [])
  }

  @Test("do not take from what is installed the version that it needs")
  func dependent() throws {
    try user.plugctl("install", archive("alpha 1.1.0"), archive("beta 1.0.0")).succeeded()
    let outcome = try user.plugctl("install", archive("alpha 2.0.0"))
    #expect(outcome.exit == 4 && outcome.code == "solve.conflict", "\(outcome)")
    #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test("replace a higher version only where that is asked for")
  func downgrade() throws {
    try user.plugctl("install", archive("delta 1.1.0")).succeeded()
    let outcome = try user.plugctl("install", archive("delta 1.0.0"))
    #expect(outcome.exit == 12 && outcome.code == "solve.downgrade", "\(outcome)")
    #expect(outcome.hint == "add `--allow-downgrade` if you mean it", "\(outcome)")
    #expect(try user.list() == ["delta 1.1.0"])
    try user.plugctl("install", "--allow-downgrade", archive("delta 1.0.0")).succeeded()
    #expect(try user.list() == ["delta 1.0.0"])
  }

  @Test("are refused for another version of the host, and beside what they exclude")
  func constraints() throws {
    let workshop = try Workshop()
    let user = self.user
    let key = try workshop.author.plugctl("key", "export", "maker").succeeded().output
    try user.folder.write("work/other.pub", key)
    try user.plugctl("key", "trust", "other.pub", "--name", "other").succeeded()
    let future = try workshop.packExtension(
      "future", "1.0.0", more: "requires: { host: \">=99\" }")
    let refused = try user.plugctl("install", future)
    #expect(refused.exit == 7 && refused.code == "incompatible.host", "\(refused)")
    try user.plugctl("install", archive("delta 1.1.0")).succeeded()
    let rival = try workshop.packExtension("rival", "1.0.0", more: "conflicts: { delta: \"*\" }")
    let beside = try user.plugctl("install", rival)
    #expect(beside.exit == 4 && beside.code == "solve.conflict", "\(beside)")
    #expect(try user.list() == ["delta 1.1.0"])
    try user.plugctl("remove", "delta").succeeded()
    try user.plugctl("install", rival).succeeded()
  }
}
