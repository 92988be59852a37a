import Files
import PkgCore
import TestSupport
import Testing

@Suite("an install without a network", .takes(lessThan: .seconds(120)))
struct OfflineTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index, at: "file://\(examples.index.path)")
  }

  /// What a command says is missing: kind, plugin, version, whether there is a size.
  private func missing(_ arguments: String...) throws -> (lines: [String], outcome: Outcome) {
    let outcome = try user.plugctl(arguments + ["--offline", "--json"])
    let details = try outcome.document()["error"]?["details"]?["missing"]?.arrayValue ?? []
    let lines = details.map { file in
      [
        file["kind"]?.stringValue, file["id"]?.stringValue, file["version"]?.stringValue,
        file["size"]?.integerValue.map { $0 > 0 ? "sized" : "" },
      ].compactMap { $0 }.joined(separator: " ")
    }
    return (lines, outcome)
  }

  private func forget(_ path: String) throws { try FileSystem.removeTree("\(user.cache)/\(path)") }

  @Test("names every archive that is missing, at once")
  func archives() throws {
    try user.plugctl("install", "beta", "delta", "--dry-run").succeeded()
    let (lines, outcome) = try missing("install", "beta", "delta")
    #expect(
      lines.sorted() == [
        "archive acme/alpha 1.1.0 sized", "archive acme/beta 1.0.0 sized",
        "archive acme/delta 1.1.0 sized",
      ])
    #expect(outcome.exit == 6)
    let total = try outcome.document()["error"]?["details"]?["size"]?.integerValue
    #expect(total ?? 0 > 0)
    #expect(try user.list() == [])
  }

  @Test("names every record and what is known to be needed beyond them")
  func records() throws {
    try user.plugctl("install", "beta", "delta", "bulk", "--dry-run").succeeded()
    try forget("index/main/i/acme/alpha.json")
    try forget("index/main/i/acme/bulk.json")
    let (lines, outcome) = try missing("install", "acme/beta", "acme/delta", "acme/bulk")
    #expect(
      lines.sorted() == [
        "archive acme/beta 1.0.0 sized", "archive acme/delta 1.1.0 sized",
        "record acme/alpha sized", "record acme/bulk sized",
      ], "\(outcome)")
  }

  @Test("names metadata that was never fetched, by its file")
  func metadata() throws {
    let (lines, outcome) = try missing("install", "acme/beta")
    #expect(lines == ["metadata acme/beta"], "\(outcome)")
    #expect(outcome.output.contains("metadata/") && outcome.output.contains("trusted.json"))
  }

  @Test("names nothing that is here: an archive, a tree")
  func exactly() throws {
    try user.plugctl("install", "alpha@1.1.0").succeeded()
    try user.plugctl("install", "beta", "--dry-run").succeeded()
    #expect(try missing("install", "beta").lines == ["archive acme/beta 1.0.0 sized"])
    // The tree alone will do.
    try forget("blobs")
    #expect(try missing("install", "beta").lines == ["archive acme/beta 1.0.0 sized"])
    try user.plugctl("install", "beta").succeeded()
    try user.plugctl("remove", "beta").succeeded()
    try forget("blobs")
    try user.plugctl("install", "beta", "--offline").succeeded()
  }

  @Test("says which command fetches it, and that command does")
  func hint() throws {
    try user.plugctl("install", "beta", "--dry-run").succeeded()
    let outcome = try user.plugctl("install", "beta", "--offline")
    let hint = try #require(outcome.hint)
    let commands = hint.split(separator: "`").filter { $0.hasPrefix("plugctl bundle") }
    #expect(commands.count == 2, "\(hint)")
    let maker = try Sandbox()
    try maker.add(examples.index)
    let create = commands[0].split(separator: " ").dropFirst().map(String.init)
    try maker.plugctl(create).succeeded()
    try user.folder.write("work/plugins.tar", FileSystem.read("\(maker.work)/plugins.tar"))
    try user.plugctl(commands[1].split(separator: " ").dropFirst().map(String.init)).succeeded()
    #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test("tells the same of upgrade, lock and sync")
  func otherCommands() throws {
    try user.plugctl("install", "alpha@1.0.0").succeeded()
    #expect(try missing("upgrade").lines == ["archive acme/alpha 2.0.0 sized"])
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins: { acme/delta: \"*\" }\n")
    try project.plugctl("lock").succeeded()
    try FileSystem.removeTree("\(project.user.cache)/blobs")
    let outcome = try project.plugctl("sync", "--frozen", "--offline")
    #expect(outcome.exit == 6 && outcome.errors.contains("acme/delta 1.1.0"), "\(outcome)")
  }

  @Test("tells what a bundle or a mirror lacks")
  func copies() throws {
    try user.plugctl("install", "beta", "--dry-run").succeeded()
    let (lines, outcome) = try missing("bundle", "create", "-o", "x.tar", "beta")
    #expect(lines.contains("archive acme/beta 1.0.0 sized"), "\(outcome)")
    #expect(lines.contains("metadata"), "\(outcome)")
    #expect(!FileSystem.exists("\(user.work)/x.tar"))
    #expect(try missing("mirror", "m").outcome.exit == 6)
  }
}
