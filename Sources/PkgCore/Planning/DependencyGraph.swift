/// Who needs whom among installed plugins.
public struct DependencyGraph: Sendable {
  /// One plugin that needs another.
  public struct Edge: Sendable, Hashable {
    /// Who needs.
    public let from: PluginName
    /// Who is needed.
    public let to: PluginName
    /// Which versions of it.
    public let range: VersionRange
    /// Whether `from` would work without it.
    public let isOptional: Bool
  }

  /// The plugins, by name.
  public let plugins: [PluginName: InstalledPlugin]
  private var needs: [PluginName: [Edge]] = [:]
  private var neededBy: [PluginName: [Edge]] = [:]
  /// For each plugin what it can't work without: one of each of these.
  private var required: [PluginName: [Set<PluginName>]] = [:]

  /// The graph of plugins. What a plugin asks for and is not among them has no edge.
  public init(_ plugins: [InstalledPlugin]) {
    self.plugins = Dictionary(
      plugins.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for plugin in plugins.sorted(by: { $0.name < $1.name }) {
      for need in plugin.constraints.dependencies { add([need], of: plugin) }
      for group in plugin.constraints.anyOf { add(group, of: plugin) }
    }
  }

  /// Adds an edge to each that satisfies one of these needs. Where several do, each of them may go.
  private mutating func add(_ needs: [Dependency], of plugin: InstalledPlugin) {
    let satisfied = needs.flatMap { need in satisfying(need).map { (need, $0) } }
    if !satisfied.isEmpty, !needs.allSatisfy(\.isOptional) {
      required[plugin.name, default: []].append(Set(satisfied.map(\.1)))
    }
    for (need, name) in satisfied where name != plugin.name {
      let edge = Edge(
        from: plugin.name, to: name, range: need.range,
        isOptional: need.isOptional || satisfied.count > 1)
      self.needs[plugin.name, default: []].append(edge)
      neededBy[name, default: []].append(edge)
    }
  }

  /// The plugin of that name, or those of its publisher that provide it.
  private func satisfying(_ need: Dependency) -> [PluginName] {
    if let other = plugins[need.name] {
      return need.range.contains(other.version) ? [need.name] : []
    }
    return plugins.values.filter { plugin in
      plugin.name.publisher.folded == need.name.publisher.folded
        && plugin.constraints.provides.contains {
          $0.name.folded == need.name.name.folded && need.range.contains($0.version)
        }
    }.map(\.name).sorted()
  }

  /// What a plugin needs, by name.
  public func needs(of name: PluginName) -> [Edge] { sorted(needs[name], by: \.to) }

  /// Who needs a plugin, by name.
  public func dependents(of name: PluginName) -> [Edge] { sorted(neededBy[name], by: \.from) }

  private func sorted(_ edges: [Edge]?, by name: KeyPath<Edge, PluginName>) -> [Edge] {
    (edges ?? []).sorted { $0[keyPath: name] < $1[keyPath: name] }
  }

  /// Plugins that nobody asked for and that no plugin needs which somebody asked for, by name.
  public var unneeded: [PluginName] {
    var kept = Set<PluginName>()
    var pending = plugins.values.filter(\.isRequested).map(\.name)
    while let name = pending.popLast() {
      guard kept.insert(name).inserted else { continue }
      pending += needs(of: name).map(\.to)
    }
    return plugins.keys.filter { !kept.contains($0) }.sorted()
  }

  /// Everybody who can't work without these, at any distance, besides themselves; by name.
  public func allDependents(of names: some Sequence<PluginName>) -> [PluginName] {
    let start = Set(names)
    var gone = start
    var pending = Array(start)
    while let name = pending.popLast() {
      for edge in dependents(of: name) where !gone.contains(edge.from) {
        let isBroken = required[edge.from, default: []].contains { $0.isSubset(of: gone) }
        guard isBroken else { continue }
        gone.insert(edge.from)
        pending.append(edge.from)
      }
    }
    return gone.subtracting(start).sorted()
  }

  /// The shortest chains that lead from a plugin that somebody asked for to this one, one for each
  /// first plugin, by its name.
  public func chains(to name: PluginName) -> [[Edge]] {
    var next: [PluginName: Edge] = [:]
    var pending = [name]
    var order: [PluginName] = []
    while !pending.isEmpty {
      var further: [PluginName] = []
      for step in pending {
        for edge in dependents(of: step) where edge.from != name && next[edge.from] == nil {
          next[edge.from] = edge
          further.append(edge.from)
          order.append(edge.from)
        }
      }
      pending = further
    }
    return order.filter { plugins[$0]?.isRequested == true }.sorted().map { first in
      var chain: [Edge] = []
      var place = first
      while place != name, let edge = next[place] {
        chain.append(edge)
        place = edge.to
      }
      return chain
    }
  }
}
