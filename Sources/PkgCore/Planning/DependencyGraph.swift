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

  /// The graph of plugins. What a plugin asks for and is not among them has no edge.
  public init(_ plugins: [InstalledPlugin]) {
    self.plugins = Dictionary(
      plugins.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for plugin in plugins.sorted(by: { $0.name < $1.name }) {
      add(plugin.constraints.dependencies, of: plugin) { $0.isOptional }
      for group in plugin.constraints.anyOf {
        // One of several that are there may go.
        let present = group.filter(isThere)
        add(present, of: plugin) { _ in present.count > 1 }
      }
    }
  }

  private func isThere(_ need: Dependency) -> Bool {
    plugins[need.name].map { need.range.contains($0.version) } ?? false
  }

  private mutating func add(
    _ needed: [Dependency], of plugin: InstalledPlugin, isOptional: (Dependency) -> Bool
  ) {
    for need in needed where isThere(need) {
      let edge = Edge(
        from: plugin.name, to: need.name, range: need.range, isOptional: isOptional(need))
      needs[plugin.name, default: []].append(edge)
      neededBy[need.name, default: []].append(edge)
    }
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
    var found = start
    var pending = Array(start)
    while let name = pending.popLast() {
      for edge in dependents(of: name) where !edge.isOptional {
        if found.insert(edge.from).inserted { pending.append(edge.from) }
      }
    }
    return found.subtracting(start).sorted()
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
