internal import Files
internal import Glibc

/// Runs a command in a pseudo-terminal, by `script` of util-linux.
enum PseudoTerminal {
  /// What the terminal got, and the command's exit code.
  static func run(
    _ arguments: [String], columns: Int, in user: Sandbox, with variables: [String: String] = [:]
  ) throws -> Outcome {
    let quoted = arguments.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(
      separator: " ")
    let command = "stty cols \(columns) rows 24; exec \(quoted)"
    return try user.run(
      ["script", "-qec", command, "/dev/null"],
      with: variables.merging(["TERM": "xterm"]) { mine, _ in mine })
  }

  /// The lines that are left on the screen once everything was written: carriage returns go back,
  /// `ESC [ K` clears to the end of the line, colours are dropped.
  static func screen(_ text: String) -> [String] {
    var lines: [[Character]] = [[]]
    var column = 0
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\n":
        lines.append([])
        column = 0
      case "\r": column = 0
      case "\u{1B}":
        rest = rest.dropFirst()
        var code = ""
        while let next = rest.popFirst() {
          code.unicodeScalars.append(next)
          if next.properties.isAlphabetic { break }
        }
        if code == "K" { lines[lines.count - 1] = Array(lines[lines.count - 1].prefix(column)) }
      default:
        while lines[lines.count - 1].count <= column { lines[lines.count - 1].append(" ") }
        lines[lines.count - 1][column] = Character(scalar)
        column += 1
      }
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { String($0) }
  }
}

extension PseudoTerminal {
  /// Runs a command whose questions are answered one after the other, each when it was asked.
  static func converse(
    _ arguments: [String], answers: [(question: String, answer: String)], in user: Sandbox
  ) throws -> Outcome {
    let script = """
      import os, pty, sys
      answers = [a.split('=', 1) for a in sys.argv[1].split('\\n') if a]
      child, terminal = pty.fork()
      if child == 0:
          os.execv(sys.argv[2], sys.argv[2:])
      seen, place = b'', 0
      while True:
          try:
              part = os.read(terminal, 4096)
          except OSError:
              break
          seen += part
          if answers and answers[0][0].encode() in seen[place:]:
              place = len(seen)
              os.write(terminal, answers.pop(0)[1].encode() + b'\\n')
      sys.stdout.buffer.write(seen)
      sys.stdout.flush()
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """
    let list = answers.map { "\($0.question)=\($0.answer)" }.joined(separator: "\n")
    return try user.run(
      ["python3", "-c", script, list] + arguments, with: ["PLUGCTL_NO_INPUT": "", "TERM": "xterm"])
  }

  /// Runs a command and types Ctrl-C so many times once it has asked, or after a time.
  ///
  /// - Returns: its outcome with what the terminal got on stderr; 99 stands for a signal's end; and whether
  ///   the terminal shows what is typed at the question and after it.
  static func interrupt(
    _ arguments: [String], at question: String = "", after seconds: Double = 0, times: Int = 1,
    in user: Sandbox
  ) throws -> (outcome: Outcome, echoes: String) {
    let script = """
      import os, pty, select, sys, termios, time
      question, wait, times = sys.argv[1].encode(), float(sys.argv[2]), int(sys.argv[3])
      child, terminal = pty.fork()
      if child == 0:
          os.execv(sys.argv[4], sys.argv[4:])
      def echoes():
          return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
      seen, during, start = b'', None, time.monotonic()
      while True:
          left = start + wait - time.monotonic()
          if during is None and left <= 0 and question in seen:
              during = echoes()
              os.write(terminal, b'\\x03' * times)
          if not select.select([terminal], [], [], max(0, left) if during is None else None)[0]:
              continue
          try:
              part = os.read(terminal, 4096)
          except OSError:
              break
          if not part:
              break
          seen += part
      print(during, echoes())
      sys.stderr.buffer.write(seen)
      sys.stderr.flush()
      code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
      sys.exit(code if code >= 0 else 99)
      """
    let outcome = try user.run(
      ["python3", "-c", script, question, "\(seconds)", "\(times)"] + arguments,
      with: ["PLUGCTL_NO_INPUT": "", "TERM": "xterm"])
    return (outcome, outcome.lines.last ?? "")
  }
}
