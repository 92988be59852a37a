/// Who needs whom among installed plugins.
public struct DependencyGraph: Sendable {
  /// One plugin that needs another.
  public struct Edge: Sendable, Hashable {
    /// Who needs.
    public let from: PluginName
    /// Who is needed.
    public let to: PluginName
    /// The name that was asked for: its own, or one that it provides.
    public let asked: PluginName
    /// Which versions of what was asked for.
    public let range: VersionRange
    /// Whether `from` would work without it.
    public let isOptional: Bool
  }

  /// The plugins, by name.
  public let plugins: [PluginName: InstalledPlugin]
  private var needs: [PluginName: [Edge]] = [:]
  private var neededBy: [PluginName: [Edge]] = [:]
  /// For each plugin, who answers each of its demands: it can't work once all of one are gone.
  private var demands: [PluginName: [Set<PluginName>]] = [:]

  /// The graph of plugins. What a plugin asks for and is not among them has no edge.
  public init(_ plugins: [InstalledPlugin]) {
    self.plugins = Dictionary(
      plugins.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let providers = Providers(plugins)
    for plugin in plugins.sorted(by: { $0.name < $1.name }) {
      for need in plugin.constraints.dependencies {
        add([need], of: plugin, isOptional: need.isOptional, providers)
      }
      for group in plugin.constraints.anyOf { add(group, of: plugin, isOptional: false, providers) }
    }
  }

  /// Adds a demand: any of these will do.
  private mutating func add(
    _ alternatives: [Dependency], of plugin: InstalledPlugin, isOptional: Bool,
    _ providers: Providers
  ) {
    var answers: [(need: Dependency, name: PluginName)] = []
    for need in alternatives {
      let own = plugins[need.name].map { need.range.contains($0.version) } ?? false
      answers += ((own ? [need.name] : []) + providers.names(for: need)).map { (need, $0) }
    }
    let names = Set(answers.map(\.name))
    // Nobody loses itself.
    if !isOptional, !names.isEmpty, !names.contains(plugin.name) {
      demands[plugin.name, default: []].append(names)
    }
    for (need, name) in answers where name != plugin.name || need.name == name {
      let edge = Edge(
        from: plugin.name, to: name, asked: need.name, range: need.range,
        isOptional: isOptional || names.count > 1)
      needs[plugin.name, default: []].append(edge)
      neededBy[name, default: []].append(edge)
    }
  }

  /// What a plugin needs, by name.
  public func needs(of name: PluginName) -> [Edge] { sorted(needs[name], by: \.to) }

  /// Who needs a plugin, by name.
  public func dependents(of name: PluginName) -> [Edge] { sorted(neededBy[name], by: \.from) }

  private func sorted(_ edges: [Edge]?, by name: KeyPath<Edge, PluginName>) -> [Edge] {
    (edges ?? []).sorted { $0[keyPath: name] < $1[keyPath: name] }
  }

  /// Everybody whom a plugin needs, at any distance.
  public func allNeeds(of name: PluginName) -> Set<PluginName> {
    var found = Set<PluginName>()
    var pending = [name]
    while let name = pending.popLast() {
      for edge in needs[name, default: []] where found.insert(edge.to).inserted {
        pending.append(edge.to)
      }
    }
    return found
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
      for edge in neededBy[name] ?? [] where !gone.contains(edge.from) {
        guard demands[edge.from]?.contains(where: { $0.isSubset(of: gone) }) == true else {
          continue
        }
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

/// Who provides which names besides its own.
private struct Providers {
  private var offers: [PluginName: [(plugin: PluginName, version: Version)]] = [:]

  init(_ plugins: [InstalledPlugin]) {
    for plugin in plugins {
      for offer in plugin.constraints.provides {
        // Below the provider's own publisher, as for the solver.
        let name = PluginName(publisher: plugin.name.publisher, name: offer.name)
        if name != plugin.name { offers[name, default: []].append((plugin.name, offer.version)) }
      }
    }
  }

  func names(for need: Dependency) -> [PluginName] {
    (offers[need.name] ?? []).filter { need.range.contains($0.version) }.map(\.plugin)
  }
}
