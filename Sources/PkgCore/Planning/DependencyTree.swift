/// A dependency graph unfolded from some plugins downwards, for people to read.
public struct DependencyTree: Sendable {
  /// One line of it.
  public struct Node: Sendable {
    /// The plugin.
    public let plugin: InstalledPlugin
    /// How the line above needs it, or, turned round, how it needs the line above; nil at the top.
    public let edge: DependencyGraph.Edge?
    /// What comes below; empty where that is shown elsewhere.
    public let children: [Node]
    /// Whether what comes below is shown elsewhere.
    public let isRepeated: Bool

    /// As in `plugctl.tree/1`.
    public var json: JSON {
      var object = JSONObject()
      object.append("id", .string(plugin.name.description))
      object.append("version", .string(plugin.version.description))
      object.append("requested", .bool(plugin.isRequested))
      object.append("range", edge.map { .string($0.range.description) })
      if let edge, edge.asked != edge.to { object.append("as", .string(edge.asked.description)) }
      if let edge, edge.isOptional { object.append("optional", .bool(true)) }
      if isRepeated { object.append("repeated", .bool(true)) }
      object.append("children", .array(children.map(\.json)))
      return .object(object)
    }
  }

  /// The plugins from which it was unfolded.
  public let roots: [Node]

  /// Unfolds a graph. Every plugin is unfolded once, so that the tree is no larger than the graph.
  ///
  /// - Parameters:
  ///   - names: where to begin; nil for those that nobody needs, or, turned round, that need nobody.
  ///   - isReversed: whether dependents come below, not dependencies.
  public init(_ graph: DependencyGraph, from names: [PluginName]? = nil, isReversed: Bool = false) {
    var unfolding = Unfolding(graph: graph, isReversed: isReversed)
    var roots: [Node] = []
    var pending = (names ?? Self.tops(graph, isReversed))[...]
    while let name = pending.popFirst() {
      if let node = unfolding.node(name, nil, depth: 0) { roots.append(node) }
      // What lies too deep begins a tree of its own.
      pending += unfolding.postponed.filter { !unfolding.shown.contains($0) }
      unfolding.postponed = []
    }
    self.roots = roots
  }

  private static func tops(_ graph: DependencyGraph, _ isReversed: Bool) -> [PluginName] {
    let all = graph.plugins.keys.sorted()
    let tops = all.filter {
      (isReversed ? graph.needs(of: $0) : graph.dependents(of: $0)).isEmpty
    }
    // Those of a cycle are below nobody's feet: each that is not reached begins a tree of its own.
    var reached = Set<PluginName>()
    func reach(_ name: PluginName) {
      var pending = [name]
      while let name = pending.popLast() {
        guard reached.insert(name).inserted else { continue }
        pending +=
          isReversed ? graph.dependents(of: name).map(\.from) : graph.needs(of: name).map(\.to)
      }
    }
    for name in tops { reach(name) }
    var result = tops
    for name in all where !reached.contains(name) {
      result.append(name)
      reach(name)
    }
    return result.sorted()
  }
}

/// A graph being unfolded.
private struct Unfolding {
  let graph: DependencyGraph
  let isReversed: Bool
  var shown = Set<PluginName>()
  var postponed: [PluginName] = []

  /// Deep enough for people, and for readers of JSON that end at 64 levels.
  private static let deepest = 24

  mutating func node(_ name: PluginName, _ edge: DependencyGraph.Edge?, depth: Int)
    -> DependencyTree.Node?
  {
    guard let plugin = graph.plugins[name] else { return nil }
    let edges = isReversed ? graph.dependents(of: name) : graph.needs(of: name)
    guard depth < Self.deepest || edges.isEmpty || shown.contains(name) else {
      postponed.append(name)
      return DependencyTree.Node(plugin: plugin, edge: edge, children: [], isRepeated: true)
    }
    let isNew = shown.insert(name).inserted
    var children: [DependencyTree.Node] = []
    for edge in isNew ? edges : [] {
      let next = isReversed ? edge.from : edge.to
      if let child = node(next, edge, depth: depth + 1) { children.append(child) }
    }
    return DependencyTree.Node(
      plugin: plugin, edge: edge, children: children, isRepeated: !isNew && !edges.isEmpty)
  }
}
