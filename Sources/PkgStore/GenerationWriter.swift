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

/// Writes `gens/<n>`: manifest, links and activation text.
public enum GenerationWriter {
  /// Writes a generation. It is durable only after ``Commit/settle(_:of:new:)``.
  ///
  /// - Throws: ``StoreError``, ``SystemError``; the folder is then garbage for the next recovery.
  public static func write(
    _ wanted: Generation, by profile: HostProfile, _ lock: borrowing InstanceLock
  ) throws -> PreparedGeneration {
    let instance = lock.instance
    var generation = wanted
    let folder = instance.folder(of: generation.number)
    try FileSystem.removeTree(folder)
    try FileSystem.makeFolders("\(folder)/plugins")
    var owners: [String: PluginName] = [:]
    var libraries: [(name: PluginName, path: String)] = []
    for index in generation.plugins.indices {
      let plugin = generation.plugins[index]
      let layout = try layout(of: plugin, by: profile, instance)
      generation.plugins[index].viewNames = layout.entries.map(\.name)
      guard plugin.isEnabled else { continue }
      for entry in layout.entries {
        if let owner = owners.updateValue(plugin.name, forKey: entry.name) {
          throw StoreError.sameName(entry.name, first: "\(owner)", second: "\(plugin.name)")
        }
        try link(entry, of: plugin, in: folder, instance)
      }
      libraries.append((plugin.name, "\(told(generation, instance))/\(layout.library)"))
    }
    try writeActivation(profile, generation, libraries, folder)
    try FileSystem.replace(
      "\(folder)/manifest.json", with: generation.json.prettyBytes, isDurable: false)
    let tested = libraries.map { name, path in
      (name, "\(folder)/plugins" + path.dropFirst(told(generation, instance).count))
    }
    return PreparedGeneration(generation: generation, folder: folder, libraries: tested)
  }

  /// The folder of libraries whose path the host is told.
  private static func told(_ generation: Generation, _ instance: HostInstance) -> String {
    generation.isVersioned
      ? "\(instance.folder(of: generation.number))/plugins" : "\(instance.current)/plugins"
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
        && (name.hasSuffix(".so") || name.contains(".so."))
    }
    return ViewLayout(of: plugin, by: profile, hasBundledLibraries: !others.isEmpty)
  }

  private static func link(
    _ entry: ViewLayout.Entry, of plugin: InstalledPlugin, in folder: String,
    _ instance: HostInstance
  ) throws {
    let path = "\(folder)/plugins/\(entry.name)"
    if entry.name.contains("/") { try FileSystem.makeFolders(FileSystem.folder(of: path)) }
    // From gens/<n>/plugins/ up to <data>; one more for each folder of the name.
    let depth = entry.name.split(separator: "/").count - 1
    let up = String(repeating: "../", count: 5 + depth)
    let tree = "\(up)trees/\(plugin.treeName)"
    try FileSystem.link(path, to: entry.target.isEmpty ? tree : "\(tree)/\(entry.target)")
  }

  /// The text that makes a host load libraries, in their order.
  public static func activationText(
    _ activation: HostProfile.Activation, _ libraries: [(name: PluginName, path: String)]
  ) -> String {
    var text = activation.header
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
    for (name, path) in libraries {
      text += filled(
        activation.text,
        [("path", path), ("name", name.name.text), ("publisher", name.publisher.text)])
      if !text.hasSuffix("\n") { text += "\n" }
    }
    return text
  }

  private static func writeActivation(
    _ profile: HostProfile, _ generation: Generation,
    _ libraries: [(name: PluginName, path: String)],
    _ folder: String
  ) throws {
    guard let activation = profile.activation else { return }
    try FileSystem.makeFolder("\(folder)/activate")
    let text = activationText(activation, libraries)
    try FileSystem.replace(
      "\(folder)/activate/\(activation.file)", with: Array(text.utf8), isDurable: false)
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
