internal import Archiving
internal import Files
internal import Loader
public import PkgCore
internal import PkgStore
internal import Signing

/// Finds folders of sources below one folder, and builds what changed in them, once the user allowed it.
public struct SourceDiscovery: Sendable {
  private let session: Session
  /// The folder of the sources, absolute and without links.
  public let folder: String
  private let publisher: NamePart
  private let output: String

  /// Sources in a folder.
  ///
  /// - Parameters:
  ///   - publisher: whose plugins they are where a manifest doesn't say it.
  ///   - output: where libraries come to lie.
  /// - Throws: ``Diagnostic`` where the folder does not exist.
  public init(_ session: Session, in folder: String, publisher: NamePart, output: String) throws {
    guard FileSystem.target(folder)?.kind == .folder, let real = FileSystem.realPath(folder) else {
      throw Diagnostic(.systemNotFound, "there is no folder `\(printable(folder))`")
    }
    (self.session, self.folder, self.publisher) = (session, real, publisher)
    self.output = output
  }

  /// Whether the user allowed to build from this folder.
  public func isAllowed() throws -> Bool { try AllowedSources(session.places).has(folder) }

  /// Remembers that the user allows to build from this folder, now and when it changed.
  public func allow() throws {
    try checkOwner(folder)
    try AllowedSources(session.places).allow(folder)
  }

  /// Takes that back.
  public func forget() throws { try AllowedSources(session.places).forget(folder) }

  /// What can be built in the folder and right below it, sorted by path. No command is run.
  ///
  /// - Parameter names: only those of these names; all where there is none.
  /// - Throws: ``Diagnostic`` with `plugin.unknown`.
  public func list(_ names: [String]) throws -> [DiscoveredSource] {
    let below = try FileSystem.names(in: folder).filter { !$0.begins(with: ".") }.map {
      "\(folder)/\($0)"
    }.filter { (try? FileSystem.status($0))?.kind == .folder }
    var sources = ([folder] + below).map(SourceFolder.init).filter(\.isSource).map(source)
    var seen: [String: String] = [:]
    for place in sources.indices {
      let name = sources[place].name
      if let other = seen[name] {
        sources[place].state = .unusable(
          Diagnostic(
            .nameAmbiguous, "`\(name)` is in `\(other)` already", hint: "give one another name"))
      }
      seen[name] = seen[name] ?? sources[place].folder
    }
    return try Self.named(names, of: sources)
  }

  /// Builds what is new or changed, tests that it loads, and puts the libraries where they belong, each in one step.
  ///
  /// - Parameter request: its targets are names, as for ``list(_:)``.
  /// - Throws: ``Diagnostic`` with `build.discovery` where the folder was never allowed, or others can write in it;
  ///   `plugin.unknown`.
  public func build(_ request: BuildRequest) async throws -> [BuildReport] {
    guard try isAllowed() else {
      throw Diagnostic(
        .buildDiscovery, "you did not allow to build plugins from `\(folder)`",
        hint: "look at what is there, then add `--allow`")
    }
    if request.isConfined, !Sandbox.canConfineBuilds {
      throw Diagnostic(
        .buildSandbox, "this kernel can't confine builds",
        hint: "`--no-sandbox` lets the commands do all that you may do")
    }
    let sources = try list(request.targets)
    let wanted = sources.filter { source in
      switch source.state {
      case .new, .changed: true
      case .current: request.isForced
      case .unusable: false
      }
    }
    for source in wanted { try checkOwner(source.folder) }
    let jobs = wanted.map { source in
      BuildJob(
        source.manifest, path: source.manifestPath, folder: source.folder, nil, request,
        output: source.isForeign ? FileSystem.folder(of: source.built) : nil)
    }
    let built = try await Building(session).run(jobs)
    var reports: [String: BuildReport] = [:]
    for (source, report) in zip(wanted, built) { reports[source.folder] = place(source, report) }
    return sources.compactMap { reports[$0.folder] ?? Self.report($0) }
  }

  /// Those of some names, in the order of their paths; all where there is no name.
  private static func named(
    _ names: [String], of sources: [DiscoveredSource]
  ) throws -> [DiscoveredSource] {
    guard !names.isEmpty else { return sources }
    let references = try names.map { name in
      let reference = try PluginReference(name)
      guard reference.range == nil else {
        throw Diagnostic(
          .usageInvalidValue, "`\(printable(name))` names a version; the sources have but one",
          hint: "leave the version out")
      }
      return (text: name, reference: reference)
    }
    // Whose manifest can't be read is known by its folder, so that the fault is told.
    func isMeant(_ reference: PluginReference, _ source: DiscoveredSource) -> Bool {
      source.manifest.map { reference.matches($0.name) }
        ?? (NamePart(source.name)?.folded == reference.name.folded)
    }
    for (text, reference) in references where !sources.contains(where: { isMeant(reference, $0) }) {
      let near = nearest(to: text, among: sources.compactMap { $0.manifest?.name.name.text })
      throw Diagnostic(
        .pluginUnknown, "no sources here are of a plugin `\(printable(text))`",
        hint: near.map { "did you mean `\($0)`?" } ?? "`--dry-run` lists what is there")
    }
    return sources.filter { source in references.contains { isMeant($0.reference, source) } }
  }

  private static func report(_ source: DiscoveredSource) -> BuildReport? {
    guard case .unusable(let fault) = source.state else { return nil }
    return BuildReport(
      name: source.name, manifest: source.manifestPath, libraries: [], end: .failed(fault))
  }

  /// Tests a library and puts it into its place.
  private func place(_ source: DiscoveredSource, _ report: BuildReport) -> BuildReport {
    guard case .built = report.end, let manifest = source.manifest else { return report }
    var report = report
    do {
      let profile = try ProfileCatalog(session).profile(manifest.host)
      let test = try LoadTesting(profile).test(
        file: source.built, name: source.name, LoadOptions(level: 2))
      if let refusal = test.diagnostic { throw refusal }
      try FileSystem.makeFolders(output)
      let bytes = try FileSystem.read(source.built, limit: Int(PackageLimits.fileBytes))
      try FileSystem.replace(source.library, with: bytes, mode: 0o755)
      try note(source, sha256(bytes).hex)
      report.libraries = [source.library]
    } catch {
      report.libraries = []
      report.end = .failed(
        (error as? any Diagnosable)?.diagnostic
          ?? Diagnostic(.buildFailed, "`\(source.name)` was not built: \(error)"))
    }
    return report
  }

  private func source(_ sources: SourceFolder) -> DiscoveredSource {
    let cache = BuildPlace.cachePath(of: sources.path, session)
    do {
      let (manifest, isForeign, path) = try sources.manifest(publisher: publisher)
      let file = "\(manifest.name.name).so"
      let built = isForeign ? "\(cache)/out/\(file)" : try Self.library(manifest, sources.path)
      let usable = isForeign ? Self.completed(manifest, built, file) : manifest
      guard !usable.buildCommand.isEmpty else {
        throw Diagnostic(.buildNone, "`\(path)` does not say how the plugin is built")
      }
      let digest = try SourceDigest.of(sources.path)
      var source = DiscoveredSource(
        name: manifest.name.description, version: manifest.version, folder: sources.path,
        command: usable.buildCommand, library: "\(output)/\(file)", state: .new, manifest: usable,
        built: built, isForeign: isForeign, digest: digest, manifestPath: path)
      source.state = state(of: source)
      return source
    } catch {
      let fault =
        (error as? any Diagnosable)?.diagnostic
        ?? Diagnostic(.manifestInvalid, "`\(sources.path)` can't be read")
      return DiscoveredSource(
        name: FileSystem.baseName(of: sources.path), version: nil, folder: sources.path,
        command: [], library: "", state: .unusable(fault), manifest: nil, built: "",
        isForeign: true, digest: "", manifestPath: sources.path)
    }
  }

  /// What a guide's host does with its sources, as a command of ours.
  private static func completed(_ manifest: Manifest, _ built: String, _ file: String) -> Manifest {
    var manifest = manifest
    manifest.buildCommand = ManifestFile.goPlugin(built)
    manifest.variants = [Manifest.Variant(platform: .current, library: file)]
    return manifest
  }

  private static func library(_ manifest: Manifest, _ folder: String) throws -> String {
    guard let variant = manifest.variants.first(where: { $0.platform == .current }) else {
      throw Diagnostic(
        .manifestInvalid, "`\(folder)` names no library for this system, \(Platform.current)")
    }
    return "\(folder)/\(variant.library)"
  }

  private func state(of source: DiscoveredSource) -> DiscoveredSource.State {
    let path = BuildPlace.cachePath(of: source.folder, session) + ".json"
    guard let note = try? FileSystem.readIfPresent(path, limit: 1 << 16),
      let json = try? JSONParser.parse(note),
      let library = try? FileSystem.readIfPresent(
        source.library, limit: Int(PackageLimits.fileBytes)),
      json["library"]?.stringValue == sha256(library).hex
    else { return .new }
    return json["sources"]?.stringValue == source.digest ? .current : .changed
  }

  private func note(_ source: DiscoveredSource, _ library: String) throws {
    let json: JSON = [
      "schema": 1, "sources": .string(source.digest), "library": .string(library),
    ]
    try FileSystem.replace(
      BuildPlace.cachePath(of: source.folder, session) + ".json", with: json.prettyBytes,
      isDurable: false)
  }

  /// What others can write is others' to say, whatever was allowed before.
  private func checkOwner(_ path: String) throws {
    let status = try FileSystem.status(path)
    let isOurs = status.owner == Machine.userID || status.owner == 0
    guard isOurs, status.mode & (Machine.isRoot ? 0o022 : 0o002) == 0 else {
      throw Diagnostic(
        .buildDiscovery, "others can write in `\(path)`, so nothing is built from it",
        hint: "make it yours, and take the others' write permission")
    }
  }
}
