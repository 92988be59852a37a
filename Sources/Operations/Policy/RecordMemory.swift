internal import PkgCore
internal import PkgStore

/// How new the records were by which plugins were installed: `records.json` of the trust memory. A record
/// that is older than one by which something was installed is refused, whoever signed it.
///
/// ```
/// { "schema": 1, "records": { "main": { "acme/vector": 12 } } }
/// ```
struct RecordMemory: Sendable {
  private let file: MemoryFile
  /// Sequence numbers by index and full name.
  private let known: JSON?

  init(_ places: StorePlaces) throws {
    file = MemoryFile(path: Self.path(places))
    known = try Self.read(file)
  }

  static func path(_ places: StorePlaces) -> String { "\(places.trust)/records.json" }

  /// Refuses a record that goes back.
  ///
  /// - Throws: ``Diagnostic`` with `trust.rollback`.
  func check(_ record: IndexRecord, of index: String) throws {
    guard let sequence = known?[index]?[record.name.description]?.integerValue,
      record.sequence < sequence
    else { return }
    throw Diagnostic(
      .trustRollback,
      "the record of `\(record.name)` in the index `\(index)` is older than the one known already",
      notes: ["expected sequence \(sequence) or later", "found sequence \(record.sequence)"],
      hint: "tell who runs the index; nothing was changed")
  }

  /// Remembers the records by which something is about to be installed; writes only what is new.
  func remember(_ records: [(record: IndexRecord, index: String)]) throws {
    let isNew = records.contains { record, index in
      record.sequence > known?[index]?[record.name.description]?.integerValue ?? -1
    }
    guard isNew else { return }
    try file.update {
      var all = try Self.read(file)?.objectValue ?? JSONObject()
      for (record, index) in records {
        var names = all[index]?.objectValue ?? JSONObject()
        let former = names[record.name.description]?.integerValue ?? -1
        names[record.name.description] = .integer(max(former, record.sequence))
        all[index] = .object(names)
      }
      return ["schema": 1, "records": .object(all)]
    }
  }

  /// Forgets an index that its user removed: another one may be added under its name.
  static func forget(_ index: String, _ places: StorePlaces) throws {
    let file = MemoryFile(path: path(places))
    guard try read(file)?[index] != nil else { return }
    try file.update {
      var all = try read(file)?.objectValue ?? JSONObject()
      all[index] = nil
      return ["schema": 1, "records": .object(all)]
    }
  }

  private static func read(_ file: MemoryFile) throws -> JSON? {
    func malformed() -> Diagnostic {
      Diagnostic(
        .trustMalformed, "`\(file.path)` is not a list of records",
        hint: "restore it from a backup; without it an index may show old records as new")
    }
    guard let json = try file.read(malformed: malformed) else { return nil }
    guard let records = json["records"], let indexes = records.objectValue,
      indexes.members.allSatisfy({ index in
        index.value.objectValue?.members.allSatisfy { $0.value.integerValue != nil } ?? false
      })
    else { throw malformed() }
    return records
  }
}
