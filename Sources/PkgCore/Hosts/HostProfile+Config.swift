extension HostProfile {
  /// How a host's own configuration speaks of plugins.
  public struct Configuration: Sendable {
    /// Where a plugin is named.
    public enum Place: Sendable, Equatable {
      /// Its name at one path, its settings at another; only where a third has a certain value.
      case one(name: String, settings: String, condition: Condition?)
      /// A map at a path, from names to settings.
      case each(String)
    }

    /// A value that must stand at a path.
    public struct Condition: Sendable, Equatable {
      /// As `workload.type`.
      public let path: String
      /// The value's text.
      public let value: String
    }

    /// Where plugins are named.
    public var places: [Place] = []
    /// The path that holds the folder in which the host looks for plugins; nil where it has none.
    public var folder: String?
    /// The path that holds the publishers whom the host trusts; nil where it has none.
    public var publishers: String?
    /// A JSON Schema of the host's own settings.
    public var schema: JSON?
    /// What to add for a plugin: `{name}`, `{plugins}`, and `{settings}` on a line of its own, which
    /// gives its indentation.
    public var snippet: String?
  }

  static func readConfiguration(_ opened: Fields) -> Configuration {
    var fields = opened
    var configuration = Configuration()
    configuration.places = fields.list("plugins").compactMap { element, path in
      var place = Fields(element, path: path, findings: fields.findings)
      defer { place.finish() }
      if let each = place.text("each") { return .each(each) }
      guard let name = place.requiredText("name"), let settings = place.requiredText("settings")
      else { return nil }
      let condition = place.map("when").first.flatMap { entry, _ in
        entry.value.text.map { Configuration.Condition(path: entry.key, value: $0) }
      }
      return .one(name: name, settings: settings, condition: condition)
    }
    configuration.folder = fields.text("folder")
    configuration.publishers = fields.text("publishers")
    configuration.schema = fields.node("schema")?.typedJSON
    configuration.snippet = fields.text("snippet")
    fields.finish()
    return configuration
  }
}

extension Node {
  /// What stands at a path of keys, as `workload.plugin_name`; nil where nothing does.
  public func at(_ path: String) -> Node? {
    path.parts(at: ".").reduce(Node?.some(self)) { node, key in node?[String(key)] }
  }
}

extension HostProfile.Configuration {
  /// What to add to the host's configuration for a plugin.
  ///
  /// - Parameters:
  ///   - settings: the plugin's example, as text; nil where it has none.
  ///   - folder: where its plugins lie.
  public func text(for name: String, settings: String?, plugins folder: String) -> String? {
    guard let snippet else { return nil }
    let lines = snippet.parts(at: "\n", keepsEmpty: true).flatMap {
      line -> [String] in
      let indentation = line.prefix { $0 == " " }
      guard line.dropFirst(indentation.count) == "{settings}" else {
        return [filled(String(line), [("name", name), ("plugins", folder)])]
      }
      let settings = (settings ?? "{}").parts(at: "\n").filter { $0 != "---" }
      return settings.map { "\(indentation)\($0)" }
    }
    return lines.joined(separator: "\n")
  }
}
