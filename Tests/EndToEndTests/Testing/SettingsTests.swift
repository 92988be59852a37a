import Files
import PkgCore
import TestSupport
import Testing

@Suite("a test with settings of one's own")
struct SettingsTests {
  let workshop: Workshop
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    user = workshop.author
  }

  /// A plugin that takes `{"key":"s3cr3t","rows":7}` only.
  private func picky(_ initialize: String = "") throws -> String {
    let source = PlugSource.minimal(
      id: "acme/picky", version: "1.0.0", more: "#include <sys/socket.h>\n#include <unistd.h>",
      initialize: initialize)
    let wanted = #""{\"key\":\"s3cr3t\",\"rows\":7}""#
    return try workshop.compile(
      source.replacing(
        #"config.length != 2 || memcmp(config.bytes, "{}", 2) != 0"#,
        with: "config.length != strlen(\(wanted)) || memcmp(config.bytes, \(wanted), config.length)"
      ),
      "picky", flags: ["-I\(Programs.repository)/Sources/CPlug"])
  }

  private func test(_ item: String, _ more: String..., key: String? = "s3cr3t") throws -> Outcome {
    try user.plugctl(
      ["test", item, "--include", "plg-d020"] + more, with: key.map { ["THE_KEY": $0] } ?? [:])
  }

  @Test("gives the plugin these, filled in, and not its example")
  func own() throws {
    let library = try picky()
    try user.folder.write("work/s.yaml", "key: ${THE_KEY}\nrows: 7\n")
    #expect(try test(library).exit == 8)
    try test(library, "--settings", "s.yaml").succeeded()
    let wrong = try test(library, "--settings", "s.yaml", "--format", "json", key: "another")
    #expect(wrong.exit == 8, "\(wrong)")
    // Whoever reads a report reads no secret, and finds how to repeat the run.
    #expect(!wrong.output.contains("another") && wrong.output.contains("with the given settings"))
    #expect(wrong.output.contains("--config-file SETTINGS.json"), "\(wrong)")
    try user.folder.write("work/s.json", #"{"key": "?", "rows": 7}"#)
    let plain = try test(library, "--settings", "s.json")
    #expect(plain.errors.contains("--config-file s.json"), "\(plain)")
  }

  @Test("takes them out of the host's configuration")
  func host() throws {
    let archive = try workshop.pack(
      Workshop.Facts(name: "picky", version: "1.0.0", host: "stormdb", type: "workload"),
      library: picky())
    try user.plugctl("install", archive, "--test-level", "2").succeeded()
    try user.folder.write(
      "work/config.yaml",
      """
      workload:
        type: plugin
        plugin_name: picky
        plugin_config: { key: "${THE_KEY}", rows: 7 }

      """)
    #expect(try test("picky").exit == 8)
    for name in ["picky", "acme/picky"] {
      try test(name, "--host-config", "config.yaml", "--host", "stormdb").succeeded()
    }
    let unset = try test("picky", "--host-config", "config.yaml", "--host", "stormdb", key: nil)
    #expect(unset.code == "config.invalid" && unset.errors.contains("THE_KEY"), "\(unset)")
    try user.folder.write("work/other.so", "")
    let unnamed = try test("./other.so", "--host-config", "config.yaml", "--host", "stormdb")
    #expect(
      unnamed.code == "config.invalid" && unnamed.errors.contains("it names picky"), "\(unnamed)")
  }

  @Test(
    "refuses what is no map, or has unset variables",
    arguments: [
      ("- 1\n", "are no map"), ("key: ${NOT_SET}\n", "NOT_SET"), ("key: [\n", "s.yaml"),
    ])
  func refused(text: String, message: String) throws {
    try user.folder.write("work/s.yaml", text)
    let outcome = try test(try picky(), "--settings", "s.yaml")
    #expect(outcome.code == "config.invalid" && outcome.errors.contains(message), "\(outcome)")
  }

  @Test("says where options don't fit together")
  func conflicts() throws {
    try user.folder.write("work/s.yaml", "{}")
    for more in [["--host-config", "s.yaml"], ["other.so"], ["--together"]] {
      let outcome = try user.plugctl(["test", "a.so", "--settings", "s.yaml"] + more)
      #expect(outcome.code == "usage.conflict", "\(outcome)")
    }
  }

  @Test("lets it open sockets where that is asked for")
  func network() throws {
    let library = try picky(
      "int s = socket(AF_INET, SOCK_STREAM, 0); if (s < 0) return PLUG_IO; close(s);")
    try user.folder.write("work/s.yaml", "key: s3cr3t\nrows: 7\n")
    #expect(try test(library, "--settings", "s.yaml").exit == 8)
    try test(library, "--settings", "s.yaml", "--network").succeeded()
  }
}
