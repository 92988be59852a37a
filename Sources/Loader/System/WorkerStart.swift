import CSystem
import Glibc
import PkgCore

/// How to start a worker.
struct WorkerStart {
  /// What it does; the words of `plugctl-worker`.
  enum Mode: String {
    case load, exec
  }

  /// What it does.
  var mode: Mode
  /// What follows the descriptors' options.
  var arguments: [String]
  /// The whole environment; `load` has one of its own, ``loadEnvironment``.
  var environment: [String] = loadEnvironment
  /// `load` runs at the root.
  var workingDirectory = "/"
  /// Wall time of each stage.
  var stageMilliseconds: Int
  /// Wall time of all; nil for that of ten stages.
  var totalMilliseconds: Int?
  /// Whether it needs a process of its own, not a fork of one that has walls already.
  var isAlone = false

  /// The command line without descriptors.
  var words: [String] { ["plugctl-worker", mode.rawValue] + arguments }

  /// What a plugin sees of the environment: nothing of ours.
  static let loadEnvironment = [
    "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SWIFT_BACKTRACE=enable=no",
  ]
}

/// Starts a worker for one run.
func spawnWorker(
  _ path: String, _ start: WorkerStart, report: Int32, page: Int32, output: Int32
) throws(Diagnostic) -> pid_t {
  let target = highDescriptor(report, page, output)
  return try spawn(
    [path, start.mode.rawValue, "--report", String(target), "--page", String(target + 1)]
      + start.arguments,
    environment: start.environment, folder: start.workingDirectory,
    descriptors: [(report, target), (page, target + 1), (output, 1), (output, 2)])
}

/// High, so that plugins that count on low numbers get them; above all of ours, so that no
/// duplication overwrites the source of the next.
func highDescriptor(_ ours: Int32...) -> Int32 { max(200, (ours.max() ?? 0) + 1) }

/// Starts a program as the leader of a session, with the usual signals; standard descriptors that are
/// not given are /dev/null.
///
/// - Parameter descriptors: ours, and the number under which the program finds each.
func spawn(
  _ argv: [String], environment: [String], folder: String,
  descriptors: [(ours: Int32, its: Int32)]
) throws(Diagnostic) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  for (ours, its) in descriptors { posix_spawn_file_actions_adddup2(&actions, ours, its) }
  // Last, since ours may have low numbers too.
  for number in Int32(0)...2 where !descriptors.contains(where: { $0.its == number }) {
    posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
  }
  plg_spawn_addchdir(&actions, folder)
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80  // POSIX_SPAWN_SETSID
  posix_spawnattr_setflags(&attributes, Int16(flags))
  let program = argv[0]
  var pid = pid_t()
  let code = withCStrings(argv) { argv in
    withCStrings(environment) { environment in
      posix_spawn(&pid, program, &actions, &attributes, argv, environment)
    }
  }
  guard code == 0 else {
    // The error may be of either: the child can't say of which.
    throw callFailed("start", access(folder, X_OK) == 0 ? program : folder, code)
  }
  return pid
}

private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = texts.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
