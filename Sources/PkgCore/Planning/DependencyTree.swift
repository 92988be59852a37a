/// A dependency graph unfolded from some plugins downwards, for people to read.
public struct DependencyTree: Sendable {
  /// One line of it.
  public struct Node: Sendable {
    /// The plugin.
    public let plugin: InstalledPlugin
    /// How the line above needs it, or, turned round, how it needs the line above; nil at the top.
    public let edge: DependencyGraph.Edge?
    /// What comes below; empty where that was shown further up.
    public let children: [Node]
    /// Whether what comes below was shown further up.
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
    var shown = Set<PluginName>()
    let tops = names ?? Self.tops(graph, isReversed)
    roots = tops.compactMap { Self.node($0, nil, graph, isReversed, &shown) }
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

  private static func node(
    _ name: PluginName, _ edge: DependencyGraph.Edge?, _ graph: DependencyGraph,
    _ isReversed: Bool, _ shown: inout Set<PluginName>
  ) -> Node? {
    guard let plugin = graph.plugins[name] else { return nil }
    let edges = isReversed ? graph.dependents(of: name) : graph.needs(of: name)
    let isNew = shown.insert(name).inserted
    let children =
      isNew
      ? edges.compactMap { node(isReversed ? $0.from : $0.to, $0, graph, isReversed, &shown) } : []
    return Node(
      plugin: plugin, edge: edge, children: children, isRepeated: !isNew && !edges.isEmpty)
  }
}
