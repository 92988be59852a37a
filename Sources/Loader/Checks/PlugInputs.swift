import Files
import PkgCore

/// What the worker gets for each check, by what the plugin says of itself.
struct PlugInputs {
  let description: PlugDescription
  let dataFolder: String?
  private let scratch: String?
  private let example: JSON
  private let settings: PluginSettings?
  private let dsn: String?
  private let file: String

  init(_ description: PlugDescription, _ subject: LoadSubject, _ options: LoadOptions) {
    self.description = description
    scratch = options.scratch
    dataFolder = options.scratch.map { $0 + "/data" }
    example = subject.manifest?.configExample ?? description.configExample
    settings = options.settings
    dsn = options.dsn
    file = subject.file
  }

  /// What every check gets.
  var common: [String] {
    var arguments = ["--id", description.id]
    arguments += settings.map { ["--config-file", $0.path] } ?? ["--config", text(example)]
    for interface in description.interfaces { arguments += ["--interface", interface] }
    if let dataFolder { arguments += ["--data", dataFolder] }
    if let dsn { arguments += ["--dsn", dsn] }
    return arguments
  }

  /// The arguments of a check.
  func arguments(_ check: CheckID) -> [String] {
    common + Loader.arguments(samples(check)) + more(check)
  }

  /// Whether a check uses the database, where one was given.
  static func needsDatabase(_ check: CheckID) -> Bool {
    [.database, .workload, .cancel].contains(check)
  }

  /// The user gave the database and means it to be reached: by its socket, or as his own file.
  var access: [String] {
    var arguments = ["--network", "--keep-user"]
    if let folder = databaseFolder { arguments += ["--writable", folder] }
    return arguments
  }

  /// The folder of a database that is a file, `sqlite:///tmp/a.db`: SQLite writes journals beside it.
  private var databaseFolder: String? {
    guard let (scheme, rest) = dsn?.cut(at: ":"), scheme.begins(with: "sqlite") else { return nil }
    let place = rest.rest(after: "//") ?? rest
    let path = place.cut(at: "?")?.before ?? place
    guard path.begins(with: "/"), let folder = path.cut(atLast: "/")?.before, !folder.isEmpty else {
      return nil
    }
    return String(folder)
  }

  /// Operations with their weights, for what runs them.
  func operations(_ operations: [(name: String, weight: Int64)]) -> [String] {
    operations.flatMap { ["--operation", "\($0.name)=\($0.weight)"] }
  }

  private func more(_ check: CheckID) -> [String] {
    switch check {
    case _ where Self.needsDatabase(check): dsn == nil ? [] : access
    case .reloadTwice: second.map { ["--copy", $0] } ?? []
    default: []
    }
  }

  /// The plugin once more, at another path; nil where it can't be had.
  private var second: String? {
    // Not where the plugin may write: it is opened by us.
    guard let folder = scratch, let bytes = try? readFile(file, maximumSize: maximumElfSize)
    else {
      return nil
    }
    let path = "\(folder)/second-\(file.parts(at: "/").last ?? "plugin.so")"
    guard (try? FileSystem.replace(path, with: bytes, isDurable: false)) != nil,
      (try? FileSystem.setMode(path, 0o755)) != nil
    else { return nil }
    return path
  }

  /// The checks of interfaces that a plugin has, with what they are given, for runs that look at what it does.
  func samples(_ questions: [CheckID: [[UInt8]]]) -> [String] {
    let owners: [(CheckID, String)] = [
      (.workload, "plug.workload/1"), (.formatRoundtrip, "plug.format/1"),
      (.httpRoutes, "plug.http/1"),
      (.scalar, "plug.scalar/1"), (.storage, "plug.storage/1"), (.customType, "plug.type/1"),
      (.auth, "plug.auth/1"), (.query, "plug.query/1"), (.cancel, "plug.processor/1"),
    ]
    return owners.filter { description.interfaces.contains($0.1) }.flatMap { check, _ -> [String] in
      let given = questions[check] ?? samples(check)
      return given.isEmpty
        ? ["--sample", "\(check.rawValue)="]
        : given.flatMap { ["--sample", "\(check.rawValue)=\($0.hex)"] }
    }
  }

  /// Requests of the description's own, with the status that each must have.
  var requests: [[UInt8]] {
    let list = description.sample("plug.http/1")["requests"]?.arrayValue ?? []
    return list.prefix(10).compactMap { request -> [UInt8]? in
      guard let object = request.objectValue, let method = object["method"]?.stringValue,
        let path = object["path"]?.stringValue, !method.holds(" "), !path.holds(" ")
      else { return nil }
      return Array("\(method) \(path) \(object["status"]?.integerValue ?? 0)".utf8)
    }
  }

  private func samples(_ check: CheckID) -> [[UInt8]] {
    switch check {
    case .initBadConfig: wrongTypes.map { text($0) }.map { Array($0.utf8) }
    case .formatRoundtrip: input("plug.format/1")
    case .cancel: input("plug.processor/1")
    case .customType:
      (description.sample("plug.type/1")["values"]?.arrayValue ?? []).compactMap(\.stringValue).map
      {
        Array($0.utf8)
      }
    case .auth:
      ["user", "secret"].compactMap { description.sample("plug.auth/1")[$0]?.stringValue }.map {
        Array($0.utf8)
      }
    case .query: description.sample("plug.query/1")["plan"].map { [$0.compactBytes] } ?? []
    default: []
    }
  }

  private func input(_ interface: String) -> [[UInt8]] {
    let sample = description.sample(interface)
    if let text = sample["input"]?.stringValue { return [Array(text.utf8)] }
    return sample["input_base64"]?.stringValue.flatMap { bytes(base64: $0) }.map { [$0] } ?? []
  }

  /// The example with one value of another type at a time, where the schema says which it must have.
  private var wrongTypes: [JSON] {
    guard let object = example.objectValue,
      let properties = description.configSchema?.objectValue?["properties"]?.objectValue
    else { return [] }
    return properties.members.prefix(20).compactMap { member in
      guard let type = member.value.objectValue?["type"]?.stringValue else { return nil }
      var changed = object
      changed[member.name] = type == "string" ? .integer(1) : .string("of another type")
      return .object(changed)
    }
  }

  private func text(_ json: JSON) -> String { String(decoding: json.compactBytes, as: UTF8.self) }
}
