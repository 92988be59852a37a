internal import Files
internal import PkgCore

/// What a plugin is to be called, and what it begins with.
public struct PluginBeginning: Sendable {
  /// The publisher; nil for a name that is to be replaced.
  public var publisher: String?
  /// The plugin's name; nil for the folder's.
  public var name: String?
  /// The template's name; nil for a manifest alone.
  public var template: String?

  /// A beginning of these parts.
  public init(publisher: String?, name: String?, template: String?) {
    self.publisher = publisher
    self.name = name
    self.template = template
  }
}

/// A plugin that was begun.
public struct BegunPlugin: Sendable {
  /// The files that were written; the manifest's comes last.
  public let paths: [String]
  /// What its author should know of it; nil where there is nothing.
  public let note: String?
}

extension Authoring {
  /// Writes a first manifest into a folder, or a whole project by a template. Nothing that is there is
  /// overwritten, and what fails leaves nothing.
  ///
  /// - Throws: ``Diagnostic`` with `manifest.exists` where one of the files is there already.
  public func begin(_ folder: String, _ beginning: PluginBeginning) throws -> BegunPlugin {
    if let there = ManifestFile.names.map({ Self.path($0, in: folder) }).first(
      where: FileSystem.exists)
    {
      throw Diagnostic(
        .manifestExists, "`\(there)` is there already",
        hint: "edit it, and check it with `plugctl lint`")
    }
    let usual = FileSystem.baseName(of: try FileSystem.absolute(folder)).lowercased()
    let name = beginning.name ?? usual
    guard NamePart(name) != nil else {
      throw NameError.notANameOf(name, what: "a plugin", option: "--name")
    }
    let publisher = beginning.publisher ?? "my-publisher"
    guard NamePart(publisher) != nil else {
      throw NameError.notANameOf(publisher, what: "a publisher", option: "--publisher")
    }
    let host = session.options.host ?? (beginning.template == nil ? "sqlite" : "plug")
    let profile = try ProfileCatalog(session).profile(host)
    var files = [("plugin.yaml", Self.manifest(publisher, name, profile))]
    let template = try beginning.template.map { try ProjectTemplate($0, for: profile) }
    if let template {
      files = template.filled(
        ProjectTemplate.Facts(
          publisher: publisher, name: name, host: host, type: template.type ?? "plugin"))
    }
    try NewFiles(files, in: folder).write()
    return BegunPlugin(
      paths: files.map { Self.path($0.0, in: folder) }, note: template?.note)
  }

  private static func path(_ name: String, in folder: String) -> String {
    folder == "." ? name : "\(folder)/\(name)"
  }

  private static func manifest(_ publisher: String, _ name: String, _ profile: HostProfile)
    -> [UInt8]
  {
    let type = profile.types.first.map { "type: \($0)\n" } ?? ""
    let text = """
      schema: 1
      publisher: \(publisher)
      name: \(name)
      version: 0.1.0
      summary: what it does, in one line
      license: MIT
      host: \(profile.id)
      \(type)# requires: { host: ">=1" }
      # dependencies: { other_plugin: ^1.2 }
      variants:
        - { platform: \(Platform.current), library: build/\(name).so }
      # files: [README.md, LICENSE]

      """
    return Array(text.utf8)
  }
}
