import Files
import PkgCore
import TestSupport
import Testing

@Suite("a publisher that hands on to its next key", .takes(lessThan: .seconds(180)))
struct RotationTests {
  let user: Sandbox
  let workshop: Workshop
  let index: ExampleIndex

  init() throws {
    user = try Sandbox()
    workshop = try Workshop()
    index = try workshop.makeIndex()
    // For community plugins, which somebody must have taken once.
    try user.folder.write("home/.config/plugctl/policy.yaml", "schema: 1\npublishers: any\n")
    try workshop.author.plugctl("key", "generate", "next", "--unencrypted").succeeded()
  }

  /// Who vouches for the publisher: the index, or nobody.
  enum Kind: CaseIterable { case vouched, community }

  private func pack(_ name: String, _ version: String, _ key: String = "maker") throws -> String {
    try workshop.pack(
      .init(name: name, version: version),
      library: workshop.extensionLibrary(name, version), key: key)
  }

  private func begin(_ kind: Kind = .vouched) throws {
    if kind == .community { try FileSystem.remove("\(index.path)-keys/targets.key") }
    try index.publish(pack("vector", "1.0.0"), pack("other", "1.0.0")).succeeded()
    try user.add(index)
    try user.plugctl("install", "acme/vector", "acme/other").succeeded()
  }

  @discardableResult
  private func rotate(_ old: String = "maker", _ new: String = "next") throws -> Outcome {
    try workshop.author.plugctl("key", "rotate", old, new, "--publisher", "acme").succeeded()
  }

  private func id(_ key: String) throws -> String {
    let keys = try workshop.author.plugctl("key", "list", "--json").data().arrayValue ?? []
    return try #require(
      keys.first { $0["name"]?.stringValue == key }?["id"]?.stringValue)
  }

  private func record(_ name: String) throws -> JSON {
    let folder = "\(index.path)/targets/i/acme"
    let all = try FileSystem.names(in: folder).filter { $0.hasSuffix(".\(name).json") }.map {
      try JSONParser.parse(FileSystem.read("\(folder)/\($0)"))
    }
    return try #require(
      all.max { ($0["sequence"]?.integerValue ?? 0) < ($1["sequence"]?.integerValue ?? 0) })
  }

  @Test("is followed by upgrades without a question, for all its plugins", arguments: Kind.allCases)
  func followed(kind: Kind) throws {
    try begin(kind)
    try rotate()
    let published = try index.publish(pack("vector", "1.1.0", "next")).succeeded()
    #expect(published.output.contains("signs with another key from now on: sha256:"))
    for name in ["vector", "other"] {
      let record = try record(name)
      #expect(record["keys"]?.arrayValue?.count == 2, "\(name)")
      #expect(record["rotations"]?.arrayValue?.count == 1, "\(name)")
    }
    // What comes later needs no statement any more, nor does a plugin that is new.
    try FileSystem.removeTree("\(workshop.author.configuration)/keys/rotations")
    try index.publish(pack("other", "1.1.0", "next"), pack("third", "1.0.0", "next")).succeeded()
    try user.plugctl("upgrade").succeeded()
    try user.plugctl("install", "acme/third").succeeded()
    #expect(try user.list() == ["other 1.1.0", "third 1.0.0", "vector 1.1.0"])
    try workshop.author.plugctl("index", "check", index.path).succeeded()
  }

  @Test("is followed over several steps, and by who comes later")
  func several() throws {
    try begin(.community)
    try workshop.author.plugctl("key", "generate", "last", "--unencrypted").succeeded()
    try rotate()
    try rotate("next", "last")
    try index.publish(pack("vector", "2.0.0", "last")).succeeded()
    #expect(try record("vector")["rotations"]?.arrayValue?.count == 2)
    try user.plugctl("upgrade", "vector").succeeded()
    #expect(try user.list() == ["other 1.0.0", "vector 2.0.0"])
  }

  @Test("can't be published without the statement, nor by another's")
  func unstated() throws {
    try begin()
    let archive = try pack("vector", "1.1.0", "next")
    let before = try FileListing([index.path])
    let missing = try index.publish(archive)
    #expect(missing.exit == 5 && missing.code == "signature.invalid", "\(missing)")
    // Said of another publisher, or by another key.
    try workshop.author.plugctl("key", "rotate", "maker", "next", "--publisher", "acne")
      .succeeded()
    try workshop.author.plugctl("key", "generate", "thief", "--unencrypted").succeeded()
    try rotate("thief", "next")
    let false1 = try index.publish(archive)
    #expect(false1.exit == 5 && false1.code == "signature.invalid", "\(false1)")
    #expect(try FileListing([index.path]).difference(from: before) == [])
    // With the statement in a file of its own.
    let statement = try rotate().output
    try FileSystem.removeTree("\(workshop.author.configuration)/keys/rotations")
    try workshop.author.folder.write("work/statement", statement + "\n")
    try workshop.author.folder.write("work/junk", "junk")
    func publish(_ file: String) throws -> Outcome {
      try workshop.author.plugctl("publish", "--to", index.path, "--rotation", file, archive)
    }
    let junk = try publish("junk")
    #expect(junk.exit == 5 && junk.errors.contains("`junk`"), "\(junk)")
    try publish("statement").succeeded()
    try user.plugctl("upgrade").succeeded()
  }

  @Test("has nothing new signed by the key that handed on")
  func former() throws {
    try begin()
    try rotate()
    try index.publish(pack("vector", "1.1.0", "next")).succeeded()
    for (name, version) in [("vector", "1.2.0"), ("other", "1.1.0"), ("new", "1.0.0")] {
      let outcome = try index.publish(pack(name, version))
      #expect(outcome.exit == 5 && outcome.code == "signature.invalid", "\(outcome)")
      #expect(outcome.errors.contains("handed on to"), "\(outcome)")
    }
  }

  @Test("is not followed once its old key was revoked", arguments: Kind.allCases)
  func revoked(kind: Kind) throws {
    try begin(kind)
    let old = try id("maker")
    try rotate()
    try index.publish(pack("vector", "1.1.0", "next")).succeeded()
    try user.plugctl("key", "revoke", old, "--reason", "stolen").succeeded()
    let before = try user.list()
    let outcome = try user.plugctl("upgrade", "vector")
    #expect(outcome.exit == 12 && outcome.code == "key.untrusted", "\(outcome)")
    #expect(outcome.errors.contains("revoked") && outcome.hint?.contains("key trust") == true)
    #expect(try user.list() == before)
    // Nor can the operator take in what a revoked key says.
    try workshop.author.plugctl("key", "generate", "thief", "--unencrypted").succeeded()
    try rotate("next", "thief")
    try workshop.author.plugctl("key", "revoke", "next").succeeded()
    let refused = try index.publish(pack("vector", "1.2.0", "thief"))
    #expect(refused.exit == 5 && refused.code == "signature.invalid", "\(refused)")
  }

  @Test("may send its statement with a submission, with a role of its own and without one")
  func submission() throws {
    try begin()
    let author = workshop.author
    try author.add(index)
    try rotate()
    try author.plugctl(
      "publish", "-o", "sent", "--index", "main", "--key", "next", pack("vector", "1.1.0", "next")
    ).succeeded()
    // The operator has none of the publisher's keys.
    let keeper = try Sandbox()
    let taken = try keeper.plugctl("index", "accept", "\(author.work)/sent", "--to", index.path)
    #expect(try taken.succeeded().output.contains("signs with another key from now on"))
    try user.plugctl("upgrade").succeeded()
    // With a role of its own, whose key stays.
    try FileSystem.replace(
      "\(author.work)/maker.pub", with: FileSystem.read("\(author.configuration)/keys/maker.pub"))
    try author.plugctl(
      "index", "publisher", "rotate", "acme", index.path, "--public-key", "maker.pub",
      "--key", "maker"
    ).succeeded()
    try author.plugctl("key", "generate", "last", "--unencrypted").succeeded()
    let archive = try pack("vector", "1.2.0", "last")
    func submit(_ folder: String) throws -> Outcome {
      try author.plugctl(
        "publish", "-o", folder, "--index", "main", "--key", "maker", archive)
    }
    #expect(try submit("early").code == "signature.invalid")
    try rotate("next", "last")
    try submit("own").succeeded()
    try keeper.plugctl("index", "accept", "\(author.work)/own", "--to", index.path).succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["other 1.0.0", "vector 1.2.0"])
  }
}
