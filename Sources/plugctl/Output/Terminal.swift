internal import Glibc
internal import Synchronization

/// What is known of the terminal.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Columns: `COLUMNS`, the terminal's, or 80.
  static func width(_ descriptor: Int32) -> Int {
    if let text = Environment.text("COLUMNS"), let columns = Int(text), columns > 0 {
      return columns
    }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether colour is wanted, by option and environment.
  static func usesColor(_ choice: String, _ descriptor: Int32) -> Bool {
    switch choice {
    case "always": return true
    case "never": return false
    default: break
    }
    if Environment.text("NO_COLOR") != nil { return false }
    if Environment.text("FORCE_COLOR") != nil { return true }
    return isTerminal(descriptor) && Environment.text("TERM") != "dumb"
  }

  /// Writes everything.
  ///
  /// - Returns: 0, or the error number. On stderr what can't be written is nobody's to answer.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += count
    }
    return 0
  }

  /// Gives the standard streams that were closed something to be, so that no file of ours gets their
  /// numbers and with them what is meant for a person. What is written there fails.
  static func fillStandardStreams() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is this one.
      _ = open(descriptor == 0 ? "/dev/null" : "/dev/full", O_RDWR)
    }
  }

  /// Asks on the controlling terminal; nil where there is none.
  ///
  /// - Throws: `CancellationError` once a signal came; the terminal then is as it was.
  static func ask(_ question: String, isSecret: Bool) throws -> [UInt8]? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    // A signal that ended the process here would leave the terminal mute.
    Interruption.watch()
    if isSecret { hideInput(terminal) }
    defer {
      if isSecret {
        showInput()
        write([0x0A], to: terminal)
      }
    }
    // Only now: what is typed after the question must be neither shown nor dropped.
    write(Array(question.utf8), to: terminal)
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      guard Interruption.signal == nil else { throw CancellationError() }
      var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 50) > 0 else { continue }
      guard read(terminal, &byte, 1) == 1, byte != 0x0A else { return line }
      line.append(byte)
    }
  }

  /// How the terminal was before its input was hidden.
  private static let shown = Mutex<termios?>(nil)

  private static func hideInput(_ terminal: Int32) {
    var state = termios()
    guard tcgetattr(terminal, &state) == 0 else { return }
    shown.withLock { $0 = state }
    state.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &state)
  }

  /// Shows what is typed again, where it was hidden; before the process ends in whatever way.
  static func showInput() {
    shown.withLock { shown in
      guard var state = shown.take() else { return }
      let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
      guard terminal >= 0 else { return }
      tcsetattr(terminal, TCSAFLUSH, &state)
      close(terminal)
    }
  }
}

/// Colours and weights, or none.
struct Style: Sendable {
  let isColored: Bool

  func bold(_ text: String) -> String { wrapped(text, "1") }
  func dim(_ text: String) -> String { wrapped(text, "2") }
  func red(_ text: String) -> String { wrapped(text, "1;31") }
  func green(_ text: String) -> String { wrapped(text, "32") }
  func yellow(_ text: String) -> String { wrapped(text, "33") }
  func cyan(_ text: String) -> String { wrapped(text, "36") }

  private func wrapped(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
