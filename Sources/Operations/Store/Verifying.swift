internal import Files
public import PkgCore
internal import PkgStore

/// What came of looking at one installed plugin, or at what belongs to no single one of an instance.
public struct VerifiedPlugin: Sendable {
  /// The host instance.
  public let host: String
  /// The plugin; nil for what is the instance's.
  public let plugin: InstalledPlugin?
  /// What is not as it was installed.
  public let faults: [StoreFault]

  /// One element of `plugctl.verify/1`.
  public var json: JSON {
    [
      "host": .string(host), "plugin": .optional(plugin?.name.description),
      "version": .optional(plugin?.version.description),
      "faults": .array(
        faults.map { ["kind": .string($0.kind.rawValue), "path": .string($0.path)] }),
    ]
  }
}

/// Looks at every file, link, mode and owner of what is installed.
public struct Verifying: Sendable {
  private let session: Session

  /// A look at a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Whether somebody means a file, not an installed plugin.
  public static func isFile(_ text: String) -> Bool {
    text.holds("/") && FileSystem.exists(text) || text.ends(with: ".tar.zst")
      || text.ends(with: ".tar.gz") || text.begins(with: "./") || text.begins(with: "/")
      || FileSystem.target(text)?.kind == .file
  }

  /// Compares installed plugins with what their packages list.
  ///
  /// - Parameter texts: which; all where none is named.
  /// - Throws: ``Diagnostic`` with `plugin.not-installed`.
  public func verify(_ texts: [String]) throws -> [VerifiedPlugin] {
    let references = try texts.map { try PluginReference($0) }
    let all = try InstanceLookup(session: session).all()
    return try Installing.targets(references, all).flatMap { instance, names in
      guard let current = all.first(where: { $0.instance.id == instance.id })?.current else {
        return [VerifiedPlugin]()
      }
      let faults = try faults(of: instance, current)
      var result = current.plugins.filter { names.contains($0.name) }.map { plugin in
        VerifiedPlugin(
          host: instance.id, plugin: plugin, faults: faults.filter { $0.plugin == plugin.name })
      }
      let common = faults.filter { $0.plugin == nil }
      if !common.isEmpty {
        result.append(VerifiedPlugin(host: instance.id, plugin: nil, faults: common))
      }
      return result
    }
  }

  func faults(of instance: HostInstance, _ current: Generation) throws -> [StoreFault] {
    let profile = try ProfileCatalog(session).profile(instance.hostID)
    let faults = try instance.faults(of: current, by: profile)
    // Which further files a package has, only its whole tree says.
    if faults.contains(where: \.needsBytes) { return faults }
    return try faults + unfollowed(instance, current, profile)
  }

  /// Further files that the host looks for elsewhere than it did at the last change: it may have been
  /// upgraded since. What somebody has there was never hidden by ours, so `repair` does not move it.
  private func unfollowed(
    _ instance: HostInstance, _ current: Generation, _ profile: HostProfile
  ) throws -> [StoreFault] {
    let extra = ExtraFolders(profile, session, isLinking: !instance.isChosenByHand)
    guard extra.hasRules else { return [] }
    return try current.plugins.filter(\.isEnabled).flatMap { plugin in
      let tree = session.places.tree(plugin.tree)
      return try extra.files(of: TreeStore.description(in: tree)).filter { file in
        file.isLinked && !plugin.extraFiles.contains { $0.isLinked && $0.path == file.path }
          && FileSystem.realPath(file.path) != FileSystem.realPath("\(tree)/\(file.file)")
      }.map {
        StoreFault(FileSystem.exists($0.path) ? .replaced : .missing, $0.path, of: plugin.name)
      }
    }
  }
}
