import Files
import PkgCore
import TestSupport
import Testing

/// What the guides tell people to type is what runs.
@Suite("the guide to running an index")
struct GuideTests {
  @Test("has commands that work, word for word, one after the other")
  func commands() throws {
    let text = String(
      decoding: try FileSystem.read("\(Programs.repository)/docs/running-an-index.md"),
      as: UTF8.self)
    let blocks = Self.blocks(text)
    try #require(blocks.count >= 10)
    let workshop = try Workshop()
    let user = workshop.author
    let source = try workshop.source(
      .init(name: "vector", version: "1.0.0"),
      library: workshop.extensionLibrary("vector", "1.0.0"))
    try FileSystem.rename(source, to: "\(user.work)/vector")
    // The guide makes its keys itself.
    try FileSystem.removeTree("\(user.configuration)/keys")
    let script = "set -euxo pipefail\n" + blocks.joined(separator: "\n")
    let outcome = try user.run(
      ["bash", "-c", script],
      with: ["PATH": "\(Programs.folder):/usr/local/bin:/usr/bin:/bin", "PLUGCTL_HOST": "sqlite"])
    #expect(outcome.exit == 0, "\(outcome)")
  }

  private static func blocks(_ text: String) -> [String] {
    var blocks: [String] = []
    var inside: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```sh" {
        inside = []
      } else if line == "```", let lines = inside {
        blocks.append(lines.joined(separator: "\n"))
        inside = nil
      } else {
        inside?.append(String(line))
      }
    }
    return blocks
  }
}
