internal import Files
public import PkgCore
internal import Signing

/// The host profiles of an index, which `host add --from` takes: signed targets `hosts/<id>.yaml`.
public struct IndexHosts: Sendable {
  private let repository: Repository
  private let now: Timestamp

  /// The host profiles of one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// What came of a change.
  public struct Change: Sendable {
    /// The hosts.
    public let ids: [String]
    /// Whether clients see it.
    public let outcome: RepositoryOutcome
  }

  /// What is published, by id.
  public func list() throws -> [HostProfile] {
    var edit = RepositoryEdit(try repository.state())
    return try edit.targets([.targets]).compactMap { target in
      guard let id = IndexLayout.host(ofPath: target.path) else { return nil }
      return try ProfileCatalog.read(
        repository.bytes(of: target), file: FileSystem.baseName(of: target.path), id: id)
    }
  }

  /// Publishes profiles; one takes the place of another with its id.
  ///
  /// - Throws: ``Diagnostic`` with `profile.invalid` where one could not be used; then nothing is changed.
  public func add(_ files: [String]) throws -> Change {
    let profiles = try files.map { try ProfileFile($0) }
    return try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      for profile in profiles { try edit.write(IndexLayout.hostPath(profile.id), profile.bytes) }
      return Change(
        ids: profiles.map(\.id), outcome: try repository.commit(edit, now: now))
    }
  }

  /// Takes a profile away; who has it keeps it.
  ///
  /// - Throws: ``Diagnostic`` with `host.unknown`.
  public func remove(_ id: String) throws -> Change {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      let path = IndexLayout.hostPath(id)
      guard try edit.target(path) != nil else {
        let known = try edit.targets([.targets]).compactMap { IndexLayout.host(ofPath: $0.path) }
        throw Diagnostic(
          .hostUnknown, "the index describes no host `\(printable(id))`",
          hint: nearest(to: id, among: known).map { "did you mean `\($0)`?" }
            ?? "`plugctl index host list` names all")
      }
      edit.remove(path, from: [.targets])
      return Change(ids: [id], outcome: try repository.commit(edit, now: now))
    }
  }
}
