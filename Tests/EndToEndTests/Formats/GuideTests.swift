import Files
import PkgCore
import TestSupport
import Testing

/// What the guides tell people to type is what runs.
@Suite("the guide")
struct GuideTests {
  @Test("to running an index has commands that work, word for word, one after the other")
  func index() throws {
    let workshop = try Workshop()
    let user = workshop.author
    let source = try workshop.source(
      .init(name: "vector", version: "1.0.0"),
      library: workshop.extensionLibrary("vector", "1.0.0"))
    try FileSystem.rename(source, to: "\(user.work)/vector")
    // The guide makes its keys itself.
    try FileSystem.removeTree("\(user.configuration)/keys")
    try run("running-an-index", leastBlocks: 10, by: user)
  }

  @Test("to moving between machines has commands that work, on both of them")
  func moving() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    for name in ["vector", "text"] {
      try index.publish(workshop.packExtension(name, "1.0.0")).succeeded()
    }
    let user = try Sandbox()
    try user.add(index)
    try user.folder.write(
      "work/1.root.json", FileSystem.read("\(index.path)/metadata/1.root.json"))
    try run("moving", leastBlocks: 8, by: user)
  }

  /// Runs all blocks of a guide in one folder. What is done elsewhere has another home, and what was done
  /// there before is forgotten at each index that is added.
  private func run(_ guide: String, leastBlocks: Int, by user: Sandbox) throws {
    let text = String(
      decoding: try FileSystem.read("\(Programs.repository)/docs/\(guide).md"), as: UTF8.self)
    let blocks = Self.blocks(text)
    try #require(blocks.count >= leastBlocks)
    let other = try Sandbox()
    let script = blocks.map { block in
      guard block.isElsewhere else { return block.commands }
      let isNew = block.commands.contains("index add")
      return "(export HOME=\(other.home)\n\(isNew ? "rm -rf \"$HOME\"; mkdir \"$HOME\"" : "")\n"
        + "\(block.commands))"
    }
    let outcome = try user.run(
      ["bash", "-c", "set -euxo pipefail\n" + script.joined(separator: "\n")],
      with: ["PATH": "\(Programs.folder):/usr/local/bin:/usr/bin:/bin", "PLUGCTL_HOST": "sqlite"])
    #expect(outcome.exit == 0, "\(outcome)")
  }

  static func blocks(_ text: String) -> [(commands: String, isElsewhere: Bool)] {
    var blocks: [(commands: String, isElsewhere: Bool)] = []
    var isElsewhere = false
    var inside: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```sh" || line == "```sh elsewhere" {
        inside = []
        isElsewhere = line != "```sh"
      } else if line == "```", let lines = inside {
        blocks.append((lines.joined(separator: "\n"), isElsewhere))
        inside = nil
      } else {
        inside?.append(String(line))
      }
    }
    return blocks
  }
}
