import Files
import TestSupport
import Testing

/// Whatever commands the pages and the program's own texts name.
@Suite("a command in the documentation")
struct DocumentedCommandTests {
  /// Pages for users; records of decisions tell of what was considered too.
  private static let pages: [String] =
    ["README.md"]
    + ((try? FileSystem.names(in: "\(Programs.repository)/docs")) ?? [])
    .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }

  /// What stands in backticks, and lines of blocks, that begin with the program's name.
  private static func commands(_ text: String) -> [String] {
    var isBlock = false
    return text.split(separator: "\n").flatMap { line -> [String] in
      let plain = line.replacing("\\|", with: "|").drop { $0 == " " || $0 == "$" }
      if plain.hasPrefix("```") { isBlock.toggle() }
      if isBlock { return plain.hasPrefix("plugctl ") ? [String(plain)] : [] }
      let parts = plain.split(separator: "`", omittingEmptySubsequences: false)
      return parts.indices.filter { $0 % 2 == 1 && parts[$0].hasPrefix("plugctl ") }.map {
        String(parts[$0])
      }
    }
  }

  /// The words of its own, without what comes after a pipe, a semicolon or a comment.
  private static func words(_ command: String) -> [String] {
    let ends: Set<String> = ["|", "||", "&&", ";", "#", ">", "2>&1"]
    var words = command.split(separator: " ").dropFirst().prefix { !ends.contains(String($0)) }
      .map(String.init)
    // The value of an option that stands before the command is none.
    if let host = words.firstIndex(of: "--host"), host + 1 < words.count {
      words.remove(at: host + 1)
    }
    return words
  }

  @Test("is one, and takes the options that it is given", arguments: pages)
  func exists(page: String) throws {
    let user = try Sandbox()
    var helps: [String: String] = [:]
    func help(_ path: [String]) throws -> String? {
      let key = path.joined(separator: " ")
      if let known = helps[key] { return known.isEmpty ? nil : known }
      let outcome = try user.plugctl(["help"] + path)
      helps[key] = outcome.succeeds ? outcome.output : ""
      return outcome.succeeds ? outcome.output : nil
    }
    let general = try #require(try help([]))
    let text = String(
      decoding: try FileSystem.read("\(Programs.repository)/\(page)"), as: UTF8.self)
    for command in Self.commands(text) {
      let words = Self.words(command)
      let names = words.filter {
        $0.allSatisfy { $0.isLowercase || $0 == "-" } && !$0.hasPrefix("-")
      }
      let options = words.filter { $0.hasPrefix("--") && $0.count > 2 }.map { word in
        String(word.prefix { $0.isLetter || $0.isNumber || $0 == "-" })
      }
      var texts = [general]
      if let first = names.first {
        // `plugctl NAME` and the like name no command.
        guard let of = try help([first]) else {
          Issue.record("\(page): `\(command)`: there is no command `\(first)`")
          continue
        }
        texts.append(of)
        for count in [2, 3] where names.count >= count {
          if let below = try help(Array(names.prefix(count))) { texts.append(below) }
        }
      }
      let known = Set(
        texts.joined(separator: " ").split { $0.isWhitespace || $0 == "," }.map(String.init))
      for option in options where !["--help", "--version"].contains(option) {
        #expect(known.contains(option), "\(page): `\(command)` has an unknown option")
      }
    }
  }
}
