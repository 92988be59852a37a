import Files
import PkgCore
import TestSupport
import Testing

@Suite("publishing a folder")
struct FolderPublishingTests {
  let workshop: Workshop
  let user: Sandbox
  init() throws {
    workshop = try Workshop()
    user = workshop.author
    let source = try workshop.source(
      .init(name: "vector", version: "1.0.0"),
      library: workshop.extensionLibrary("vector", "1.0.0"))
    try FileSystem.rename(source, to: "\(user.work)/vector")
  }

  @Test("packs and signs it, and who publishes sees it with the next command")
  func seen() throws {
    try user.plugctl("index", "init", "index", "--add", "mine").succeeded()
    // What is known of the index is young now.
    #expect(try user.plugctl("install", "acme/vector").code == "plugin.unknown")
    try user.plugctl("publish", "vector", "--to", "index").succeeded()
    try user.plugctl("install", "acme/vector").succeeded()
    #expect(try user.list() == ["vector 1.0.0"])
    #expect(try !FileSystem.names(in: user.work).contains { $0.hasSuffix(".tar.zst") })
  }

  @Test("needs a key that is named, where there are several")
  func keys() throws {
    try user.plugctl("index", "init", "index").succeeded()
    try user.plugctl("key", "generate", "second", "--unencrypted").succeeded()
    #expect(try user.plugctl("publish", "vector", "--to", "index").code == "key.not-found")
    try user.plugctl("publish", "vector", "--to", "index", "--sign", "second").succeeded()
  }

  @Test("makes a submission of it too")
  func submission() throws {
    try user.plugctl("index", "init", "index", "--add", "mine").succeeded()
    try user.plugctl("publish", "vector", "--output", "submission").succeeded()
    try user.plugctl("index", "accept", "submission", "--to", "index").succeeded()
    try user.plugctl("install", "acme/vector").succeeded()
  }

  @Test("refuses what was not built, and leaves the index as it was")
  func unbuilt() throws {
    try user.plugctl("index", "init", "index").succeeded()
    try user.plugctl("init", "hello", "--template", "c").succeeded()
    let former = try FileListing(["\(user.work)/index"])
    #expect(try user.plugctl("publish", "vector", "hello", "--to", "index").exit == 13)
    #expect(try FileListing(["\(user.work)/index"]) == former)
  }

  @Test("a name of an index that is taken makes no second index")
  func taken() throws {
    try user.plugctl("index", "init", "index", "--add", "mine").succeeded()
    #expect(try user.plugctl("index", "init", "other", "--add", "mine").code == "index.exists")
    #expect(!FileSystem.exists("\(user.work)/other"))
  }
}
