/// `advisories.json`, a target of the index:
///
/// ```
/// { "schema": 1, "advisories": [ { "id": "...", "affected": [ { "package": { "ecosystem": "plugctl",
///   "name": "acme/vector" }, "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" },
///   { "fixed": "1.2.3" } ] } ] } ] } ] }
/// ```
extension Advisory {
  /// The highest schema of the list that this program reads.
  public static let schema: Int64 = 1

  /// Reads a list. Those that were withdrawn are left out.
  ///
  /// - Throws: ``Diagnostic`` with `index.invalid` or `schema.unknown`: an advisory that can't be read
  ///   would otherwise warn nobody.
  public static func list(_ json: JSON) throws(Diagnostic) -> [Advisory] {
    guard let schema = json["schema"]?.integerValue, let all = json["advisories"]?.arrayValue else {
      throw Diagnostic(.indexInvalid, "the list of advisories has no `schema` or no `advisories`")
    }
    guard schema == Self.schema else {
      throw Diagnostic(
        .schemaUnknown, "advisories of schema \(schema), this plugctl reads \(Self.schema)",
        hint: "install a newer plugctl")
    }
    var list: [Advisory] = []
    for element in all where element["withdrawn"]?.stringValue == nil {
      list.append(try Advisory(json: element))
    }
    return list
  }

  init(json: JSON) throws(Diagnostic) {
    guard let id = json["id"]?.stringValue, !id.isEmpty,
      let affected = json["affected"]?.arrayValue
    else { throw Diagnostic(.indexInvalid, "an advisory has no `id` or no `affected`") }
    self.id = id
    summary = json["summary"]?.stringValue ?? ""
    aliases = json["aliases"]?.arrayValue?.compactMap(\.stringValue) ?? []
    references = json["references"]?.arrayValue?.compactMap { $0["url"]?.stringValue } ?? []
    let scores = json["severity"]?.arrayValue?.compactMap { element in
      element["score"]?.stringValue.map { "\(element["type"]?.stringValue ?? "") \($0)" }
    }
    severity = json["database_specific"]?["severity"]?.stringValue ?? scores?.first
    self.affected = []
    for element in affected {
      guard let one = try Affected(json: element, of: id) else { continue }
      self.affected.append(one)
    }
  }
}

extension Advisory.Affected {
  /// nil for a package of another ecosystem.
  fileprivate init?(json: JSON, of id: String) throws(Diagnostic) {
    guard let ecosystem = json["package"]?["ecosystem"]?.stringValue else {
      throw Self.invalid(id, "a package has no ecosystem")
    }
    guard ecosystem == Advisory.ecosystem else { return nil }
    guard let name = json["package"]?["name"]?.stringValue, let plugin = try? PluginName(name)
    else { throw Self.invalid(id, "a package has no full name") }
    self.plugin = plugin
    versions = []
    for text in json["versions"]?.arrayValue ?? [] {
      guard let version = text.stringValue.flatMap({ try? Version($0) }) else {
        throw Self.invalid(id, "`versions` has what is no version")
      }
      versions.append(version)
    }
    ranges = []
    for range in json["ranges"]?.arrayValue ?? [] {
      // Commits say nothing of versions.
      guard range["type"]?.stringValue != "GIT" else { continue }
      guard let events = range["events"]?.arrayValue, !events.isEmpty else {
        throw Self.invalid(id, "a range has no events")
      }
      var read: [Advisory.Event] = []
      for event in events {
        guard let event = Advisory.Event(json: event) else {
          throw Self.invalid(id, "a range has an event that is none of OSV's")
        }
        read.append(event)
      }
      ranges.append(read)
    }
  }

  private static func invalid(_ id: String, _ what: String) -> Diagnostic {
    Diagnostic(.indexInvalid, "the advisory `\(printable(id))` is not OSV: \(what)")
  }
}

extension Advisory.Event {
  fileprivate init?(json: JSON) {
    func version(_ key: String) -> Version? {
      json[key]?.stringValue.flatMap { try? Version($0) }
    }
    if json["introduced"]?.stringValue == "0" {
      self = .introduced(nil)
    } else if let version = version("introduced") {
      self = .introduced(version)
    } else if let version = version("fixed") {
      self = .fixed(version)
    } else if let version = version("last_affected") {
      self = .lastAffected(version)
    } else if let version = version("limit") {
      self = .limit(version)
    } else if json["limit"]?.stringValue == "*" {
      self = .limit(Version(.max, 0, 0))
    } else {
      return nil
    }
  }
}
