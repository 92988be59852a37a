import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("a store that came with a checkout")
struct HostileStoreTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
    try FileSystem.replace("\(user.work)/plugctl.yaml", with: Array("schema: 1\n".utf8))
  }

  private var store: String { "\(user.work)/.plugctl" }

  @Test("brings no library in under the name of a genuine tree")
  func plantedTree() throws {
    try user.plugctl("install", "delta", "--scope", "project").succeeded()
    try user.plugctl("remove", "delta", "--scope", "project").succeeded()
    let tree = try #require(FileSystem.names(in: "\(store)/trees").first)
    let library = "\(store)/trees/\(tree)/delta.so"
    let genuine = try FileSystem.read(library)
    try FileSystem.replace(library, with: genuine + [0])
    try user.plugctl("install", "delta", "--scope", "project").succeeded()
    #expect(try FileSystem.read(library) == genuine)
  }

  /// What somebody else's commit holds: a project with its store, installed with another home.
  private func checkout() throws {
    let other = try Sandbox()
    try other.add(examples.index)
    try other.folder.write("work/plugctl.yaml", "schema: 1\n")
    try other.plugctl("install", "delta", "--scope", "project").succeeded()
    try user.run(["cp", "-a", "\(other.work)/.", user.work]).succeeded()
  }

  @Test("is not believed until its plugins are verified here; the trees are used again")
  func strange() throws {
    try checkout()
    let listed = try user.plugctl("list", "--scope", "project")
    #expect(listed.exit == 0 && listed.output == "", "\(listed)")
    #expect(listed.errors.contains("warning[store.unverified]"), "\(listed)")
    let refused = try user.plugctl("rollback", "1", "--scope", "project")
    #expect(refused.exit == 5 && refused.code == "store.unverified", "\(refused)")
    #expect(try user.plugctl("diff", "--scope", "project", "--exit-code").exit == 20)
    let synced = try user.plugctl("sync", "--scope", "project").succeeded()
    #expect(synced.output.contains("installed acme/delta 1.1.0"), "\(synced)")
    let quiet = try user.plugctl("list", "--scope", "project")
    #expect(quiet.output.contains("acme/delta\t1.1.0") && quiet.errors.isEmpty, "\(quiet)")
    #expect(try user.plugctl("sync", "--scope", "project").succeeded().output == "nothing to do\n")
    let again = try user.plugctl("rollback", "1", "--scope", "project")
    #expect(again.code == "store.unverified", "\(again)")
  }

  @Test("is not believed either where its manifest was changed, or its seal was taken from another")
  func changed() throws {
    try user.plugctl("install", "delta", "--scope", "project").succeeded()
    try user.plugctl("install", "taken", "--scope", "project").succeeded()
    let generations = "\(store)/hosts/sqlite/gens"
    for name in ["manifest.json", "seal"] {
      let path = "\(generations)/2/\(name)"
      let genuine = try FileSystem.read(path)
      let other = try FileSystem.read("\(generations)/1/\(name)")
      let text = String(decoding: other, as: UTF8.self).split(separator: "\n").map {
        $0.contains("\"generation\"") ? "  \"generation\": 2," : String($0)
      }.joined(separator: "\n")
      try FileSystem.replace(path, with: Array(text.utf8))
      let listed = try user.plugctl("list", "--scope", "project")
      #expect(
        listed.output == "" && listed.errors.contains("store.unverified"), "\(name): \(listed)")
      try FileSystem.replace(path, with: genuine)
    }
    #expect(try user.plugctl("list", "--scope", "project").lines.count == 2)
  }

  @Test("names no folder outside of the project")
  func viewFolder() throws {
    try user.plugctl("install", "delta", "--scope", "project").succeeded()
    let manifest = "\(store)/hosts/sqlite/gens/1/manifest.json"
    let text = String(decoding: try FileSystem.read(manifest), as: UTF8.self)
    let hostile = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.contains("\"path\"") ? "  \"viewFolder\": \"\(user.home)\",\n\(line)" : String(line)
    }.joined(separator: "\n")
    #expect(hostile != text)
    try FileSystem.replace(manifest, with: Array(hostile.utf8))
    let outcome = try user.plugctl("recover", "--scope", "project")
    #expect(outcome.exit == 5 && outcome.code == "store.damaged", "\(outcome)")
    #expect(try !FileSystem.names(in: user.home).contains("delta.so"))
  }

  @Test(
    "counts only where it is the user's own",
    .enabled(if: geteuid() == 0, "only root can give a file away"))
  func foreignProject() throws {
    #expect(chown("\(user.work)/plugctl.yaml", 65_534, 65_534) == 0)
    let outcome = try user.plugctl("list", "--scope", "project")
    #expect(outcome.exit == 12 && outcome.code == "project.untrusted", "\(outcome)")
    // Not asked for, it is passed over with a word.
    let usual = try user.plugctl("list", with: ["PLUGCTL_SCOPE": ""])
    #expect(usual.exit == 0 && usual.errors.contains("warning[project.untrusted]"), "\(usual)")
  }
}

@Suite("keys of what is installed")
struct InstalledKeyTests {
  @Test("a revoked one is refused also where the files are here already")
  func revoked() throws {
    let examples = try Examples.shared.get()
    let user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "delta").succeeded()
    try user.plugctl("remove", "delta").succeeded()
    let signature = String(
      decoding: try FileSystem.read(examples.archives["delta 1.1.0", default: ""] + ".minisig"),
      as: UTF8.self)
    let line = try #require(signature.split(separator: "\n").dropFirst().first)
    let blob = try #require(bytes(base64: String(line)))
    let id = blob[2..<10].reversed().map { [$0].hex }.joined().uppercased()
    try user.plugctl("key", "revoke", id, "--reason", "lost").succeeded()
    let outcome = try user.plugctl("install", "delta")
    #expect(outcome.exit == 5 && outcome.code == "key.revoked", "\(outcome)")
  }
}
