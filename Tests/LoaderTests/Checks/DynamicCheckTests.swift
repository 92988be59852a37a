import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a plugin that is opened") struct DynamicCheckTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// A plugin whose constructor does something.
  private func plugin(_ body: String, _ flags: [String] = []) throws -> String {
    try folder.plugin(
      "bad.so",
      """
      #define _GNU_SOURCE
      #include <arpa/inet.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <pthread.h>
      #include <signal.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <sys/prctl.h>
      #include <sys/ptrace.h>
      #include <sys/resource.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <sys/wait.h>
      #include <unistd.h>
      int deref(volatile int *p) { return *p; }
      void *idle(void *x) { pause(); return 0; }
      void handler(int x) {}
      __attribute__((constructor)) static void begin(void) { \(body) }
      int entry(void) { return 1; }
      """, flags)
  }

  @Test("passes when it does nothing")
  func pass() throws {
    let report = try report(plugin(""), level: 2) {
      $0.requiredEntries = [.init(name: "entry", kind: .function)]
    }
    #expect(refusals(report) == [])
    #expect(report.result(.openNow)?.status == .pass)
    #expect(report.reproduce?.hasPrefix("gdb --args ") == true)
    #expect(
      report.results.filter { $0.check.rawValue.hasPrefix("plg-d") && $0.status == .warn }.isEmpty)
  }

  @Test(
    "is refused by the check for what it does",
    arguments: [
      ("deref(0);", CheckID.openCrash, CheckStatus.crash), ("abort();", .openCrash, .crash),
      ("__builtin_trap();", .openCrash, .crash), ("raise(SIGFPE);", .openCrash, .crash),
      ("raise(SIGTERM);", .openCrash, .crash),
      ("signal(SIGSEGV, SIG_DFL); deref(0);", .openCrash, .crash),
      ("exit(0);", .exitCalled, .fail), ("_exit(0);", .exitCalled, .fail),
      ("quick_exit(3);", .exitCalled, .fail), ("syscall(SYS_exit_group, 0);", .exitCalled, .fail),
      ("for (;;) pause();", .openHang, .timeout), ("for (;;) ;", .openHang, .timeout),
      ("signal(SIGTERM, SIG_IGN); for (;;) sleep(1);", .openHang, .timeout),
      ("close_range(0, ~0U, 0); _exit(0);", .exitCalled, .fail),
      ("close_range(0, ~0U, 0); deref(0);", .openCrash, .crash),
      ("close_range(0, ~0U, 0); for (;;) pause();", .openHang, .timeout),
    ])
  func verdicts(body: String, check: CheckID, status: CheckStatus) throws {
    let report = try report(plugin(body), level: 2) { $0.limits.executionMilliseconds = 600 }
    #expect(report.refusals.map(\.check) == [check])
    #expect(report.refusals.map(\.status) == [status])
  }

  @Test("that crashes is reported with signal, address, function and library")
  func crash() throws {
    let report = try report(plugin("deref((int *)0x1234);", ["-O0"]), level: 2)
    let result = try #require(report.result(.openCrash))
    #expect(result.message.hasPrefix("SIGSEGV inside dlopen in `deref+0x"))
    #expect(result.notes.first == "signal SIGSEGV, address 0x1234")
    #expect(result.notes.count >= 3)
    #expect(result.notes.dropFirst().allSatisfy { $0.contains("bad.so+0x") })
    #expect(report.diagnostic?.code == .loadCrashed)
  }

  @Test("that crashes in a function of its own is told its name, unless stripped")
  func localFunction() throws {
    let source = """
      static int poke(volatile int *p) { return *p; }
      __attribute__((constructor)) static void begin(void) { poke(0); }
      """
    let named = try report(folder.plugin("n.so", source, ["-O0"]), level: 2).result(.openCrash)
    #expect(named?.message.hasPrefix("SIGSEGV inside dlopen in `poke+0x") == true)
    #expect(named?.notes.contains { $0.hasPrefix("at `begin+0x") } == true)
    let bare = try report(folder.plugin("s.so", source, ["-O0", "-s"]), level: 2).result(.openCrash)
    #expect(bare?.message.hasPrefix("SIGSEGV inside dlopen in s.so+0x") == true)
  }

  @Test("that overflows its stack is reported as a crash")
  func stackOverflow() throws {
    let path = try folder.plugin(
      "deep.so",
      """
      int dig(volatile char *above) { volatile char here[4096]; here[0] = *above; return dig(here) + here[1]; }
      __attribute__((constructor)) static void begin(void) { volatile char c = 0; dig(&c); }
      """, ["-O0"])
    let result = try #require(try report(path, level: 2).result(.openCrash))
    #expect(result.message.contains("SIGSEGV"))
  }

  @Test("that hangs is ended after the limit, and the stage named")
  func hang() throws {
    let clock = ContinuousClock()
    var found: LoadReport?
    let path = try plugin("for (;;) pause();")
    let time = try clock.measure {
      found = try report(path, level: 2) { $0.limits.executionMilliseconds = 200 }
    }
    #expect(time < .seconds(3))
    #expect(found?.result(.openHang)?.message == "it did not return within 200 ms")
    #expect(found?.result(.openHang)?.notes == ["it was inside dlopen"])
    #expect(found?.diagnostic?.code == .loadTimeout)
  }

  @Test("that burns processor time is ended by its limit")
  func processor() throws {
    let report = try report(plugin("for (;;) ;"), level: 2) {
      $0.limits.cpuSeconds = 1
      $0.limits.executionMilliseconds = 10_000
    }
    #expect(report.refusals.map(\.status) == [.timeout])
    #expect(report.refusals.first?.message.contains("more than 1 s of processor time") == true)
  }

  @Test("that writes a false record of success is not believed")
  func forgery() throws {
    let body = """
      char line[64]; memset(line, '0', 64);
      for (int fd = 3; fd < 400; fd++) {
        dprintf(fd, "\\n%.32s done \\n00112233445566778899aabbccddeeff done \\ndone\\n", line);
      }
      _exit(0);
      """
    let report = try report(plugin(body), level: 2)
    #expect(report.refusals.map(\.check) == [.exitCalled])
    #expect(
      report.result(.exitCalled)?.notes.contains("it wrote into the report of the test") == true)
  }

  @Test("is refused in the words of dlopen when that says no")
  func loaderRefuses() throws {
    // More static TLS than glibc keeps for libraries that come late.
    let path = try folder.plugin(
      "tls.so",
      """
      static __thread char block[20000] __attribute__((tls_model("initial-exec")));
      char *entry(void) { return block; }
      """)
    let report = try report(path, level: 2)
    #expect(report.result(.staticTls)?.status == .warn)
    #expect(report.refusals.map(\.check) == [.openNow])
    #expect(report.diagnostic?.notes.first == "cannot allocate memory in static TLS block")
  }

  // Each constructor ends the process unless the wall holds.
  @Test(
    "can't reach beyond its process", .enabled(if: WorkerProgram.hasAllWalls),
    arguments: [
      "if (fork() >= 0) _exit(1);", "if (syscall(SYS_vfork) >= 0) _exit(1);",
      "if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0) _exit(1);",
      "execl(\"/bin/true\", \"true\", (char *)0); if (errno != EPERM) _exit(1);",
      "if (socket(AF_INET, SOCK_STREAM, 0) >= 0) _exit(1);",
      "if (socket(AF_INET6, SOCK_DGRAM, 0) >= 0) _exit(1);",
      "if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0) _exit(1);",
      "if (open(\"/tmp/plugctl-escape\", O_WRONLY | O_CREAT, 0600) >= 0) _exit(1);",
      "if (mkdir(\"/tmp/plugctl-escape-folder\", 0700) == 0) _exit(1);",
      "if (kill(getppid(), 0) == 0 || errno != EPERM) _exit(1);",
      "if (kill(1, 0) == 0) _exit(1);", "if (kill(-1, 0) == 0) _exit(1);",
      "if (syscall(SYS_tgkill, getppid(), getppid(), 0) == 0) _exit(1);",
      "struct rlimit l; if (prlimit(getpid(), RLIMIT_CPU, 0, &l) == 0 || errno != EPERM) _exit(1);",
      "struct rlimit l; if (getrlimit(RLIMIT_CPU, &l) != 0 || setrlimit(RLIMIT_CPU, &l) != 0) _exit(1);",
      "int p[2]; pipe(p); if (fcntl(p[0], F_SETOWN, getpid()) == 0 || errno != EPERM) _exit(1);",
      "if (prctl(PR_SET_PDEATHSIG, 0) == 0 || errno != EPERM) _exit(1);",
      "if (ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0) _exit(1);",
      "if (geteuid() == 0) _exit(1);",
      "if (syscall(425, 8, 0) >= 0 || errno != EPERM) _exit(1);",
      "if (getenv(\"HOME\") || getenv(\"PLUGCTL_TEST\")) _exit(1);",
      "if (chmod(\"/tmp\", 01777) == 0) _exit(1);",
      "int used = 0; for (int fd = 3; fd < 200; fd++) used += fcntl(fd, F_GETFD) >= 0; if (used) _exit(1);",
    ])
  func walls(body: String) throws {
    let report = try report(plugin(body), level: 2)
    #expect(refusals(report) == [])
    #expect(report.missingProtections == [])
  }

  @Test(
    "may do what it needs",
    arguments: [
      "pthread_t t; if (pthread_create(&t, 0, idle, 0)) _exit(1);",
      "int p[2]; if (pipe(p)) _exit(1); close(p[0]); close(p[1]);",
      "if (open(\"/dev/null\", O_WRONLY) < 0) _exit(1);",
      "FILE *f = fopen(\"/etc/passwd\", \"r\"); if (!f) _exit(1); fclose(f);",
      "void *p = malloc(64 << 20); if (!p) _exit(1); memset(p, 1, 64 << 20); free(p);",
      "void *p = mmap(0, 700 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); if (p == MAP_FAILED) _exit(1);",
    ])
  func allowed(body: String) throws {
    #expect(try refusals(report(plugin(body), level: 2)) == [])
  }

  @Test("is kept to its memory")
  func memory() throws {
    let body = "void *p = malloc(200 << 20); if (p) _exit(1);"
    let report = try report(plugin(body), level: 2) { $0.limits.memoryMiB = 64 }
    #expect(refusals(report) == [])
  }

  @Test(
    "is told what it left behind",
    arguments: [
      ("pthread_t t; pthread_create(&t, 0, idle, 0);", CheckID.ctorThreads),
      ("open(\"/etc/passwd\", O_RDONLY);", .ctorFds),
      ("signal(SIGUSR1, handler);", .signalHandlers),
      ("setenv(\"A\", \"b\", 1);", .envLocale), ("umask(0);", .envLocale),
      ("setpriority(PRIO_PROCESS, 0, 5);", .envLocale),
      ("struct rlimit l = {9, 9}; setrlimit(RLIMIT_STACK, &l);", .envLocale),
      ("dup2(open(\"/dev/zero\", O_RDONLY | O_CLOEXEC), 0);", .envLocale),
      ("__builtin_ia32_ldmxcsr(0x9fc0);", .envLocale),
      ("chdir(\"/usr\");", .envLocale), ("close_range(0, ~0U, 0);", .envLocale),
      ("puts(\"hello\"); fflush(stdout);", .stdoutNoise), ("usleep(150000);", .openSlow),
    ])
  func traces(body: String, check: CheckID) throws {
    let report = try report(plugin(body), level: 2)
    #expect(refusals(report) == [])
    let warned = report.results.filter {
      $0.check.rawValue.hasPrefix("plg-d") && $0.status == .warn
    }
    #expect(warned.map(\.check) == [check])
  }

  @Test("is found by a path from the working folder")
  func relativePath() throws {
    let path = try plugin("")
    let folder = try #require(getcwd(nil, 0).map { String(cString: $0) })
    let up = String(repeating: "../", count: folder.split(separator: "/").count)
    #expect(try refusals(report(up + path.dropFirst(), level: 2)) == [])
  }

  @Test("is tested beside its neighbours, and a broken one is not its fault")
  func neighbours() throws {
    let good = try folder.plugin("good.so", "int good(void) { return 1; }")
    let bad = try folder.plugin("worse.so", "void gone(void); void f(void) { gone(); }")
    #expect(try refusals(report(plugin(""), level: 2, neighbours: [good])) == [])
    let report = try report(plugin(""), level: 2, neighbours: [good, bad])
    #expect(report.refusals.map(\.status) == [.harnessError])
    #expect(report.verdict == .notTested)
    #expect(report.diagnostic?.code == .loadHarness)
  }

  @Test("is not opened where a static check refuses it")
  func order() throws {
    let path = try plugin("_exit(1);")
    chmod(path, 0o4755)
    let report = try report(path, level: 2)
    #expect(report.refusals.map(\.check) == [.fileMode])
    #expect(report.result(.openNow)?.status == .skip)
    #expect(report.reproduce == nil)
  }

  @Test("can't be opened without a worker, which is no verdict on it")
  func noWorker() throws {
    let subject = LoadSubject(name: "a", file: try plugin(""))
    let report = try loadTest(
      subject, against: thisSystem(), LoadOptions(level: 2), worker: Worker("/nonexistent"))
    #expect(report.refusals.map(\.status) == [.harnessError])
  }

  @Test("can be tested from many threads at once")
  func threads() async throws {
    let good = try plugin("")
    let bad = try folder.plugin(
      "crash.so",
      "#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }")
    let target = thisSystem()
    let path = try WorkerProgram.path
    let verdicts = try await withThrowingTaskGroup(of: (Int, LoadReport.Verdict).self) { group in
      for index in 0..<40 {
        group.addTask {
          let file = index.isMultiple(of: 2) ? good : bad
          let subject = LoadSubject(name: "a", file: file)
          let report = try loadTest(
            subject, against: target, LoadOptions(level: 2), worker: Worker(path))
          return (index, report.verdict)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(verdicts.count == 40)
    #expect(verdicts.allSatisfy { $0.value == ($0.key.isMultiple(of: 2) ? .passed : .crashed) })
  }
}
