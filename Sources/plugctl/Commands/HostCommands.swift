internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands about hosts and their folders.
enum HostCommands {
  static func list(_ call: Invocation) throws -> Answer {
    let hosts = try HostQueries(call.session()).list()
    var table = TextTable(["HOST", "VERSION", "BINARY", "PLUGINS", "TITLE"])
    for host in hosts {
      table.add([
        host.profile.id, host.binary?.version?.description ?? "-", host.binary?.path ?? "not found",
        "\(host.pluginCount)", printable(host.profile.title),
      ])
    }
    return Answer("host-list", json: .array(hosts.map(json)), text: table.text(call.output))
  }

  static func show(_ call: Invocation) throws -> Answer {
    let host = try HostQueries(call.session()).host(call.arguments[0])
    if let warning = host.warning { call.output.warn(warning) }
    let profile = host.profile
    var rows: [(String, String)] = [
      ("host", profile.id), ("title", printable(profile.title)), ("profile", host.origin),
    ]
    rows.append(
      ("binary", host.binary.map { "\($0.path) \($0.version?.description ?? "")" } ?? "not found"))
    if !profile.types.isEmpty { rows.append(("types", profile.types.joined(separator: ", "))) }
    rows.append(
      ("view", "\(profile.layout.view.rawValue), \(profile.layout.pathStyle.rawValue) paths"))
    for path in profile.paths {
      switch path {
      case .folder(let scope, let folder): rows.append((scope.rawValue, folder))
      case .variable(let name, let separator):
        rows.append(("variable", "\(name), separated by `\(separator)`"))
      }
    }
    for abi in profile.abis {
      rows.append(
        ("loads", ([abi.kind] + abi.required.map { "`\($0.name)`" }).joined(separator: " ")))
    }
    if let probe = profile.probe { rows.append(("proof", probe.arguments.joined(separator: " "))) }
    let text = rows.map {
      call.output.style.dim($0.0 + String(repeating: " ", count: 10 - $0.0.count)) + printable($0.1)
    }
    return Answer("host-show", json: json(host), text: text.joined(separator: "\n"))
  }

  static func path(_ call: Invocation) throws -> Answer {
    let paths = try HostQueries(call.session()).paths(call.arguments[0])
    var lines = [paths.plugins]
    if let activation = paths.activation { lines.append(activation) }
    if let variable = paths.variable { lines.append("variable: \(variable)") }
    if let hint = paths.includeHint { lines.append("host: \(hint)") }
    lines += paths.search.map { "search (\($0.source)): \($0.path)" }
    let data: JSON = [
      "host": .string(paths.host), "current": .string(paths.current),
      "plugins": .string(paths.plugins),
      "activation": .optional(paths.activation), "includeHint": .optional(paths.includeHint),
      "variable": .optional(paths.variable),
      "search": .array(
        paths.search.map { ["path": .string($0.path), "source": .string($0.source)] }),
    ]
    return Answer("host-path", json: data, text: lines.joined(separator: "\n"))
  }

  static func lint(_ call: Invocation) throws -> Answer {
    let file = call.arguments[0]
    return .findings(
      try ProfileLint().findings(in: file), in: file, "host-lint", .profileInvalid, call.output)
  }

  static func reload(_ call: Invocation) throws -> Answer {
    let (session, names) = (try call.session(), call.arguments)
    let outcomes = try Interruption.run { try await Reloading(session).reload(names) }
    let lines = outcomes.flatMap { outcome in
      outcome.notes.isEmpty ? ["\(outcome.host): \(words(outcome.status))"] : outcome.notes
    }
    let data = outcomes.map { outcome -> JSON in
      [
        "host": .string(outcome.host), "status": .string(outcome.status.rawValue),
        "plugins": .array(
          outcome.plugins.map {
            [
              "id": .string($0.name.description), "version": .string($0.version.description),
              "status": .string($0.isEnabled ? "active" : "inactive"),
            ]
          }), "notes": .strings(outcome.notes),
      ]
    }
    return Answer("reload", json: .array(data), text: lines.joined(separator: "\n"))
  }

  private static func words(_ status: ReloadOutcome.Status) -> String {
    switch status {
    case .reloaded: "told to reload"
    case .restartNeeded: "restart it to use the plugins as they are now"
    case .notSupported: "running processes can't be told; new ones use the plugins as they are now"
    case .notRunning: "no process uses a plugin of this host"
    }
  }

  static func scan(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let found = try HostQueries(session).scan(call.arguments, host: session.options.host)
    return answer("scan", found, call.output)
  }

  static func which(_ call: Invocation) throws -> Answer {
    var found = try HostQueries(call.session()).which(call.arguments[0])
    if !call.parsed.has("all") { found = Array(found.prefix(1)) }
    if call.output.isJSON { return answer("which", found, call.output) }
    return Answer("which", json: .null, text: found.map(\.path).joined(separator: "\n"))
  }

  private static func answer(_ schema: String, _ found: [ScanListing], _ output: Output) -> Answer {
    var table = TextTable(["STATE", "FROM", "PATH", "PLUGIN"])
    for listing in found {
      let what = listing.plugin ?? ""
      table.add([
        listing.state.rawValue, listing.source, listing.path,
        listing.note.map { what.isEmpty ? $0 : "\(what), \($0)" } ?? what,
      ])
    }
    let data = found.map { listing -> JSON in
      [
        "path": .string(listing.path), "source": .string(listing.source),
        "state": .string(listing.state.rawValue),
        "plugin": .optional(listing.plugin), "note": .optional(listing.note),
      ]
    }
    return Answer(schema, json: .array(data), text: table.text(output))
  }

  private static func json(_ host: HostListing) -> JSON {
    [
      "host": .string(host.profile.id), "title": .string(host.profile.title),
      "profile": .string(host.origin),
      "binary": .optional(host.binary?.path),
      "version": .optional(host.binary?.version?.description),
      "types": .strings(host.profile.types), "view": .string(host.profile.layout.view.rawValue),
      "plugins": .integer(Int64(host.pluginCount)),
    ]
  }
}
