import Glibc
import PkgCore

// plg-s014 to s020: what does the file ask of memory and of the search path?
extension StaticChecks {
  func hardeningChecks() -> [CheckResult] {
    [execStack(), gnuStackMissing(), textReloc(), writableCode(), runPaths(), origin(), relro()]
  }

  // glibc 2.41 refuses to load what needs an executable stack.
  private var stackStatus: CheckStatus {
    guard let glibc = target.versions[.glibc], let limit = SymbolVersion("2.41") else {
      return .warn
    }
    return glibc < limit ? .warn : .fail
  }

  private func execStack() -> CheckResult {
    guard facts.stack == .executable else { return CheckResult(.execStack, .pass) }
    return CheckResult(
      .execStack, stackStatus, "it asks for an executable stack",
      hint: "link it with -z noexecstack")
  }

  private func gnuStackMissing() -> CheckResult {
    guard facts.stack == .unspecified else { return CheckResult(.gnuStackMissing, .pass) }
    return CheckResult(
      .gnuStackMissing, stackStatus, "it has no PT_GNU_STACK, so its stack counts as executable",
      hint: "add .note.GNU-stack to its assembly sources")
  }

  private func textReloc() -> CheckResult {
    guard facts.flags.contains(.textRelocations) else { return CheckResult(.textReloc, .pass) }
    return CheckResult(
      .textReloc, .warn, "its code is changed when it is loaded (DT_TEXTREL)",
      hint: "compile it with -fPIC")
  }

  private func writableCode() -> CheckResult {
    guard facts.flags.contains(.writableCode) else { return CheckResult(.wxSegment, .pass) }
    return CheckResult(.wxSegment, .fail, "a segment is writable and executable")
  }

  private func runPaths() -> CheckResult {
    let unsafe = (facts.rpath + facts.runpath).compactMap(unsafety)
    guard let first = unsafe.first else { return CheckResult(.rpathUnsafe, .pass) }
    return CheckResult(
      .rpathUnsafe, .fail, first, notes: Array(unsafe.dropFirst().prefix(10)),
      hint: "link it without -rpath, or with -rpath '$ORIGIN'")
  }

  private func unsafety(_ entry: String) -> String? {
    if entry.isEmpty { return "an empty RUNPATH entry means the working directory" }
    if entry.hasPrefix("$ORIGIN") || entry.hasPrefix("${ORIGIN}") { return nil }
    guard entry.hasPrefix("/") else { return "RUNPATH entry `\(entry)` is relative" }
    for folder in ["/home/", "/root/", "/tmp/", "/var/tmp/", "/build/", "/builds/"]
    where (entry + "/").hasPrefix(folder) {
      return "RUNPATH entry `\(entry)` lies in a home or build tree"
    }
    guard let status = try? fileStatus(entry), status.mode & 0o002 != 0 else { return nil }
    return "RUNPATH entry `\(entry)` is writable by everybody"
  }

  private func origin() -> CheckResult {
    let entries = (facts.rpath + facts.runpath).filter { $0.contains("ORIGIN") }
    guard let leaving = entries.first(where: { $0.contains("..") }) else {
      return CheckResult(.rpathOrigin, .pass)
    }
    return CheckResult(.rpathOrigin, .info, "RUNPATH entry `\(leaving)` leaves the plugin's folder")
  }

  private func relro() -> CheckResult {
    let lacks = [("-z relro", ElfFacts.Flag.relro), ("-z now", .bindNow)].filter {
      !facts.flags.contains($0.1)
    }
    guard !lacks.isEmpty else { return CheckResult(.relroBindnow, .pass) }
    return CheckResult(
      .relroBindnow, .info, "not linked with \(lacks.map(\.0).joined(separator: " "))")
  }
}
