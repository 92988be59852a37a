import CSystem
public import Files
import Glibc
import PkgCore

/// The program that opens plugins and runs hosts' commands, in processes of their own.
///
/// Plugins are opened by forks of one process, which starts at the first of them: starting a program
/// costs several times as much as a fork. Not for several threads: each has its own.
public final class Worker {
  /// Where `plugctl-worker` lies.
  public let path: String
  private let stop: StopSignal?
  private var server: WorkerServer?

  /// A worker that has not started yet.
  ///
  /// - Parameters:
  ///   - path: of `plugctl-worker`.
  ///   - stop: ends a run where it stands; the run then throws `CancellationError`.
  public init(_ path: String, stop: StopSignal? = nil) {
    self.path = path
    self.stop = stop
  }

  /// The process that forks for each plugin; nil before the first of them.
  package var process: Int32? { server?.pid }

  /// Runs the worker once in a session of its own, watches it, and kills the whole session at the
  /// end. Blocks.
  ///
  /// - Throws: ``Diagnostic`` where the worker could not be started; `CancellationError`.
  func run(_ start: WorkerStart) throws -> WorkerRun {
    // Words are parted by zeros on their way.
    guard !start.words.contains(where: { $0.utf8.contains(0) }) else {
      throw Diagnostic(.loadHarness, "what the plugin says of itself has a zero in it")
    }
    let page = try StagePage()
    var report = try Pipe(limit: 256 << 10)
    var output = try Pipe(limit: 64 << 10)
    let began = ContinuousClock.now
    let child = try self.child(start, [report.writeEnd, page.descriptor, output.writeEnd])
    report.closeWriteEnd()
    output.closeWriteEnd()
    var watch = WorkerWatch(child.pid, start, stop: stop)
    watch.wait(page, &report, &output)
    // Not reaped yet, so its number still means this session and no other.
    kill(-child.pid, SIGKILL)
    kill(child.pid, SIGKILL)
    let status = child.isServed ? try reapServed() : endOfSession(child.pid)
    report.drain()
    output.drain()
    if watch.isStopped { throw CancellationError() }
    let (records, isForged) = parse(report.bytes, nonce: page.nonceText)
    return WorkerRun(
      end: watch.isTimedOut ? .timedOut : ProcessEnd(status: status), records: records,
      stage: page.stage.stage, input: Int(page.stage.index),
      isDone: page.hasProof || records.contains { $0.key == "done" }, handledSignal: page.signal,
      hasLostReport: page.hasLostReport, isReportCut: report.isCut, hasForgedRecords: isForged,
      output: output.bytes,
      duration: ContinuousClock.now - began)
  }

  /// A process that runs a command of the worker.
  ///
  /// - Parameter files: report, page and output.
  private func child(
    _ start: WorkerStart, _ files: [Int32]
  ) throws(Diagnostic) -> (pid: pid_t, isServed: Bool) {
    if start.mode == .load, !start.isAlone {
      do {
        if server == nil { server = try WorkerServer(path) }
        if let pid = try server?.fork(start.words, files) { return (pid, true) }
      } catch {
        server = nil
        throw error
      }
    }
    return (try spawnWorker(path, start, report: files[0], page: files[1], output: files[2]), false)
  }

  private func reapServed() throws(Diagnostic) -> Int32 {
    do {
      return try server?.reap() ?? 0
    } catch {
      server = nil
      throw error
    }
  }

  private func parse(_ bytes: [UInt8], nonce: String) -> ([WorkerRecord], isForged: Bool) {
    let prefix = Array(nonce.utf8) + [0x20]
    var records: [WorkerRecord] = []
    var isForged = false
    for line in bytes.split(separator: 0x0A) {
      guard line.starts(with: prefix) else {
        isForged = true
        continue
      }
      let rest = line.dropFirst(prefix.count)
      let key = rest.prefix { $0 != 0x20 }
      records.append(
        WorkerRecord(
          key: String(decoding: key, as: UTF8.self),
          value: String(decoding: rest.dropFirst(key.count + 1), as: UTF8.self)))
    }
    return (records, isForged)
  }
}

/// Waits for a session's leader, a child of ours, and then a moment for the others, which were killed with it.
private func endOfSession(_ pid: pid_t) -> Int32 {
  let status = waitForExit(pid)
  for _ in 0..<500 where kill(-pid, 0) == 0 { usleep(1000) }
  return status
}

/// Waits for a child of ours.
///
/// - Returns: its status as `wait` has it.
func waitForExit(_ pid: pid_t) -> Int32 {
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  return status
}
