import PkgCore
import Testing

@testable import Signing

@Suite("ArchiveStatement")
struct ArchiveStatementTests {
  static let digest = sha256([])
  static let text =
    "plugctl:1 stormdb/vector_plugin 1.4.0-rc.1+5 linux-x86_64-gnu sha256=\(digest.hex)"

  @Test("reads what it writes")
  func roundTrip() throws {
    let statement = try ArchiveStatement(Self.text)
    #expect(statement.name == "stormdb/vector_plugin")
    #expect(statement.version == "1.4.0-rc.1+5")
    #expect(statement.platform == "linux-x86_64-gnu")
    #expect(statement.digest == Self.digest)
    #expect(statement.text == Self.text)
  }

  @Test(
    "refuses anything but the exact form",
    arguments: [
      "", "plugctl:1", " " + text, text + " ", text + "\n", "plugctl:2" + text.dropFirst(9),
      "plugctl:1  a/b 1 p sha256=\(digest.hex)", "plugctl:1 ab 1 p sha256=\(digest.hex)",
      "plugctl:1 a/b/c 1 p sha256=\(digest.hex)", "plugctl:1 /b 1 p sha256=\(digest.hex)",
      "plugctl:1 a/b 1 p SHA256=\(digest.hex)",
      "plugctl:1 a/b 1 p sha256=\(digest.hex.uppercased())",
      "plugctl:1 a/b 1 p sha256=00", "plugctl:1 a/b 1 p \(digest.hex)",
      "plugctl:1 a/b 1 p é\(digest.hex)",
      "plugctl:1 a/b 1\tx p sha256=\(digest.hex)", "plugctl:1 a/ü 1 p sha256=\(digest.hex)",
    ])
  func refuses(_ text: String) {
    #expect(throws: SigningError.statementMalformed) { try ArchiveStatement(text) }
  }

  @Test("can't be made of texts that would not read back")
  func unwritable() {
    #expect(
      ArchiveStatement(name: "a/b", version: "1 2", platform: "p", digest: Self.digest) == nil)
    #expect(ArchiveStatement(name: "a/b", version: "", platform: "p", digest: Self.digest) == nil)
  }
}
