import Files
import PkgCore
import TestSupport
import Testing

@Suite("the threat model")
struct ThreatModelTests {
  @Test("names for each of its 27 attacks a test that is there")
  func table() throws {
    let text = String(
      decoding: try FileSystem.read("\(Programs.repository)/docs/threat-model.md"), as: UTF8.self)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| a") }
    let ids = rows.map { String($0.dropFirst(2).prefix(3)) }
    #expect(ids == (1...27).map { $0 < 10 ? "a0\($0)" : "a\($0)" })
    let sources = try Self.sources("\(Programs.repository)/Tests")
    for row in rows {
      let cell = row.split(separator: "|").last.map(String.init) ?? ""
      let tests = Self.between("`", cell).map { "def \($0)(" }
      let suites = Self.between("\"", cell).map { "@Suite(\"\($0)\"" }
      #expect(!(tests + suites).isEmpty, "\(row)")
      for name in tests + suites {
        // A suite's title may stand on a line of its own.
        let folded = name.replacing("@Suite(\"", with: "@Suite(\n  \"")
        #expect(sources.contains(name) || sources.contains(folded), "\(name)")
      }
    }
  }

  private static func between(_ mark: Character, _ text: String) -> [String] {
    text.split(separator: mark, omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  /// All of the tests' text but this file's own.
  private static func sources(_ folder: String) throws -> String {
    var text = ""
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      if try FileSystem.status(path).kind == .folder {
        text += try sources(path)
      } else if name.hasSuffix(".swift") || name.hasSuffix(".py"), name != "ThreatModelTests.swift"
      {
        text += String(decoding: try FileSystem.read(path), as: UTF8.self)
      }
    }
    return text
  }
}
