internal import Files
internal import Loader
public import PkgCore
internal import PkgStore

/// Tests plugins that are installed, and files that are not.
public struct PluginTesting: Sendable {
  private let session: Session

  /// Tests with a session's profiles.
  public init(_ session: Session) { self.session = session }

  /// Tests each item for itself; files at the same time, as many as the session has jobs.
  ///
  /// - Parameters:
  ///   - items: installed plugins by name, or shared objects by path.
  ///   - options: how far it goes.
  ///   - repeats: how often each is tested; where the ends differ the report says so.
  ///   - given: what the only item is configured with; nil for its example.
  /// - Returns: reports in the order of the items.
  /// - Throws: ``Diagnostic``, among them `config.invalid` for what is given.
  public func test(
    _ items: [String], _ options: LoadOptions, repeats: Int = 1, given: GivenSettings? = nil
  ) async throws -> [LoadReport] {
    var options = try withProject(options)
    let file = try settings(given, of: items)
    options.settings = file?.settings
    var rounds: [[LoadReport]] = []
    for _ in 0..<max(1, repeats) { rounds.append(try await round(items, options)) }
    withExtendedLifetime(file) {}
    guard let first = rounds.first, rounds.count > 1 else { return rounds.first ?? [] }
    return first.indices.map { place in LoadReport.merged(rounds.map { $0[place] }) }
  }

  /// What was given, as a file for the worker, which must outlive the test.
  private func settings(_ given: GivenSettings?, of items: [String]) throws -> SettingsFile? {
    guard let given else { return nil }
    guard items.count == 1, let item = items.first else {
      throw Diagnostic(.usageConflict, "settings are for one plugin, not for \(items.count)")
    }
    return try SettingsFile(given, of: shortName(item), session)
  }

  /// The name by which a configuration knows an item: that of a library's file where nothing else says it.
  private func shortName(_ item: String) throws -> String {
    guard isFile(item) else { return try PluginReference(item).name.text }
    if FileSystem.target(item)?.kind == .folder {
      return try ManifestFile(item).required().name.name.text
    }
    return Authoring.stem(item)
  }

  /// Loads all of a host's enabled plugins, or files, into one process.
  ///
  /// - Parameter items: as above; none for all that are installed.
  public func testTogether(_ items: [String], _ options: LoadOptions) async throws -> [LoadReport] {
    let options = try withProject(options)
    guard items.isEmpty else {
      let paths = try items.flatMap { item in
        isFile(item) ? [try subject(item).file] : try installedFiles(item)
      }
      let testing = try LoadTesting(try profile())
      return [try await BlockingWork.run { try testing.testTogether(paths, options, stop: $0) }]
    }
    var reports: [LoadReport] = []
    for (instance, current) in try InstanceLookup(session: session).all() {
      let paths = PreparedGeneration.live(current, instance).libraries.map(\.path)
      guard !paths.isEmpty else { continue }
      let testing = try LoadTesting(try ProfileCatalog(session).profile(instance.hostID))
      reports.append(
        try await BlockingWork.run { try testing.testTogether(paths, options, stop: $0) })
    }
    return reports
  }

  /// Drives the workload of one plugin against a database.
  ///
  /// - Parameters:
  ///   - item: as above.
  ///   - given: what it is configured with; nil for its example.
  public func drive(
    _ item: String, _ options: WorkloadOptions, given: GivenSettings? = nil
  ) async throws -> WorkloadReport {
    let file = try settings(given, of: [item])
    var options = options
    options.settings = file?.settings
    let paths = isFile(item) ? [try subject(item).file] : try installedFiles(item)
    guard let path = paths.first else {
      throw Diagnostic(.systemNotFound, "`\(item)` is not enabled for any host")
    }
    let testing = try LoadTesting(try profile())
    let asked = options
    let report = try await BlockingWork.run {
      try testing.drive(try FileSystem.absolute(path), asked, stop: $0)
    }
    withExtendedLifetime(file) {}
    return report
  }

  /// Repeats the first run of some reports that failed, else the last one, under the debugger, in the place of this
  /// process.
  ///
  /// - Throws: ``Diagnostic`` where nothing ran, or there is no debugger; it does not return.
  public func debug(_ reports: [LoadReport]) throws -> Never {
    let failed = reports.filter { $0.diagnostic != nil }
    guard let command = (failed + reports.reversed()).lazy.compactMap(\.reproduce).first else {
      throw Diagnostic(
        .loadHarness, "nothing of what was tested ran, so there is nothing to debug",
        hint: "see what `plugctl test` says without `--debug`")
    }
    guard HostBinary.located("gdb").contains(where: FileSystem.isExecutable) else {
      throw Diagnostic(
        .systemNotFound, "gdb is not installed", notes: ["it would run: \(command)"],
        hint: "install gdb, or run the command under the debugger that you have")
    }
    throw ChildCommand(["sh", "-c", command]).become()
  }

  /// Tests the checks themselves, by plugins of which each has one fault.
  ///
  /// - Returns: one finding for each of them, and for one that has none.
  public func selfTest() async throws -> [SelfTestFinding] {
    let scratch = try ScratchFolder()
    try FileSystem.setMode(scratch.path, 0o711)
    let test = SelfTest(worker: try LoadTesting.findWorker(), scratch: scratch.path)
    let checks = [nil] + SelfTest.checks.map { Optional($0) }
    let done = Tally()
    return try await withThrowingTaskGroup(of: (Int, SelfTestFinding).self) { group in
      // One more than the processors: some of them wait for a time limit.
      let width = Machine.processorCount + 1
      var next = 0
      var result: [Int: SelfTestFinding] = [:]
      func add() {
        guard next < checks.count else { return }
        let place = next
        next += 1
        group.addTask {
          (place, try await BlockingWork.run { try test.run(checks[place], stop: $0) })
        }
      }
      for _ in 0..<width { add() }
      for try await (place, finding) in group {
        result[place] = finding
        session.progress(.testing(done: Int(done.add(1)), total: checks.count))
        add()
      }
      return checks.indices.compactMap { result[$0] }
    }
  }

  /// What the project ignores too; the command line's reasons count before.
  private func withProject(_ options: LoadOptions) throws -> LoadOptions {
    guard let project = try Project.open(session) else { return options }
    var options = options
    options.ignored.merge(project.file.ignoredChecks) { mine, _ in mine }
    return options
  }

  private func round(_ items: [String], _ options: LoadOptions) async throws -> [LoadReport] {
    let files = items.filter(isFile)
    var reports = try await test(files: files, options)[...]
    var all: [LoadReport] = []
    for item in items {
      if isFile(item) {
        all.append(reports.removeFirst())
      } else {
        all += try await installed(item, options)
      }
    }
    return all
  }

  private func isFile(_ item: String) -> Bool {
    item.holds("/") && FileSystem.exists(item) || item.ends(with: ".so")
      || item.first.map { $0 == "/" || $0 == "." } == true
  }

  /// The host that was named, or the one of the only folder that is tested.
  private func profile(_ items: [String] = []) throws -> HostProfile {
    let only = items.count == 1 ? items.first : nil
    let folder = only.flatMap { FileSystem.target($0)?.kind == .folder ? $0 : nil }
    let host = try session.options.host ?? folder.flatMap { try ManifestFile($0).manifest?.host }
    return try host.map { try ProfileCatalog(session).profile($0) }
      ?? HostProfile(id: HostProfile.anyHost, title: "any host")
  }

  private func test(files: [String], _ options: LoadOptions) async throws -> [LoadReport] {
    guard !files.isEmpty else { return [] }
    var subjects = try files.map(subject)
    if let previous = options.previous {
      guard subjects.count == 1 else {
        throw Diagnostic(.usageConflict, "`--previous` is for one file")
      }
      subjects[0].previous = previous
    }
    return try await LoadTesting(try profile(files)).test(subjects, options)
  }

  /// A shared object, or the one of an author's folder, as its manifest declares it.
  private func subject(_ item: String) throws -> LoadSubject {
    guard FileSystem.exists(item) else {
      throw Diagnostic(.systemNotFound, "`\(item)` does not exist")
    }
    guard FileSystem.target(item)?.kind == .folder else {
      return LoadSubject(name: FileSystem.baseName(of: item), file: try FileSystem.absolute(item))
    }
    let file = try ManifestFile(item)
    let manifest = try file.required()
    let variant = manifest.variants.first { $0.platform == .current }
    guard let path = variant?.library ?? file.packedLibrary else {
      throw Diagnostic(
        .manifestInvalid, "`\(file.path)` names no library for this system, \(Platform.current)")
    }
    let library = "\(file.folder)/\(path)"
    guard FileSystem.exists(library) else {
      throw Diagnostic(
        .systemNotFound, "`\(library)` does not exist", hint: "build the plugin first")
    }
    var subject = LoadSubject(
      name: manifest.name.description, file: try FileSystem.absolute(library))
    subject.manifest = LoadSubject.DeclaredPlugin(manifest, in: file.folder)
    return subject
  }

  /// Where an installed plugin is. Who means what lies here under that name is told how to say so.
  private func listings(_ text: String) throws -> [InstalledListing] {
    do { return try InstalledQueries(session).installed(text) } catch let error as any Diagnosable {
      guard FileSystem.exists(text) else { throw error }
      var diagnostic = error.diagnostic
      diagnostic.hint = "for what lies here under that name: `plugctl test ./\(printable(text))`"
      throw diagnostic
    }
  }

  private func installedFiles(_ text: String) throws -> [String] {
    let listings = try listings(text)
    return try InstanceLookup(session: session).all().flatMap { instance, current in
      PreparedGeneration.live(current, instance).libraries.filter { library in
        listings.contains { $0.host == instance.id && $0.plugin.name == library.name }
      }.map(\.path)
    }
  }

  private func installed(_ text: String, _ options: LoadOptions) async throws -> [LoadReport] {
    let listings = try listings(text)
    var reports: [LoadReport] = []
    for (instance, current) in try InstanceLookup(session: session).all() {
      let mine = current.plugins.filter { plugin in
        plugin.isEnabled
          && listings.contains { $0.host == instance.id && $0.plugin.name == plugin.name }
      }
      guard !mine.isEmpty else { continue }
      let profile = try ProfileCatalog(session).profile(instance.hostID)
      let prepared = PreparedGeneration.live(current, instance)
      let candidates = try mine.compactMap { plugin -> LoadTesting.Candidate? in
        guard let path = prepared.libraries.first(where: { $0.name == plugin.name })?.path else {
          return nil
        }
        return LoadTesting.Candidate(
          plugin: plugin, path: path,
          description: try TreeStore.description(in: session.places.tree(plugin.tree)))
      }
      reports += try await LoadTesting(profile).test(
        candidates, in: prepared, beside: OuterPlugins(session, profile), options: options,
        progress: session.progress)
    }
    return reports
  }
}
