import Files
import PkgCore
import TestSupport
import Testing

@Suite("a trust memory that is lost")
struct LostTrustTests {
  let user: Sandbox
  let index: ExampleIndex

  init() throws {
    user = try Sandbox()
    index = try Examples.shared.get().index
    try user.add(index)
    try user.plugctl("install", "delta@1.0.0").succeeded()
  }

  private var trust: String { "\(user.state)/trust" }

  @Test("as a whole is an error of every change, and is mended in two steps; what runs goes on")
  func whole() throws {
    try FileSystem.removeTree(trust)
    let before = try user.installed()
    #expect(try user.list() == ["delta 1.0.0"])
    for command in [["upgrade"], ["install", "alpha"]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit == 5 && outcome.code == "trust.missing", "\(outcome)")
    }
    let removal = try user.plugctl("remove", "delta")
    #expect(
      removal.exit == 5 && removal.code == "trust.missing"
        && removal.hint?.contains("plugctl recover --trust") == true, "\(removal)")
    #expect(try user.installed().difference(from: before) == [])
    // Whom to trust only its user can say.
    let early = try user.plugctl("recover", "--trust")
    #expect(early.exit == 5 && early.code == "trust.missing", "\(early)")
    #expect(try user.plugctl("remove", "delta").code == "trust.missing")
    try user.plugctl("index", "remove", "main").succeeded()
    try user.add(index)
    #expect(try user.plugctl("upgrade").code == "trust.missing")
    try user.plugctl("recover", "--trust").succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
    let known = String(
      decoding: try FileSystem.read("\(trust)/publishers.json"), as: UTF8.self)
    #expect(known.contains("acme"))
  }

  @Test("in part is an error too", arguments: ["publishers.json", "records.json", "seal.key"])
  func part(file: String) throws {
    try FileSystem.remove("\(trust)/\(file)")
    let outcome = try user.plugctl("upgrade")
    #expect(outcome.exit == 5 && outcome.code == "trust.missing", "\(outcome)")
    try user.plugctl("recover", "--trust").succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(FileSystem.exists("\(trust)/\(file)"))
  }

  @Test("has the seal's secret for its user alone, and keeps it")
  func secret() throws {
    let before = try FileSystem.read("\(trust)/seal.key")
    #expect(before.count == 32)
    #expect(try FileSystem.status("\(trust)/seal.key").mode & 0o777 == 0o600)
    try user.plugctl("upgrade").succeeded()
    #expect(try FileSystem.read("\(trust)/seal.key") == before)
  }
}
