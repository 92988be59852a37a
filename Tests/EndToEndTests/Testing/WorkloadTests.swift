import Files
import PkgCore
import TestSupport
import Testing

@Suite("plugctl test --workload")
struct WorkloadTests {
  let user: Sandbox
  let plugin = Programs.folder + "/plugctl-selftest.so"

  init() throws { user = try Sandbox() }

  @Test("writes one document with `metrics` at its top, for programs")
  func document() throws {
    let outcome = try user.plugctl(
      "test", plugin, "--workload", "--dsn", "selftest:", "--duration", "500ms", "--format", "json",
      "--sessions", "3"
    ).succeeded()
    let document = try JSONParser.parse(Array(outcome.output.utf8))
    let metrics = try #require(document["metrics"])
    #expect(document["sessions"]?.integerValue == 3)
    let read = try #require(metrics["operations"]?["read"]?["count"]?.integerValue)
    let write = try #require(metrics["operations"]?["write"]?["count"]?.integerValue)
    #expect(metrics["count"]?.integerValue == read + write)
    // Weights of 3 and 1; so many runs that chance is no excuse.
    #expect(write > 1000 && (2.7...3.3).contains(Double(read) / Double(write)))
    #expect(metrics["errors"]?.integerValue == 0)
    #expect(metrics["plugin"]?["rows"]?.integerValue == 3)
    for share in ["min", "mean", "p50", "p95", "p99", "max"] {
      #expect(metrics["operations"]?["read"]?["latency_us"]?[share] != nil)
    }
  }

  @Test("takes the plugin's settings out of the host's configuration")
  func hostConfiguration() throws {
    let workshop = try Workshop()
    let user = workshop.author
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "selftest", version: "1.0.0", host: "stormdb", type: "workload",
        publisher: "plugctl"), library: plugin)
    try user.plugctl("install", archive, "--test-level", "0").succeeded()
    func drive(_ rows: String) throws -> Outcome {
      try user.folder.write(
        "work/config.yaml",
        "workload: { type: plugin, plugin_name: selftest, plugin_config: { rows: \(rows) } }\n")
      return try user.plugctl(
        "test", "selftest", "--workload", "--host-config", "config.yaml", "--host", "stormdb",
        "--dsn", "selftest:", "--duration", "200ms", "--format", "json")
    }
    let outcome = try drive("5").succeeded()
    let metrics = try JSONParser.parse(Array(outcome.output.utf8))["metrics"]
    #expect(metrics?["errors"]?.integerValue == 0, "\(outcome)")
    // It takes numbers only.
    let refused = try drive("many")
    #expect(refused.exit == 8 && refused.errors.contains("the given settings"), "\(refused)")
  }

  @Test("opens sockets with `--network`, also where no database is named, and not without")
  func network() throws {
    let workshop = try Workshop()
    let reach =
      "int reached = socket(AF_INET, SOCK_STREAM, 0); if (reached < 0) return PLUG_IO; close(reached);"
    let source = PlugSource.minimal(
      id: "acme/caller", version: "1.0.0",
      more: """
        #include <sys/socket.h>
        #include <unistd.h>
        struct plug_session { int unused; };
        static plug_status operations(plug_instance *instance, const plug_sink *out) {
          return out->write(out->context, "{\\"call\\":1}", 10) == 0 ? PLUG_OK : PLUG_SINK;
        }
        static plug_status open(plug_instance *instance, plug_text dsn, plug_session **session, const plug_sink *error) {
          *session = calloc(1, sizeof **session);
          return PLUG_OK;
        }
        static plug_status run(plug_session *session, plug_text operation, const plug_sink *error) {
          if (operation.length != 4 || memcmp(operation.bytes, "call", 4) != 0) return PLUG_NOT_FOUND;
          \(reach)
          return PLUG_OK;
        }
        static void done(plug_session *session) { free(session); }
        static const plug_workload_v1 workload = {sizeof workload, operations, open, run, done};
        """,
      initialize: reach, interfaces: #"\"plug.workload/1\""#,
      answer:
        #"name.length == 15 && memcmp(name.bytes, "plug.workload/1", 15) == 0 ? &workload : NULL"#
    )
    let library = try workshop.compile(
      source, "caller", flags: ["-I\(Programs.repository)/Sources/CPlug"])
    let drive = ["test", library, "--workload", "--duration", "200ms", "--sessions", "1"]
    let refused = try user.plugctl(drive)
    #expect(refused.exit == 8 && refused.errors.contains("IO"), "\(refused)")
    let outcome = try user.plugctl(drive + ["--network"]).succeeded()
    #expect(outcome.lines.contains { $0.hasPrefix("call\t") }, "\(outcome)")
  }

  @Test("ends when its time is over, and tells a person rates and latencies")
  func text() throws {
    let began = ContinuousClock.now
    let outcome = try user.plugctl(
      "test", plugin, "--workload", "--dsn", "selftest:", "--duration", "1s"
    ).succeeded()
    #expect(ContinuousClock.now - began < .seconds(10))
    #expect(outcome.output.contains("operations a second, 4 sessions"), "\(outcome)")
    #expect(outcome.lines.contains { $0.hasPrefix("read\t") }, "\(outcome)")
  }

  @Test("is an error where setup fails")
  func setup() throws {
    let outcome = try user.plugctl(
      "test", plugin, "--workload", "--dsn", "other:", "--duration", "1s")
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(
      outcome.errors.contains("setup: INVALID_ARGUMENT: it knows `selftest:` only"), "\(outcome)")
  }

  @Test("is an error where the plugin has none")
  func none() throws {
    let workshop = try Workshop()
    let library = try workshop.compile("int something(void) { return 1; }", "nothing")
    let outcome = try user.plugctl("test", library, "--workload")
    #expect(outcome.exit == 8 && outcome.errors.contains("is no plugin of plug.h"), "\(outcome)")
  }

  @Test("needs a time that is one", arguments: ["0s", "5x", "-1s", "s", "1.5s"])
  func duration(text: String) throws {
    let outcome = try user.plugctl("test", plugin, "--workload", "--duration=\(text)")
    #expect(outcome.exit == 2 && outcome.errors.contains("write it as `30s`"), "\(outcome)")
  }
}
