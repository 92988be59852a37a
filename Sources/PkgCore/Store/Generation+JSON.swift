extension Generation {
  /// The content of `manifest.json`.
  public var json: JSON {
    var object = JSONObject()
    object.append("schema", .integer(Self.schema))
    object.append("generation", .integer(number))
    object.append("created", .string(created.rfc3339))
    object.append("host", .string(host))
    object.append("command", .string(command))
    object.append("viewFolder", viewFolder.map { .string($0) })
    object.append("view", .string(view.rawValue))
    object.append("path", .string(pathStyle.rawValue))
    object.append("plugins", .array(plugins.map(\.json)))
    return .object(object)
  }

  /// Reads `manifest.json`; nil where it is malformed or of an unknown schema.
  public init?(json: JSON) {
    guard json["schema"]?.integerValue == Self.schema,
      let number = json["generation"]?.integerValue, number > 0,
      let created = json["created"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let host = json["host"]?.stringValue, let list = json["plugins"]?.arrayValue
    else { return nil }
    guard let view = json["view"]?.stringValue.flatMap({ HostProfile.View(rawValue: $0) }),
      let pathStyle = json["path"]?.stringValue.flatMap({ HostProfile.PathStyle(rawValue: $0) })
    else { return nil }
    let plugins = list.compactMap { InstalledPlugin(json: $0) }
    guard plugins.count == list.count else { return nil }
    self.init(
      number: number, created: created, host: host, command: json["command"]?.stringValue ?? "",
      viewFolder: json["viewFolder"]?.stringValue, view: view, pathStyle: pathStyle,
      plugins: plugins)
  }
}

extension InstalledPlugin {
  /// One element of a generation's `plugins`.
  public var json: JSON {
    var object = JSONObject()
    object.append("id", .string(name.description))
    object.append("version", .string(version.description))
    object.append("platform", .string(platform.text))
    object.append("tree", .string(tree.hex))
    object.append("archive", .string(archive.hex))
    switch origin {
    case .index(let index): object.append("index", .string(index))
    case .file(let file): object.append("file", .string(file))
    case .url(let url): object.append("url", .string(url))
    }
    object.append("library", .string(library))
    object.append("type", type.map { .string($0) })
    object.append("summary", summary.map { .string($0) })
    object.append("enabled", .bool(isEnabled))
    object.append("requested", .bool(isRequested))
    object.append("pin", pin?.json)
    object.append("key", keyID.map { .string($0) })
    if !viewNames.isEmpty { object.append("view", .strings(viewNames)) }
    if !extraFiles.isEmpty { object.append("extra", .array(extraFiles.map(\.json))) }
    constraints.write(to: &object)
    return .object(object)
  }

  init?(json: JSON) {
    guard let name = json["id"]?.stringValue.flatMap({ try? PluginName($0) }),
      let version = json["version"]?.stringValue.flatMap({ try? Version($0) }),
      let platform = json["platform"]?.stringValue.flatMap({ Platform($0) }),
      let tree = json["tree"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
      let archive = json["archive"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
      let library = json["library"]?.stringValue, PackagePath.isSafe(library),
      let constraints = Constraints(json: json, publisher: name.publisher)
    else { return nil }
    let origin: Origin =
      json["index"]?.stringValue.map { .index($0) } ?? json["url"]?.stringValue.map { .url($0) }
      ?? .file(json["file"]?.stringValue ?? "")
    self.init(
      name: name, version: version, platform: platform, tree: tree, archive: archive,
      origin: origin,
      library: library, type: json["type"]?.stringValue, summary: json["summary"]?.stringValue,
      isRequested: json["requested"]?.boolValue ?? true, keyID: json["key"]?.stringValue,
      constraints: constraints)
    isEnabled = json["enabled"]?.boolValue ?? true
    if let value = json["pin"] {
      guard let pin = Pin(json: value) else { return nil }
      self.pin = pin
    }
    viewNames = json["view"]?.texts ?? []
    let extra = json["extra"]?.arrayValue ?? []
    extraFiles = extra.compactMap { ExtraFile(json: $0) }
    guard viewNames.allSatisfy(PackagePath.isSafe), extraFiles.count == extra.count else {
      return nil
    }
  }
}
