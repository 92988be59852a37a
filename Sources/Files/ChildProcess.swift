internal import CSystem
internal import Glibc

/// A command to run: an argument array, never a shell.
public struct ChildCommand: Sendable {
  /// The program and its arguments; the program is a path or a name on the PATH.
  public var arguments: [String]
  /// The whole environment, `NAME=value`; nil hands on this process's own.
  public var environment: [String]?
  /// The working folder; nil for this process's own.
  public var folder: String?
  /// Bytes for its standard input; none closes it at once.
  public var input: [UInt8] = []
  /// Wall time; nil for no end.
  public var timeoutMilliseconds: Int64?
  /// Bytes of each output stream that are kept; more is read and dropped.
  public var outputLimit = 1 << 20
  /// Descriptors that the child gets under the same numbers.
  public var inherited: [Int32] = []

  /// A command of these arguments.
  public init(_ arguments: [String]) { self.arguments = arguments }
}

/// How a child ended.
public struct ChildResult: Sendable {
  /// The ways to end.
  public enum End: Sendable, Equatable {
    /// By itself, with this code.
    case exited(Int32)
    /// By a signal.
    case signalled(Int32)
    /// It was ended because its time was over.
    case timedOut
  }

  /// How it ended.
  public let end: End
  /// What it wrote to standard output, up to the limit.
  public let output: [UInt8]
  /// What it wrote to standard error, up to the limit.
  public let errorOutput: [UInt8]

  /// Whether it ended by itself with code 0.
  public var isSuccess: Bool { end == .exited(0) }
  /// Standard output as text, invalid bytes replaced.
  public var outputText: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text, invalid bytes replaced.
  public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
}

extension ChildCommand {
  /// Runs the command to its end; blocks this thread.
  ///
  /// The child leads a process group of its own; on a timeout the whole group is ended.
  /// - Throws: ``SystemError`` where it can't be started.
  public func run() throws(SystemError) -> ChildResult {
    let name = arguments.first ?? ""
    var pipes: [Int32] = []
    defer { for raw in pipes where raw >= 0 { _ = close(raw) } }
    for _ in 0..<3 {
      var ends: [Int32] = [-1, -1]
      guard plg_pipe2(&ends, O_CLOEXEC) == 0 else { throw .last("pipe2", name) }
      pipes += ends
    }
    let pid = try spawn(standard: [pipes[0], pipes[3], pipes[5]])
    for index in [0, 3, 5] {
      _ = close(pipes[index])
      pipes[index] = -1
    }
    var pump = OutputPump(
      input: input, inputEnd: pipes[1], outputEnd: pipes[2], errorEnd: pipes[4], limit: outputLimit)
    // The pump owns the three ends from here on.
    pipes = []
    let deadline = timeoutMilliseconds.map {
      Machine.monotonicNanoseconds() + UInt64(max(0, $0)) * 1_000_000
    }
    // A child may close its outputs and go on.
    let isInTime = pump.run(until: deadline) && Self.ends(pid, until: deadline)
    if !isInTime { kill(-pid, SIGKILL) }
    let status = Self.wait(pid)
    let end: ChildResult.End =
      !isInTime
      ? .timedOut
      : status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    return ChildResult(end: end, output: pump.output, errorOutput: pump.errorOutput)
  }

  /// Waits for the end without burying the child; false where the time was over first.
  private static func ends(_ pid: pid_t, until deadline: UInt64?) -> Bool {
    guard let deadline else { return true }
    let handle = plg_pidfd_open(pid)
    // Without one (Linux before 5.3) there is only the wait that has no end.
    guard handle >= 0 else { return true }
    defer { _ = close(handle) }
    while true {
      let now = Machine.monotonicNanoseconds()
      guard now < deadline else { return false }
      var polled = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
      if poll(&polled, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1)) > 0 { return true }
    }
  }

  private static func wait(_ pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// Starts the command with these three descriptors as its standard streams, leading a group of its
  /// own, with every signal at its default.
  ///
  /// - Returns: the process's id; the caller waits for it.
  func spawn(standard: [Int32]) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (place, raw) in standard.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, raw, Int32(place))
    }
    // The same number on both sides takes close-on-exec away in the child (glibc 2.29).
    for raw in inherited { posix_spawn_file_actions_adddup2(&actions, raw, raw) }
    if let folder { plg_spawn_addchdir(&actions, folder) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var pid: pid_t = 0
    let program = arguments.first ?? ""
    let code = Self.withCStrings(arguments) { argv in
      if let environment {
        return Self.withCStrings(environment) {
          posix_spawnp(&pid, program, &actions, &attributes, argv, $0)
        }
      }
      return posix_spawnp(&pid, program, &actions, &attributes, argv, plg_environment())
    }
    guard code == 0 else {
      throw SystemError(call: "posix_spawn", object: arguments.first ?? "", errno: code)
    }
    return pid
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // The buffer holds at least the closing nil, so it has an address.
      body(buffer.baseAddress!)
    }
  }
}

/// Feeds a child and drains both its outputs, so that neither side waits for ever.
private struct OutputPump {
  private(set) var output: [UInt8] = []
  private(set) var errorOutput: [UInt8] = []
  private var input: ArraySlice<UInt8>
  private var ends: [Int32]
  private let limit: Int

  init(input: [UInt8], inputEnd: Int32, outputEnd: Int32, errorEnd: Int32, limit: Int) {
    self.input = input[...]
    self.limit = limit
    ends = [inputEnd, outputEnd, errorEnd]
    _ = fcntl(inputEnd, F_SETFL, O_NONBLOCK)
  }

  /// Runs until both outputs are closed; false where the time was over first.
  mutating func run(until deadline: UInt64?) -> Bool {
    defer { for place in ends.indices { closeEnd(place) } }
    if input.isEmpty { closeEnd(0) }
    while ends[1] >= 0 || ends[2] >= 0 {
      var wait: Int32 = -1
      if let deadline {
        let now = Machine.monotonicNanoseconds()
        guard now < deadline else { return false }
        wait = Int32(clamping: (deadline - now) / 1_000_000 + 1)
      }
      var polled = ends.enumerated().map { place, raw in
        pollfd(fd: raw, events: Int16(place == 0 ? POLLOUT : POLLIN), revents: 0)
      }
      guard poll(&polled, nfds_t(polled.count), wait) > 0 else { continue }
      if polled[0].revents != 0 { feed() }
      if polled[1].revents != 0 { drain(1) }
      if polled[2].revents != 0 { drain(2) }
    }
    return true
  }

  private mutating func feed() {
    let (count, code) = Self.write(input, to: ends[0])
    if count > 0 { input = input.dropFirst(count) }
    if input.isEmpty || (count < 0 && code != EAGAIN && code != EINTR) { closeEnd(0) }
  }

  /// Writes without the SIGPIPE that a child which reads no more would bring upon this process: the
  /// signal is for the writing thread (man 7 pipe), so it is blocked here and taken away.
  private static func write(_ bytes: ArraySlice<UInt8>, to raw: Int32) -> (count: Int, code: Int32)
  {
    var broken = sigset_t()
    var former = sigset_t()
    var pending = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &broken, &former)
    sigpending(&pending)
    let count = bytes.withUnsafeBytes { Glibc.write(raw, $0.baseAddress, $0.count) }
    let code = errno
    if count < 0, code == EPIPE, sigismember(&pending, SIGPIPE) == 0 {
      var none = timespec()
      while sigtimedwait(&broken, nil, &none) < 0, errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &former, nil)
    return (count, code)
  }

  private mutating func drain(_ place: Int) {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(ends[place], &chunk, chunk.count)
    if count < 0, errno == EINTR { return }
    guard count > 0 else { return closeEnd(place) }
    if place == 1 {
      output += chunk[..<min(count, max(0, limit - output.count))]
    } else {
      errorOutput += chunk[..<min(count, max(0, limit - errorOutput.count))]
    }
  }

  private mutating func closeEnd(_ place: Int) {
    if ends[place] >= 0 { _ = close(ends[place]) }
    ends[place] = -1
  }
}
