import Files
import PkgCore
import TestSupport
import Testing

@Suite("an operator's index in a folder that others can write")
struct ServedFolderTests {
  let examples: Examples
  let index: ExampleIndex
  let owner: TestFolder

  init() throws {
    examples = try Examples.shared.get()
    (index, owner) = try examples.index.copy()
  }

  private var author: Sandbox { examples.workshop.author }

  /// Puts another index's metadata there, all but these files.
  private func replaceMetadata(keeping kept: [String]) throws {
    let stranger = try Workshop()
    let other = try stranger.makeIndex()
    try other.publish(stranger.packExtension("intruder", "1.0.0")).succeeded()
    for name in try FileSystem.names(in: "\(other.path)/metadata") where !kept.contains(name) {
      try FileSystem.replace(
        "\(index.path)/metadata/\(name)", with: FileSystem.read("\(other.path)/metadata/\(name)"))
    }
  }

  @Test(
    "has nothing signed that the operator's own keys did not sign",
    arguments: [["root.json", "1.root.json"], []])
  func stranger(kept: [String]) throws {
    try replaceMetadata(keeping: kept)
    let before = try FileListing([index.path])
    let fresh = try examples.workshop.packExtension("fresh", "1.0.0")
    for command in [
      ["publish", "--to", index.path, fresh], ["index", "renew", index.path],
      ["yank", "acme/delta@1.0.0", "--to", index.path],
    ] {
      let outcome = try author.plugctl(command)
      #expect(outcome.exit == 5 && outcome.code == "trust.signature", "\(outcome)")
    }
    #expect(try FileListing([index.path]).difference(from: before) == [])
  }

  @Test(
    "has nothing signed over metadata that was altered",
    arguments: ["timestamp.json", "snapshot.json", "targets.json", "root.json"])
  func altered(suffix: String) throws {
    let folder = "\(index.path)/metadata"
    for name in try FileSystem.names(in: folder) where name.hasSuffix(suffix) {
      let text = String(decoding: try FileSystem.read("\(folder)/\(name)"), as: UTF8.self)
      // A longer life, as somebody would want it who holds news back.
      let changed = text.replacing("\"expires\":\"2", with: "\"expires\":\"3")
        .replacing("\"expires\": \"2", with: "\"expires\": \"3")
      try #require(changed != text)
      try FileSystem.replace("\(folder)/\(name)", with: Array(changed.utf8))
    }
    let before = try FileListing([index.path])
    let outcome = try author.plugctl("index", "renew", index.path)
    #expect(outcome.exit == 5 && outcome.code == "trust.signature", "\(outcome)")
    #expect(try FileListing([index.path]).difference(from: before) == [])
  }

  enum Place: CaseIterable, Sendable { case same, below, dots, link, usualLink, linkedIndex }

  @Test("never has the secret keys in it, by whatever path", arguments: Place.allCases)
  func keys(place: Place) throws {
    let user = try Sandbox()
    let site = "\(user.work)/site"
    try FileSystem.makeFolders("\(site)/secret")
    var command = ["index", "init", site]
    switch place {
    case .same: command += ["--keys", site]
    case .below: command += ["--keys", "\(site)/new/keys"]
    case .dots: command += ["--keys", "\(user.work)/other/../site/secret"]
    case .link:
      try FileSystem.link("\(user.work)/elsewhere", to: site)
      command += ["--keys", "\(user.work)/elsewhere/keys"]
    case .usualLink: try FileSystem.link("\(site)-keys", to: "site/secret")
    case .linkedIndex:
      try FileSystem.link("\(user.work)/elsewhere", to: site)
      command = ["index", "init", "\(user.work)/elsewhere", "--keys", "\(site)/secret"]
    }
    let before = try FileListing([user.work])
    let outcome = try user.plugctl(command)
    #expect(outcome.exit == 2 && outcome.code == "usage.invalid-value", "\(outcome)")
    #expect(outcome.hint?.contains("--keys") == true, "\(outcome)")
    #expect(try FileListing([user.work]).difference(from: before) == [])
  }

  @Test("may have a name that begins as the keys' does")
  func neighbours() throws {
    let user = try Sandbox()
    try user.plugctl("index", "init", "site", "--keys", "site-secret").succeeded()
    let secrets = try FileListing([user.work]).entries.keys.filter { $0.hasSuffix(".key") }
    #expect(secrets.allSatisfy { $0.hasPrefix("\(user.work)/site-secret/") } && secrets.count == 3)
  }
}
