internal import PkgCore
internal import PkgStore

/// What plugctl put into hosts' folders, whichever scope has it.
struct ManagedFiles {
  /// A name that an installed plugin has in a host's folder.
  struct File {
    let plugin: String
    let isModified: Bool
    /// The scope that has it; nil where it is the session's own.
    let scope: HostProfile.Scope?

    /// What is to be said beside its state.
    var note: String? {
      let option = scope.map { " --scope \($0.rawValue)" } ?? ""
      return isModified
        ? "`plugctl repair\(option)` mends it" : scope.map { "in \($0.rawValue) scope" }
    }
  }

  private var files: [String: File] = [:]

  /// What a session's scope has, and what the others have.
  ///
  /// - Throws: what stands in the way of reading the session's own.
  init(_ session: Session) throws {
    for (instance, current) in try InstanceLookup(session: session).all() {
      try add(instance, current, session, Verifying(session).faults(of: instance, current))
    }
    for other in session.elsewhere {
      // What can't be read there is that scope's trouble.
      for (instance, current) in (try? InstanceLookup(session: other).everywhere()) ?? [] {
        // Its hosts are not asked where they look: no command of another scope is run.
        guard let profile = try? ProfileCatalog(other).profile(instance.hostID),
          let faults = try? instance.faults(of: current, by: profile)
        else { continue }
        add(instance, current, other, faults, scope: other.scope)
      }
    }
  }

  /// The file at a path, the session's own first; nil for what plugctl did not put there.
  subscript(path: String) -> File? { files[path] }

  private mutating func add(
    _ instance: HostInstance, _ current: Generation, _ session: Session, _ faults: [StoreFault],
    scope: HostProfile.Scope? = nil
  ) {
    let faults = faults.filter(\.needsBytes)
    let folder = current.viewFolder ?? "\(instance.current)/plugins"
    for plugin in current.plugins where plugin.isEnabled {
      let file = File(
        plugin: "\(plugin.name) \(plugin.version)",
        isModified: faults.contains { $0.plugin == plugin.name }, scope: scope)
      let paths = plugin.viewNames.map { "\(folder)/\($0)" }
      files.merge(paths.map { ($0, file) }) { first, _ in first }
    }
  }
}
