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
    #include <stdio.h>
    #include <sys/stat.h>
    #include <sys/syscall.h>
    #include <sys/socket.h>
    #include <sys/mman.h>
    #include <unistd.h>
    """

  private func lived(_ body: String, scratch: Bool = false) throws -> (
    report: LoadReport, path: String
  ) {
    try lived(
      source: PlugSource.minimal(
        id: "acme/bad", version: "1.0.0", more: Self.headers, initialize: body), scratch: scratch)
  }

  private func lived(source: String, scratch: Bool = false) throws -> (
    report: LoadReport, path: String
  ) {
    let path = try folder.plugin(
      "bad.so", "#define _GNU_SOURCE\n" + source, ["-I\(BuiltPrograms.repository)/Sources/CPlug"])
    var target = thisSystem()
    target.limits.executionMilliseconds = 1_000
    target.limits.memoryMiB = 200
    var options = LoadOptions(level: 3)
    if scratch {
      options.scratch = folder.path
      try makeDataFolder(in: folder.path)
    }
    let report = try loadTest(
      LoadSubject(name: "bad", file: path), against: target, options,
      worker: Worker(WorkerProgram.path))
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

  @Test("is found out however much it does besides")
  func hidden() throws {
    let (report, _) = try lived(
      """
      char path[4096];
      for (int i = 0; i < 30; i++) {
        snprintf(path, sizeof path, "%.*s/%d", (int)the_host->data_folder.length, the_host->data_folder.bytes, i);
        close(open(path, O_WRONLY | O_CREAT, 0600));
        open("/etc/plugctl-test", O_WRONLY | O_CREAT, 0600);
      }
      socket(AF_INET, SOCK_STREAM, 0);
      fork();
      """, scratch: true)
    for check in [CheckID.spawn, .network, .writeOutside] {
      #expect(report.result(check)?.status == .warn, "\(check)")
    }
  }

  @Test(
    "is found out on other ways to a file",
    arguments: [
      """
      char path[4096];
      snprintf(path, sizeof path, "%.*s/../../../../var/tmp/evil", (int)the_host->data_folder.length,
               the_host->data_folder.bytes);
      open(path, O_WRONLY | O_CREAT, 0600);
      """,
      """
      char path[4096];
      snprintf(path, sizeof path, "%.*s/mine", (int)the_host->data_folder.length, the_host->data_folder.bytes);
      rename("/etc/hostname", path);
      """,
      "chmod(\"/etc/passwd\", 0600);", "truncate(\"/etc/passwd\", 0);",
      "mkfifo(\"/var/tmp/evil\", 0600);",
      "unsigned long long how[3] = {O_WRONLY | O_CREAT, 0600, 0}; syscall(437, -100, \"/var/tmp/evil\", how, sizeof how);",
    ])
  func otherWays(body: String) throws {
    let (report, _) = try lived(body, scratch: true)
    #expect(report.result(.writeOutside)?.status == .warn, "\(report.results)")
    #expect(!FileSystem.exists("/var/tmp/evil"))
  }

  @Test("can't hide a fault behind much that it logs")
  func flood() throws {
    let body = """
      static char words[300];
      memset(words, 'x', sizeof words);
      plug_text text = {words, sizeof words};
      for (int i = 0; i < 1000; i++) the_host->log(the_host->context, 1, text);
      return PLUG_OK;
      """
    // It never becomes ready, so the second initialize is OK too.
    #expect(try lived(body).report.result(.initTwice)?.status == .fail)
  }

  @Test("is not blamed for closing what it opened itself when it was loaded")
  func closes() throws {
    let source = PlugSource.minimal(
      id: "acme/bad", version: "1.0.0",
      more: Self.headers + """

        static int file;
        __attribute__((constructor)) static void begin(void) { file = open("/dev/null", O_RDONLY | O_CLOEXEC); }
        """, initialize: "if (file > 0) close(file); file = -1;")
    let report = try lived(source: source).report
    #expect(refusals(report) == [])
  }

  @Test("is watched while its interfaces are used")
  func interfaces() throws {
    let source = PlugSource.minimal(
      id: "acme/bad", version: "1.0.0",
      more: Self.headers + """

        static plug_status process(plug_instance *i, plug_text in, const plug_sink *out, const plug_sink *error) {
          (void)i, (void)in, (void)error;
          socket(AF_INET, SOCK_STREAM, 0);
          return out->write(out->context, "x", 1) == 0 ? PLUG_OK : PLUG_SINK;
        }
        static const plug_processor_v1 processor = {sizeof processor, process};
        """, interfaces: "\\\"plug.processor/1\\\"",
      answer: "name.length == 16 && memcmp(name.bytes, PLUG_PROCESSOR, 16) == 0 ? &processor : NULL"
    )
    let report = try lived(source: source).report
    #expect(refusals(report) == [])
    #expect(report.result(.network)?.status == .warn)
  }

  @Test(
    "is found out where it leaves something for the end of a thread or of the process",
    arguments: [
      "static void at_end(int code, void *x) {} __attribute__((constructor)) static void begin(void) { on_exit(at_end, 0); }",
      """
      #include <pthread.h>
      static void at_end(void *x) {}
      static pthread_key_t key;
      #define WHEN pthread_key_create(&key, at_end); pthread_setspecific(key, &key);
      """,
    ])
  func endings(more: String) throws {
    let source = PlugSource.minimal(
      id: "acme/bad", version: "1.0.0", more: more + "\n#ifndef WHEN\n#define WHEN\n#endif",
      initialize: "WHEN")
    let report = try lived(source: source).report
    #expect(report.refusals.map(\.check) == [.crashAfterUnload], "\(refusals(report))")
  }

  @Test("gets no word past the walls by a name with a zero in it")
  func zero() throws {
    let source = PlugSource.minimal(
      id: "acme/bad", version: "1.0.0", interfaces: "\\\"x/1\\\\u0000--no-sandbox\\\"")
    let report = try lived(source: source).report
    #expect(report.refusals.map(\.check) == [.describeJson], "\(refusals(report))")
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
