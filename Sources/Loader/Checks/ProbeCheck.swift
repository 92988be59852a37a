import Files
import Glibc
import PkgCore

/// plg-d011: the host's own command loads the plugin.
struct ProbeCheck {
  let probe: HostProbe
  let limits: LoadLimits
  let worker: Worker

  /// The result, and the protections that were not to be had.
  func run() throws -> (result: CheckResult, missing: [String]) {
    do {
      let run = try worker.run(start)
      return (result(of: run), run.values("missing-protection"))
    } catch let error as Diagnostic {
      return (CheckResult(.hostProbe, .harnessError, error.message), [])
    }
  }

  /// The command that repeats it, for a shell.
  var reproduce: String {
    "cd \(shellCommand([probe.workingDirectory])) && \(shellCommand(probe.argv))"
  }

  private var start: WorkerStart {
    var arguments = limits.options
    for folder in probe.writableFolders { arguments += ["--writable", folder] }
    return WorkerStart(
      mode: .exec, arguments: arguments + ["--"] + probe.argv,
      environment: probe.environment, workingDirectory: probe.workingDirectory,
      stageMilliseconds: probe.timeoutMilliseconds)
  }

  private func result(of run: WorkerRun) -> CheckResult {
    let program = probe.argv.first ?? ""
    if let fault = run.value("exec-fault") {
      return CheckResult(.hostProbe, .harnessError, "can't start `\(program)`: \(fault)")
    }
    let notes = run.outputLines(limit: 10)
    switch run.end {
    case .timedOut:
      return CheckResult(
        .hostProbe, .timeout, "`\(program)` did not end within \(probe.timeoutMilliseconds) ms",
        notes: notes)
    case .signalled(let number):
      return CheckResult(
        .hostProbe, .crash, "`\(program)` was ended by \(signalName(number))", notes: notes)
    case .exited(let code):
      return judge(code, run, notes)
    }
  }

  private func judge(_ code: Int32, _ run: WorkerRun, _ notes: [String]) -> CheckResult {
    let text = String(decoding: run.output, as: UTF8.self)
    if let pattern = probe.failRegex {
      guard let regex = Pattern(pattern) else { return badPattern(pattern) }
      if let said = regex.firstGroup(in: text) {
        return CheckResult(.hostProbe, .fail, said, notes: notes)
      }
    }
    guard code == probe.okExitCode else {
      let program = probe.argv.first ?? ""
      return CheckResult(
        .hostProbe, .fail, "`\(program)` ended with exit code \(code)", notes: notes)
    }
    if let pattern = probe.okRegex {
      guard let regex = Pattern(pattern) else { return badPattern(pattern) }
      guard regex.firstGroup(in: text) != nil else {
        return CheckResult(
          .hostProbe, .fail, "the host's output does not show that it loaded", notes: notes)
      }
    }
    return CheckResult(.hostProbe, .pass, duration: run.duration)
  }

  private func badPattern(_ pattern: String) -> CheckResult {
    CheckResult(.hostProbe, .harnessError, "`\(pattern)` is not a valid regular expression")
  }
}
