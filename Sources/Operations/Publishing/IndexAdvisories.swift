internal import Files
public import PkgCore
internal import Signing

/// What came of a change of an index's advisories.
public struct AdvisoryChange: Sendable {
  /// The ids of those that are new, or took the place of others.
  public let ids: [String]
  /// Plugins that they name and the index doesn't have: a slip of the pen would warn nobody.
  public let unknownPlugins: [PluginName]
  /// Whether clients see it.
  public let outcome: RepositoryOutcome
}

/// The advisories of an index: what `audit` tells users of faults in plugins.
public struct IndexAdvisories: Sendable {
  private let repository: Repository
  private let now: Timestamp

  /// The advisories of one index.
  public init(_ repository: Repository, now: Timestamp) {
    self.repository = repository
    self.now = now
  }

  /// What is published, by id; withdrawn ones are left out.
  public func list() throws -> [Advisory] {
    var edit = RepositoryEdit(try repository.state())
    return try Advisory.list(Self.document(published(&edit)))
  }

  /// Publishes advisories: files in OSV's form, or lists of them as an index has. One takes the place of
  /// another with its id.
  ///
  /// - Throws: ``Diagnostic`` with `index.invalid` where `audit` could not read one, or where one would
  ///   warn nobody. Then nothing is changed.
  public func add(_ files: [String]) throws -> AdvisoryChange {
    let new = try files.flatMap { try Self.read($0) }
    return try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      var all = try published(&edit)
      for one in new {
        all.removeAll { sameBytes(Self.id($0), Self.id(one)) }
        all.append(one)
      }
      all.sort { bytesPrecede(Self.id($0), Self.id($1)) }
      var unknown: [PluginName] = []
      for name in Set(try Self.parsed(new).flatMap(\.affected).map(\.plugin)).sorted()
      where try repository.record(name, &edit) == nil {
        unknown.append(name)
      }
      return AdvisoryChange(
        ids: new.map(Self.id), unknownPlugins: unknown, outcome: try write(all, &edit))
    }
  }

  /// Takes an advisory away, as if it had never been; who means that it was wrong adds it again with
  /// `withdrawn`.
  ///
  /// - Throws: ``Diagnostic`` with `advisory.unknown`.
  public func remove(_ id: String) throws -> AdvisoryChange {
    try repository.exclusively {
      var edit = RepositoryEdit(try repository.state())
      let all = try published(&edit)
      let kept = all.filter { !sameBytes(Self.id($0), id) }
      guard kept.count < all.count else {
        let near = nearest(to: id, among: all.map(Self.id))
        throw Diagnostic(
          .advisoryUnknown, "the index has no advisory `\(printable(id))`",
          hint: near.map { "did you mean `\(printable($0))`?" }
            ?? "`plugctl index advisory list` names all")
      }
      return AdvisoryChange(ids: [id], unknownPlugins: [], outcome: try write(kept, &edit))
    }
  }

  private func published(_ edit: inout RepositoryEdit) throws -> [JSON] {
    guard let target = try edit.target(IndexLayout.advisoriesPath) else { return [] }
    let json = try JSONParser.parse(repository.bytes(of: target))
    // What can't be read whole is not written anew without what was not understood.
    _ = try Advisory.list(json)
    return json["advisories"]?.arrayValue ?? []
  }

  private func write(_ all: [JSON], _ edit: inout RepositoryEdit) throws -> RepositoryOutcome {
    let document = Self.document(all)
    _ = try Advisory.list(document)
    try edit.write(IndexLayout.advisoriesPath, document.compactBytes)
    return try repository.commit(edit, now: now)
  }

  /// The advisories of one file, each of which `audit` can read and would tell somebody of.
  private static func read(_ path: String) throws -> [JSON] {
    let bytes = try FileSystem.read(path, limit: 4 << 20)
    do {
      return try checked(try JSONParser.parse(bytes))
    } catch let error as any Diagnosable {
      let cause = error.diagnostic
      let isOurs = cause.code != .jsonInvalid
      throw Diagnostic(
        .indexInvalid, isOurs ? cause.message : "the advisory is not JSON",
        notes: (isOurs ? [] : [cause.message]) + ["file: `\(printable(path))`"],
        hint: "write it as https://ossf.github.io/osv-schema has it; nothing was changed")
    }
  }

  private static func checked(_ json: JSON) throws -> [JSON] {
    let all = json["advisories"]?.arrayValue ?? [json]
    let read = try json["advisories"] == nil ? parsed(all) : Advisory.list(json)
    guard !all.isEmpty else { throw Diagnostic(.indexInvalid, "there is no advisory in the file") }
    for advisory in read {
      let isVoid = advisory.affected.allSatisfy { $0.ranges.isEmpty && $0.versions.isEmpty }
      guard !isVoid else {
        throw Diagnostic(
          .indexInvalid,
          "the advisory `\(printable(advisory.id))` names no versions of a plugin of the ecosystem `\(Advisory.ecosystem)`"
        )
      }
    }
    return all
  }

  private static func parsed(_ all: [JSON]) throws -> [Advisory] {
    try Advisory.list(document(all))
  }

  private static func document(_ all: [JSON]) -> JSON {
    ["schema": .integer(Advisory.schema), "advisories": .array(all)]
  }

  private static func id(_ advisory: JSON) -> String { advisory["id"]?.stringValue ?? "" }
}
