internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// Adds hosts to those that are known here, and takes them away: files of `hosts.d`.
public struct HostRegistration: Sendable {
  private let session: Session

  /// Hosts of a session's user, or of the system.
  public init(_ session: Session) { self.session = session }

  /// A host of one's own.
  public struct Request: Sendable {
    /// What it shall be called.
    public var name: String
    /// The profile whose kind it is.
    public var profile: String
    /// Its program; nil for the one that the profile finds.
    public var binary: String?
    /// The folder that it searches, in this scope; nil for the profile's.
    public var folder: String?

    /// A host of a kind.
    public init(name: String, profile: String) {
      self.name = name
      self.profile = profile
    }
  }

  /// Adds a host of a known kind: another binary, another folder.
  ///
  /// - Returns: its profile.
  /// - Throws: ``Diagnostic`` with `host.exists`, `host.unknown`, `host.not-found`.
  public func add(_ request: Request) throws -> FoundProfile {
    try checkName(request.name)
    let kind = try ProfileCatalog(session).profile(request.profile)
    guard Self.isBuiltIn(kind.id) || kind.base != nil else {
      throw Diagnostic(
        .usageInvalidValue,
        "`\(kind.id)` is a host of your own, and a profile extends a built-in one",
        hint: "write a second file like it, and add that: `plugctl host add FILE`")
    }
    guard kind.base == nil || kind.base == kind.id else {
      throw Diagnostic(
        .usageInvalidValue, "`\(kind.id)` is itself one of the hosts of `\(kind.base ?? "")`",
        hint: "add it with `--profile \(kind.base ?? "")`")
    }
    let binary = try request.binary.map { try Self.checkedBinary($0) }
    let folder = try request.folder.map { try FileSystem.absolute($0) }
    let text = Self.text(request.name, of: kind, binary: binary, folder: folder, session.scope)
    return try write(request.name, Array(text.utf8))
  }

  /// Adds what a profile in a file describes.
  ///
  /// - Throws: ``Diagnostic`` with `host.exists`, `profile.invalid`.
  public func add(file path: String) throws -> FoundProfile {
    let file = try ProfileFile(path)
    try checkName(file.id)
    return try write(file.id, file.bytes)
  }

  /// Adds what an index describes: its signed target `hosts/<id>.yaml`.
  ///
  /// - Parameter confirm: gets the profile before it counts.
  /// - Throws: ``Diagnostic`` with `host.exists`, `host.unknown`, `index.unknown`, `profile.invalid`.
  public func add(
    _ id: String, from index: String, confirm: (HostProfile) throws -> Bool
  ) async throws -> FoundProfile? {
    try checkName(id)
    let configuration = try IndexRegistry(session).index(index)
    let client = try await IndexClient.open(
      configuration, session, Network(session), refresh: .whenOld)
    guard let bytes = try await client.target(IndexLayout.hostPath(id)) else {
      throw Diagnostic(
        .hostUnknown, "the index `\(index)` describes no host `\(printable(id))`",
        hint: "ask who runs it, or describe the host yourself: `plugctl host lint FILE` checks that"
      )
    }
    let profile = try ProfileCatalog.read(bytes, file: "\(index):\(id).yaml", id: id)
    guard try confirm(profile) else { return nil }
    return try write(id, bytes)
  }

  /// Takes a host away that was added here.
  ///
  /// - Returns: the file that is gone.
  /// - Throws: ``Diagnostic`` with `host.unknown`, or `host.in-use` while it has plugins.
  public func remove(_ name: String) throws -> String {
    let found = try ProfileCatalog(session).found(name)
    let path = file(name)
    guard FileSystem.exists(path) else {
      throw Diagnostic(
        .hostUnknown, "`\(name)` was not added in \(session.scope.rawValue) scope",
        notes: ["its profile: \(found.origin)"],
        hint: "only what `plugctl host add` added can be removed")
    }
    let plugins = try HostInstance.all(in: session.places).filter { $0.hostID == name }
      .flatMap { try $0.currentGeneration()?.plugins ?? [] }
    guard plugins.isEmpty || Self.isBuiltIn(name) else {
      throw Diagnostic(
        .hostInUse, "`\(name)` has \(plugins.count) plugin\(plugins.count == 1 ? "" : "s")",
        hint:
          "remove them first: `plugctl remove --host \(name) \(plugins.map(\.name.description).joined(separator: " "))`"
      )
    }
    try FileSystem.remove(path)
    return path
  }

  /// Lets a project's profile run its commands from now on, as the file is now.
  ///
  /// - Parameter confirm: gets the commands.
  /// - Returns: whether there was something to approve.
  public func approve(
    _ name: String, confirm: (FoundProfile) throws -> Bool
  ) throws -> Bool {
    let found = try ProfileCatalog(session).found(name)
    guard !found.unapproved.isEmpty, let digest = found.digest else { return false }
    guard try confirm(found) else { return false }
    try ProfileApprovals(session.places).add(name, digest, at: session.now)
    return true
  }

  private static func isBuiltIn(_ id: String) -> Bool {
    BuiltInProfiles.texts.contains { $0.id == id }
  }

  private func file(_ name: String) -> String {
    "\(session.places.configuration[0])/hosts.d/\(name).yaml"
  }

  private func checkName(_ name: String) throws {
    guard NamePart(name) != nil else {
      throw NameError.notANameOf(name, what: "a host", option: nil)
    }
    let isKnown = FileSystem.exists(file(name))
    guard !isKnown, !Self.isBuiltIn(name) else {
      throw Diagnostic(
        .hostExists, "there is a host `\(name)` already",
        notes: isKnown ? ["file: `\(file(name))`"] : [],
        hint: isKnown
          ? "`plugctl host remove \(name)` takes it away"
          : "choose another name: `plugctl host add NAME`")
    }
  }

  private func write(_ id: String, _ bytes: [UInt8]) throws -> FoundProfile {
    // Whatever it is, it must be readable as what it will count as.
    _ = try ProfileCatalog.read(bytes, file: "\(id).yaml", id: id)
    let path = file(id)
    try FileSystem.makeFolders(FileSystem.folder(of: path))
    try FileSystem.replace(path, with: bytes)
    return try ProfileCatalog(session).found(id)
  }

  private static func checkedBinary(_ path: String) throws -> String {
    let path = try FileSystem.absolute(path)
    guard FileSystem.exists(path) else {
      throw Diagnostic(
        .hostNotFound, "there is no `\(printable(path))`",
        hint: "`plugctl host detect` finds what is installed")
    }
    guard FileSystem.isExecutable(path), FileSystem.target(path)?.kind == .file else {
      throw Diagnostic(
        .usageInvalidValue, "`\(path)` is no program",
        hint: "name the host's program: `--binary PATH`")
    }
    return path
  }

  private static func text(
    _ name: String, of kind: HostProfile, binary: String?, folder: String?,
    _ scope: HostProfile.Scope
  ) -> String {
    func quoted(_ text: String) -> String {
      String(decoding: JSON.string(text).compactBytes, as: UTF8.self)
    }
    var lines = [
      "# `plugctl host remove \(name)` takes this away.", "schema: 1", "id: \(name)",
      "extends: \(kind.id)", "title: \(quoted(kind.title))",
    ]
    if let binary {
      lines += ["detect:", "  binary: [\(quoted(binary))]"] + detectionLines(kind, quoted)
    }
    if let folder {
      lines.append("paths: [{ scope: \(scope.rawValue), dir: \(quoted(folder)) }]")
      lines += layoutLines(kind, quoted)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A folder that is searched gets links, also where the kind would have the host configured.
  private static func layoutLines(_ kind: HostProfile, _ quoted: (String) -> String) -> [String] {
    let layout = kind.layout
    guard layout.view == .include else { return [] }
    var lines = [
      "layout:", "  place: \(layout.placement.rawValue)", "  file: \(quoted(layout.file))",
      "  view: links", "  path: \(layout.pathStyle.rawValue)",
    ]
    if layout.isExecutable { lines.append("  executable: true") }
    if !layout.aliases.isEmpty {
      lines.append("  aliases: [\(layout.aliases.map(quoted).joined(separator: ", "))]")
    }
    if !layout.foldersByType.isEmpty { lines.append("  by_type:") }
    lines += layout.foldersByType.map { "    \($0.type): \(quoted($0.folder))" }
    if !layout.extra.isEmpty { lines.append("  extra:") }
    lines += layout.extra.map { "    - { match: \(quoted($0.match)), to: \(quoted($0.folder)) }" }
    return lines
  }

  /// What the kind says beside its program, which counts as a whole.
  private static func detectionLines(
    _ kind: HostProfile, _ quoted: (String) -> String
  ) -> [String] {
    guard let detection = kind.detection else { return [] }
    func list(_ arguments: [String]) -> String {
      "[\(arguments.map(quoted).joined(separator: ", "))]"
    }
    var lines: [String] = []
    if !detection.versionArguments.isEmpty {
      let stream = detection.versionOnStderr ? "stderr" : "stdout"
      lines.append(
        "  version: { argv: \(list(detection.versionArguments)), stream: \(stream), regex: \(quoted(detection.versionPattern)) }"
      )
    }
    if let builtIns = detection.builtIns {
      let stream = builtIns.isOnStderr ? "stderr" : "stdout"
      lines.append(
        "  builtin: { argv: \(list(builtIns.arguments)), stream: \(stream), regex: \(quoted(builtIns.pattern)) }"
      )
    }
    if !detection.folders.isEmpty { lines.append("  folders:") }
    lines += detection.folders.map { "    \($0.name): { argv: \(list($0.arguments)) }" }
    return lines
  }
}
