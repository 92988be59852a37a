/// `names.json`: which trusted publishers have a plugin of a short name. What a user types without a
/// publisher is looked up here, so that nobody who may only publish can draw a name to themselves.
public struct NamesDocument: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// Short names, as their plugins declare them, with their publishers.
  public private(set) var publishers: [String: [NamePart]]

  /// These names.
  public init(_ publishers: [String: [NamePart]]) {
    self.publishers = publishers
  }

  /// Reads the document.
  ///
  /// - Throws: ``Diagnostic`` with `index.invalid` or `schema.unknown`.
  public init(json: JSON) throws(Diagnostic) {
    guard json["schema"]?.integerValue == Self.schema else {
      throw Diagnostic(
        .schemaUnknown, "the schema of the index's names is not known to this plugctl",
        hint: "install a newer plugctl")
    }
    publishers = [:]
    for member in json["names"]?.objectValue?.members ?? [] {
      let parts = member.value.texts.compactMap { NamePart($0) }
      guard NamePart(member.name) != nil, parts.count == member.value.arrayValue?.count else {
        throw Diagnostic(.indexInvalid, "the index's names hold a malformed entry")
      }
      publishers[member.name] = parts
    }
  }

  /// Full names of all plugins, sorted.
  public var plugins: [PluginName] {
    publishers.flatMap { name, publishers in
      publishers.compactMap { publisher in
        NamePart(name).map { PluginName(publisher: publisher, name: $0) }
      }
    }.sorted()
  }

  /// Adds a plugin.
  ///
  /// - Returns: false where it is there already.
  public mutating func add(_ plugin: PluginName) -> Bool {
    let name = plugin.name.text
    guard publishers[name]?.contains(plugin.publisher) != true else { return false }
    publishers[name, default: []].append(plugin.publisher)
    publishers[name]?.sort()
    return true
  }

  /// Takes all plugins of a publisher away.
  public mutating func remove(_ publisher: NamePart) {
    publishers = publishers.mapValues { $0.filter { $0 != publisher } }.filter { !$0.value.isEmpty }
  }

  /// The document, sorted by name.
  public var json: JSON {
    var names = JSONObject()
    for (name, publishers) in publishers.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      names.append(name, .strings(publishers.map(\.text)))
    }
    return ["schema": .integer(Self.schema), "names": .object(names)]
  }
}
