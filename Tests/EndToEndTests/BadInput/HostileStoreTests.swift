import Files
import Glibc
import PkgCore
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
