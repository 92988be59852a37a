import Files
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a plugin that does what it must not when it is initialised")
struct ConductTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private static let headers = """
    #include <fcntl.h>
    #include <signal.h>
    #include <sys/socket.h>
    #include <sys/mman.h>
    #include <unistd.h>
    """

  private func lived(_ body: String, level: Int = 3) throws -> (report: LoadReport, path: String) {
    let source = PlugSource.minimal(
      id: "acme/bad", version: "1.0.0", more: Self.headers, initialize: body)
    let path = try folder.plugin(
      "bad.so", "#define _GNU_SOURCE\n" + source, ["-I\(BuiltPrograms.repository)/Sources/CPlug"])
    let report = try report(path, level: level) {
      $0.limits.executionMilliseconds = 1_000
      $0.limits.memoryMiB = 200
    }
    return (report, path)
  }

  @Test(
    "gets the verdict of its check, and leaves nothing running",
    arguments: [
      ("*(volatile int *)8 = 1;", CheckID.initDefault, CheckStatus.crash),
      ("abort();", .initDefault, .crash), ("raise(SIGTERM);", .initDefault, .crash),
      ("for (;;) pause();", .initDefault, .timeout), ("for (;;) ;", .initDefault, .timeout),
      ("exit(0);", .initDefault, .fail), ("_exit(0);", .initDefault, .fail),
      (
        "static char much[65536]; for (;;) if (write(1, much, sizeof much) < 0) break;",
        .initDefault, .timeout
      ),
      ("close_range(0, ~0U, 0);", .hostFdsClosed, .fail),
      ("close_range(3, ~0U, 0); *(volatile int *)8 = 1;", .initDefault, .crash),
      (
        "char *p; while ((p = malloc(1 << 20)) != NULL) memset(p, 1, 1 << 20);", .cpuMemLimit, .fail
      ),
    ])
  func refused(body: String, check: CheckID, status: CheckStatus) throws {
    let (report, path) = try lived(body)
    #expect(report.refusals.map(\.check) == [check], "\(refusals(report))")
    #expect(report.refusals.map(\.status) == [status])
    #expect(try users(of: path) == [])
  }

  @Test(
    "is warned about what it tried, and was not let",
    arguments: [
      ("for (int i = 0; i < 1000; i++) if (fork() == 0) for (;;) pause();", CheckID.spawn),
      ("if (system(\"sleep 60\") == 0) abort();", .spawn),
      ("execl(\"/bin/sh\", \"sh\", \"-c\", \"sleep 60\", NULL);", .spawn),
      ("socket(AF_INET, SOCK_STREAM, 0);", .network),
      ("socket(AF_INET6, SOCK_DGRAM, 0);", .network),
      ("open(\"/etc/plugctl-test\", O_WRONLY | O_CREAT, 0600);", .writeOutside),
      ("unlink(\"/tmp/plugctl-test\");", .writeOutside),
      ("rename(\"/tmp/plugctl-a\", \"/tmp/plugctl-b\");", .writeOutside),
    ])
  func warned(body: String, check: CheckID) throws {
    let (report, path) = try lived(body)
    #expect(report.refusals.isEmpty, "\(refusals(report))")
    #expect(
      report.results.filter { $0.status == .warn && $0.check.rawValue.hasPrefix("plg-d") }.map(
        \.check) == [check])
    #expect(try users(of: path) == [])
  }

  @Test("may do what its manifest says")
  func permitted() throws {
    let source = PlugSource.minimal(
      id: "acme/bad", version: "1.0.0", more: Self.headers,
      initialize: "socket(AF_INET, SOCK_STREAM, 0); fork();")
    let path = try folder.plugin(
      "may.so", "#define _GNU_SOURCE\n" + source, ["-I\(BuiltPrograms.repository)/Sources/CPlug"])
    var subject = LoadSubject(name: "may", file: path)
    subject.manifest = .init(
      id: "acme/bad", version: "1.0.0", configExample: nil, permissions: ["network", "spawn"])
    let report = try loadTest(
      subject, against: thisSystem(), LoadOptions(level: 3), worker: Worker(WorkerProgram.path))
    #expect(report.result(.network)?.status == .pass)
    #expect(report.result(.spawn)?.status == .pass)
    #expect(report.result(.manifestMatch)?.status == .pass)
  }

  @Test("that only its host can call is watched while it is opened")
  func foreign() throws {
    let path = try folder.plugin(
      "foreign.so",
      """
      #include <sys/socket.h>
      __attribute__((constructor)) static void begin(void) { socket(AF_INET, SOCK_STREAM, 0); }
      """)
    let report = try report(path, level: 3)
    #expect(report.result(.network)?.status == .warn)
    #expect(report.result(.spawn)?.status == .pass)
    #expect(report.result(.initDefault) == nil)
  }

  /// Processes that have a file mapped.
  private func users(of path: String) throws -> [String] {
    try FileSystem.names(in: "/proc").filter { name in
      guard Int(name) != nil, let maps = try? FileSystem.read("/proc/\(name)/maps") else {
        return false
      }
      return String(decoding: maps, as: UTF8.self).contains(path)
    }
  }
}
