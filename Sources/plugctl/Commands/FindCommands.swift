internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands that look and change nothing.
enum FindCommands {
  static func search(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    var filter = SearchFilter()
    filter.host = session.options.host
    filter.type = call.parsed.value("type")
    filter.tag = call.parsed.value("tag")
    filter.publisher = call.parsed.value("publisher")
    filter.fileExtension = call.parsed.value("extension")
    filter.state = call.parsed.value("status")
    let (text, wanted) = (call.arguments.joined(separator: " "), filter)
    let found = try Interruption.run { try await IndexQueries(session).search(text, wanted) }
    return answer("search", found, call.output)
  }

  static func list(_ call: Invocation) throws -> Answer {
    if call.parsed.has("outdated") { return try outdated(call) }
    let session = try call.session()
    if call.parsed.has("builtin") { return try builtIns(session, call) }
    let type = call.parsed.value("type")
    if call.parsed.has("available") {
      var filter = SearchFilter()
      filter.host = session.options.host
      filter.type = type
      let wanted = filter
      return answer(
        "list", try Interruption.run { try await IndexQueries(session).search("", wanted) },
        call.output)
    }
    let states = [("enabled", true), ("disabled", false)].filter { call.parsed.has($0.0) }.map(\.1)
    let listings = try InstalledQueries(session).list().filter { listing in
      (type == nil || listing.plugin.type == type)
        && (states.isEmpty || states.contains(listing.plugin.isEnabled))
    }
    // Hosts are told apart by their folders, where some were chosen by hand.
    let hasFolders = listings.contains(where: \.isChosenByHand)
    let hasStates = listings.contains { !state($0.plugin, session).isEmpty }
    var table = TextTable(
      ["HOST", "PLUGIN", "VERSION", "FROM", "SUMMARY"] + (hasFolders ? ["FOLDER"] : [])
        + (hasStates ? ["STATE"] : []))
    for listing in listings {
      let plugin = listing.plugin
      let origin =
        switch plugin.origin {
        case .index(let index): index
        case .file: "file"
        case .url(let url): url
        }
      table.add(
        [
          listing.host, plugin.name.description, plugin.version.description, origin,
          plugin.summary ?? "",
        ] + (hasFolders ? [listing.folder] : []) + (hasStates ? [state(plugin, session)] : []))
    }
    let text =
      listings.isEmpty && call.output.isInteractive
      ? "no plugins are installed in \(session.scope.rawValue) scope" : table.text(call.output)
    return Answer("list", json: .array(listings.map(json)), text: text)
  }

  /// What hosts have without plugins; with `--available` before what the indexes have for them.
  private static func builtIns(_ session: Session, _ call: Invocation) throws -> Answer {
    let found = try HostQueries(session).builtIns(session.options.host)
    var table = TextTable(["HOST", "BUILT IN"])
    for (host, name) in found.flatMap({ one in one.names.map { (one.host, $0) } }) {
      table.add([host, printable(name)])
    }
    let data = found.flatMap { one in
      one.names.map { name -> JSON in
        ["host": .string(one.host), "name": .string(name), "builtin": true]
      }
    }
    guard call.parsed.has("available") else {
      return Answer("list", json: .array(data), text: table.text(call.output))
    }
    var filter = SearchFilter()
    filter.host = session.options.host
    filter.type = call.parsed.value("type")
    let wanted = filter
    let others = answer(
      "list", try Interruption.run { try await IndexQueries(session).search("", wanted) },
      call.output)
    return Answer(
      "list", json: .array(data + (others.json.arrayValue ?? [])),
      text: [table.text(call.output), others.text].filter { !$0.isEmpty }.joined(separator: "\n"))
  }

  /// What keeps a plugin from being as others are.
  private static func state(_ plugin: InstalledPlugin, _ session: Session) -> String {
    let pin = plugin.pin.flatMap { $0.holds(at: session.now) ? "pinned to \($0.range)" : nil }
    let unsigned = plugin.keyID == nil ? "unsigned" : nil
    return [plugin.isEnabled ? nil : "disabled", pin, unsigned].compactMap(\.self).joined(
      separator: ", ")
  }

  static func outdated(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let listings = try Interruption.run { try await IndexQueries(session).outdated() }
    var table = TextTable(["HOST", "PLUGIN", "INSTALLED", "AVAILABLE", "NEWEST", "NOTE"])
    for listing in listings {
      table.add([
        listing.host, listing.name.description, listing.installed.description,
        listing.available?.description ?? "-", listing.newest.description,
        listing.notes.joined(separator: "; "),
      ])
    }
    let data = listings.map { listing -> JSON in
      [
        "host": .string(listing.host), "id": .string(listing.name.description),
        "installed": .string(listing.installed.description),
        "available": .optional(listing.available?.description),
        "newest": .string(listing.newest.description), "notes": .strings(listing.notes),
      ]
    }
    var answer = Answer("outdated", json: .array(data), text: table.text(call.output))
    if call.parsed.has("exit-code"), !listings.isEmpty { answer.exitCode = 20 }
    return answer
  }

  static func info(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let name = call.arguments[0]
    let details = try Interruption.run { try await IndexQueries(session).details(name) }
    let (offer, manifest) = (details.offer, details.manifest)
    let record = offer?.record
    let plugin = details.installed.first?.plugin
    var rows: [(String, String)] = []
    func add(_ term: String, _ values: [String]) {
      let text = values.filter { !$0.isEmpty }.map(printable).joined(separator: ", ")
      if !text.isEmpty { rows.append((term, text)) }
    }
    func add(_ term: String, _ value: String?) { add(term, [value ?? ""]) }
    let (host, type) = (record?.host ?? manifest?.host, record?.type ?? manifest?.type)
    add("name", (record?.name ?? plugin?.name)?.description)
    add("title", record?.title ?? manifest?.title)
    add("summary", record?.summary ?? plugin?.summary)
    add("host", host.map { host in type.map { "\(host) (\($0))" } ?? host })
    add("license", record?.license ?? manifest?.license)
    add("authors", record?.authors ?? manifest?.authors ?? [])
    add("tags", record?.tags ?? manifest?.tags ?? [])
    add("handles", record?.extensions ?? manifest?.extensions ?? [])
    add("index", offer?.index ?? "none has it")
    let newest = offer?.versions.first { $0.refusal == nil && $0.release.state == .available }
    add("newest", newest.map { "\($0.release.version), published \($0.release.published)" })
    let constraints = newest?.release.constraints ?? manifest?.constraints
    add("needs", constraints?.dependencies.map { "\($0.name) \($0.range)" } ?? [])
    add("provides", constraints?.provides.map { "\($0.name) \($0.version)" } ?? [])
    add("conflicts", constraints?.conflicts.map { "\($0.name) \($0.range)" } ?? [])
    add("deprecated", offer?.versions.first?.release.deprecation)
    add("installed", places(details.installed))
    add("can", manifest?.capabilities ?? [])
    add("may", manifest?.permissions.words.sorted() ?? [])
    add("settings", details.settings.map { name, type in type.map { "\(name) (\($0))" } ?? name })
    add("versions", offer.map { "\($0.versions.count)" })
    return Answer("info", json: .object(infoDocument(details)), text: text(rows, call.output))
  }

  /// What the index has, and below `installed` and `package` what is here.
  private static func infoDocument(_ details: PluginDetails) -> JSONObject {
    let plugin = details.installed.first?.plugin
    var object =
      details.offer?.record.json.objectValue
      ?? JSONObject([
        .init("id", .optional(plugin?.name.description)),
        .init("summary", .optional(plugin?.summary)),
      ])
    object.append("index", .optional(details.offer?.index))
    object.append("installed", .array(details.installed.map(json)))
    guard let manifest = details.manifest else { return object }
    let settings = details.settings.map { JSONObject.Member($0.name, .optional($0.type)) }
    object.append(
      "package",
      [
        "version": .string(manifest.version.description),
        "capabilities": .strings(manifest.capabilities),
        "permissions": .strings(manifest.permissions.words.sorted()),
        "settings": .object(JSONObject(settings)),
      ])
    return object
  }

  private static func places(_ installed: [InstalledListing]) -> String {
    installed.map { "\($0.plugin.version) for \($0.host)" }.joined(separator: ", ")
  }

  private static func text(_ rows: [(String, String)], _ output: Output) -> String {
    rows.map { term, value in
      output.style.dim(term + String(repeating: " ", count: 11 - term.count)) + value
    }.joined(separator: "\n")
  }

  static func versions(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let name = call.arguments[0]
    let offer = try Interruption.run { try await IndexQueries(session).offer(name) }
    var table = TextTable(["VERSION", "PUBLISHED", "STATE", ""])
    for listing in offer.versions {
      let notes = [
        listing.isInstalled ? "installed" : nil, listing.release.state.reason,
        listing.release.deprecation.map { "deprecated: \(printable($0))" },
        listing.refusal.map { $0.notes.first ?? $0.message },
      ]
      let note = notes.compactMap { $0 }.joined(separator: "; ")
      table.add([
        listing.release.version.description, String(listing.release.published.rfc3339.prefix(10)),
        listing.release.state.word, note,
      ])
    }
    let data = offer.versions.map { listing -> JSON in
      [
        "version": .string(listing.release.version.description),
        "published": .string(listing.release.published.rfc3339),
        "state": .string(listing.release.state.word),
        "reason": .optional(listing.release.state.reason),
        "deprecated": .optional(listing.release.deprecation),
        "installed": .bool(listing.isInstalled),
        "refusal": listing.refusal.map { DiagnosticText.json($0) } ?? .null,
      ]
    }
    return Answer("versions", json: .array(data), text: table.text(call.output))
  }

  static func files(_ call: Invocation) throws -> Answer {
    let files = try InstalledQueries(call.session()).files(call.arguments[0])
    return Answer("files", json: .strings(files), text: files.joined(separator: "\n"))
  }

  static func owns(_ call: Invocation) throws -> Answer {
    let listing = try InstalledQueries(call.session()).owner(of: call.arguments[0])
    return Answer(
      "owns", json: json(listing), text: "\(listing.plugin.name) \(listing.plugin.version)")
  }

  static func stats(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let statistics = try Interruption.run { try await IndexQueries(session).statistics() }
    var table = TextTable(["BY", "VALUE", "PLUGINS"])
    table.add(["all", "installed", "\(statistics.installed)"])
    table.add(["all", "available", "\(statistics.available)"])
    var groups = JSONObject()
    for group in statistics.groups {
      for entry in group.counts {
        table.add([group.group, entry.value.isEmpty ? "-" : entry.value, "\(entry.count)"])
      }
      groups.append(
        group.group, .object(JSONObject(group.counts.map { .init($0.value, .integer($0.count)) })))
    }
    let data: JSON = [
      "installed": .integer(Int64(statistics.installed)),
      "available": .integer(statistics.available),
      "groups": .object(groups),
    ]
    return Answer("stats", json: data, text: table.text(call.output))
  }

  private static func answer(_ schema: String, _ found: [CatalogListing], _ output: Output)
    -> Answer
  {
    var table = TextTable(["PLUGIN", "VERSION", "HOST", "INSTALLED", "SUMMARY"])
    for listing in found {
      let entry = listing.entry
      let state = entry.state == "available" ? "" : " (\(entry.state))"
      table.add([
        entry.name.description, entry.version.description + state, entry.host,
        listing.installed?.description ?? "", entry.summary ?? entry.title ?? "",
      ])
    }
    let data = found.map { listing -> JSON in
      let entry = listing.entry
      return [
        "id": .string(entry.name.description), "version": .string(entry.version.description),
        "host": .string(entry.host), "type": .optional(entry.type), "title": .optional(entry.title),
        "summary": .optional(entry.summary), "tags": .strings(entry.tags),
        "state": .string(entry.state),
        "published": .string(entry.published.rfc3339), "versions": .integer(entry.versionCount),
        "index": .string(listing.index), "installed": .optional(listing.installed?.description),
      ]
    }
    let text = found.isEmpty && output.isInteractive ? "nothing found" : table.text(output)
    return Answer(schema, json: .array(data), text: text)
  }

  static func json(_ listing: InstalledListing) -> JSON {
    var object = listing.plugin.json.objectValue ?? JSONObject()
    object.append("host", .string(listing.host))
    object.append("scope", .string(listing.scope.rawValue))
    object.append("folder", .string(listing.folder))
    object.append("path", .string(listing.path))
    return .object(object)
  }
}
