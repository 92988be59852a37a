import Files
import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a worker that forks for each plugin") struct WorkerTests {
  let folder: TestFolder
  let worker: Worker
  let stop: StopSignal

  init() throws {
    folder = try TestFolder()
    stop = try StopSignal()
    worker = Worker(try WorkerProgram.path, stop: stop)
  }

  private func plugin(_ name: String, _ body: String) throws -> String {
    try folder.plugin(
      name,
      """
      #include <stdlib.h>
      #include <unistd.h>
      __attribute__((constructor)) static void begin(void) { \(body) }
      """)
  }

  private func verdict(_ file: String, modules: [String] = [], neighbours: [String] = [])
    throws -> LoadReport.Verdict
  {
    var target = thisSystem()
    target.limits.executionMilliseconds = 1_000
    let subject = LoadSubject(name: "a", file: file, modules: modules, neighbours: neighbours)
    return try loadTest(subject, against: target, LoadOptions(level: 2), worker: worker).verdict
  }

  @Test("judges each by itself, whatever the one before did")
  func oneAfterAnother() throws {
    let good = try plugin("good.so", "")
    for (body, verdict) in [
      ("abort();", LoadReport.Verdict.crashed), ("_exit(0);", .failed), ("pause();", .timedOut),
      ("for (int i = 3; i < 1024; i++) close(i); kill(0, 9); kill(getppid(), 9);", .passed),
    ] {
      let found = try self.verdict(try plugin("bad.so", body))
      #expect(found == verdict, "\(body)")
      #expect(try self.verdict(good) == .passed, "after \(body)")
    }
  }

  @Test("gives no plugin what another left in memory")
  func freshMemory() throws {
    let counter = try folder.plugin(
      "counter.so", "int count = 0; int next(void) { return ++count; }")
    let user = try folder.plugin(
      "user.so",
      """
      #include <stdlib.h>
      extern int next(void);
      __attribute__((constructor)) static void begin(void) { if (next() != 1) abort(); }
      """, ["-Wl,--unresolved-symbols=ignore-all"])
    for _ in 0..<3 { #expect(try verdict(user, modules: [counter]) == .passed) }
  }

  @Test("takes command lines that are too long for one message")
  func longCommandLine() throws {
    let deep =
      folder.path + "/"
      + Array(repeating: String(repeating: "d", count: 200), count: 15)
      .joined(separator: "/")
    try FileSystem.makeFolders(deep)
    let good = try plugin("good.so", "")
    let neighbours = try (0..<100).map { number in
      let path = "\(deep)/n\(number).so"
      try FileSystem.link(path, to: good)
      return path
    }
    #expect(try verdict(good, neighbours: neighbours) == .passed)
  }

  @Test("ends a run at once where it is told to stop")
  func stopped() throws {
    let hanging = try plugin("hang.so", "pause();")
    var target = thisSystem()
    target.limits.executionMilliseconds = 60_000
    let began = ContinuousClock.now
    let stop = stop
    #expect(
      BlockingWork.startThread {
        usleep(200_000)
        stop.set()
      })
    #expect(throws: CancellationError.self) {
      try loadTest(
        LoadSubject(name: "a", file: hanging), against: target, LoadOptions(level: 2),
        worker: worker)
    }
    #expect(ContinuousClock.now - began < .seconds(20))
  }

  @Test("gives up on its process where somebody stops that, and starts another")
  func stoppedServer() throws {
    let good = try plugin("good.so", "")
    #expect(try verdict(good) == .passed)
    let server = try #require(worker.process)
    kill(server, SIGSTOP)
    let began = ContinuousClock.now
    #expect(try verdict(good) == .notTested)
    #expect(ContinuousClock.now - began < .seconds(60))
    #expect(try verdict(good) == .passed)
  }
}
