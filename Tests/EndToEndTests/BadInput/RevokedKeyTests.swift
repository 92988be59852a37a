import Files
import PkgCore
import TestSupport
import Testing

@Suite("a revoked key")
struct RevokedKeyTests {
  let user: Sandbox
  let archive: String

  init() throws {
    user = try Sandbox()
    let examples = try Examples.shared.get()
    let made = try #require(examples.archives["delta 1.1.0"])
    archive = try user.folder.write("work/delta.tar.zst", try FileSystem.read(made))
    try user.plugctl("key", "generate", "mine", "--unencrypted").succeeded()
    try user.plugctl("sign", archive, "--key", "mine").succeeded()
    try user.plugctl("verify", archive).succeeded()
  }

  private var lists: [String] {
    ["\(user.state)/trust/revoked.json", "\(user.configuration)/revoked.json"]
  }

  @Test("signs nothing any more")
  func sign() throws {
    try user.plugctl("key", "revoke", "mine", "--reason", "lost").succeeded()
    let before = try FileSystem.read("\(archive).minisig")
    let outcome = try user.plugctl("sign", archive, "--key", "mine")
    #expect(outcome.exit == 5 && outcome.code == "key.revoked", "\(outcome)")
    #expect(outcome.errors.contains("lost") && outcome.hint?.contains("another key") == true)
    #expect(try FileSystem.read("\(archive).minisig") == before)
  }

  @Test("stays revoked where one of the two lists is lost", arguments: [0, 1])
  func loss(place: Int) throws {
    try user.plugctl("key", "revoke", "mine", "--reason", "lost").succeeded()
    if place == 0 {
      try FileSystem.removeTree("\(user.state)/trust")
    } else {
      try FileSystem.remove(lists[place])
    }
    for command in [["verify", archive], ["install", archive], ["sign", archive]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit == 5 && outcome.code == "key.revoked", "\(outcome)")
    }
    #expect(try user.plugctl("key", "list").succeeded().output.contains("\trevoked\t"))
    // The next revocation mends the list.
    try user.plugctl("key", "revoke", "0123456789ABCDEF").succeeded()
    #expect(try FileSystem.read(lists[0]) == FileSystem.read(lists[1]))
    #expect(try user.plugctl("verify", archive).code == "key.revoked")
  }

  @Test("list that can't be read is an error, and never an empty one", arguments: [0, 1])
  func damaged(place: Int) throws {
    for text in ["{", "{\"schema\":1}", "{\"schema\":1,\"keys\":[{\"id\":\"?\"}]}"] {
      try FileSystem.makeFolders(FileSystem.folder(of: lists[place]))
      try FileSystem.replace(lists[place], with: Array(text.utf8))
      let outcome = try user.plugctl("verify", archive)
      #expect(outcome.exit == 5 && outcome.code == "trust.malformed", "\(outcome)")
      #expect(outcome.errors.contains(lists[place]) && outcome.hint != nil, "\(outcome)")
    }
  }

  @Test("is known by its number, however many zeros it is written with")
  func zeros() throws {
    // minisign leaves leading zeros out: one id of sixteen is shorter.
    var found: (name: String, id: String)?
    for number in 0..<400 where found == nil {
      let made = try user.plugctl("key", "generate", "k\(number)", "--unencrypted", "--json")
      let id = try #require(try made.succeeded().data()["id"]?.stringValue)
      if id.count < 16 { found = ("k\(number)", id) }
    }
    let (name, id) = try #require(found)
    let padded = String(repeating: "0", count: 16 - id.count) + id.lowercased()
    try user.plugctl("key", "revoke", padded).succeeded()
    #expect(try user.plugctl("sign", archive, "--key", name).code == "key.revoked")
    // As another program may have written the list.
    let list = "{\"schema\":1,\"keys\":[{\"id\":\"\(padded)\"}]}"
    for path in lists { try FileSystem.replace(path, with: Array(list.utf8)) }
    #expect(try user.plugctl("sign", archive, "--key", name).code == "key.revoked")
  }

  @Test("has what it signed of the installed plugins named at once, until they are gone (a17)")
  func installed() throws {
    let (index, owner) = try Examples.shared.get().index.copy()
    try user.add(index)
    try user.plugctl("install", archive, "alpha@1.0.0").succeeded()
    let all = try user.plugctl("list", "--json").data().arrayValue ?? []
    #expect(all.count == 2)
    let key = try user.plugctl("policy", "check", "alpha@1.0.0", "--json").data()["key"]
    let id = try #require(key?.stringValue)
    let outcome = try user.plugctl("key", "revoke", id.lowercased()).succeeded()
    #expect(outcome.lines[0] == "revoked the key \(id)")
    #expect(outcome.lines.contains("  acme/alpha 1.0.0 (sqlite, user scope)"), "\(outcome)")
    #expect(outcome.lines.contains("remove it: plugctl remove acme/alpha"), "\(outcome)")
    #expect(!outcome.output.contains("delta"), "\(outcome)")
    let audit = try user.plugctl("audit", "--exit-code")
    #expect(audit.exit == 20 && audit.output.contains("error[revoked]: acme/alpha"), "\(audit)")
    #expect(!audit.output.contains("acme/delta"), "\(audit)")
    // What is installed stays, and goes only where it is told to.
    #expect(try user.list() == ["alpha 1.0.0", "delta 1.1.0"])
    #expect(try user.plugctl("upgrade", "alpha").code == "key.revoked")
    try user.plugctl("remove", "acme/alpha").succeeded()
    try user.plugctl("audit", "--exit-code").succeeded()
    let again = try user.plugctl("key", "revoke", id, "--json").succeeded().data()
    #expect(again["installed"]?.arrayValue?.count == 0)
    let mine = try user.plugctl("key", "revoke", "mine", "--json").succeeded().data()
    #expect(mine["installed"]?.arrayValue?.first?["id"]?.stringValue == "acme/delta")
    _ = owner
  }

  @Test("has the plugins of a project and of its user named")
  func scopes() throws {
    let outer = try Sandbox(["PLUGCTL_SCOPE": ""])
    try outer.add(Examples.shared.get().index, scope: "user")
    try outer.plugctl("install", "alpha@1.0.0", "--scope", "user").succeeded()
    try outer.folder.write("work/plugctl.yaml", "schema: 1\nhost: sqlite\n")
    try outer.plugctl("install", "delta").succeeded()
    let key = try outer.plugctl("policy", "check", "delta", "--json").data()["key"]
    let revoked = try outer.plugctl("key", "revoke", try #require(key?.stringValue)).succeeded()
    #expect(revoked.lines.contains("  acme/delta 1.1.0 (sqlite, project scope)"), "\(revoked)")
    #expect(revoked.lines.contains("  acme/alpha 1.0.0 (sqlite, user scope)"), "\(revoked)")
  }

  @Test("is revoked also where what is installed can't be read")
  func unreadable() throws {
    try user.plugctl("install", archive).succeeded()
    for generation in try FileSystem.names(in: "\(user.data)/hosts/sqlite/gens") {
      try user.folder.write(
        "home/.local/share/plugctl/hosts/sqlite/gens/\(generation)/manifest.json", "{")
    }
    let outcome = try user.plugctl("key", "revoke", "mine").succeeded()
    #expect(outcome.errors.contains("the key is revoked"), "\(outcome)")
    #expect(try user.plugctl("verify", archive).code == "key.revoked")
  }

  @Test("publishes nothing any more")
  func publish() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    try index.publish(workshop.packExtension("early", "1.0.0")).succeeded()
    let later = try workshop.packExtension("early", "1.1.0")
    try workshop.author.plugctl("key", "revoke", "maker").succeeded()
    let outcome = try index.publish(later)
    #expect(outcome.exit == 5 && outcome.code == "key.revoked", "\(outcome)")
    try user.add(index)
    #expect(!(try user.plugctl("versions", "early").output.contains("1.1.0")))
  }
}

@Suite("a folder of trusted keys")
struct TrustedKeysFolderTests {
  let user: Sandbox

  init() throws { user = try Sandbox() }

  @Test("with a file that is no key works without it, and names it once")
  func junk() throws {
    try user.plugctl("key", "generate", "mine", "--unencrypted").succeeded()
    let folder = "\(user.configuration)/keys.d"
    try FileSystem.makeFolders("\(folder)/sub.pub")
    try FileSystem.replace("\(folder)/junk.pub", with: Array("not a key\n".utf8))
    let listed = try user.plugctl("key", "list").succeeded()
    #expect(listed.lines.count == 1)
    for name in ["junk.pub", "sub.pub"] {
      let warnings = listed.errors.split(separator: "\n").filter {
        $0.contains("`\(folder)/\(name)` is no public key")
      }
      #expect(warnings.count == 1 && warnings[0].hasPrefix("warning["), "\(listed)")
    }
    let made = try #require(Examples.shared.get().archives["delta 1.1.0"])
    let archive = try user.folder.write("work/delta.tar.zst", try FileSystem.read(made))
    try user.plugctl("sign", archive).succeeded()
    try user.plugctl("verify", archive).succeeded()
  }

  @Test("takes in nothing that is neither a file nor a key")
  func nothing() throws {
    for command in [["key", "trust", "nope"], ["verify", "x", "--key", "nope"]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit == 3 && outcome.code == "system.not-found", "\(outcome)")
      #expect(outcome.errors.contains("`nope` is neither a file nor a public key"), "\(outcome)")
    }
    let huge = try user.folder.write("work/huge.pub", [UInt8](repeating: 0x41, count: 1 << 20))
    let outcome = try user.plugctl("key", "trust", huge)
    #expect(outcome.exit == 13 && outcome.code == "system.too-large", "\(outcome)")
    #expect(outcome.errors.contains("`\(huge)` is larger than"), "\(outcome)")
  }
}
