internal import Files
public import PkgCore
internal import PkgStore

/// What came of bringing interrupted changes to their end.
public struct RecoveryReport: Sendable {
  /// Instances that are as they should be, by id.
  public var recovered: [String] = []
  /// What could not be mended, an error for each instance.
  public var failures: [Diagnostic] = []
}

/// Brings every host instance of a scope to exactly one whole generation.
public struct Recovering: Sendable {
  let session: Session

  /// Recovers in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Brings what was interrupted to its end; a damaged `current` goes back to the newest generation
  /// that is whole, with a warning. One instance that can't be mended does not keep the others.
  public func recover() throws -> RecoveryReport {
    var report = RecoveryReport()
    for instance in try HostInstance.all(in: session.places) {
      do {
        let lock = try session.acquire(instance, mends: true)
        report.recovered.append(instance.id)
        if lock.isMended, let number = lock.current?.number {
          session.progress(.warning(Self.mended(instance, number)))
        }
      } catch let error as any Diagnosable {
        report.failures.append(error.diagnostic)
      }
    }
    return report
  }

  private static func mended(_ instance: HostInstance, _ number: Int64) -> Diagnostic {
    Diagnostic(
      .storeDamaged, "`\(instance.current)` was damaged and now leads to generation \(number)",
      hint: "compare `plugctl list` with what you want, and install what is missing")
  }
}

extension Session {
  /// The right to change an instance; waits for it as long as the command was told.
  func acquire(_ instance: HostInstance, mends: Bool = false) throws -> InstanceLock {
    try InstanceLock.acquire(instance, mends: mends, waitSeconds: options.waitSeconds) {
      progress(.waiting(host: instance.id))
    }
  }
}
