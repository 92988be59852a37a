public import PkgCore
internal import PkgStore

/// Takes away what is no longer kept: old generations, and unpacked packages that none has.
public struct Collecting: Sendable {
  private let session: Session

  /// Collects in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Collects; what a process uses stays, as far as this user can see.
  ///
  /// - Parameter isDryRun: whether it is only said what would go.
  public func collect(_ retention: Retention, isDryRun: Bool) throws -> CollectionReport {
    if !isDryRun {
      for instance in try HostInstance.all(in: session.places) { _ = try session.acquire(instance) }
    }
    return try Garbage.collect(
      session.places, retention, now: session.now, isDryRun: isDryRun,
      waitSeconds: session.options.waitSeconds,
      onWait: { session.progress(.waiting(host: "plugins")) },
      mappedTrees: { ProcessTable.treesInUse(below: session.places.trees) })
  }
}

/// Generations that shall stay, however old they get.
extension Installing {
  /// Keeps a generation of one instance.
  ///
  /// - Parameters:
  ///   - pin: why and until when; nil lets it go.
  ///   - isDryRun: whether it is only looked for.
  /// - Throws: ``Diagnostic``: `host.ambiguous`, `generation.unknown`.
  public func pinGeneration(_ number: Int64, _ pin: Pin?, isDryRun: Bool) throws {
    let (instance, _) = try onlyInstance()
    guard try instance.generationNumbers().contains(number) else {
      throw Self.unknownGeneration(number)
    }
    guard !isDryRun else { return }
    let lock = try session.acquire(instance)
    if let pin { try instance.pin(number, pin, lock) } else { try instance.unpin(number, lock) }
  }
}
