internal import Files
internal import PkgCore

/// The names that an instance has in a folder which the host searches: links or copies.
///
/// Names are added before the switch and removed after it, so every state in between loads.
struct HostView {
  let instance: HostInstance
  /// Files of others that count as ours, since their user says so.
  var adopted: Set<String> = []

  /// Refuses where something that is not ours stands in the way.
  func checkNames(_ next: Generation, owned: [Generation]) throws {
    guard let folder = next.viewFolder else { return }
    for (name, plugin) in Self.names(of: next) {
      let path = "\(folder)/\(name)"
      guard FileSystem.exists(path) else { continue }
      guard hasOurs(path, plugin, next) || isOurs(name, in: folder, by: owned) else {
        throw StoreError.nameTaken(path: path)
      }
    }
  }

  /// What the folder has under the names of a live generation that is not right.
  func faults(_ live: Generation) -> [StoreFault] {
    guard let folder = live.viewFolder else { return [] }
    return Self.names(of: live).compactMap { name, plugin in
      let path = "\(folder)/\(name)"
      guard FileSystem.exists(path) else { return StoreFault(.missing, path, of: plugin.name) }
      guard !isRight(path, plugin, live) else { return nil }
      return StoreFault(hasOurs(path, plugin, live) ? .link : .foreign, path, of: plugin.name)
    }
  }

  /// Makes the folder fit for both generations, so that it loads whichever `current` leads to: names
  /// that only one of them has lead to that generation itself; ``settle(_:after:)`` turns or removes them.
  func makeReady(_ next: Generation, after former: Generation?) throws {
    let added = try addMissing(next)
    let held = try former.map { try hold($0, against: next) } ?? []
    for folder in added.union(held) { try FileSystem.syncFolder(folder) }
  }

  /// Adds the names that the folder lacks; what is there stays.
  ///
  /// - Returns: the folders that changed.
  @discardableResult
  func addMissing(_ generation: Generation) throws -> Set<String> {
    guard let folder = generation.viewFolder else { return [] }
    var touched: Set<String> = []
    for (name, plugin) in Self.names(of: generation) where !FileSystem.exists("\(folder)/\(name)") {
      let above = FileSystem.folder(of: "\(folder)/\(name)")
      try FileSystem.makeFolders(above)
      try put(name, plugin, generation, in: folder)
      touched.insert(above)
    }
    return touched
  }

  /// Names that the next generation lacks would lead nowhere between the switch and their removal.
  private func hold(_ former: Generation, against next: Generation) throws -> Set<String> {
    guard let folder = former.viewFolder, !former.isCopied, !former.isVersioned else { return [] }
    let staying = next.viewFolder == folder ? Set(Self.names(of: next).map(\.name)) : []
    var touched: Set<String> = []
    for (name, plugin) in Self.names(of: former) where !staying.contains(name) {
      let path = "\(folder)/\(name)"
      guard hasOurs(path, plugin, former) else { continue }
      try put(name, plugin, former, in: folder)
      touched.insert(FileSystem.folder(of: path))
    }
    return touched
  }

  /// Whether what stands under a name was put there by one of some generations.
  private func isOurs(_ name: String, in folder: String, by owners: [Generation]) -> Bool {
    adopted.contains("\(folder)/\(name)")
      || owners.contains { owner in
        owner.viewFolder == folder
          && owner.plugins.contains {
            $0.viewNames.contains(name) && hasOurs("\(folder)/\(name)", $0, owner)
          }
      }
  }

  /// Makes every name what the generation says and removes those of others. What somebody else put
  /// under one of them stays: the next change is refused for it, and `repair` moves it away.
  func settle(_ generation: Generation, after others: [Generation]) throws {
    var kept: Set<String> = []
    if let folder = generation.viewFolder {
      for (name, plugin) in Self.names(of: generation) {
        let path = "\(folder)/\(name)"
        kept.insert(path)
        if isRight(path, plugin, generation) {
          try FileSystem.removeIfPresent(Self.temporary(path))
        } else if !FileSystem.exists(path) || hasOurs(path, plugin, generation)
          || isOurs(name, in: folder, by: others)
        {
          try put(name, plugin, generation, in: folder, isLive: true)
        }
      }
    }
    let touched = try remove(others, but: kept).union(kept.map(FileSystem.folder(of:)))
    for path in touched where FileSystem.exists(path) { try FileSystem.syncFolder(path) }
  }

  /// Takes away the names of generations, and what an interrupted change left beside them.
  ///
  /// - Returns: the folders that changed.
  @discardableResult
  func remove(_ others: [Generation], but kept: Set<String>) throws -> Set<String> {
    var touched: Set<String> = []
    for other in others {
      guard let folder = other.viewFolder else { continue }
      for (name, plugin) in Self.names(of: other) {
        let path = "\(folder)/\(name)"
        try FileSystem.removeIfPresent(Self.temporary(path))
        guard !kept.contains(path), FileSystem.exists(path), hasOurs(path, plugin, other) else {
          continue
        }
        try FileSystem.remove(path)
        touched.insert(FileSystem.folder(of: path))
      }
    }
    return touched
  }

  /// Takes away links into this instance that the live generation does not have; layouts are at most
  /// one folder deep.
  func removeStrays(_ live: Generation) throws {
    guard let folder = live.viewFolder else { return }
    let kept = Set(Self.names(of: live).map { "\(folder)/\($0.name)" })
    func sweep(_ folder: String, isTop: Bool) throws {
      for name in try FileSystem.namesIfPresent(in: folder) {
        let path = "\(folder)/\(name)"
        if isTop, try FileSystem.status(path).kind == .folder {
          try sweep(path, isTop: false)
        } else if !kept.contains(path), let target = try? FileSystem.linkTarget(path),
          leadsHere(target, from: path)
        {
          try FileSystem.remove(path)
        }
      }
    }
    try sweep(folder, isTop: true)
  }

  private static func temporary(_ path: String) -> String { "\(path).plugctl-new" }

  private static func names(of generation: Generation) -> [(name: String, plugin: InstalledPlugin)]
  {
    generation.plugins.filter(\.isEnabled).flatMap { plugin in plugin.viewNames.map { ($0, plugin) }
    }
  }

  private func put(
    _ name: String, _ plugin: InstalledPlugin, _ generation: Generation, in folder: String,
    isLive: Bool = false
  ) throws {
    let path = "\(folder)/\(name)"
    let temporary = Self.temporary(path)
    try FileSystem.removeIfPresent(temporary)
    if generation.isCopied {
      let bytes = try FileSystem.read(
        "\(instance.places.tree(plugin.tree))/\(plugin.library)", limit: 256 << 20)
      let file = try FileSystem.create(temporary, mode: 0o644)
      try file.write(bytes)
      try file.sync()
      try file.close()
    } else {
      try FileSystem.link(
        temporary, to: linkText(target(name, generation, isLive: isLive), at: path))
    }
    try FileSystem.rename(temporary, to: path)
  }

  private func target(_ name: String, _ generation: Generation, isLive: Bool) -> String {
    let isStable = isLive && !generation.isVersioned
    let folder = isStable ? instance.current : instance.folder(of: generation.number)
    return "\(folder)/plugins/\(name)"
  }

  /// Absolute, for people who look at it; in an image from the link's own place, so that it leads to the
  /// same wherever the image is mounted.
  private func linkText(_ target: String, at path: String) -> String {
    guard instance.places.root != nil else { return target }
    let here = FileSystem.folder(of: path)
    return FileSystem.relative(target, from: FileSystem.realPath(here) ?? here)
  }

  private func isRight(_ path: String, _ plugin: InstalledPlugin, _ generation: Generation) -> Bool
  {
    if generation.isCopied { return hasContent(path, of: plugin) }
    let name = String(path.dropFirst((generation.viewFolder ?? "").count + 1))
    guard let link = try? FileSystem.linkTarget(path) else { return false }
    return Self.resolved(link, from: path) == target(name, generation, isLive: true)
  }

  private func leadsHere(_ target: String, from path: String) -> Bool {
    Self.resolved(target, from: path).hasPrefix("\(instance.folder)/")
  }

  /// What a link says, as an absolute path.
  private static func resolved(_ target: String, from path: String) -> String {
    guard !target.hasPrefix("/") else { return target }
    let here = FileSystem.folder(of: path)
    let whole = "\(FileSystem.realPath(here) ?? here)/\(target)"
    return (try? FileSystem.absolute(whole)) ?? whole
  }

  /// A link into this instance, or a copy of this plugin's very library.
  private func hasOurs(_ path: String, _ plugin: InstalledPlugin, _ generation: Generation) -> Bool
  {
    if let target = try? FileSystem.linkTarget(path) { return leadsHere(target, from: path) }
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
