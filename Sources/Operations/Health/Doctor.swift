internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// Looks at this machine: how long indexes are valid, what of the policy ends, who can read and write what
/// only the user should, whether hosts can reach what is installed. Asks no network and changes nothing.
public struct Doctor: Sendable {
  private let session: Session

  /// A look at a session's scope.
  public init(_ session: Session) { self.session = session }

  /// All that was found, the heaviest first.
  public func findings() throws -> [HealthFinding] {
    let findings =
      try indexes() + policy() + revoked() + FilePermissions(session).findings()
      + MachineHealth(session).findings() + InstanceHealth(session).findings()
    return findings.enumerated().sorted {
      ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
    }.map(\.element)
  }

  private func indexes() throws -> [HealthFinding] {
    let all = try IndexRegistry(session).all()
    guard !all.isEmpty else {
      return [
        HealthFinding(
          "index", .notice, "indexes", "no index is known here",
          hint: "add one: `plugctl index add URL`")
      ]
    }
    return all.flatMap { index in
      do { return try IndexValidity(index, session).findings() } catch {
        let cause = (error as? any Diagnosable)?.diagnostic
        return [
          HealthFinding(
            "trust", .error, index.name, cause?.message ?? "its trusted files can't be read",
            hint: cause?.hint)
        ]
      }
    }
  }

  /// An exception has an end, so that somebody looks at it again; here is where it is seen coming.
  private func policy() throws -> [HealthFinding] {
    let fortnight: Int64 = 14 * 86_400
    let policy = try PolicyFiles.effective(session)
    let scanners = policy.scanners.filter { !FileSystem.isExecutable($0.value.arguments[0]) }.map {
      HealthFinding(
        "scanner", .error, $0.value.arguments[0],
        "this scanner can't be run, so nothing is installed",
        hint: "install it, or take it out of `\($0.origin)`", reference: $0.origin)
    }
    return scanners
      + policy.unsigned.map { exception in
        let what = "\(exception.value.plugin)"
        let until = exception.value.until
        let text = "may be unsigned until \(until.day): \(printable(exception.value.reason))"
        let isOver = !exception.value.holds(at: session.now)
        let isSoonOver = until <= session.now.adding(seconds: fortnight)
        return HealthFinding(
          "exception", isOver || isSoonOver ? .warning : .notice, what,
          isOver ? "the exception by which it could be unsigned ended at \(until.day)" : text,
          hint: isOver
            ? "take it out of `\(exception.origin)`, or ask the publisher to sign"
            : isSoonOver ? "ask the publisher to sign" : nil,
          reference: exception.origin)
      }
  }

  /// Installed plugins whose key was revoked after they came.
  private func revoked() throws -> [HealthFinding] {
    let keys = KeyRing(session)
    // A store that can't be read is told of by itself.
    let installed = (try? InstalledQueries(session).list()) ?? []
    return try installed.compactMap { listing in
      guard let id = listing.plugin.keyID, try keys.isRevoked(id) else { return nil }
      return HealthFinding(
        "revoked", .error, "\(listing.plugin.name) \(listing.plugin.version)",
        "it is signed by the key `\(id)`, which was revoked",
        hint: "upgrade or remove it: `plugctl remove \(listing.plugin.name)`", reference: id)
    }
  }
}
