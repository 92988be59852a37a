internal import CSystem
internal import Glibc

/// How a child whose output was handed on ended.
public enum StreamedEnd: Sendable, Equatable {
  /// By itself, with this code.
  case exited(Int32)
  /// By a signal of somebody else's.
  case signalled(Int32)
  /// It was ended because its time was over.
  case timedOut
  /// It was ended because nobody waits for it any more.
  case stopped
}

extension ChildCommand {
  /// Runs the command to its end and hands on what it writes to both outputs, line by line, as it comes; blocks
  /// this thread. Its standard input is empty.
  ///
  /// The child leads a process group of its own. When the child ends, or the signal is set, or the time is over, the
  /// whole group ends: first it is asked (SIGTERM), after two seconds it is killed.
  /// - Parameter line: takes a line without its end, invalid bytes replaced, cut after 4 KiB.
  /// - Throws: ``SystemError`` where it can't be started.
  public func run(stop: StopSignal, line: (String) -> Void) throws(SystemError) -> StreamedEnd {
    let name = arguments.first ?? ""
    var ends: [Int32] = [-1, -1]
    guard plg_pipe2(&ends, O_CLOEXEC) == 0 else { throw .last("pipe2", name) }
    defer { close(ends[0]) }
    let pid = try start(writingTo: Descriptor(owning: ends[1], name: name))
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var stream = LineStream(descriptor: ends[0])
    let watch = GroupWatch(pid: pid, stop: stop, timeoutMilliseconds: timeoutMilliseconds)
    let end = watch.follow(&stream, line)
    // Whatever it left running in its group ends with it, before the group's number can be another's.
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    stream.drain(line)
    stream.finish(line)
    return end ?? (status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F))
  }
}

extension ChildCommand {
  /// Starts it with an empty input; its end of the pipe is the child's alone then.
  private func start(writingTo end: consuming Descriptor) throws(SystemError) -> pid_t {
    let nothing = try FileSystem.open("/dev/null", flags: O_RDONLY | O_CLOEXEC, mode: 0)
    return try spawn(standard: [nothing.raw, end.raw, end.raw])
  }
}

/// Follows a child until it ends or must end.
private struct GroupWatch {
  let pid: pid_t
  let stop: StopSignal
  let deadline: UInt64?
  private static let patience: UInt64 = 2_000_000_000

  init(pid: pid_t, stop: StopSignal, timeoutMilliseconds: Int64?) {
    self.pid = pid
    self.stop = stop
    deadline = timeoutMilliseconds.map {
      Machine.monotonicNanoseconds() + UInt64(max(0, $0)) * 1_000_000
    }
  }

  /// - Returns: why it was ended; nil where it ended by itself.
  func follow(_ stream: inout LineStream, _ line: (String) -> Void) -> StreamedEnd? {
    let handle = plg_pidfd_open(pid)
    defer { if handle >= 0 { close(handle) } }
    var end: StreamedEnd?
    var limit = deadline
    while true {
      let now = Machine.monotonicNanoseconds()
      if end == nil, let reason = reasonToEnd(now) {
        end = reason
        limit = now + Self.patience
        kill(-pid, SIGTERM)
      }
      if end != nil, let limit, now >= limit { return end }
      var polled = [
        pollfd(fd: stream.isOpen ? stream.descriptor : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: handle, events: Int16(POLLIN), revents: 0),
        pollfd(fd: end == nil ? stop.descriptor : -1, events: Int16(POLLIN), revents: 0),
      ]
      let wait = limit.map { Int32(clamping: ($0 > now ? $0 - now : 0) / 1_000_000 + 1) } ?? -1
      guard poll(&polled, 3, wait) >= 0 || errno == EINTR else { return end }
      if polled[0].revents != 0 { stream.drain(line) }
      // Without a handle (Linux before 5.3) the end of its output must do.
      if handle >= 0 ? polled[1].revents != 0 : !stream.isOpen { return end }
    }
  }

  private func reasonToEnd(_ now: UInt64) -> StreamedEnd? {
    if stop.isSet { return .stopped }
    if let deadline, now >= deadline { return .timedOut }
    return nil
  }
}

/// A stream of bytes as lines.
private struct LineStream {
  let descriptor: Int32
  private(set) var isOpen = true
  private var pending: [UInt8] = []
  private static let longest = 4_096

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Reads what is there.
  mutating func drain(_ line: (String) -> Void) {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while isOpen {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else {
        isOpen = false
        return
      }
      take(chunk[..<count], line)
    }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, _ line: (String) -> Void) {
    var rest = bytes
    while let end = rest.firstIndex(of: 0x0A) {
      keep(rest[..<end])
      finish(line, isWhole: true)
      rest = rest[(end + 1)...]
    }
    keep(rest)
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    pending += bytes.prefix(max(0, Self.longest - pending.count))
  }

  /// Hands on the last line, where it has no end.
  mutating func finish(_ line: (String) -> Void, isWhole: Bool = false) {
    if isWhole || !pending.isEmpty { line(String(decoding: pending, as: UTF8.self)) }
    pending = []
  }
}
