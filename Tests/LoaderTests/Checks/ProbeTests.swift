import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a host's probe") struct ProbeTests {
  private func status(_ script: String, _ change: (inout HostProbe) -> Void = { _ in }) throws
    -> CheckResult
  {
    var probe = HostProbe(argv: ["/bin/sh", "-c", script])
    probe.timeoutMilliseconds = 2_000
    change(&probe)
    return try runProbe(probe, limits: LoadLimits(), worker: Worker(WorkerProgram.path))
  }

  @Test("passes by its exit code")
  func exitCode() throws {
    #expect(try status("exit 0").status == .pass)
    #expect(try status("exit 3").status == .fail)
    #expect(try status("exit 3") { $0.okExitCode = 3 }.status == .pass)
  }

  @Test("gives the host's own message")
  func message() throws {
    let result = try status("echo 'x: fatal: no such thing' >&2") { $0.failRegex = "fatal: (.*)" }
    #expect(result.status == .fail)
    #expect(result.message == "no such thing")
  }

  @Test("must show what the profile expects")
  func expectation() throws {
    #expect(try status("echo loaded 3") { $0.okRegex = "^loaded [0-9]+$" }.status == .pass)
    #expect(try status("echo nothing") { $0.okRegex = "^loaded [0-9]+$" }.status == .fail)
  }

  @Test("that crashes or hangs is a crash or a timeout")
  func crash() throws {
    #expect(try status("kill -SEGV $$").status == .crash)
    #expect(try status("sleep 60") { $0.timeoutMilliseconds = 200 }.status == .timeout)
  }

  @Test("ends with all its children")
  func children() throws {
    let folder = try TestFolder()
    let mark = folder.file("late")
    _ = try status("(sleep 1; touch \(mark)) & setsid sh -c 'sleep 1; touch \(mark)' & exit 0")
    sleep(2)
    #expect(access(mark, F_OK) != 0)
  }

  @Test("has no network")
  func network() throws {
    let result = try status(
      "python3 -c 'import socket; socket.socket(socket.AF_INET)' 2>&1 | grep -q PermissionError")
    #expect(result.status == .pass)
  }

  @Test("writes only where it may")
  func writing() throws {
    let folder = try TestFolder()
    let script = "echo a > \(folder.path)/a && ! echo b > /var/tmp/plugctl-probe"
    let result = try status(script) { $0.writableFolders = [folder.path] }
    #expect(result.status == .pass, "\(result.notes)")
    #expect(access("/var/tmp/plugctl-probe", F_OK) != 0)
  }

  @Test("that can't be started is no verdict")
  func missing() throws {
    let result = try status("") { $0.argv = ["/nonexistent"] }
    #expect(result.status == .harnessError)
  }
}
