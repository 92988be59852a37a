/// How a worker's process ended.
enum ProcessEnd: Sendable, Equatable {
  case exited(Int32)
  case signalled(Int32)
  /// Killed by us because a stage took too long.
  case timedOut
}

/// What is known after a worker's end.
struct WorkerRun: Sendable {
  let end: ProcessEnd
  /// The records with this run's nonce: a key and the rest of the line.
  let records: [WorkerRecord]
  /// The stage that the worker was in.
  let stage: Stage
  /// The number of the input that it was given last, the first is 1; 0 for none.
  let input: Int
  /// Whether the worker stated its end by a record or in the page.
  let isDone: Bool
  /// The signal that its handler saw.
  let handledSignal: Int32
  let hasLostReport: Bool
  /// Whether there was more of a report than was kept, so that something may be missing.
  let isReportCut: Bool
  /// Lines in the report that are not the worker's: somebody wrote to its descriptor.
  let hasForgedRecords: Bool
  /// What was written to standard output and standard error, cut at 64 KiB.
  let output: [UInt8]
  let duration: Duration
}

/// A record of a worker.
struct WorkerRecord: Sendable, Equatable {
  let key: String
  let value: String
}

extension ProcessEnd {
  /// From a status as `wait` has it.
  init(status: Int32) {
    self = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
  }
}
