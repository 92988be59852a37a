internal import Files
public import PkgCore
internal import PkgStore

/// Tests plugins that are installed, and files that are not.
public struct PluginTesting: Sendable {
  private let session: Session

  /// Tests with a session's profiles.
  public init(_ session: Session) { self.session = session }

  /// Tests items one after another.
  ///
  /// - Parameters:
  ///   - items: installed plugins by name, or shared objects by path.
  ///   - level: 1 or 2.
  public func test(_ items: [String], level: Int) async throws -> [LoadReport] {
    var reports: [LoadReport] = []
    for item in items {
      if item.contains("/") && FileSystem.exists(item) || item.hasSuffix(".so") {
        try await reports.append(
          BlockingWork.run { stop in try file(item, level: level, stop: stop) })
      } else {
        reports += try await installed(item, level: level)
      }
    }
    return reports
  }

  private func file(_ path: String, level: Int, stop: StopSignal) throws -> LoadReport {
    guard FileSystem.exists(path) else {
      throw Diagnostic(.systemNotFound, "`\(path)` does not exist")
    }
    let profile =
      try session.options.host.map { try ProfileCatalog(session).profile($0) }
      ?? HostProfile(id: "any", title: "any host")
    return try LoadTesting(profile).test(
      file: try FileSystem.absolute(path), name: FileSystem.baseName(of: path), level: level,
      stop: stop)
  }

  private func installed(_ text: String, level: Int) async throws -> [LoadReport] {
    let listings = try InstalledQueries(session).installed(text)
    var reports: [LoadReport] = []
    for (instance, current) in try InstanceLookup(session: session).all() {
      let mine = current.plugins.filter { plugin in
        plugin.isEnabled
          && listings.contains { $0.host == instance.id && $0.plugin.name == plugin.name }
      }
      guard !mine.isEmpty else { continue }
      let profile = try ProfileCatalog(session).profile(instance.hostID)
      let prepared = PreparedGeneration.live(current, instance)
      let candidates = try mine.compactMap { plugin -> LoadTesting.Candidate? in
        guard let path = prepared.libraries.first(where: { $0.name == plugin.name })?.path else {
          return nil
        }
        return LoadTesting.Candidate(
          plugin: plugin, path: path,
          description: try TreeStore.description(in: session.places.tree(plugin.tree)))
      }
      reports += try await LoadTesting(profile).test(
        candidates, in: prepared, beside: OuterPlugins(session, profile), level: level,
        progress: session.progress)
    }
    return reports
  }
}
