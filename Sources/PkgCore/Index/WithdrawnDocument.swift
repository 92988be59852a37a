/// `withdrawn.json`, the emergency list of an index: versions that nobody may install from now on,
/// whatever their records say. Its people act where a publisher can't be reached; its role is valid for
/// days only, by when the record itself must say it.
public struct WithdrawnDocument: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// One version that is withdrawn.
  public struct Entry: Sendable, Equatable {
    /// The plugin.
    public let name: PluginName
    /// The version; nil for all of them.
    public let version: Version?
    /// Why.
    public let reason: String

    /// An entry of these parts.
    public init(name: PluginName, version: Version?, reason: String) {
      self.name = name
      self.version = version
      self.reason = reason
    }
  }

  /// The entries, in the order in which they were made.
  public private(set) var entries: [Entry]

  /// A list of these entries.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Reads the document.
  ///
  /// - Throws: ``Diagnostic`` with `index.invalid` or `schema.unknown`: a list that can't be read whole
  ///   may be missing the very entry that matters.
  public init(json: JSON) throws(Diagnostic) {
    guard json["schema"]?.integerValue == Self.schema else {
      throw Diagnostic(
        .schemaUnknown, "the schema of the index's withdrawn versions is not known to this plugctl",
        hint: "install a newer plugctl")
    }
    entries = []
    for entry in json["withdrawn"]?.arrayValue ?? [] {
      let version = entry["version"]?.stringValue.flatMap { try? Version($0) }
      guard let name = entry["name"]?.stringValue.flatMap({ try? PluginName($0) }),
        let reason = entry["reason"]?.stringValue, entry["version"] == nil || version != nil
      else {
        throw Diagnostic(.indexInvalid, "the index's withdrawn versions hold a malformed entry")
      }
      entries.append(Entry(name: name, version: version, reason: reason))
    }
  }

  /// Puts an entry in the place of one for the same version, or adds it.
  public mutating func add(_ entry: Entry) {
    entries.removeAll { $0.name == entry.name && $0.version == entry.version }
    entries.append(entry)
  }

  /// A record in which every version on the list is withdrawn.
  public func applied(to record: IndexRecord) -> IndexRecord {
    var record = record
    for entry in entries where entry.name == record.name {
      for place in record.releases.indices
      where entry.version == nil || record.releases[place].version == entry.version {
        record.releases[place].state = .withdrawn(reason: entry.reason)
      }
    }
    return record
  }

  /// The document.
  public var json: JSON {
    let list = entries.map { entry -> JSON in
      var object = JSONObject([.init("name", .string(entry.name.description))])
      object.append("version", entry.version.map { .string($0.description) })
      object.append("reason", .string(entry.reason))
      return .object(object)
    }
    return ["schema": .integer(Self.schema), "withdrawn": .array(list)]
  }
}
