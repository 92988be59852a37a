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
    let count = facts.exports.count { $0.binding == .weak && $0.name.hasPrefix("_Z") }
    guard count > 0 else { return CheckResult(.exportCxxWeak, .pass) }
    return CheckResult(
      .exportCxxWeak, .warn, "\(count) weak C++ symbols may keep it from being unloaded",
      hint: "hide them with a version script")
  }

  private func uniqueSymbols() -> CheckResult {
    guard facts.flags.contains(.uniqueSymbols) else { return CheckResult(.gnuUnique, .pass) }
    return CheckResult(
      .gnuUnique, .warn, "it has GNU_UNIQUE symbols, so it can never be unloaded",
      hint: "compile it with -fno-gnu-unique")
  }

  private func noDelete() -> CheckResult {
    guard facts.flags.contains(.noDelete) else { return CheckResult(.nodelete, .pass) }
    return CheckResult(.nodelete, .info, "marked NODELETE: a reload is a second copy in memory")
  }

  // glibc.rtld.optional_static_tls is 512 bytes by default.
  private func staticTLS() -> CheckResult {
    guard facts.flags.contains(.staticTLS), facts.tlsSize > 512 else {
      return CheckResult(.staticTls, .pass)
    }
    return CheckResult(
      .staticTls, .warn, "\(facts.tlsSize) bytes of static TLS may not fit a running process",
      hint: "compile it without -ftls-model=initial-exec")
  }

  private func buildID() -> CheckResult {
    guard facts.buildID == nil else { return CheckResult(.buildId, .pass) }
    return CheckResult(
      .buildId, .warn, "no build-id, so a crash can't be matched to symbols",
      hint: "link it with --build-id")
  }

  private func debugInfo() -> CheckResult {
    guard facts.flags.contains(.debugInfo) else { return CheckResult(.debugInfo, .pass) }
    return CheckResult(.debugInfo, .info, "not stripped")
  }

  private static let riskyNames: Set<String> = [
    "exit", "_exit", "quick_exit", "abort", "fork", "vfork", "execl", "execlp", "execle", "execv",
    "execvp", "execvpe", "execve", "posix_spawn", "posix_spawnp", "system", "popen", "setuid",
    "setgid", "setresuid", "ptrace", "dlopen", "dlmopen",
  ]

  private func riskyImports() -> CheckResult {
    let names = facts.undefined.map(\.name).filter(Self.riskyNames.contains)
    guard !names.isEmpty else { return CheckResult(.riskyImports, .pass) }
    return CheckResult(.riskyImports, .info, "it imports \(names.joined(separator: ", "))")
  }

  private func initializers() -> CheckResult {
    let resolvers = facts.flags.contains(.indirectFunctions) ? ", and IFUNC resolvers" : ""
    guard facts.initializerCount > 0 || !resolvers.isEmpty else {
      return CheckResult(.ifuncCtor, .pass)
    }
    return CheckResult(
      .ifuncCtor, .info, "\(facts.initializerCount) functions run when it is loaded\(resolvers)")
  }
}
