/// What a long operation says while it works; how it looks is the program's affair.
public enum ProgressEvent: Sendable {
  /// Waits for another process's lock.
  case waiting(host: String)
  /// Asks an index for news.
  case refreshing(index: String)
  /// Bytes of archives that arrived, of all that are wanted.
  case downloading(done: Int64, total: Int64)
  /// Archives that are unpacked, of all.
  case unpacking(done: Int, total: Int)
  /// Waits for the disk.
  case syncing
  /// Plugins that are tested, of all.
  case testing(done: Int, total: Int)
  /// Tells the host.
  case reloading(host: String)
  /// Waits until so many processes no longer use what was there before.
  case unmapping(processes: Int)
  /// A line that a command wrote which was run for a plugin.
  case output(plugin: String, line: String)
  /// Plugins that are built, of all.
  case building(done: Int, total: Int)
  /// Something that a person should know, and that stops nothing.
  case warning(Diagnostic)
  /// The plan that is about to be carried out.
  case planned(TransactionPlan, host: String)
}

/// Takes progress; called from any thread.
public typealias ProgressSink = @Sendable (ProgressEvent) -> Void
