internal import Files
internal import PkgCore

/// The names that an instance has in a folder which the host searches: links or copies.
///
/// Names are added before the switch and removed after it, so every state in between loads.
struct HostView {
  let instance: HostInstance
  /// Files of others that count as ours, since their user says so.
  var adopted: Set<String> = []

  /// A name in a folder of the host's.
  private struct Name {
    /// The name with its folder, absolute.
    let path: String
    /// What it leads to, below the generation's folder.
    let target: String
    /// The file itself, inside of the plugin's tree.
    let file: String
    let plugin: InstalledPlugin
    /// Whether the path names the generation, where its plugins' paths do.
    let isVersioned: Bool
    /// Whether it is a file of its own, not a link.
    let isCopied: Bool
    /// Whether its folder is the host's to make. Where that is gone, so is the name, and nothing else fails.
    let isExtra: Bool

    /// Whether there is a folder for it, or one may be made.
    var hasPlace: Bool {
      !isExtra || FileSystem.target(FileSystem.folder(of: path))?.kind == .folder
    }
  }

  /// Refuses where something that is not ours stands in the way.
  func checkNames(_ next: Generation, owned: [Generation]) throws {
    for name in Self.names(of: next) where FileSystem.exists(name.path) {
      guard hasOurs(name) || isOurs(name.path, by: owned) else {
        throw StoreError.nameTaken(path: name.path, by: Self.owner(of: name.path))
      }
    }
  }

  /// What the host's folders have under the names of a live generation that is not right.
  func faults(_ live: Generation) -> [StoreFault] {
    Self.names(of: live).compactMap { name in
      let (path, plugin) = (name.path, name.plugin.name)
      guard FileSystem.exists(path) else { return StoreFault(.missing, path, of: plugin) }
      guard !isRight(name, live) else { return nil }
      if hasOurs(name) { return StoreFault(.link, path, of: plugin) }
      return StoreFault(Self.owner(of: path) == nil ? .foreign : .taken, path, of: plugin)
    }
  }

  /// Makes the folders fit for both generations, so that they load whichever `current` leads to: names
  /// that only one of them has lead to that generation itself; ``settle(_:after:)`` turns or removes them.
  func makeReady(_ next: Generation, after former: Generation?) throws {
    let added = try addMissing(next)
    let held = try former.map { try hold($0, against: next) } ?? []
    for folder in added.union(held) { try FileSystem.syncFolder(folder) }
  }

  /// Adds the names that the folders lack; what is there stays.
  ///
  /// - Returns: the folders that changed.
  @discardableResult
  func addMissing(_ generation: Generation) throws -> Set<String> {
    var touched: Set<String> = []
    for name in Self.names(of: generation) where name.hasPlace && !FileSystem.exists(name.path) {
      let above = FileSystem.folder(of: name.path)
      try FileSystem.makeFolders(above)
      try put(name, generation)
      touched.insert(above)
    }
    return touched
  }

  /// Names that the next generation lacks would lead nowhere between the switch and their removal.
  private func hold(_ former: Generation, against next: Generation) throws -> Set<String> {
    let staying = Set(Self.names(of: next).map(\.path))
    var touched: Set<String> = []
    for name in Self.names(of: former) where !name.isCopied && !name.isVersioned {
      guard !staying.contains(name.path), hasOurs(name) else { continue }
      try put(name, former)
      touched.insert(FileSystem.folder(of: name.path))
    }
    return touched
  }

  /// Whether what stands under a name was put there by one of some generations.
  private func isOurs(_ path: String, by owners: [Generation]) -> Bool {
    adopted.contains(path)
      || owners.contains { owner in
        Self.names(of: owner, isAll: true).contains { $0.path == path && hasOurs($0) }
      }
  }

  /// Makes every name what the generation says and removes those of others. What somebody else put
  /// under one of them stays: the next change is refused for it, and `repair` moves it away.
  func settle(_ generation: Generation, after others: [Generation]) throws {
    var kept: Set<String> = []
    for name in Self.names(of: generation) where name.hasPlace {
      kept.insert(name.path)
      if isRight(name, generation) {
        try FileSystem.removeIfPresent(Self.temporary(name.path))
      } else if !FileSystem.exists(name.path) || hasOurs(name) || isOurs(name.path, by: others) {
        try put(name, generation, isLive: true)
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
    for name in others.flatMap({ Self.names(of: $0) }) where name.hasPlace {
      try FileSystem.removeIfPresent(Self.temporary(name.path))
      guard !kept.contains(name.path), FileSystem.exists(name.path), hasOurs(name) else { continue }
      try FileSystem.remove(name.path)
      touched.insert(FileSystem.folder(of: name.path))
    }
    return touched
  }

  /// Takes away links into this instance that the live generation does not have; layouts are at most
  /// one folder deep.
  ///
  /// - Parameter others: generations whose further folders are looked at as well.
  func removeStrays(_ live: Generation, after others: [Generation]) throws {
    let kept = Set(Self.names(of: live).map(\.path))
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
    if let folder = live.viewFolder { try sweep(folder, isTop: true) }
    let extra = ([live] + others).flatMap(\.plugins).flatMap(\.extraFiles).filter(\.isLinked)
    for folder in Set(extra.map { FileSystem.folder(of: $0.path) })
    where FileSystem.target(folder)?.kind == .folder {
      try sweep(folder, isTop: false)
    }
  }

  private static func temporary(_ path: String) -> String { "\(path).plugctl-new" }

  /// All names that a generation has in the host's folders.
  ///
  /// - Parameter isAll: also of what is disabled.
  private static func names(of generation: Generation, isAll: Bool = false) -> [Name] {
    generation.plugins.filter { isAll || $0.isEnabled }.flatMap { plugin -> [Name] in
      let mine = generation.viewFolder.map { folder in
        plugin.viewNames.map { name in
          Name(
            path: "\(folder)/\(name)", target: "plugins/\(name)", file: plugin.library,
            plugin: plugin, isVersioned: generation.isVersioned, isCopied: generation.isCopied,
            isExtra: false)
        }
      }
      return (mine ?? [])
        + plugin.extraFiles.filter(\.isLinked).map { extra in
          Name(
            path: extra.path, target: extra.name, file: extra.file, plugin: plugin,
            isVersioned: false, isCopied: false, isExtra: true)
        }
    }
  }

  private func put(_ name: Name, _ generation: Generation, isLive: Bool = false) throws {
    let temporary = Self.temporary(name.path)
    try FileSystem.removeIfPresent(temporary)
    if name.isCopied {
      let bytes = try FileSystem.read(
        "\(instance.places.tree(name.plugin.tree))/\(name.file)", limit: 256 << 20)
      let file = try FileSystem.create(temporary, mode: 0o644)
      try file.write(bytes)
      try file.sync()
      try file.close()
    } else {
      try FileSystem.link(
        temporary, to: linkText(target(name, generation, isLive: isLive), at: name.path))
    }
    try FileSystem.rename(temporary, to: name.path)
  }

  private func target(_ name: Name, _ generation: Generation, isLive: Bool) -> String {
    let isStable = isLive && !name.isVersioned
    let folder = isStable ? instance.current : instance.folder(of: generation.number)
    return "\(folder)/\(name.target)"
  }

  /// Absolute, for people who look at it; in an image from the link's own place, so that it leads to the
  /// same wherever the image is mounted.
  private func linkText(_ target: String, at path: String) -> String {
    guard instance.places.root != nil else { return target }
    let here = FileSystem.folder(of: path)
    return FileSystem.relative(target, from: FileSystem.realPath(here) ?? here)
  }

  private func isRight(_ name: Name, _ generation: Generation) -> Bool {
    if name.isCopied { return hasContent(name) }
    guard let link = try? FileSystem.linkTarget(name.path) else { return false }
    return Self.resolved(link, from: name.path) == target(name, generation, isLive: true)
  }

  private func leadsHere(_ target: String, from path: String) -> Bool {
    Self.resolved(target, from: path).begins(with: "\(instance.folder)/")
  }

  /// The folder of the instance, of whatever store, into which a link leads.
  private static func owner(of path: String) -> String? {
    guard let target = try? FileSystem.linkTarget(path) else { return nil }
    let parts = resolved(target, from: path).parts(at: "/", keepsEmpty: true)
    for end in parts.indices.dropFirst(2)
    where parts[end - 2] == "hosts" && ["current", "gens"].contains(parts[end]) {
      let folder = parts[..<end].joined(separator: "/")
      if FileSystem.exists("\(folder)/lock") { return folder }
    }
    return nil
  }

  /// What a link says, as an absolute path.
  private static func resolved(_ target: String, from path: String) -> String {
    guard !target.begins(with: "/") else { return target }
    let here = FileSystem.folder(of: path)
    let whole = "\(FileSystem.realPath(here) ?? here)/\(target)"
    return (try? FileSystem.absolute(whole)) ?? whole
  }

  /// A link into this instance, or a copy of this plugin's very file.
  private func hasOurs(_ name: Name) -> Bool {
    if let target = try? FileSystem.linkTarget(name.path) {
      return leadsHere(target, from: name.path)
    }
    return name.isCopied && hasContent(name)
  }

  private func hasContent(_ name: Name) -> Bool {
    guard let status = try? FileSystem.status(name.path), status.kind == .file,
      let there = try? FileSystem.read(name.path, limit: 256 << 20),
      let wanted = try? FileSystem.read(
        "\(instance.places.tree(name.plugin.tree))/\(name.file)", limit: 256 << 20)
    else { return false }
    return there == wanted
  }
}
