import CSystem
import Glibc
import PkgCore

/// How a worker's process ended.
enum ProcessEnd: Sendable, Equatable {
  case exited(Int32)
  case signalled(Int32)
  /// Killed by us because a stage took too long.
  case timedOut
}

/// What is known after a worker's end.
struct WorkerRun: Sendable {
  let end: ProcessEnd
  /// The records with this run's nonce: a key and the rest of the line.
  let records: [WorkerRecord]
  /// The stage that the worker was in.
  let stage: Stage
  /// Whether the worker stated its end by a record or in the page.
  let isDone: Bool
  /// The signal that its handler saw.
  let handledSignal: Int32
  let hasLostReport: Bool
  /// Lines in the report that are not the worker's: somebody wrote to its descriptor.
  let hasForgedRecords: Bool
  /// What was written to standard output and standard error, cut at 64 KiB.
  let output: [UInt8]
  let duration: Duration
}

/// A record of a worker.
struct WorkerRecord: Sendable, Equatable {
  let key: String
  let value: String
}

/// How to start a worker.
struct WorkerStart {
  /// The program.
  var worker: String
  /// `load` or `exec`.
  var mode: String
  /// What follows the descriptors' options.
  var arguments: [String]
  var environment: [String]
  var workingDirectory: String
  /// Wall time of each stage.
  var stageMilliseconds: Int
}

/// Starts a worker in a session of its own, watches it, and kills the whole session at the end.
/// Blocks; safe from any thread.
///
/// - Throws: ``Diagnostic`` where the worker could not be started.
func runWorker(_ start: WorkerStart) throws(Diagnostic) -> WorkerRun {
  let page = try StagePage()
  var report = try Pipe(limit: 256 << 10)
  var output = try Pipe(limit: 64 << 10)
  let began = ContinuousClock.now
  let pid = try spawn(
    start, page: page.descriptor, report: report.writeEnd, output: output.writeEnd)
  report.closeWriteEnd()
  output.closeWriteEnd()
  let end = watch(pid, start, page, &report, &output)
  let duration = ContinuousClock.now - began
  let (records, isForged) = parse(report.bytes, nonce: page.nonceText)
  return WorkerRun(
    end: end, records: records, stage: page.stage.stage,
    isDone: page.hasProof || records.contains { $0.key == "done" }, handledSignal: page.signal,
    hasLostReport: page.hasLostReport, hasForgedRecords: isForged, output: output.bytes,
    duration: duration)
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

// MARK: - starting

private func spawn(
  _ start: WorkerStart, page: Int32, report: Int32, output: Int32
) throws(Diagnostic) -> pid_t {
  // High, so that plugins that count on low numbers get them; above all of ours, so that no
  // duplication overwrites the source of the next.
  let target = max(200, page + 1, report + 1, output + 1)
  let argv =
    [start.worker, start.mode, "--report", String(target), "--page", String(target + 1)]
    + start.arguments
  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_adddup2(&actions, report, target)
  posix_spawn_file_actions_adddup2(&actions, page, target + 1)
  posix_spawn_file_actions_adddup2(&actions, output, 1)
  posix_spawn_file_actions_adddup2(&actions, output, 2)
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  plg_spawn_addchdir(&actions, start.workingDirectory)
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80  // POSIX_SPAWN_SETSID
  posix_spawnattr_setflags(&attributes, Int16(flags))
  var pid = pid_t()
  let code = withCStrings(argv) { argv in
    withCStrings(start.environment) { environment in
      posix_spawn(&pid, start.worker, &actions, &attributes, argv, environment)
    }
  }
  guard code == 0 else {
    // The error may be of either: the child can't say of which.
    let hasFolder = access(start.workingDirectory, X_OK) == 0
    throw callFailed("start", hasFolder ? start.worker : start.workingDirectory, code)
  }
  return pid
}

private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = texts.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}

// MARK: - watching

private func watch(
  _ pid: pid_t, _ start: WorkerStart, _ page: borrowing StagePage, _ report: inout Pipe,
  _ output: inout Pipe
) -> ProcessEnd {
  let process = plg_pidfd_open(pid)
  defer { if process >= 0 { close(process) } }
  let limit = Duration.milliseconds(start.stageMilliseconds)
  var stage = page.stage
  var deadline = ContinuousClock.now + limit
  var isTimedOut = process < 0
  while !isTimedOut {
    if wait(process, report, output, until: deadline) { break }
    report.drain()
    output.drain()
    guard ContinuousClock.now >= deadline else { continue }
    // Stages only go forward, so that a plugin that writes to the page can't stay for ever.
    let now = page.stage
    if now > stage {
      stage = now
      deadline = ContinuousClock.now + limit
    } else {
      isTimedOut = true
    }
  }
  // The leader is not reaped yet, so its number still means this session and no other.
  kill(-pid, SIGKILL)
  kill(pid, SIGKILL)
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  report.drain()
  output.drain()
  if isTimedOut { return .timedOut }
  return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
}

/// Whether the process ended; returns also when there is something to read, or at the deadline.
private func wait(
  _ process: Int32, _ report: borrowing Pipe, _ output: borrowing Pipe,
  until deadline: ContinuousClock.Instant
) -> Bool {
  let left = max(.zero, deadline - ContinuousClock.now)
  let milliseconds =
    left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
  var polled = [pollfd(fd: process, events: Int16(POLLIN), revents: 0)]
  for pipe in [report.isOpen ? report.readEnd : -1, output.isOpen ? output.readEnd : -1] {
    polled.append(pollfd(fd: pipe, events: Int16(POLLIN), revents: 0))
  }
  let count = poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds))
  return count > 0 && polled[0].revents != 0
}
