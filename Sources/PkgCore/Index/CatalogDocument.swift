/// `catalog.json`, a target of the index: what search and info show of each plugin, small enough to
/// be fetched whole. For looking only; what is installed follows from the records.
public enum CatalogDocument {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// One plugin of a catalog.
  public struct Entry: Sendable {
    /// The full name.
    public var name: PluginName
    /// The host profile's id.
    public var host: String
    /// One of that profile's types.
    public var type: String?
    /// For people.
    public var title: String?
    /// One line.
    public var summary: String?
    /// An SPDX expression.
    public var license: String?
    /// Words for search.
    public var tags: [String] = []
    /// File extensions that it handles.
    public var extensions: [String] = []
    /// The newest version that may be chosen; the newest of all where none may.
    public var version: Version
    /// When that was published.
    public var published: Timestamp
    /// `available`, `yanked` or `withdrawn`, of that version.
    public var state: String
    /// How many versions there are.
    public var versionCount: Int64 = 1
    /// Names, of the same publisher, that some version provides.
    public var provides: [NamePart] = []

    /// An entry with what every plugin has.
    public init(
      name: PluginName, host: String, version: Version, published: Timestamp, state: String
    ) {
      self.name = name
      self.host = host
      self.version = version
      self.published = published
      self.state = state
    }
  }

  /// The catalog of these plugins, sorted by name.
  public static func json(_ entries: [Entry]) -> JSON {
    let plugins = entries.sorted { $0.name < $1.name }.map(\.json)
    return ["schema": .integer(schema), "plugins": .array(plugins)]
  }

  /// Reads a catalog.
  ///
  /// - Throws: ``Diagnostic`` with `index.invalid` or `schema.unknown`.
  public static func entries(_ json: JSON) throws(Diagnostic) -> [Entry] {
    guard json["schema"]?.integerValue == schema else {
      throw Diagnostic(
        .schemaUnknown, "the catalog's schema is not known to this plugctl",
        hint: "install a newer plugctl")
    }
    var entries: [Entry] = []
    guard let plugins = json["plugins"]?.arrayValue else {
      throw Diagnostic(.indexInvalid, "the index's catalog has no list of plugins")
    }
    for plugin in plugins {
      guard let entry = Entry(json: plugin) else {
        throw Diagnostic(.indexInvalid, "the index's catalog holds a malformed entry")
      }
      entries.append(entry)
    }
    return entries
  }
}

extension CatalogDocument.Entry {
  /// What a catalog shows of a record; nil where that has no version.
  public init?(_ record: IndexRecord) {
    let usable = record.releases.filter { $0.state == .available }
    let stable = usable.filter { !$0.version.isPrerelease }
    guard let shown = stable.last ?? usable.last ?? record.releases.last else { return nil }
    self.init(
      name: record.name, host: record.host, version: shown.version, published: shown.published,
      state: shown.state.word)
    type = record.type
    title = record.title
    summary = record.summary
    license = record.license
    tags = record.tags
    extensions = record.extensions
    versionCount = Int64(record.releases.count)
    let names = record.releases.flatMap { $0.constraints.provides.map(\.name) }
    provides = Set(names).sorted()
  }

  var json: JSON {
    var object = JSONObject()
    object.append("name", .string(name.description))
    object.append("host", .string(host))
    object.append("type", type.map { .string($0) })
    object.append("title", title.map { .string($0) })
    object.append("summary", summary.map { .string($0) })
    object.append("license", license.map { .string($0) })
    if !tags.isEmpty { object.append("tags", .strings(tags)) }
    if !extensions.isEmpty { object.append("extensions", .strings(extensions)) }
    object.append("version", .string(version.description))
    object.append("published", .string(published.rfc3339))
    object.append("state", .string(state))
    object.append("versions", .integer(versionCount))
    if !provides.isEmpty { object.append("provides", .strings(provides.map(\.description))) }
    return .object(object)
  }

  init?(json: JSON) {
    guard let name = json["name"]?.stringValue.flatMap({ try? PluginName($0) }),
      let host = json["host"]?.stringValue,
      let version = json["version"]?.stringValue.flatMap({ try? Version($0) }),
      let published = json["published"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let state = json["state"]?.stringValue
    else { return nil }
    self.init(name: name, host: host, version: version, published: published, state: state)
    type = json["type"]?.stringValue
    title = json["title"]?.stringValue
    summary = json["summary"]?.stringValue
    license = json["license"]?.stringValue
    tags = json["tags"]?.texts ?? []
    extensions = json["extensions"]?.texts ?? []
    versionCount = json["versions"]?.integerValue ?? 1
    provides = (json["provides"]?.texts ?? []).compactMap { NamePart($0) }
  }
}
