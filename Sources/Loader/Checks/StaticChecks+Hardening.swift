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
    guard entry.begins(with: "/") || entry.begins(with: "$") else {
      return "RUNPATH entry `\(entry)` is relative"
    }
    guard let folder = expand([entry], origin: pluginFolder).first.map(withoutDots) else {
      return "RUNPATH entry `\(entry)` has a word that the loader does not know"
    }
    if !entry.begins(with: "$") {
      for tree in Self.privateTrees where (folder + "/").begins(with: tree) {
        return "RUNPATH entry `\(entry)` lies in a home or build tree"
      }
    }
    // Where it does not exist, whoever may write above can make it.
    guard let status = nearestStatus(folder), status.mode & 0o002 != 0 else { return nil }
    return "RUNPATH entry `\(entry)` is writable by everybody"
  }

  private static let privateTrees = [
    "/home/", "/root/", "/tmp/", "/var/tmp/", "/dev/shm/", "/build/", "/builds/", "/usr/src/",
  ]

  private var pluginFolder: String {
    subject.file.cut(atLast: "/").map { String($0.before) } ?? "/"
  }

  private func nearestStatus(_ folder: String) -> FileStatus? {
    var path = folder[...]
    while true {
      if let status = try? fileStatus(path.isEmpty ? "/" : String(path)) { return status }
      guard let above = path.cut(atLast: "/")?.before else { return nil }
      path = above
    }
  }

  private func origin() -> CheckResult {
    let entries = (facts.rpath + facts.runpath).filter { $0.holds("ORIGIN") }
    if let leaving = entries.first(where: leavesOrigin) {
      return CheckResult(
        .rpathOrigin, .info, "RUNPATH entry `\(leaving)` leaves the plugin's folder")
    }
    let isPrivileged = target.symbolProviders.contains {
      ((try? fileStatus($0))?.mode ?? 0) & 0o6000 != 0
    }
    guard isPrivileged, let first = entries.first else { return CheckResult(.rpathOrigin, .pass) }
    return CheckResult(
      .rpathOrigin, .info, "the host is set-user-id, so the loader passes over `\(first)`")
  }

  private func leavesOrigin(_ entry: String) -> Bool {
    var depth = 0
    for part in entry.parts(at: "/").dropFirst() where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return true }
    }
    return false
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

/// A path without `.` and `..`, taken as if no part were a link.
private func withoutDots(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.parts(at: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return "/" + parts.joined(separator: "/")
}
