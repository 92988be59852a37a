internal import Files
internal import Loader
internal import PkgCore
internal import PkgStore
internal import Signing

/// Load tests by a host's profile.
struct LoadTesting: Sendable {
  let profile: HostProfile
  let binary: String?
  private let system: LoadTarget
  private let workerPath: String

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
  }

  /// Tests new plugins through a generation that is not live, beside all others that are enabled.
  ///
  /// - Parameters:
  ///   - prepared: where the libraries lie, in the order of dependencies.
  ///   - outer: plugins of other scopes that the host sees.
  ///   - level: 1 or 2.
  /// - Returns: a report for each new plugin, and one for the host's own command.
  func test(
    _ candidates: [Candidate], in prepared: PreparedGeneration, beside outer: OuterPlugins,
    level: Int, progress: @escaping ProgressSink
  ) async throws -> [LoadReport] {
    let order = prepared.libraries
    let surroundings = Surroundings(prepared, outer)
    let done = Tally()
    progress(.testing(done: 0, total: candidates.count))
    var reports = try await withThrowingTaskGroup(of: (Int, [LoadReport]).self) { group in
      // Each test waits for its worker now and then, so that a few more than the processors keep them busy.
      let width = Machine.processorCount + Self.spareThreads
      for share in 0..<min(width, candidates.count) {
        let mine = stride(from: share, to: candidates.count, by: width).map { $0 }
        group.addTask {
          let reports = try await BlockingWork.run { stop in
            let worker = Worker(workerPath, stop: stop)
            return try mine.map { place in
              let report = try test(candidates[place], surroundings, level: level, worker)
              progress(.testing(done: Int(done.add(1)), total: candidates.count))
              return report
            }
          }
          return (share, reports)
        }
      }
      var result = [LoadReport?](repeating: nil, count: candidates.count)
      for try await (share, reports) in group {
        for (offset, report) in reports.enumerated() { result[share + offset * width] = report }
      }
      return result.compactMap { $0 }
    }
    let isRefused = reports.contains { !$0.refusals.isEmpty }
    if level >= 2, !isRefused, !order.isEmpty,
      let report = try await probeReport(prepared, candidates)
    {
      reports.append(report)
    }
    return reports
  }

  /// Tests one file on its own.
  func test(file path: String, name: String, level: Int, stop: StopSignal? = nil) throws
    -> LoadReport
  {
    var subject = LoadSubject(name: name, file: path)
    subject.probe = nil
    return try loadTest(
      subject, against: target(path), level: level, worker: Worker(workerPath, stop: stop))
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
    _ candidate: Candidate, _ surroundings: Surroundings, level: Int, _ worker: Worker
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
    var report = try loadTest(
      subject, against: target(candidate.path), level: level, worker: worker)
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

  private func probeReport(
    _ prepared: PreparedGeneration, _ candidates: [Candidate]
  ) async throws -> LoadReport? {
    guard let probe = profile.probe, let binary else { return nil }
    let limits = system.limits
    let workerPath = workerPath
    let activation = profile.activation
    let result = try await BlockingWork.run { stop in
      let folder = try ScratchFolder()
      let values = [
        ("binary", binary), ("tmp", folder.path), ("activate", "\(folder.path)/activate"),
        ("plugins", "\(prepared.folder)/plugins"),
      ]
      // Written anew, since a stable path leads to the generation that is still live.
      if let activation {
        try FileSystem.makeFolder("\(folder.path)/activate")
        let text = GenerationWriter.activationText(activation, prepared.libraries)
        try FileSystem.replace(
          "\(folder.path)/activate/\(activation.file)", with: Array(text.utf8), isDurable: false)
      }
      for file in probe.files where PackagePath.isSafe(file.name) {
        try FileSystem.replace(
          "\(folder.path)/\(file.name)", with: Array(filled(file.text, values).utf8),
          isDurable: false)
      }
      return try runProbe(
        Self.hostProbe(probe, values, folder.path), limits: limits,
        worker: Worker(workerPath, stop: stop))
    }
    return LoadReport(
      name: profile.id, file: "\(prepared.folder)/plugins", level: 2, results: [result],
      plugins: candidates.map { "\($0.plugin.name) \($0.plugin.version)" })
  }

  private static func hostProbe(
    _ probe: HostProfile.Probe, _ values: [(String, String)], _ folder: String
  ) -> HostProbe {
    var command = HostProbe(argv: probe.arguments.map { filled($0, values) })
    command.environment += ["HOME=\(folder)"]
    command.environment += probe.environment.map { "\($0.name)=\(filled($0.value, values))" }
    command.workingDirectory = folder
    command.writableFolders = [folder]
    command.timeoutMilliseconds = Int(probe.timeoutMilliseconds)
    command.okExitCode = Int32(clamping: probe.exitCode)
    command.failRegex = probe.failPattern
    command.okRegex = probe.passPattern
    return command
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
    target.entryFromFilename = abi.entryFromFileName.isEmpty ? nil : abi.entryFromFileName
    target.staticProbes = Set(abi.staticProbes.compactMap { LoadTarget.StaticProbe(rawValue: $0) })
    if let binary {
      target.symbolProviders = abi.symbolProviders.map { filled($0, [("binary", binary)]) }
    }
    return target
  }

  /// The worker lies beside this program, or where an installed plugctl keeps it.
  private static func findWorker() throws -> String {
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
