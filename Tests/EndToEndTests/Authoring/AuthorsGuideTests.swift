import Files
import TestSupport
import Testing

/// What docs/authors.md tells authors to type is what runs, from an empty home. One after the other: each builds.
@Suite("the authors' guide", .serialized)
struct AuthorsGuideTests {
  /// A line of the guide's table of languages and hosts.
  struct Way: Sendable, CustomStringConvertible {
    let template: String
    let host: String
    let last: String
    var description: String { "\(template) for \(host)" }
  }

  private static let text: String = {
    let bytes = try? FileSystem.read("\(Programs.repository)/docs/authors.md")
    return String(decoding: bytes ?? [], as: UTF8.self)
  }()

  private static let blocks = GuideTests.blocks(text).map(\.commands)

  static let ways: [Way] = text.split(separator: "\n").compactMap { line in
    let cells = line.split(separator: "|").map {
      $0.trimming { $0 == " " || $0 == "`" }
    }
    guard cells.count == 3, cells[2].hasPrefix("plugctl install ") else { return nil }
    return Way(template: cells[0], host: cells[1], last: cells[2])
  }

  private let user: Sandbox
  init() throws { user = try Sandbox() }

  private func run(_ script: String) throws -> Outcome {
    // Debian's compilers before those of a person's home, which is empty here.
    let swift = Programs.path(of: "swiftc").map(FileSystem.folder(of:)) ?? "/usr/bin"
    return try user.run(
      // Compilers take both processors for a minute; tests with time limits run beside.
      ["nice", "-n", "10", "bash", "-c", "set -euxo pipefail\n" + script],
      with: ["PATH": "\(Programs.folder):/usr/bin:/bin:\(swift)"], seconds: 900)
  }

  @Test("has commands that work, word for word, one after the other")
  func whole() throws {
    try #require(Self.blocks.count >= 5)
    let outcome = try run(Self.blocks.joined(separator: "\n"))
    #expect(outcome.exit == 0, "\(outcome)")
    #expect(try user.list() == ["greeting 0.1.0", "hello 0.2.0", "hello 0.2.0"])
    #expect(try FileSystem.names(in: "\(user.work)/plugins").contains("me-hello.so"))
  }

  @Test(
    "leads from nothing to installed in six commands at most, in each language",
    arguments: AuthorsGuideTests.ways)
  func way(_ way: Way) throws {
    let first = try #require(Self.blocks.first).split(separator: "\n").map(String.init)
    #expect(first.count <= 6)
    let script = first.map { command in
      command.hasPrefix("plugctl install")
        ? way.last
        : command.replacing(
          "--template c --host plug", with: "--template \(way.template) --host \(way.host)")
    }
    #expect(script.contains { $0.contains("--template \(way.template) --host \(way.host)") })
    let outcome = try run(script.joined(separator: "\n"))
    #expect(outcome.exit == 0, "\(outcome)")
    #expect(try user.list() == ["hello 0.1.0"])
    let tested = try user.plugctl("test", "./hello").succeeded()
    #expect(!tested.output.contains("plg-s009"), "\(tested)")
    // The language's own tests, where the project has some.
    let names = try FileSystem.names(in: "\(user.work)/hello")
    if names.contains(where: { $0.hasSuffix("_test.go") }) {
      let tested = try run("cd hello && go test ./...").succeeded()
      #expect(tested.output.contains("ok"), "\(tested)")
    }
    if names.contains("Cargo.toml") {
      let tested = try run("cd hello && cargo test --offline").succeeded()
      #expect(tested.output.contains("test result: ok"), "\(tested)")
    }
  }

  @Test("tells of every template")
  func all() throws {
    #expect(
      Set(Self.ways.map(\.template)) == ["c", "cpp", "go", "go-plugin", "rust", "swift"])
    #expect(Self.ways.count == 14)
  }
}

extension Substring {
  /// Without letters at both ends.
  fileprivate func trimming(_ isPadding: (Character) -> Bool) -> String {
    var rest = self
    while let first = rest.first, isPadding(first) { rest.removeFirst() }
    while let last = rest.last, isPadding(last) { rest.removeLast() }
    return String(rest)
  }
}
