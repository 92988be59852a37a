import Files
import PkgCore
import TestSupport
import Testing

@Suite("plugctl host lint")
struct ProfileLintTests {
  let user: Sandbox

  init() throws { user = try Sandbox() }

  private func lint(_ text: String, _ name: String = "mine.yaml") throws -> Outcome {
    try user.folder.write("work/\(name)", text)
    return try user.plugctl("host", "lint", name)
  }

  @Test("says that a sound profile is fine, also one that extends another")
  func sound() throws {
    let outcome = try lint("schema: 1\nid: nginx\nextends: nginx\n", "nginx.yaml").succeeded()
    #expect(outcome.output == "`nginx.yaml` is fine\n")
  }

  @Test("lists every fault with line and column, and ends with 13")
  func faults() throws {
    let outcome = try lint(
      """
      schema: 1
      id: mine
      extends: nothing
      layout: { view: nowhere }
      probe: { argv: [a], fail_regex: "(" }
      abi: [{ kind: d, static_probes: [p] }]
      surprise: 1

      """)
    #expect(outcome.exit == 13 && outcome.code == "profile.invalid", "\(outcome)")
    for place in ["3:10", "4:17", "5:33", "6:15", "6:34", "7:1"] {
      #expect(outcome.output.contains("mine.yaml:\(place): "), "\(place) of \(outcome)")
    }
    #expect(outcome.output.contains("6:15: warning: "))
  }

  @Test("tells where a text is no YAML, and which name the file should have")
  func others() throws {
    let broken = try lint("schema: 1\nid: [\n")
    #expect(broken.exit == 13 && broken.output.contains("mine.yaml:"), "\(broken)")
    let other = try lint("schema: 1\nid: other\n").succeeded()
    #expect(other.output.contains("2:5: warning: ") && other.output.contains("other.yaml"))
    let json = try user.plugctl("host", "lint", "mine.yaml", "--json").succeeded()
    #expect(try json.data().arrayValue?.first?["line"]?.integerValue == 2)
    #expect(try user.plugctl("host", "lint", "none.yaml").code == "system.not-found")
  }
}
