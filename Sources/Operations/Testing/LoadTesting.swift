internal import Files
internal import Loader
internal import PkgCore
internal import PkgStore
internal import Signing

/// Load tests by a host's profile.
struct LoadTesting: Sendable {
  let profile: HostProfile
  let binary: String?
  let system: LoadTarget
  let workerPath: String

  init(_ profile: HostProfile) throws {
    self.profile = profile
    binary = HostBinary.path(of: profile)
    workerPath = try Self.findWorker()
    system = Self.system(profile)
  }

  /// What is tested of a prepared generation.
  struct Candidate: Sendable {
    let plugin: InstalledPlugin
    /// The path that the host will get.
    let path: String
    let description: PackageDescription
    /// Whether this command has written the files, and hashed what it wrote.
    var isFresh = false
    /// The library of the version that is installed now; nil where none is.
    var previous: String?
  }

  /// Tests new plugins through a generation that is not live, beside all others that are enabled.
  ///
  /// - Parameters:
  ///   - prepared: where the libraries lie, in the order of dependencies.
  ///   - outer: plugins of other scopes that the host sees.
  ///   - options: how far it goes.
  /// - Returns: a report for each new plugin, and one for the host's own command.
  func test(
    _ candidates: [Candidate], in prepared: PreparedGeneration, beside outer: OuterPlugins,
    options: LoadOptions, progress: @escaping ProgressSink
  ) async throws -> [LoadReport] {
    let order = prepared.libraries
    let surroundings = Surroundings(prepared, outer)
    var reports = try await eachAtOnce(candidates.count, options.jobs, progress) { place, worker in
      try test(candidates[place], surroundings, options, worker)
    }
    let isRefused = reports.contains { !$0.refusals.isEmpty }
    if options.level >= 2, !isRefused, !order.isEmpty,
      let report = try await probeReport(prepared, candidates)
    {
      reports.append(report)
    }
    return reports
  }

  /// Tests files, each on its own.
  func test(_ subjects: [LoadSubject], _ options: LoadOptions) async throws -> [LoadReport] {
    try await eachAtOnce(subjects.count, options.jobs) { place, worker in
      try test(subjects[place], options, worker)
    }
  }

  /// Runs a test for each of so many places, on all processors.
  private func eachAtOnce(
    _ count: Int, _ jobs: Int?, _ progress: @escaping ProgressSink = { _ in },
    _ test: @escaping @Sendable (Int, Worker) throws -> LoadReport
  ) async throws -> [LoadReport] {
    let done = Tally()
    progress(.testing(done: 0, total: count))
    // Each test waits for its worker now and then, so that a few more than the processors keep them busy.
    let width = jobs ?? Machine.processorCount + Self.spareThreads
    return try await withThrowingTaskGroup(of: (Int, [LoadReport]).self) { group in
      for share in 0..<min(width, count) {
        let mine = stride(from: share, to: count, by: width).map { $0 }
        group.addTask {
          let reports = try await BlockingWork.run { stop in
            let worker = Worker(workerPath, stop: stop)
            return try mine.map { place in
              let report = try test(place, worker)
              progress(.testing(done: Int(done.add(1)), total: count))
              return report
            }
          }
          return (share, reports)
        }
      }
      var result = [LoadReport?](repeating: nil, count: count)
      for try await (share, reports) in group {
        for (offset, report) in reports.enumerated() { result[share + offset * width] = report }
      }
      return result.compactMap { $0 }
    }
  }

  /// Tests one file on its own.
  func test(
    file path: String, name: String, _ options: LoadOptions, stop: StopSignal? = nil
  ) throws -> LoadReport {
    try test(LoadSubject(name: name, file: path), options, Worker(workerPath, stop: stop))
  }

  /// With a folder for what the plugin writes, where the level needs one.
  private func test(_ subject: LoadSubject, _ options: LoadOptions, _ worker: Worker) throws
    -> LoadReport
  {
    guard options.level >= 3 else {
      return try loadTest(subject, against: target(subject.file), options, worker: worker)
    }
    let scratch = try Self.dataFolder()
    var options = options
    options.scratch = scratch.path
    return try loadTest(subject, against: target(subject.file), options, worker: worker)
  }

  /// The temporary folder, if other users may walk through it.
  private static func openBase() -> String {
    let wanted = Machine.environment("TMPDIR") ?? "/tmp"
    var folder = wanted
    while folder != "/" {
      guard let status = FileSystem.target(folder), status.mode & 0o001 != 0 else { return "/tmp" }
      folder = FileSystem.folder(of: folder)
    }
    return wanted
  }

  /// A folder with one below it that plugins may write to.
  private static func dataFolder() throws -> ScratchFolder {
    let scratch = Machine.isRoot ? try ScratchFolder(below: openBase()) : try ScratchFolder()
    try makeDataFolder(in: scratch.path)
    return scratch
  }

  /// Drives the workload of one file.
  func drive(_ file: String, _ options: WorkloadOptions, stop: StopSignal) throws -> WorkloadReport
  {
    let subject = LoadSubject(name: FileSystem.baseName(of: file), file: file)
    let scratch = try Self.dataFolder()
    return try driveWorkload(
      subject, against: target(subject.file), options, scratch: scratch.path,
      worker: Worker(workerPath, stop: stop))
  }

  /// Loads files into one process, in several orders.
  func testTogether(_ files: [String], _ options: LoadOptions, stop: StopSignal) throws
    -> LoadReport
  {
    try loadTogether(
      files, host: profile.id, against: files.first.map(target) ?? system, options,
      worker: Worker(workerPath, stop: stop))
  }

  private static let spareThreads = 2

  /// What is there beside a plugin that is tested.
  private struct Surroundings: Sendable {
    /// What the host gets of this scope, in the order of dependencies.
    let own: [(name: PluginName, path: String)]
    /// The same of other scopes.
    let outer: [(name: PluginName, path: String)]
    let graph: DependencyGraph

    init(_ prepared: PreparedGeneration, _ outer: OuterPlugins) {
      let mine = prepared.generation.plugins
      let others = outer.besides(mine)
      own = prepared.libraries
      self.outer = others.map { ($0.plugin.name, $0.path) }
      graph = DependencyGraph(others.map(\.plugin) + mine)
    }
  }

  private func test(
    _ candidate: Candidate, _ surroundings: Surroundings, _ options: LoadOptions, _ worker: Worker
  ) throws -> LoadReport {
    var subject = LoadSubject(
      name: "\(candidate.plugin.name) \(candidate.plugin.version)", file: candidate.path)
    // Whom it needs is loaded before it, and seen by it.
    let needed = surroundings.graph.allNeeds(of: candidate.plugin.name)
    let before = surroundings.own.prefix { $0.name != candidate.plugin.name }
    subject.modules = (surroundings.outer + before).filter { needed.contains($0.name) }.map(\.path)
    // The host's own command loads all of them together. Without one, the last does: loading every
    // other plugin beside each would be quadratic.
    if profile.probe == nil || binary == nil, candidate.plugin.name == surroundings.own.last?.name {
      subject.neighbours = before.filter { !needed.contains($0.name) }.map(\.path)
    }
    subject.declared = try Self.declared(candidate)
    subject.manifest = Self.declaredPlugin(candidate)
    subject.previous = candidate.previous
    var report = try test(subject, options, worker)
    // A refused generation is removed; what it linked to stays, so the command must name that.
    for path in surroundings.own.map(\.path) where !report.refusals.isEmpty {
      guard let real = FileSystem.realPath(path) else { continue }
      report.reproduce = report.reproduce.map { replaced($0, path, by: real) }
    }
    return report
  }

  private static func declared(_ candidate: Candidate) throws -> LoadSubject.DeclaredFile? {
    let entry = candidate.description.files.first { $0.path == candidate.plugin.library }
    guard case .file(let size, _, let digest)? = entry?.content else { return nil }
    let found =
      candidate.isFresh ? nil : sha256(try FileSystem.read(candidate.path, limit: 256 << 20))
    return LoadSubject.DeclaredFile(size: Int(size), digest: digest, found: found)
  }

  /// What the package's manifest says; its files lie where the library does.
  private static func declaredPlugin(_ candidate: Candidate) -> LoadSubject.DeclaredPlugin {
    let suffix = "/" + candidate.plugin.library
    let real = FileSystem.realPath(candidate.path)
    let tree = real.flatMap { $0.rest(before: suffix).map { String($0) } }
    return LoadSubject.DeclaredPlugin(candidate.description.manifest, in: tree)
  }

  private static func system(_ profile: HostProfile) -> LoadTarget {
    var target = thisSystem()
    // The host is started as its own probe is: whatever the shell of today has set.
    let path = profile.probe?.environment.last { $0.name == "LD_LIBRARY_PATH" }?.value ?? ""
    target.environmentFolders = path.split { $0 == ":" || $0 == ";" }.map(String.init)
    let limits = profile.limits
    target.limits = LoadLimits(
      memoryMiB: Int(limits.memoryMB), files: Int(limits.files), tasks: Int(limits.threads),
      executionMilliseconds: Int(limits.executionMilliseconds))
    return target
  }

  /// What the host asks of this file, by the kind of library that it is.
  private func target(_ path: String) -> LoadTarget {
    var target = system
    // What can't be read as ELF is refused for that.
    let facts = profile.abis.count > 1 ? try? elfFacts(ofFile: path) : nil
    let abi = facts.flatMap { profile.abi(of: $0, fileName: path) } ?? profile.abis.first
    guard let abi else { return target }
    target.kind = abi.kind
    target.requiredEntries = abi.required.map {
      .init(name: $0.name, kind: $0.isObject ? .object : .function)
    }
    target.methods = abi.methods
    target.entryFromFilename = abi.entryFromFileName.isEmpty ? nil : abi.entryFromFileName
    target.staticProbes = Set(abi.staticProbes.compactMap { LoadTarget.StaticProbe(rawValue: $0) })
    if let binary {
      target.symbolProviders = abi.symbolProviders.map { filled($0, [("binary", binary)]) }
    }
    return target
  }

  /// The worker lies beside this program, or where an installed plugctl keeps it.
  static func findWorker() throws -> String {
    let folder = FileSystem.folder(of: Machine.executable)
    let candidates = ["\(folder)/plugctl-worker", "\(folder)/../libexec/plugctl/plugctl-worker"]
    if let path = candidates.first(where: FileSystem.isExecutable) { return path }
    throw Diagnostic(
      .loadHarness, "`plugctl-worker` is missing beside `\(Machine.executable)`",
      hint: "install plugctl again, or build it with `scripts/build`")
  }
}

/// Every occurrence of a text in another.
private func replaced(_ text: String, _ old: String, by new: String) -> String {
  var result = ""
  var rest = text[...]
  while let range = rest.firstRange(of: old) {
    result += rest[..<range.lowerBound] + new
    rest = rest[range.upperBound...]
  }
  return result + rest
}
