import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("an index with mirrors", .takes(lessThan: .seconds(120)))
struct MirrorTests {
  let examples: Examples
  let user: Sandbox
  let first: WebServer
  let second: WebServer

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    first = try WebServer(examples.index.path)
    second = try WebServer(examples.index.path)
  }

  private func add(_ more: String...) throws {
    let mirrors = ([second.url] + more).flatMap { ["--mirror", $0] }
    try user.plugctl(
      ["index", "add", first.url, "--name", "main", "--trust", examples.index.fingerprint] + mirrors
    ).succeeded()
  }

  enum Fault: CaseIterable, Sendable { case otherBytes, error, silence, trickle, endless, missing }

  private func fail(_ server: WebServer, _ fault: Fault, at prefix: String) {
    server.answers { path in
      guard path.hasPrefix(prefix) else { return .plain }
      return switch fault {
      case .otherBytes: .altered { $0.map { $0 ^ 1 } }
      case .error: .status(500)
      case .silence: .stalled(after: 0)
      case .trickle: .stalled(after: 10)
      case .endless: .altered { $0 + [UInt8](repeating: 0x20, count: 1 << 20) }
      case .missing: .status(404)
      }
    }
  }

  @Test(
    "uses the next server for archives where one is bad, and names the bad one (a09, a19)",
    arguments: Fault.allCases)
  func archives(fault: Fault) throws {
    try add()
    fail(first, fault, at: "/a/")
    let outcome = try user.plugctl("install", "alpha", "delta").succeeded()
    #expect(try user.list() == ["alpha 2.0.0", "delta 1.1.0"])
    #expect(outcome.errors.contains("warning[network.mirror]: `\(first.url)` failed"))
    #expect(outcome.errors.contains("hint: "), "\(outcome)")
    #expect(second.requests.contains { $0.hasPrefix("/a/") })
    // One warning for one server, however many files it failed at.
    #expect(outcome.errors.split(separator: "\n").count { $0.hasPrefix("warning[") } == 1)
  }

  @Test(
    "uses the next server for metadata where one is bad, and names the bad one (a19)",
    arguments: Fault.allCases)
  func metadata(fault: Fault) throws {
    try add()
    fail(first, fault, at: "/metadata/timestamp")
    let outcome = try user.plugctl("update").succeeded()
    #expect(outcome.errors.contains("warning[network.mirror]: `\(first.url)` failed"), "\(outcome)")
    #expect(!outcome.errors.contains(second.url))
  }

  @Test("does not ask a server again that can't be reached, in the same command")
  func once() throws {
    try add()
    let before = first.requests.count
    first.answers { _ in .status(500) }
    try user.plugctl("update").succeeded()
    try user.plugctl("install", "delta").succeeded()
    // The next root of the one command, the record of the other.
    #expect(first.requests.count - before == 2, "\(first.requests.dropFirst(before))")
  }

  @Test("is reached by its mirrors alone where nobody listens at its own address")
  func refused() throws {
    let (socket, dead) = try WebServer.listening()
    close(socket)
    let outcome = try user.plugctl(
      "index", "add", dead, "--name", "main", "--trust", examples.index.fingerprint, "--mirror",
      second.url
    ).succeeded()
    #expect(outcome.errors.contains("warning[network.mirror]: `\(dead)` failed"), "\(outcome)")
    try user.plugctl("install", "alpha").succeeded()
    let json = try user.plugctl("index", "list", "--json").data()
    #expect(json.arrayValue?.first?["mirrors"]?.arrayValue?.first?.stringValue == second.url)
    let cells = try user.plugctl("index", "list").succeeded().lines[0].split(separator: "\t")
    #expect(cells.count == 4 && cells[3] == second.url)
  }

  @Test("names every server where none is good, with the last one's code")
  func allBad() throws {
    try add()
    fail(first, .error, at: "/a/")
    fail(second, .otherBytes, at: "/a/")
    let outcome = try user.plugctl("install", "alpha")
    #expect(outcome.exit == 5 && outcome.code == "archive.mismatch", "\(outcome)")
    #expect(outcome.errors.contains("before: `\(first.url)/a/"), "\(outcome)")
    #expect(try user.list() == [])
  }

  @Test("has its next root from the server that has it, though a bad mirror denies it")
  func hiddenRoot() throws {
    let third = try WebServer(examples.index.path)
    try add(third.url)
    // The index itself can't be asked; the first mirror hides the root, the second does not.
    first.answers { _ in .status(500) }
    second.answers { $0.hasSuffix(".root.json") ? .status(404) : .plain }
    let before = third.requests.count
    try user.plugctl("update").succeeded()
    #expect(third.requests.dropFirst(before).contains("/metadata/2.root.json"))
  }

  @Test("believes its own server that there is no next root, without asking mirrors")
  func noNextRoot() throws {
    try add()
    let before = second.requests.count
    try user.plugctl("update").succeeded()
    #expect(second.requests.count == before)
  }

  @Test("has a plugin refused that another index has too (a13)")
  func confusion() throws {
    let stranger = try Workshop()
    let other = try stranger.makeIndex()
    try other.publish(stranger.packExtension("alpha", "9.0.0")).succeeded()
    try add()
    try user.add(other, name: "other")
    for command in [["install", "alpha"], ["install", "acme/alpha@9.0.0"], ["install", "beta"]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.code == "name.ambiguous" && outcome.exit == 3, "\(outcome)")
      #expect(outcome.hint != nil)
    }
    #expect(try user.list() == [])
  }
}
