import PkgCore

// plg-s022 to s027, s030, s032: how will it behave in a process?
extension StaticChecks {
  func habitChecks() -> [CheckResult] {
    [
      weakExports(), uniqueSymbols(), noDelete(), staticTLS(), buildID(), debugInfo(),
      riskyImports(), initializers(),
    ]
  }

  private func weakExports() -> CheckResult {
    let weak = facts.exports.filter { $0.binding == .weak && $0.name.begins(with: "_Z") }
    guard !weak.isEmpty else { return CheckResult(.exportCxxWeak, .pass) }
    return CheckResult(
      .exportCxxWeak, .warn, "\(weak.count) weak C++ symbols may keep it from being unloaded",
      notes: weak.prefix(3).map { "`\($0.name)`" }, hint: "hide them with a version script")
  }

  private func uniqueSymbols() -> CheckResult {
    let unique = facts.exports.filter { $0.binding == .unique }
    guard facts.flags.contains(.uniqueSymbols) else { return CheckResult(.gnuUnique, .pass) }
    return CheckResult(
      .gnuUnique, .warn, "it has GNU_UNIQUE symbols, so it can never be unloaded",
      notes: unique.prefix(3).map { "`\($0.name)`" }, hint: "compile it with -fno-gnu-unique")
  }

  private func noDelete() -> CheckResult {
    guard facts.flags.contains(.noDelete) else { return CheckResult(.nodelete, .pass) }
    return CheckResult(.nodelete, .info, "marked NODELETE: a reload is a second copy in memory")
  }

  // glibc.rtld.optional_static_tls is 512 bytes by default. What the host loads at its start is
  // not taken from it.
  private func staticTLS() -> CheckResult {
    let brought = (closure?.members ?? []).filter {
      !$0.isOfHost && !isInEveryProcess($0) && $0.image.hasStaticTLS
    }
    let shares =
      (image.hasStaticTLS ? [(subject.name, facts.tlsSize)] : [])
      + brought.map { ($0.name, Int(clamping: $0.image.tlsSize)) }
    let total = shares.reduce(0) { Int(clamping: UInt64($0) + UInt64($1.1)) }
    guard total > 512 else { return CheckResult(.staticTls, .pass) }
    return CheckResult(
      .staticTls, .warn, "\(total) bytes of static TLS may not fit a running process",
      notes: shares.map { "\($0.1) bytes of `\($0.0)`" },
      hint: "compile it without -ftls-model=initial-exec, or raise glibc.rtld.optional_static_tls")
  }

  private func isInEveryProcess(_ library: LibraryClosure.Member) -> Bool {
    Self.standardLibraries.contains(library.soname) || library.soname.begins(with: "ld-linux")
  }

  private func buildID() -> CheckResult {
    guard facts.buildID == nil else { return CheckResult(.buildId, .pass) }
    return CheckResult(
      .buildId, .warn, "no build-id, so a crash can't be matched to symbols",
      hint: "link it with --build-id")
  }

  private func debugInfo() -> CheckResult {
    if facts.flags.contains(.debugInfo) { return CheckResult(.debugInfo, .info, "not stripped") }
    guard let link = ElfSections(image.bytes).debugLink, !debugFiles(link).contains(where: exists)
    else { return CheckResult(.debugInfo, .pass) }
    return CheckResult(
      .debugInfo, .info, "its debug information `\(link)` is not on this system")
  }

  /// Where debuggers look: beside the file, below `.debug`, and in the system's folders, by path
  /// and by build-id.
  private func debugFiles(_ link: String) -> [String] {
    let folder = subject.file.cut(atLast: "/")?.before ?? "."
    var files = ["", "/.debug"].map { "\(folder)\($0)/\(link)" }
    files.append("/usr/lib/debug\(folder)/\(link)")
    if let id = facts.buildID, id.count > 2 {
      files.append("/usr/lib/debug/.build-id/\(id.prefix(2))/\(id.dropFirst(2)).debug")
    }
    return files
  }

  private func exists(_ path: String) -> Bool { (try? fileStatus(path)) != nil }

  private static let riskyNames: Set<String> = [
    "exit", "_exit", "_Exit", "quick_exit", "abort", "fork", "vfork", "clone", "execl", "execlp",
    "execle", "execv", "execvp", "execvpe", "execve", "execveat", "fexecve", "posix_spawn",
    "posix_spawnp", "system", "popen", "setuid", "seteuid", "setreuid", "setresuid", "setgid",
    "setegid", "setregid", "setresgid", "setgroups", "ptrace", "dlopen", "dlmopen",
  ]

  private func riskyImports() -> CheckResult {
    let names = facts.undefined.map(\.name).filter(Self.riskyNames.contains)
    guard !names.isEmpty else { return CheckResult(.riskyImports, .pass) }
    return CheckResult(.riskyImports, .info, "it imports \(names.joined(separator: ", "))")
  }

  private func initializers() -> CheckResult {
    let resolvers = image.indirectFunctionCount
    guard facts.initializerCount > 0 || resolvers > 0 else {
      return CheckResult(.ifuncCtor, .pass)
    }
    let tail = resolvers > 0 ? ", and \(resolvers) IFUNC resolvers" : ""
    return CheckResult(
      .ifuncCtor, .info, "\(facts.initializerCount) functions run when it is loaded\(tail)")
  }
}
