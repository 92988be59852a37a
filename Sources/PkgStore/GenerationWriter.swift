internal import Files
public import PkgCore

/// A generation that is written but not live.
public struct PreparedGeneration: Sendable {
  /// What it holds; view names are filled in.
  public let generation: Generation
  /// Its folder.
  public let folder: String
  /// Absolute paths of the enabled plugins' libraries as the host is told, in the order of
  /// dependencies.
  public let libraries: [(name: PluginName, path: String)]
}

/// What `gens/<n>` holds: manifest, links and activation text, and nothing else.
struct GenerationContent {
  /// View names are filled in.
  private(set) var generation: Generation
  /// Links by their path inside of the generation's folder, with whose they are.
  private(set) var links: [(path: String, target: String, plugin: PluginName)] = []
  /// The text by which the host loads them; nil where it needs none.
  private(set) var activation: (file: String, text: String)?
  /// As the host is told.
  private(set) var libraries: [(name: PluginName, path: String)] = []

  /// - Throws: ``StoreError`` where a tree is missing or two plugins have one name.
  init(of wanted: Generation, by profile: HostProfile, _ instance: HostInstance) throws {
    generation = wanted
    var owners: [String: PluginName] = [:]
    for index in wanted.plugins.indices {
      let plugin = wanted.plugins[index]
      let layout = try Self.layout(of: plugin, by: profile, instance)
      generation.plugins[index].viewNames = layout.entries.map(\.name)
      let names = layout.entries.map(\.name) + plugin.extraFiles.map(\.name)
      if let name = names.first(where: { !PackagePath.isSafe($0) }) {
        throw StoreError.unsafeName(name, plugin: "\(plugin.name)")
      }
      guard plugin.isEnabled else { continue }
      for entry in layout.entries {
        if let owner = owners.updateValue(plugin.name, forKey: entry.name) {
          throw StoreError.sameName(entry.name, first: "\(owner)", second: "\(plugin.name)")
        }
        links.append(
          (
            "plugins/\(entry.name)", Self.target(entry.target, of: plugin, at: entry.name),
            plugin.name
          ))
      }
      for extra in plugin.extraFiles {
        if let owner = owners.updateValue(plugin.name, forKey: extra.name) {
          throw StoreError.sameName(extra.name, first: "\(owner)", second: "\(plugin.name)")
        }
        let name = extra.name.rest(after: "extra/") ?? extra.name[...]
        links.append(
          (extra.name, Self.target(extra.file, of: plugin, at: String(name)), plugin.name))
      }
      libraries.append((plugin.name, "\(instance.told(wanted))/\(layout.library)"))
    }
    activation = profile.activation.map {
      let seen = libraries.map { ($0.name, instance.places.seenByHosts($0.path)) }
      let folder = instance.places.seenByHosts(instance.told(wanted))
      return ($0.file, GenerationWriter.activationText($0, seen, folder: folder))
    }
  }

  private static func layout(
    of plugin: InstalledPlugin, by profile: HostProfile, _ instance: HostInstance
  ) throws -> ViewLayout {
    let tree = instance.places.tree(plugin.tree)
    guard FileSystem.exists("\(tree)/\(plugin.library)") else {
      throw StoreError.treeMissing(plugin: "\(plugin.name)", path: tree)
    }
    let beside = FileSystem.folder(of: "\(tree)/\(plugin.library)")
    let others = try FileSystem.names(in: beside).filter { name in
      name != FileSystem.baseName(of: plugin.library)
        && (name.ends(with: ".so") || name.holds(".so."))
    }
    return ViewLayout(of: plugin, by: profile, hasBundledLibraries: !others.isEmpty)
  }

  /// What a link must say that leads to a file of a tree, or to the whole of it.
  ///
  /// - Parameter name: the link, below a folder of the generation.
  private static func target(_ file: String, of plugin: InstalledPlugin, at name: String) -> String
  {
    // From gens/<n>/plugins/ up to <data>; one more for each folder of the name.
    let depth = name.parts(at: "/").count - 1
    let up = String(repeating: "../", count: 5 + depth)
    let tree = "\(up)trees/\(plugin.treeName)"
    return file.isEmpty ? tree : "\(tree)/\(file)"
  }
}

/// Writes `gens/<n>`: manifest, seal, links and activation text.
public enum GenerationWriter {
  /// Writes a generation. It is durable only after ``Commit/settle(_:of:new:)``.
  ///
  /// - Throws: ``StoreError``, ``SystemError``; the folder is then garbage for the next recovery.
  public static func write(
    _ wanted: Generation, by profile: HostProfile, _ lock: borrowing InstanceLock
  ) throws -> PreparedGeneration {
    let instance = lock.instance
    let content = try GenerationContent(of: wanted, by: profile, instance)
    let folder = instance.folder(of: wanted.number)
    try FileSystem.removeTree(folder)
    try FileSystem.makeFolders("\(folder)/plugins")
    for (name, target, _) in content.links {
      let path = "\(folder)/\(name)"
      if name.utf8.count(where: { $0 == UInt8(ascii: "/") }) > 1 {
        try FileSystem.makeFolders(FileSystem.folder(of: path))
      }
      try FileSystem.link(path, to: target)
    }
    if let (file, text) = content.activation {
      try FileSystem.makeFolder("\(folder)/activate")
      try FileSystem.replace(
        "\(folder)/activate/\(file)", with: Array(text.utf8), isDurable: false)
    }
    var seen = content.generation
    seen.viewFolder = seen.viewFolder.map(instance.places.seenByHosts)
    let manifest = seen.json.prettyBytes
    try FileSystem.replace("\(folder)/manifest.json", with: manifest, isDurable: false)
    try instance.seal(wanted.number, manifest)
    let told = instance.told(wanted)
    let tested = content.libraries.map { name, path in
      (name, "\(folder)/plugins" + (path.rest(after: told) ?? "/\(FileSystem.baseName(of: path))"))
    }
    return PreparedGeneration(generation: content.generation, folder: folder, libraries: tested)
  }

  /// The text that makes a host load libraries, in their order.
  ///
  /// - Parameter folder: where they lie, as the host is told.
  public static func activationText(
    _ activation: HostProfile.Activation, _ libraries: [(name: PluginName, path: String)],
    folder: String
  ) -> String {
    var text = filled(activation.header, [("plugins", folder)])
    if !text.isEmpty, !text.ends(with: "\n") { text += "\n" }
    for (name, path) in libraries {
      text += filled(
        activation.text,
        [
          ("path", path), ("name", name.name.text), ("publisher", name.publisher.text),
          ("plugins", folder),
        ])
      if !text.ends(with: "\n") { text += "\n" }
    }
    return text
  }
}

extension HostInstance {
  /// The folder of libraries whose path the host is told.
  fileprivate func told(_ generation: Generation) -> String {
    generation.isVersioned ? "\(folder(of: generation.number))/plugins" : "\(current)/plugins"
  }
}

extension PreparedGeneration {
  /// The live generation as it was prepared, to be tested again.
  public static func live(_ generation: Generation, _ instance: HostInstance) -> PreparedGeneration
  {
    let folder = instance.folder(of: generation.number)
    let libraries = generation.plugins.filter(\.isEnabled).compactMap { plugin in
      plugin.viewNames.first.map { name -> (name: PluginName, path: String) in
        let isFolder = FileSystem.target("\(folder)/plugins/\(name)")?.kind == .folder
        return (plugin.name, "\(folder)/plugins/\(name)" + (isFolder ? "/\(plugin.library)" : ""))
      }
    }
    return PreparedGeneration(generation: generation, folder: folder, libraries: libraries)
  }
}
