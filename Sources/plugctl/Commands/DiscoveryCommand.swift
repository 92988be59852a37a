internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `build --discover`
enum DiscoveryCommand {
  static func run(
    _ call: Invocation, _ session: Session, _ folder: String, _ request: BuildRequest
  ) throws -> Answer {
    guard !request.isAll else {
      throw Diagnostic(
        .usageConflict, "`--discover` builds what is in its folder, without `--all`",
        hint: "leave `--all` away")
    }
    let publisher = call.parsed.value("publisher") ?? "local"
    guard let publisher = NamePart(publisher) else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(publisher))` is no publisher's name",
        hint: "use a-z, 0-9, `_` and `-`")
    }
    let discovery = try SourceDiscovery(
      session, in: folder, publisher: publisher,
      output: call.parsed.value("output") ?? "bin/plugins")
    if call.parsed.has("forget") {
      try discovery.forget()
      return Answer(
        "build-forget", json: ["folder": .string(discovery.folder)],
        text: "nothing is built from \(discovery.folder) any more")
    }
    if call.parsed.has("dry-run") { return try list(discovery, request, call) }
    // A slip in a name allows nothing.
    if call.parsed.has("allow") {
      _ = try discovery.list(request.targets)
      try discovery.allow()
    }
    guard try discovery.isAllowed() else { return try list(discovery, request, call) }
    return BuildCommands.answer(try Interruption.run { try await discovery.build(request) })
  }

  private static func list(
    _ discovery: SourceDiscovery, _ request: BuildRequest, _ call: Invocation
  ) throws -> Answer {
    let sources = try discovery.list(request.targets)
    var table = TextTable(["NAME", "VERSION", "STATE", "COMMAND", "LIBRARY"])
    for source in sources {
      table.add([
        source.name, source.version?.description ?? "", word(source.state),
        source.command.joined(separator: " "), source.library,
      ])
    }
    let faults = sources.compactMap { source in
      if case .unusable(let fault) = source.state { "note: " + fault.message } else { nil }
    }
    let isAllowed = try discovery.isAllowed()
    let last =
      isAllowed
      ? [] : ["no command was run; `--allow` builds these, and what changes here later"]
    return Answer(
      "build-discover",
      json: [
        "folder": .string(discovery.folder), "allowed": .bool(isAllowed),
        "sources": .array(sources.map(json)),
      ],
      text: ([table.text(call.output)] + (faults + last).map(printable)).filter { !$0.isEmpty }
        .joined(separator: "\n"))
  }

  private static func word(_ state: DiscoveredSource.State) -> String {
    switch state {
    case .new: "new"
    case .changed: "changed"
    case .current: "current"
    case .unusable: "unusable"
    }
  }

  private static func json(_ source: DiscoveredSource) -> JSON {
    var fault: Diagnostic?
    if case .unusable(let why) = source.state { fault = why }
    return [
      "id": .string(source.name), "version": .optional(source.version?.description),
      "folder": .string(source.folder), "command": .strings(source.command),
      "library": .string(source.library), "state": .string(word(source.state)),
      "error": fault.map {
        [
          "code": .string($0.code.rawValue), "message": .string($0.message),
          "notes": .strings($0.notes),
        ]
      } ?? .null,
    ]
  }
}
