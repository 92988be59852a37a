import Files
import TestSupport
import Testing

/// The page that says who keeps what the guides promise.
@Suite("the page on the five guides")
struct SeedsPageTests {
  private static let page: String = {
    let bytes = try? FileSystem.read("\(Programs.repository)/docs/seeds.md")
    return String(decoding: bytes ?? [], as: UTF8.self)
  }()

  /// The last cells of its tables.
  private static var references: [String] {
    page.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| the guide") }
      .compactMap { line in
        // A cell may hold an escaped bar.
        String(line).replacing("\\|", with: " ").split(separator: "|").filter { $0 != " " }.last
          .map(String.init)
      }
  }

  /// Every source of a test, by the suites in it.
  private static func suites() throws -> [String: String] {
    var suites: [String: String] = [:]
    func walk(_ folder: String) throws {
      for name in try FileSystem.names(in: folder) {
        let path = "\(folder)/\(name)"
        if FileSystem.target(path)?.kind == .folder {
          try walk(path)
        } else if name.hasSuffix(".swift") {
          let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
          for part in text.split(separator: "struct ").dropFirst() {
            let suite = part.prefix { $0.isLetter || $0.isNumber }
            suites[String(suite), default: ""] += text
          }
        }
      }
    }
    try walk("\(Programs.repository)/Tests")
    return suites
  }

  @Test("names tests that are there, one for each row at least")
  func tests() throws {
    let suites = try Self.suites()
    try #require(Self.references.count > 100)
    for cell in Self.references where cell.firstRange(of: "*to come*") == nil {
      let names = cell.split(separator: "`").filter { $0.contains { !$0.isWhitespace } }
      #expect(!names.isEmpty, "a row without a test: \(cell)")
      for name in names.map(String.init) where !name.contains("/") {
        let parts = name.split(separator: ".").map(String.init)
        let text = suites[parts[0]]
        #expect(text != nil, "there is no suite \(parts[0])")
        if parts.count == 2 {
          #expect(text?.firstRange(of: "func \(parts[1])(") != nil, "there is no test \(name)")
        }
      }
      for path in names.map(String.init) where path.contains("/") {
        #expect(FileSystem.exists("\(Programs.repository)/\(path)"), "there is no \(path)")
      }
    }
  }

  @Test(
    "leaves no heading, option, variable, key or endpoint of a guide out",
    .enabled(if: SeedGuides.areThere, "the guides are not beside $PLUGCTL_TEST_DATA"),
    arguments: ["stormdb", "phantomdb", "databridge", "distributed-transformer", "benana"])
  func complete(guide: String) throws {
    // Of each guide its own part.
    let title = [
      "stormdb": "StormDB", "phantomdb": "PhantomDB", "databridge": "DataBridge",
      "benana": "Benana",
    ]
    let start = try #require(Self.page.firstRange(of: "\n## \(title[guide] ?? guide)\n"))
    let rest = Self.page[start.upperBound...]
    let part = rest[..<(rest.firstRange(of: "\n## ")?.lowerBound ?? rest.endIndex)]
      .replacing("`", with: "").lowercased()
    let said = Set(Self.promises(try SeedGuides.text(guide)))
    #expect(said.count > 10)
    for promise in said.sorted() {
      #expect(part.firstRange(of: promise.lowercased()) != nil, "\(guide): \(promise)")
    }
  }

  /// What stands in a guide and must stand on the page.
  private static func promises(_ text: String) -> [String] {
    var found: [String] = []
    var language: Substring?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        language = language == nil ? line.dropFirst(3) : nil
        continue
      }
      let words = line.split { " \t\"()'".contains($0) }
      if let language {
        if line.firstRange(of: "stormdb ") != nil {
          found += words.filter { $0.hasPrefix("--") }.map(String.init)
        }
        if language == "yaml", let colon = line.firstIndex(of: ":") {
          let key = line[..<colon].drop { $0 == " " }
          if !key.isEmpty, key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
            found.append(String(key))
          }
        }
        if language != "sql" {
          found += line.split { !($0.isLetter || $0 == "_") }.filter {
            $0.contains("_") && $0.allSatisfy { $0.isUppercase || $0 == "_" } && $0.first != "_"
          }.map(String.init)
        }
      } else if line.hasPrefix("##") {
        found.append(
          String(line.drop { $0 == "#" || $0 == " " }.replacing(" (for dynamic loading)", with: ""))
        )
      }
      for (place, word) in words.enumerated() where ["GET", "POST", "PUT", "DELETE"].contains(word)
      {
        guard place + 1 < words.count, words[place + 1].hasPrefix("/") else { continue }
        found.append("\(word) \(words[place + 1])")
      }
    }
    return found
  }
}
