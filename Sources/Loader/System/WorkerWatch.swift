import CSystem
import Files
import Glibc

/// Waits for a worker's end, under the limits of its stages.
struct WorkerWatch {
  private let pid: pid_t
  private let limit: Duration
  private let total: Duration
  private let stop: StopSignal?
  /// Whether a stage took too long.
  private(set) var isTimedOut = false
  /// Whether nobody wants the answer any more.
  var isStopped: Bool { stop?.isSet == true }

  init(_ pid: pid_t, _ start: WorkerStart, stop: StopSignal?) {
    self.pid = pid
    limit = .milliseconds(start.stageMilliseconds)
    total = .milliseconds(start.totalMilliseconds ?? start.stageMilliseconds * 10)
    self.stop = stop
  }

  /// Reads what the worker writes until it ends, a stage takes too long, or it is to stop.
  mutating func wait(
    _ page: borrowing StagePage, _ report: inout Pipe, _ output: inout Pipe
  ) {
    let process = plg_pidfd_open(pid)
    defer { if process >= 0 { close(process) } }
    var stage = page.stage
    let end = ContinuousClock.now + total
    var deadline = ContinuousClock.now + limit
    isTimedOut = process < 0
    while !isTimedOut, !isStopped {
      if poll(process, report, output, until: deadline) { return }
      report.drain()
      output.drain()
      guard ContinuousClock.now >= deadline else { continue }
      // Stages only go forward, and all of them have an end, so that a plugin that writes to the page
      // can't stay for ever.
      let now = page.stage
      if now > stage, ContinuousClock.now < end {
        stage = now
        deadline = ContinuousClock.now + limit
      } else {
        isTimedOut = true
      }
    }
  }

  /// Whether the process ended; returns also when there is something to read, or at the deadline.
  private func poll(
    _ process: Int32, _ report: borrowing Pipe, _ output: borrowing Pipe,
    until deadline: ContinuousClock.Instant
  ) -> Bool {
    let left = max(.zero, deadline - ContinuousClock.now)
    let milliseconds =
      left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
    let watched = [
      process, report.isOpen ? report.readEnd : -1, output.isOpen ? output.readEnd : -1,
      stop?.descriptor ?? -1,
    ]
    var polled = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = Glibc.poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds))
    return count > 0 && polled[0].revents != 0
  }
}
