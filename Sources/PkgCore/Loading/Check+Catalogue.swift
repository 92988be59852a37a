// The rows of the catalogue, in the order of the ids.

extension Check {
  static let staticChecks: [Check] = [
    Check(
      .elfValid, "elf-valid", .error, 1,
      "File is a complete ELF object whose headers lie inside the file"),
    Check(
      .elfArch, "elf-arch", .error, 1,
      "Class, machine and OS ABI equal the target host's"),
    Check(
      .elfType, "elf-type", .error, 1,
      "Type is DYN and neither a PIE nor NOOPEN; dlopen refuses those"),
    Check(
      .neededMissing, "needed-missing", .error, 1,
      "Every DT_NEEDED library is found on the search path of the host"),
    Check(
      .neededConflict, "needed-conflict", .warning, 1,
      "No library of the closure exists in the host with another major (libssl 1.1/3, "
        + "Qt5/6)"),
    Check(
      .glibcTooNew, "glibc-too-new", .error, 1,
      "Highest GLIBC_ version needed is not above the target's; lists the symbols that "
        + "need it"),
    Check(
      .libstdcxxTooNew, "libstdcxx-too-new", .error, 1,
      "Same for GLIBCXX_/CXXABI_/GCC_"),
    Check(
      .symbolsUnresolved, "symbols-unresolved", .error, 1,
      "Every strong undefined symbol is defined by the closure, the host binary or a "
        + "declared module"),
    Check(
      .entryMissing, "entry-missing", .error, 1,
      "Symbols required by the profile are exported with the right type"),
    Check(
      .entryNameMismatch, "entry-name-mismatch", .error, 1,
      "Entry derived from the file name exists (SQLite, GStreamer); do not rename the "
        + "file"),
    Check(
      .abiVersion, "abi-version", .error, 1,
      "Statically readable ABI marks equal the host's (nginx signature by feature, rustc "
        + "hash, cxx11 ABI, footer)"),
    Check(
      .goPkghash, "go-pkghash", .error, 1,
      "All Go packages shared with the host have the same link-time hash; lists all that "
        + "differ"),
    Check(
      .buildmode, "buildmode", .error, 1,
      "Go artefact is built in the mode the host opens (plugin vs c-shared)"),
    Check(
      .execStack, "exec-stack", .warning, 1,
      "PT_GNU_STACK asks for an executable stack; glibc 2.41+ refuses to load it, older "
        + "ones drop the host's protection"),
    Check(
      .gnuStackMissing, "gnu-stack-missing", .warning, 1,
      "No PT_GNU_STACK header at all: treated as executable"),
    Check(
      .textReloc, "text-reloc", .warning, 1,
      "DT_TEXTREL: built without -fPIC; refused under SELinux/hardening"),
    Check(
      .wxSegment, "wx-segment", .error, 1,
      "A segment is writable and executable"),
    Check(
      .rpathUnsafe, "rpath-unsafe", .error, 1,
      "RPATH/RUNPATH has an empty, relative, world-writable or home/build-tree entry"),
    Check(
      .rpathOrigin, "rpath-origin", .information, 1,
      "`$ORIGIN` entries stay inside the package; not honoured for setuid hosts"),
    Check(
      .relroBindnow, "relro-bindnow", .information, 1,
      "Not linked with -z relro -z now (common even in distributions)"),
    Check(
      .exportPollution, "export-pollution", .warning, 1,
      "Exports beyond the entry symbols; W when one shadows libc or a host symbol"),
    Check(
      .exportCxxWeak, "export-cxx-weak", .warning, 1,
      "Weak C++ template exports pin the plugin through libstdc++; use a version script"),
    Check(
      .gnuUnique, "gnu-unique", .warning, 1,
      "STB_GNU_UNIQUE symbols: the plugin can never be unloaded"),
    Check(
      .nodelete, "nodelete", .information, 1,
      "Marked NODELETE (Go, some runtimes): reload means a second copy in memory"),
    Check(
      .staticTls, "static-tls", .warning, 1,
      "Initial-exec TLS larger than the spare static block "
        + "(glibc.rtld.optional_static_tls, default 512 B; 4000 B measured to fail) may fail "
        + "to load late"),
    Check(
      .buildId, "build-id", .warning, 1,
      "No build-id: crashes cannot be matched to symbols"),
    Check(
      .debugInfo, "debug-info", .information, 1,
      "Unstripped / debuglink target missing"),
    Check(
      .fileMode, "file-mode", .error, 1,
      "Setuid/setgid, file capabilities, group/world writable or wrong owner"),
    Check(
      .fileInWritableDir, "file-in-writable-dir", .warning, 1,
      "A directory on the path may be changed by another user"),
    Check(
      .riskyImports, "risky-imports", .information, 1,
      "Imports exit/_exit/abort, fork, exec*, system, setuid, ptrace, dlopen"),
    Check(
      .manifestFile, "manifest-file", .error, 1,
      "Manifest names a file, size and hash that match"),
    Check(
      .ifuncCtor, "ifunc-ctor", .information, 1,
      "Code runs at load (constructors, IFUNC): count reported"),
    Check(
      .sonameClash, "soname-clash", .warning, 1,
      "SONAME equals one already owned by the host or another installed plugin"),
    Check(
      .abiBreak, "abi-break", .warning, 4,
      "Exported symbols removed since the installed version (abidiff when debug info "
        + "exists)"),
  ]
}

extension Check {
  static let dynamicChecks: [Check] = [
    Check(
      .openNow, "open-now", .error, 2,
      "dlopen(RTLD_NOW|RTLD_LOCAL) succeeds (skipped when providers are a host binary)"),
    Check(
      .openSlow, "open-slow", .warning, 2,
      "dlopen took more than 100 ms (median of 3)"),
    Check(
      .openCrash, "open-crash", .error, 2,
      "A constructor crashed; signal, address, backtrace"),
    Check(
      .openHang, "open-hang", .error, 2,
      "Load did not return in time"),
    Check(
      .exitCalled, "exit-called", .error, 2,
      "The plugin ended the process itself (exit/_exit/quick_exit), also with code 0"),
    Check(
      .ctorThreads, "ctor-threads", .warning, 2,
      "Threads started at load (Go runtime: info)"),
    Check(
      .ctorFds, "ctor-fds", .warning, 2,
      "Descriptors opened at load, with target paths; close-on-exec missing = W"),
    Check(
      .signalHandlers, "signal-handlers", .warning, 2,
      "Signal dispositions or mask changed; known runtimes = info"),
    Check(
      .envLocale, "env-locale", .warning, 2,
      "Environment, locale, umask, cwd, nice, rlimits, FP mode or stdin/out/err changed"),
    Check(
      .stdoutNoise, "stdout-noise", .warning, 2,
      "Wrote to stdout/stderr instead of the host log"),
    Check(
      .hostProbe, "host-probe", .error, 2,
      "The host's own command accepts the plugin (profile probe)"),
    Check(
      .entryNull, "entry-null", .error, 2,
      "Entry returned a usable table (size, major, mandatory pointers inside the image)"),
    Check(
      .describeJson, "describe-json", .error, 3,
      "describe() writes valid JSON of the schema, twice the same, < 50 ms"),
    Check(
      .manifestMatch, "manifest-match", .error, 3,
      "Descriptor equals the package manifest (id, version, interfaces)"),
    Check(
      .interfacesMatch, "interfaces-match", .error, 3,
      "Each declared interface is returned; undeclared and unknown names return NULL"),
    Check(
      .unknownId, "unknown-id", .error, 3,
      "create() with an unknown id or an id + garbage fails with NOT_FOUND and text"),
    Check(
      .majorRefused, "major-refused", .warning, 3,
      "Entry with host major+1 returns NULL"),
    Check(
      .smallHostStruct, "small-host-struct", .error, 4,
      "Host struct of minimal size is tolerated (forward compatibility)"),
    Check(
      .bigHostStruct, "big-host-struct", .error, 4,
      "Host struct with poisoned trailing fields is tolerated"),
    Check(
      .initDefault, "init-default", .error, 3,
      "initialize() with the manifest's example config succeeds"),
    Check(
      .initBadConfig, "init-bad-config", .error, 3,
      "Empty, non-object, wrong-type and unknown-key configs fail with INVALID_CONFIG and "
        + "text, no crash"),
    Check(
      .initHugeConfig, "init-huge-config", .warning, 4,
      "16 MB config and depth-1000 nesting: no crash, bounded time"),
    Check(
      .initTwice, "init-twice", .error, 3,
      "Second initialize() returns STATE"),
    Check(
      .shutdownTwice, "shutdown-twice", .error, 3,
      "shutdown() is idempotent, also before initialize()"),
    Check(
      .destroyWithoutShutdown, "destroy-without-shutdown", .error, 3,
      "No crash, no thread left behind"),
    Check(
      .cycleLeakHeap, "cycle-leak-heap", .warning, 4,
      "Live heap (mallinfo2) grows over 200 init/shutdown cycles, five times on end; RSS only as a second "
        + "witness"),
    Check(
      .cycleLeakFd, "cycle-leak-fd", .error, 4,
      "Descriptors grow over cycles"),
    Check(
      .cycleLeakThread, "cycle-leak-thread", .error, 4,
      "Threads grow over cycles"),
    Check(
      .threadsAfterShutdown, "threads-after-shutdown", .error, 3,
      "Threads with code in the plugin live after shutdown()"),
    Check(
      .twoInstances, "two-instances", .warning, 4,
      "Two instances are independent"),
    Check(
      .concurrentInstances, "concurrent-instances", .warning, 4,
      "8 threads, own instances; TSan build if given"),
    Check(
      .concurrentInstance, "concurrent-instance", .warning, 4,
      "Same instance from 8 threads when `capabilities` has `concurrent`"),
    Check(
      .otherThread, "other-thread", .warning, 4,
      "create on A, use on B, destroy on C, thread A gone"),
    Check(
      .unload, "unload", .warning, 3,
      "After dlclose: unmapped, pinned (why: NODELETE/UNIQUE/weak export/TLS) or unsafe "
        + "runtime"),
    Check(
      .crashAfterUnload, "crash-after-unload", .error, 3,
      "200 ms linger and process exit after dlclose: atexit, TLS destructors, left "
        + "threads (measured: atexit fixture to SIGSEGV)"),
    Check(
      .reloadTwice, "reload-twice", .warning, 4,
      "Two generations loaded side by side from distinct paths"),
    Check(
      .cancel, "cancel", .warning, 4,
      "Long call returns within 1 s after is_cancelled"),
    Check(
      .cpuMemLimit, "cpu-mem-limit", .error, 3,
      "Stays in the profile's CPU, memory, fd, process limits (DataBridge ResourceLimits)"),
    Check(
      .spawn, "spawn", .warning, 3,
      "Tried to fork/exec (denied by seccomp; fork bomb contained by pids.max)"),
    Check(
      .network, "network", .warning, 3,
      "Tried to open a socket without `permissions.network`"),
    Check(
      .writeOutside, "write-outside", .warning, 3,
      "Tried to write outside its data dir (Landlock)"),
    Check(
      .hostFdsClosed, "host-fds-closed", .error, 3,
      "Closed descriptors it did not open"),
    Check(
      .heapCorrupt, "heap-corrupt", .error, 4,
      "`glibc.malloc.check=3` (needs libc_malloc_debug.so.0 preloaded since glibc 2.34) "
        + "or ASan preload reports corruption"),
    Check(
      .sinkError, "sink-error", .warning, 4,
      "write() sink that fails: call fails, no crash, no endless retry"),
    Check(
      .panicCrosses, "panic-crosses", .error, 3,
      "C++ exception or Rust panic left the boundary (terminate/abort text recognised)"),
  ]
}

extension Check {
  static let interfaceChecks: [Check] = [
    Check(
      .workload, "workload", .error, 3,
      "operations() = name to integer >= 0, sum > 0; unknown op = NOT_FOUND"),
    Check(
      .database, "database", .warning, 4,
      "setup/cleanup on a scratch DSN, twice; bad DSN fails. Needs `--dsn`"),
    Check(
      .formatRoundtrip, "format-roundtrip", .error, 4,
      "write(read(sample)) keeps schema and rows; release called exactly once; empty, "
        + "truncated, random input fail cleanly"),
    Check(
      .httpRoutes, "http-routes", .error, 3,
      "Routes parse, no duplicates, handle() answers each with a head before body"),
    Check(
      .scalar, "scalar", .error, 4,
      "Functions keep their laws: NULLs, types, vectors of any length"),
    Check(
      .customType, "custom-type", .error, 4,
      "compare is an order; parse then format gives the text back"),
    Check(
      .storage, "storage", .error, 4,
      "get after put, scan in order, remove, sync, reopen"),
    Check(
      .auth, "auth", .error, 4,
      "Wrong credentials are DENIED, right ones give claims; no difference in time that "
        + "tells"),
    Check(
      .query, "query", .error, 4,
      "rewrite gives a valid plan, and the same for the same"),
  ]
}

extension Check {
  static let fuzzChecks: [Check] = [
    Check(
      .fuzzConfig, "fuzz-config", .warning, 5,
      "Schema-guided + byte fuzz of config; `--seed`, `--duration`, prints a reproducer "
        + "file"),
    Check(
      .fuzzData, "fuzz-data", .warning, 5,
      "Same for format/processor/type inputs"),
  ]
}
