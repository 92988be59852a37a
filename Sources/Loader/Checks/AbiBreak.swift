import Glibc
import PkgCore

/// plg-s034: what did the installed version export that the new one does not?
///
/// `abidiff` of Debian's abigail-tools compares types too, where both files have debug information;
/// it reads hostile files, so it runs behind the worker's walls.
struct AbiBreak {
  let subject: LoadSubject
  let facts: ElfFacts
  let limits: LoadLimits
  let worker: Worker

  func run() throws -> CheckResult {
    guard let path = subject.previous else {
      return CheckResult(.abiBreak, .skip, "there is no installed version to compare with")
    }
    guard let bytes = try? readFile(path, maximumSize: maximumElfSize),
      let previous = try? ElfImage(bytes)
    else { return CheckResult(.abiBreak, .skip, "the installed version can't be read as ELF") }
    let removed = ElfFacts(previous).exports.map(\.name).filter { facts.export($0) == nil }
    let hasDebugInfo =
      ElfSections(previous.bytes).hasTypes && (try? elfHasTypes(subject.file)) == true
    guard hasDebugInfo else {
      return result(removed, [], "by names only: the files have no debug information")
    }
    guard let tool = Self.tool else {
      return result(removed, [], "by names only: `abidiff` of abigail-tools is not installed")
    }
    return try compare(with: tool, path, removed)
  }

  private func compare(
    with tool: String, _ path: String, _ removed: [String]
  ) throws -> CheckResult {
    let command = [tool, "--no-show-locs", "--no-added-syms", path, subject.file]
    let start = WorkerStart(
      mode: .exec, arguments: limits.options + ["--"] + command,
      stageMilliseconds: limits.executionMilliseconds)
    let run: WorkerRun
    do { run = try worker.run(start) } catch let error as Diagnostic {
      return result(removed, [], "by names only: \(error.message)")
    }
    // Bits of the exit code: 1 and 2 are its own failure, 4 is a change, 8 one that breaks.
    guard case .exited(let code) = run.end, code & 3 == 0 else {
      return result(removed, [], "by names only: `abidiff` did not come to an end")
    }
    let lines = run.outputLines(limit: 10)
    if code & 8 != 0 || !removed.isEmpty { return result(removed, lines, "by abidiff") }
    guard code & 4 != 0 else { return CheckResult(.abiBreak, .pass, "compared by abidiff") }
    return CheckResult(
      .abiBreak, .warn, "types of its functions changed since the installed version", notes: lines)
  }

  private func result(_ removed: [String], _ lines: [String], _ how: String) -> CheckResult {
    guard !removed.isEmpty || !lines.isEmpty else {
      return CheckResult(.abiBreak, .pass, "compared \(how)")
    }
    let message =
      removed.isEmpty
      ? "its binary interface breaks with the installed version's"
      : "\(removed.count) exported symbols of the installed version are gone"
    return CheckResult(
      .abiBreak, .warn, message,
      notes: removed.prefix(10).map { "removed: `\($0)`" } + lines + ["compared \(how)"],
      hint: "give the release a new major version, or export them again")
  }

  private static let tool: String? = {
    let places: [String] = ["/usr/bin/abidiff", "/usr/local/bin/abidiff"]
    return places.first { path in access(path, X_OK) == 0 }
  }()

  private func elfHasTypes(_ path: String) throws -> Bool {
    ElfSections(ElfBytes(storage: try readFile(path, maximumSize: maximumElfSize))).hasTypes
  }
}
