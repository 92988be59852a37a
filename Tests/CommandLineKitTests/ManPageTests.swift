import CommandLineKit
import Files
import TestSupport
import Testing

@Suite("Man pages")
struct ManPageTests {
  @Test("there is one for the program and one for each command")
  func files() {
    #expect(
      ManPage(table, date: "2026-11-21").pages.map(\.file) == [
        "prog.1", "prog-install.1", "prog-show.1", "prog-list.1", "prog-key.1",
        "prog-key-generate.1", "prog-key-list.1",
      ])
  }

  @Test("are clean by mandoc")
  func lint() throws {
    let folder = try TestFolder()
    for page in ManPage(table, date: "2026-11-21").pages {
      let path = try folder.write(page.file, Array(page.text.utf8))
      let result = try ChildCommand(["mandoc", "-T", "lint", "-W", "warning", path]).run()
      #expect(result.isSuccess && result.output.isEmpty, "\(result.outputText)\(page.text)")
    }
  }

  @Test("show what the table says")
  func rendered() throws {
    let folder = try TestFolder()
    for page in ManPage(table, date: "2026-11-21").pages {
      try folder.write(page.file, Array(page.text.utf8))
    }
    func text(_ file: String) throws -> String {
      try ChildCommand([
        "sh", "-c", "mandoc -T ascii '\(folder.file(file))' | col -b | tr -s ' \\n' ' '",
      ]).run().outputText
    }
    let overview = try text("prog.1")
    for part in [
      "--color WHEN", "-v, --verbose", "PROG_HOST", "EXIT STATUS", "key generate",
      "November 21, 2026",
    ] { #expect(overview.contains(part), "\(part): \(overview)") }
    let install = try text("prog-install.1")
    for part in [
      ".Starts with a dot and has a back\\slash.", "e.g. this one.", "-m, --mode MODE", "REF ...",
      "prog install acme/v@^1", "Also: add.",
    ] {
      #expect(install.contains(part), "\(part): \(install)")
    }
  }
}
