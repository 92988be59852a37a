import Glibc
import PkgCore

/// What the end of a worker says about the plugin.
struct WorkerVerdict {
  let run: WorkerRun
  let subject: LoadSubject
  let limits: LoadLimits

  /// The result of a run that did not come to its end while a check called the plugin; while it was
  /// opened it is that of ``ending``.
  func ending(of check: CheckID) -> CheckResult {
    guard run.stage >= .dlopen || run.handledSignal != 0 else {
      return CheckResult(
        check, .harnessError, "the worker ended \(run.stage.words): \(run.end.words)",
        notes: run.outputLines(limit: 5))
    }
    var result = ending
    guard run.stage >= .check else { return result }
    result.check = check
    if result.status == .timeout { result.hint = nil }
    if result.status == .fail { result.hint = "remove calls of exit() from it" }
    return result
  }

  /// The result of a run that did not come to its end: plg-d003, d004 or d005.
  var ending: CheckResult {
    // The handler's word comes first: reporting a crash may itself hang.
    if run.handledSignal != 0 { return crash(run.handledSignal) }
    switch run.end {
    case .timedOut:
      return CheckResult(
        .openHang, .timeout, "it did not return within \(limits.executionMilliseconds) ms",
        notes: ["it was \(run.stage.words)"])
    case .signalled(SIGXCPU), .signalled(SIGKILL):
      return CheckResult(
        .openHang, .timeout,
        "it was killed: more than \(limits.cpuSeconds) s of processor time, or out of memory",
        notes: ["it was \(run.stage.words)"])
    case .signalled(let number): return crash(number)
    case .exited(let code):
      return CheckResult(
        .exitCalled, .fail, "it ended the process itself, with exit code \(code)",
        notes: ["it was \(run.stage.words)"] + forgery,
        hint: "remove calls of exit() from its constructors")
    }
  }

  private var forgery: [String] {
    run.hasForgedRecords ? ["it wrote into the report of the test"] : []
  }

  /// dlopen refused the plugin; the loader's text without the path that everybody knows.
  func refused(_ fault: String) -> CheckResult {
    let prefix = subject.file + ": "
    let message = fault.rest(after: prefix).map { String($0) } ?? fault
    return CheckResult(.openNow, .fail, message)
  }

  private func crash(_ number: Int32) -> CheckResult {
    let names = localNames
    let frames = run.values("frame").compactMap { Frame($0, subject.file, names) }
    let place = frames.first.map { " in \($0.text)" } ?? ""
    let address = signalFields.count > 2 ? ", address \(signalFields[2])" : ""
    // What lies below the loader is the worker's own.
    let own = frames.prefix { !$0.isLoader }
    var notes = ["signal \(signalName(number))\(address)"]
    notes += own.prefix(16).map { "at \($0.text)" }
    notes += run.outputLines(limit: 3).map { "it wrote: \($0)" }
    return CheckResult(
      .openCrash, .crash, "\(signalName(number)) \(run.stage.words)\(place)", notes: notes)
  }

  private var localNames: ElfFullSymbols? {
    guard let bytes = try? readFile(subject.file, maximumSize: maximumElfSize),
      let image = try? ElfImage(bytes)
    else { return nil }
    return ElfFullSymbols(image)
  }

  // number, code, address, program counter
  private var signalFields: [Substring] { run.value("signal")?.parts(at: " ") ?? [] }

  /// A record `frame INDEX ADDRESS OFFSET SYMBOL+DISTANCE MODULE`.
  private struct Frame {
    let symbol: String
    let offset: Substring
    let module: Substring

    init?(_ text: String, _ file: String, _ names: ElfFullSymbols?) {
      let fields = text.parts(at: " ", cuts: 4)
      guard fields.count == 5 else { return nil }
      offset = fields[2]
      module = fields[4].parts(at: "/").last ?? fields[4]
      let address = offset.rest(after: "0x").flatMap { UInt64($0, radix: 16) }
      let local = fields[4] == file ? address.flatMap { names?.function(at: $0) } : nil
      symbol = local ?? String(fields[3])
    }

    var isLoader: Bool { module.begins(with: "ld-linux") || module.begins(with: "ld-2") }

    var text: String {
      symbol.begins(with: "?") ? "\(module)+\(offset)" : "`\(symbol)` (\(module)+\(offset))"
    }
  }
}

/// The name of a signal that kills.
func signalName(_ number: Int32) -> String {
  switch number {
  case SIGSEGV: "SIGSEGV"
  case SIGBUS: "SIGBUS"
  case SIGILL: "SIGILL"
  case SIGFPE: "SIGFPE"
  case SIGABRT: "SIGABRT"
  case SIGSYS: "SIGSYS"
  case SIGTRAP: "SIGTRAP"
  case SIGKILL: "SIGKILL"
  case SIGXCPU: "SIGXCPU"
  case SIGXFSZ: "SIGXFSZ"
  case SIGTERM: "SIGTERM"
  case SIGPIPE: "SIGPIPE"
  default: "signal \(number)"
  }
}

extension ProcessEnd {
  /// The end in words.
  var words: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): signalName(number)
    case .timedOut: "it took too long"
    }
  }
}
