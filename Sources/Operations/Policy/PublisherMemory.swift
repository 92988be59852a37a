internal import PkgCore
internal import PkgStore
internal import Signing

/// Which keys publishers were seen with, by index: `publishers.json` of the trust memory. It only grows.
///
/// ```
/// { "schema": 1, "publishers": [ { "index": "main", "publisher": "acme", "keys": [
///   { "key": "RWQ...", "firstSeen": "2026-11-21T12:00:00Z", "authority": "targets" } ] } ] }
/// ```
struct PublisherMemory: Sendable {
  /// A key as it was first seen.
  struct Key: Sendable, Equatable {
    let key: MinisignPublicKey
    let firstSeen: Timestamp
    let authority: RecordAuthority
  }

  /// One publisher of one index.
  struct Entry: Sendable, Equatable {
    let index: String
    let publisher: String
    var keys: [Key]
  }

  private let file: MemoryFile

  init(_ places: StorePlaces) { file = MemoryFile(path: Self.path(places)) }

  static func path(_ places: StorePlaces) -> String { "\(places.trust)/publishers.json" }

  /// All entries.
  ///
  /// - Throws: ``Diagnostic`` with `trust.malformed`: what can't be read is never begun anew.
  func entries() throws -> [Entry] {
    guard let json = try file.read(malformed: malformed) else { return [] }
    guard let list = json["publishers"]?.arrayValue else { throw malformed() }
    return try list.map { element in
      guard let entry = Entry(json: element) else { throw malformed() }
      return entry
    }
  }

  /// Adds keys; those that are known already stay as they are.
  func add(_ new: [Entry]) throws {
    guard !new.isEmpty else { return }
    try file.update {
      var all = try entries()
      for entry in new {
        if let place = all.firstIndex(where: { $0.isAbout(entry.index, entry.publisher) }) {
          let known = all[place].keys.map(\.key)
          all[place].keys += entry.keys.filter { !known.contains($0.key) }
        } else {
          all.append(entry)
        }
      }
      return ["schema": 1, "publishers": .array(all.map(\.json))]
    }
  }

  private func malformed() -> Diagnostic {
    Diagnostic(
      .trustMalformed, "`\(file.path)` is not a list of publishers' keys",
      hint: "restore it from a backup; without it publishers' first keys are asked about again")
  }
}

extension PublisherMemory.Entry {
  /// `-` and `_` of a publisher are one.
  func isAbout(_ index: String, _ publisher: String) -> Bool {
    sameBytes(self.index, index) && sameBytes(self.publisher, publisher)
  }

  fileprivate init?(json: JSON) {
    guard let index = json["index"]?.stringValue, let publisher = json["publisher"]?.stringValue,
      let list = json["keys"]?.arrayValue
    else { return nil }
    var keys: [PublisherMemory.Key] = []
    for element in list {
      guard let text = element["key"]?.stringValue,
        let key = try? MinisignPublicKey(fileText: text),
        let seen = element["firstSeen"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
        let authority = element["authority"]?.stringValue.flatMap({ RecordAuthority(rawValue: $0) })
      else { return nil }
      keys.append(.init(key: key, firstSeen: seen, authority: authority))
    }
    self.init(index: index, publisher: publisher, keys: keys)
  }

  fileprivate var json: JSON {
    let keys = keys.map { key -> JSON in
      [
        "key": .string(key.key.base64), "id": .string(key.key.keyID.hex),
        "fingerprint": .string("sha256:\(key.key.fingerprint)"),
        "firstSeen": .string(key.firstSeen.rfc3339), "authority": .string(key.authority.rawValue),
      ]
    }
    return ["index": .string(index), "publisher": .string(publisher), "keys": .array(keys)]
  }
}
