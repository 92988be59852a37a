internal import Files
internal import Loader
public import PkgCore
internal import PkgStore

/// A host profile with what is found of the host on this machine.
public struct HostListing: Sendable {
  /// The profile.
  public let profile: HostProfile
  /// The file, or `built in`.
  public let origin: String
  /// The host's binary; nil where it is not installed.
  public let binary: HostBinary?
  /// Plugins installed for it in this scope.
  public let pluginCount: Int
  /// What is to be said of its profile; nil for nothing.
  public let warning: Diagnostic?
}

/// A file in a folder that a host searches.
public struct ScanListing: Sendable {
  /// What it is to us.
  public enum State: String, Sendable {
    /// Put there by plugctl, in whichever scope.
    case managed
    /// Under the name of a plugin that is installed, and not what was installed.
    case modified
    /// Put there by somebody else.
    case foreign
    /// Not loadable: no ELF shared object.
    case broken
    /// Hidden by a file of the same name in an earlier folder.
    case shadowed
  }

  /// The file.
  public let path: String
  /// `project`, `user`, `system`, or the variable's name.
  public let source: String
  /// What it is to us.
  public let state: State
  /// The plugin, where it is managed.
  public let plugin: String?
  /// Why it is broken, which file shadows it, or which other scope manages it.
  public let note: String?
}

/// Where an instance's generation, folders and activation lie.
public struct HostPaths: Sendable {
  /// The instance.
  public let host: String
  /// What the host's own configuration must say once; nil where it needs nothing.
  public let includeHint: String?
  /// The live generation's link.
  public let current: String
  /// The folder of the live libraries.
  public let plugins: String
  /// The live activation file; nil where the host has none.
  public let activation: String?
  /// Folders that the host searches.
  public let search: [HostFolders.Place]
  /// The host's variable with the value that makes it find the live plugins; nil where it has none.
  public let variable: String?
}

/// Questions about hosts.
public struct HostQueries: Sendable {
  private let session: Session

  /// Questions in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// All profiles; faults of single ones go to progress as warnings.
  public func list() throws -> [HostListing] {
    let installed = try InstalledQueries(session).list()
    let found = try ProfileCatalog(session).all { session.progress(.warning($0)) }
    return found.map { listing($0, installed) }
  }

  /// One profile.
  public func host(_ id: String) throws -> HostListing {
    listing(try ProfileCatalog(session).found(id), try InstalledQueries(session).list())
  }

  /// Where things lie for a host.
  public func paths(_ id: String) throws -> HostPaths {
    let profile = try ProfileCatalog(session).profile(id)
    let instance = try InstanceLookup(session: session).instance(of: id)
    let plugins = "\(instance.current)/plugins"
    let activation = profile.activation.map { "\(instance.current)/activate/\($0.file)" }
    let hint = (profile.activation?.includeHint).map(printable).map {
      filled($0, [("activate", "\(instance.current)/activate"), ("plugins", plugins)])
    }
    return HostPaths(
      host: id, includeHint: hint, current: instance.current, plugins: plugins,
      activation: activation,
      search: try HostFolders(session).search(profile),
      variable: profile.variable.map { "\($0.name)=\(plugins)" })
  }

  /// Shared objects in the folders that hosts search, or in given ones. A file that several hosts see is
  /// told once, as the first host sees it from which nothing hides it.
  public func scan(_ folders: [String], host: String?) throws -> [ScanListing] {
    // A folder that was named is but one of those that the host searches.
    let managed = try ManagedFiles(session.withoutFolder)
    guard folders.isEmpty else {
      let places = try folders.map {
        try Self.checkFolder($0)
        return HostFolders.Place(path: try FileSystem.absolute($0), source: "argument")
      }
      return Self.listings(in: places, managed)
    }
    let profiles =
      try host.map { [try ProfileCatalog(session).profile($0)] }
      ?? ProfileCatalog(session).all { session.progress(.warning($0)) }.map(\.profile)
    var listings: [ScanListing] = []
    var known: [String: Int] = [:]
    for profile in profiles {
      for listing in Self.listings(in: try HostFolders(session).search(profile), managed) {
        if let place = known[listing.path] {
          if listings[place].state == .shadowed { listings[place] = listing }
        } else {
          known[listing.path] = listings.count
          listings.append(listing)
        }
      }
    }
    return listings
  }

  /// What lies in the folders of one host, in the order in which it searches them.
  private static func listings(in places: [HostFolders.Place], _ managed: ManagedFiles)
    -> [ScanListing]
  {
    var winners: [String: String] = [:]
    return places.flatMap { place in
      sharedObjects(in: place.path).map { path in
        let name = String(path.rest(after: "\(place.path)/") ?? path[...])
        let winner = winners[name]
        if winner == nil { winners[name] = path }
        return listing(path, place, shadowedBy: winner, managed[path])
      }
    }
  }

  /// The file that a host gets for a plugin first, then those that this one hides: in the order in which
  /// each host searches.
  public func which(_ text: String) throws -> [ScanListing] {
    let reference = try PluginReference(text)
    let installed = try InstalledQueries(session).list().filter {
      reference.matches($0.plugin.name)
    }
    let known = installed.flatMap(\.plugin.viewNames).map(FileSystem.baseName)
    let names = Set(known + ["\(reference.name).so", "lib\(reference.name).so"])
    // The plugin's own hosts count, if it has any.
    let hosts = Set(installed.map { HostInstance(id: $0.host, places: session.places).hostID })
    let asked: [String?] = hosts.isEmpty ? [session.options.host] : hosts.sorted()
    let searched = try asked.flatMap { try scan([], host: $0) }.filter {
      names.contains(FileSystem.baseName(of: $0.path))
    }
    // Where the host is told by its configuration, it searches nowhere.
    let told = try installed.filter { listing in !searched.contains { $0.path == listing.path } }
      .map {
        ScanListing(
          path: $0.path, source: $0.scope.rawValue, state: .managed,
          plugin: "\($0.plugin.name) \($0.plugin.version)", note: try unsearched($0))
      }
    guard !told.isEmpty || !searched.isEmpty else {
      throw Diagnostic(
        .pluginNotInstalled, "no host here would find a plugin `\(reference.name)`",
        hint: "`plugctl scan` shows what lies in the hosts' folders")
    }
    return told + searched
  }

  private static func lookedFor(_ profile: HostProfile) -> String {
    let names = (profile.detection?.binaries ?? []).map { "`\($0)`" }.joined(separator: ", ")
    return names.isEmpty
      ? "its profile knows no program; `plugctl host add` takes one with `--binary`"
      : "its program is looked for as \(names)"
  }

  /// What is said of a plugin in a chosen folder, in which its host does not look.
  private func unsearched(_ listing: InstalledListing) throws -> String? {
    let instance = HostInstance(id: listing.host, places: session.places)
    guard instance.isChosenByHand else { return nil }
    let profile = try ProfileCatalog(session).profile(instance.hostID)
    let folder = FileSystem.folder(of: listing.path)
    return try HostFolders(session).lacking(folder, profile).map {
      "\(profile.id) looks there only where \($0) names the folder"
    }
  }

  /// What hosts have without plugins, by host; those that don't tell are left out.
  ///
  /// - Parameter id: one host; nil for all that are installed here.
  /// - Throws: ``Diagnostic`` with `host.unknown`, `host.not-found` where the one that is named can't tell.
  public func builtIns(_ id: String?) throws -> [(host: String, names: [String])] {
    let catalog = ProfileCatalog(session)
    guard let id else {
      return try catalog.all { session.progress(.warning($0)) }.map(\.profile).compactMap {
        profile in
        try HostBinary.builtIns(of: profile).map { (profile.id, $0) }
      }
    }
    let found = try catalog.found(id)
    found.warning.map { session.progress(.warning($0)) }
    let profile = found.profile
    guard HostBinary.path(of: profile) != nil else {
      throw Diagnostic(
        .hostNotFound, "`\(id)` is not installed here, so it can't be asked what it has",
        hint: Self.lookedFor(profile))
    }
    guard let names = try HostBinary.builtIns(of: profile) else {
      throw Diagnostic(
        .profileInvalid, "the profile `\(id)` does not say how to ask for what is built in",
        hint: "a profile of your own may say so: `detect: { builtin: … }`")
    }
    return [(id, names)]
  }

  private func listing(_ found: FoundProfile, _ installed: [InstalledListing]) -> HostListing {
    let count = installed.filter {
      HostProfile.id(ofInstance: $0.host) == found.profile.id
    }.count
    return HostListing(
      profile: found.profile, origin: found.origin, binary: HostBinary.find(found.profile),
      pluginCount: count, warning: found.warning)
  }

  private static func listing(
    _ path: String, _ place: HostFolders.Place, shadowedBy winner: String?,
    _ managed: ManagedFiles.File?
  ) -> ScanListing {
    func listing(_ state: ScanListing.State, _ note: String? = nil) -> ScanListing {
      ScanListing(
        path: path, source: place.source, state: state, plugin: managed?.plugin, note: note)
    }
    if let winner { return listing(.shadowed, "by `\(winner)`") }
    if let managed, managed.isModified { return listing(.modified, managed.note) }
    do { _ = try elfFacts(ofFile: path) } catch {
      return listing(.broken, (error as? any Diagnosable)?.diagnostic.message ?? "\(error)")
    }
    return listing(managed == nil ? .foreign : .managed, managed?.note)
  }

  /// Refuses what a person named and can't be looked into.
  private static func checkFolder(_ path: String) throws {
    guard let there = FileSystem.target(path) else {
      throw Diagnostic(.systemNotFound, "`\(path)` does not exist")
    }
    guard there.kind == .folder else {
      throw Diagnostic(
        .usageInvalidValue, "`\(path)` is no folder",
        hint: "look at one file with `plugctl test`")
    }
  }

  /// One folder deep, since layouts have folders by type or by plugin.
  private static func sharedObjects(in folder: String) -> [String] {
    (try? FileSystem.names(in: folder))?.flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      if FileSystem.target(path)?.kind == .folder {
        return ((try? FileSystem.names(in: path)) ?? []).filter { $0.ends(with: ".so") }.map {
          "\(path)/\($0)"
        }
      }
      return name.ends(with: ".so") ? [path] : []
    } ?? []
  }
}
