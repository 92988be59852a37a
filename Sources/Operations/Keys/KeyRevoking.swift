internal import PkgCore

/// What came of revoking a key.
public struct KeyRevocation: Sendable {
  /// The key's id.
  public let id: String
  /// What it signed of that which is installed in this scope and, in a project, in the user's. It stays
  /// until somebody changes it.
  public let installed: [InstalledListing]
}

/// Revokes keys, and says at once what that concerns.
public struct KeyRevoking: Sendable {
  private let session: Session

  /// Revocations in a session.
  public init(_ session: Session) { self.session = session }

  /// Refuses what a key signs from now on, also what was signed before.
  ///
  /// - Parameter nameOrID: a key's name here, or its id.
  /// - Throws: ``Diagnostic`` with `key.not-found`. Where what is installed can't be read, the key is
  ///   revoked all the same, and a warning says so.
  public func revoke(_ nameOrID: String, reason: String) throws -> KeyRevocation {
    let id = try KeyRing(session).revoke(nameOrID, reason: reason, now: session.now)
    do {
      return KeyRevocation(id: id, installed: try signed(by: id))
    } catch let error as any Diagnosable {
      session.progress(
        .warning(
          error.diagnostic.noting(
            "the key is revoked; what it signed here can't be told, `plugctl doctor` looks again")))
      return KeyRevocation(id: id, installed: [])
    }
  }

  private func signed(by id: String) throws -> [InstalledListing] {
    var sessions = [session]
    if session.scope == .project {
      var options = session.options
      options.scope = .user
      sessions.append(try Session(options))
    }
    return try sessions.flatMap { try InstalledQueries($0).list() }.filter {
      $0.plugin.keyID.flatMap(Revocations.number) == Revocations.number(id)
    }
  }
}
