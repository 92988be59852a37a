internal import Files
internal import PkgCore

/// The names that an instance has in a folder which the host searches: links or copies.
///
/// Names are added before the switch and removed after it, so every state in between loads.
struct HostView {
  let instance: HostInstance

  /// Refuses where something that is not ours stands in the way.
  func checkNames(_ next: Generation, owned: [Generation]) throws {
    guard let folder = next.viewFolder else { return }
    for (name, plugin) in Self.names(of: next) {
      let path = "\(folder)/\(name)"
      guard FileSystem.exists(path) else { continue }
      let isOurs = owned.contains { former in
        former.viewFolder == folder
          && former.plugins.contains { $0.viewNames.contains(name) && hasOurs(path, $0, former) }
      }
      let isAlreadyRight = isOurs || hasOurs(path, plugin, next)
      guard isAlreadyRight else { throw StoreError.nameTaken(path: path) }
    }
  }

  /// Adds the names that the folder lacks; what is there stays.
  func addMissing(_ generation: Generation) throws {
    guard let folder = generation.viewFolder else { return }
    for (name, plugin) in Self.names(of: generation) where !FileSystem.exists("\(folder)/\(name)") {
      try FileSystem.makeFolders(FileSystem.folder(of: "\(folder)/\(name)"))
      try put(name, plugin, generation, in: folder)
    }
  }

  /// Makes every name what the generation says and removes those of former ones.
  func settle(_ generation: Generation, after former: [Generation]) throws {
    guard let folder = generation.viewFolder else { return }
    let wanted = Self.names(of: generation)
    for (name, plugin) in wanted where !isRight("\(folder)/\(name)", plugin, generation) {
      try put(name, plugin, generation, in: folder)
    }
    let kept = Set(wanted.map(\.name))
    var touched: Set<String> = [folder]
    for old in former where old.viewFolder == folder {
      for (name, plugin) in Self.names(of: old) where !kept.contains(name) {
        let path = "\(folder)/\(name)"
        guard FileSystem.exists(path), hasOurs(path, plugin, old) else { continue }
        try FileSystem.remove(path)
        touched.insert(FileSystem.folder(of: path))
      }
    }
    for path in touched where FileSystem.exists(path) { try FileSystem.syncFolder(path) }
  }

  private static func names(of generation: Generation) -> [(name: String, plugin: InstalledPlugin)] {
    generation.plugins.filter(\.isEnabled).flatMap { plugin in plugin.viewNames.map { ($0, plugin) } }
  }

  private func put(
    _ name: String, _ plugin: InstalledPlugin, _ generation: Generation, in folder: String
  ) throws {
    let path = "\(folder)/\(name)"
    let temporary = "\(path).plugctl-new"
    try FileSystem.removeIfPresent(temporary)
    if generation.isCopied {
      let bytes = try FileSystem.read("\(instance.places.tree(plugin.tree))/\(plugin.library)", limit: 256 << 20)
      let file = try FileSystem.create(temporary, mode: 0o644)
      try file.write(bytes)
      try file.sync()
      try file.close()
    } else {
      try FileSystem.link(temporary, to: linkTarget(name, generation))
    }
    try FileSystem.rename(temporary, to: path)
  }

  private func linkTarget(_ name: String, _ generation: Generation) -> String {
    generation.isVersioned
      ? "\(instance.folder(of: generation.number))/plugins/\(name)" : "\(instance.current)/plugins/\(name)"
  }

  private func isRight(_ path: String, _ plugin: InstalledPlugin, _ generation: Generation) -> Bool {
    if generation.isCopied { return hasContent(path, of: plugin) }
    let name = String(path.dropFirst((generation.viewFolder ?? "").count + 1))
    return (try? FileSystem.linkTarget(path)) == linkTarget(name, generation)
  }

  /// A link into this instance, or a copy of this plugin's very library.
  private func hasOurs(_ path: String, _ plugin: InstalledPlugin, _ generation: Generation) -> Bool {
    if let target = try? FileSystem.linkTarget(path) { return target.hasPrefix("\(instance.folder)/") }
    return generation.isCopied && hasContent(path, of: plugin)
  }

  private func hasContent(_ path: String, of plugin: InstalledPlugin) -> Bool {
    guard let status = try? FileSystem.status(path), status.kind == .file,
      let there = try? FileSystem.read(path, limit: 256 << 20),
      let wanted = try? FileSystem.read(
        "\(instance.places.tree(plugin.tree))/\(plugin.library)", limit: 256 << 20)
    else { return false }
    return there == wanted
  }
}
