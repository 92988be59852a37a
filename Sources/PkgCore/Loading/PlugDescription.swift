/// What a plugin of `plug.h` says of itself; `docs/plugin-abi.md` has the members.
public struct PlugDescription: Sendable {
  /// `publisher/name`.
  public var id: String
  /// A version as the manifest has it.
  public var version: String
  /// The interfaces that it has, such as `plug.workload/1`.
  public var interfaces: [String]
  /// Words of the host's; `concurrent` means that several threads may use one instance at once.
  public var capabilities: [String]
  /// What it does to the world, by the words of the manifest's permissions.
  public var permissions: Set<String>
  /// The JSON Schema of its configuration; nil where it has none.
  public var configSchema: JSON?
  /// A configuration that works anywhere; an empty object where it names none.
  public var configExample: JSON
  /// For each interface what load tests may give it.
  public var samples: JSONObject

  /// Reads what `describe` wrote.
  ///
  /// - Throws: ``PlugDescription/Fault`` for the first thing that is not as it must be.
  public init(_ bytes: [UInt8]) throws(Fault) {
    let document: JSON
    do throws(JSONError) {
      document = try JSONParser.parse(bytes)
    } catch {
      throw Fault(sentence: "it is no JSON: \(error.diagnostic.message)")
    }
    guard let object = document.objectValue else { throw Fault(sentence: "it is no JSON object") }
    guard object["schema"]?.integerValue == 1 else {
      throw Fault(sentence: "its `schema` is not 1")
    }
    id = try Self.text(object, "id")
    version = try Self.text(object, "version")
    guard (try? PluginName(id)) != nil else {
      throw Fault(sentence: "its `id` `\(id)` is no `publisher/name`")
    }
    guard (try? Version(version)) != nil else {
      throw Fault(sentence: "its `version` `\(version)` is no version such as 1.2.0")
    }
    guard object["interfaces"] != nil else { throw Fault(sentence: "`interfaces` is missing") }
    interfaces = try Self.texts(object, "interfaces")
    for name in interfaces where !Self.isInterface(name) {
      throw Fault(
        sentence: "`\(printable(name))` is no name of an interface such as plug.workload/1")
    }
    capabilities = try Self.texts(object, "capabilities")
    permissions = try Self.permissions(object)
    let config = try Self.object(object, "config") ?? JSONObject()
    configSchema = config["schema"]
    configExample = config["example"] ?? .object(JSONObject())
    guard configExample.objectValue != nil else {
      throw Fault(sentence: "its example of a configuration is no object")
    }
    samples = try Self.object(object, "samples") ?? JSONObject()
  }

  /// What is not as it must be, in a sentence.
  public struct Fault: Error, Sendable, Equatable {
    /// A lower-case sentence without a full stop.
    public let sentence: String
  }

  /// The sample of an interface; empty where it has none.
  public func sample(_ interface: String) -> JSONObject {
    samples[interface]?.objectValue ?? JSONObject()
  }

  /// `WORD.WORD/MAJOR`, at most 100 bytes.
  private static func isInterface(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= 100, !parts[0].isEmpty, !parts[1].isEmpty else {
      return false
    }
    let isName = parts[0].allSatisfy {
      switch $0 {
      case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    return isName && parts[1].allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func text(_ object: JSONObject, _ name: String) throws(Fault) -> String {
    guard let value = object[name] else { throw Fault(sentence: "`\(name)` is missing") }
    guard let text = value.stringValue else { throw Fault(sentence: "its `\(name)` is no text") }
    return text
  }

  private static func texts(_ object: JSONObject, _ name: String) throws(Fault) -> [String] {
    guard let value = object[name] else { return [] }
    guard let list = value.arrayValue, list.allSatisfy({ $0.stringValue != nil }) else {
      throw Fault(sentence: "its `\(name)` is no list of texts")
    }
    return list.compactMap(\.stringValue)
  }

  private static func object(_ parent: JSONObject, _ name: String) throws(Fault) -> JSONObject? {
    guard let value = parent[name] else { return nil }
    guard let object = value.objectValue else {
      throw Fault(sentence: "its `\(name)` is no object")
    }
    return object
  }

  private static func permissions(_ parent: JSONObject) throws(Fault) -> Set<String> {
    let object = try object(parent, "permissions") ?? JSONObject()
    guard object.members.allSatisfy({ $0.value.boolValue != nil }) else {
      throw Fault(sentence: "its `permissions` are not all true or false")
    }
    return Set(object.members.filter { $0.value.boolValue == true }.map(\.name))
  }
}
