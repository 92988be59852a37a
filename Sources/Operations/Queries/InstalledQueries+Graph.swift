public import PkgCore

/// The plugins of one host instance with who needs whom.
public struct InstalledGraph: Sendable {
  /// The host instance.
  public let host: String
  /// Who needs whom.
  public let graph: DependencyGraph
  /// The plugins that the question named; all of the instance where it named none.
  public let names: [PluginName]
}

extension InstalledQueries {
  /// The graphs of all instances that have one of the plugins; of all instances without a name.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.not-installed`.
  public func graphs(_ text: String?) throws -> [InstalledGraph] {
    let named = try text.map { try installed($0) }
    var graphs: [InstalledGraph] = []
    for (host, plugins) in try byHost() {
      let names = named?.filter { $0.host == host }.map(\.plugin.name)
      guard names?.isEmpty != true else { continue }
      graphs.append(
        InstalledGraph(
          host: host, graph: DependencyGraph(plugins), names: names ?? plugins.map(\.name).sorted())
      )
    }
    return graphs
  }

  private func byHost() throws -> [(host: String, plugins: [InstalledPlugin])] {
    var result: [(host: String, plugins: [InstalledPlugin])] = []
    for listing in try list() {
      if result.last?.host == listing.host {
        result[result.count - 1].plugins.append(listing.plugin)
      } else {
        result.append((listing.host, [listing.plugin]))
      }
    }
    return result
  }
}
