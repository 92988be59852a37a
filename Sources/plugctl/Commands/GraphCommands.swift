internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands that show who needs whom.
enum GraphCommands {
  static func tree(_ call: Invocation) throws -> Answer {
    let name = call.arguments.first
    let graphs = try InstalledQueries(call.session()).graphs(name)
    let isReversed = call.parsed.has("reverse")
    let trees = graphs.map { found in
      (
        found.host,
        DependencyTree(
          found.graph, from: name == nil ? nil : found.names, isReversed: isReversed)
      )
    }
    let json = JSON.array(
      trees.map { host, tree in
        ["host": .string(host), "plugins": .array(tree.roots.map(\.json))]
      })
    switch call.parsed.value("format") ?? "text" {
    case "text":
      var lines: [String] = []
      for (host, tree) in trees {
        if trees.count > 1 { lines.append("\(host):") }
        for root in tree.roots { draw(root, "", "", call.output.style, &lines) }
      }
      return Answer("tree", json: json, text: lines.joined(separator: "\n"))
    case "json":
      return Answer("tree", json: json, text: String(decoding: json.prettyBytes, as: UTF8.self))
    case "dot":
      return Answer("tree", json: json, text: dot(graphs))
    case let other:
      throw Diagnostic(
        .usageInvalidValue, "`--format` can't be `\(printable(other))`",
        hint: "it is `text`, `json` or `dot`")
    }
  }

  private static func draw(
    _ node: DependencyTree.Node, _ first: String, _ rest: String, _ style: Style,
    _ lines: inout [String]
  ) {
    var line = "\(first)\(style.bold(node.plugin.name.description)) \(node.plugin.version)"
    if let edge = node.edge {
      let asked = edge.asked == edge.to ? "" : "as \(edge.asked) "
      let range = edge.range.description
      line += style.dim(
        " (\(asked)\(range == "*" ? "any" : range)\(edge.isOptional ? ", optional" : ""))")
    }
    if node.isRepeated { line += style.dim(" (see there)") }
    lines.append(line)
    for (place, child) in node.children.enumerated() {
      let isLast = place == node.children.count - 1
      draw(
        child, rest + (isLast ? "└── " : "├── "), rest + (isLast ? "    " : "│   "), style, &lines)
    }
  }

  /// The graph in Graphviz's language.
  private static func dot(_ graphs: [InstalledGraph]) -> String {
    var lines = ["digraph plugins {", "  rankdir=LR;", "  node [shape=box];"]
    for found in graphs {
      for plugin in found.graph.plugins.values.sorted(by: { $0.name < $1.name }) {
        let style = plugin.isRequested ? "" : ", style=dashed"
        lines.append(
          "  \"\(found.host)/\(plugin.name)\" [label=\"\(plugin.name)\\n\(plugin.version)\"\(style)];"
        )
        for edge in found.graph.needs(of: plugin.name) {
          let style = edge.isOptional ? ", style=dashed" : ""
          lines.append(
            "  \"\(found.host)/\(edge.from)\" -> \"\(found.host)/\(edge.to)\" "
              + "[label=\"\(edge.range)\"\(style)];")
        }
      }
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  static func why(_ call: Invocation) throws -> Answer {
    let style = call.output.style
    var lines: [String] = []
    var data: [JSON] = []
    for found in try InstalledQueries(call.session()).graphs(call.arguments[0]) {
      for name in found.names {
        guard let plugin = found.graph.plugins[name] else { continue }
        let chains = found.graph.chains(to: name)
        lines.append("\(style.bold(name.description)) \(plugin.version) (\(found.host))")
        if plugin.isRequested { lines.append("  was asked for") }
        for chain in chains {
          lines.append("  " + chain.map(sentence).joined(separator: ", "))
        }
        if !plugin.isRequested, chains.isEmpty {
          lines.append("  nobody needs it any more; `plugctl autoremove` removes it")
        }
        if let pin = plugin.pin { lines.append("  " + pinned(pin)) }
        data.append(json(found.host, plugin, chains))
      }
    }
    return Answer("why", json: .array(data), text: lines.joined(separator: "\n"))
  }

  private static func sentence(_ edge: DependencyGraph.Edge) -> String {
    let need = "`\(edge.from)` needs `\(edge.asked)` \(edge.range)"
    return edge.asked == edge.to ? need : "\(need), which `\(edge.to)` provides"
  }

  private static func pinned(_ pin: Pin) -> String {
    let reason = pin.reason.isEmpty ? "" : ": \(printable(pin.reason))"
    let end = pin.until.map { " until \($0)" } ?? ""
    return "pinned to \(pin.range) since \(pin.created)\(end)\(reason)"
  }

  private static func json(
    _ host: String, _ plugin: InstalledPlugin, _ chains: [[DependencyGraph.Edge]]
  ) -> JSON {
    var object = JSONObject()
    object.append("host", .string(host))
    object.append("id", .string(plugin.name.description))
    object.append("version", .string(plugin.version.description))
    object.append("requested", .bool(plugin.isRequested))
    object.append("pin", plugin.pin?.json)
    object.append(
      "chains",
      .array(
        chains.map { chain in
          .array(
            chain.map { edge in
              [
                "from": .string(edge.from.description), "to": .string(edge.to.description),
                "as": .string(edge.asked.description),
                "range": .string(edge.range.description), "optional": .bool(edge.isOptional),
              ]
            })
        }))
    return .object(object)
  }
}
