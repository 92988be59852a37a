internal import Files
internal import Loader
internal import PkgCore

/// One plugin to build.
struct BuildJob: Sendable {
  /// nil where it can't be read.
  let manifest: Manifest?
  private let path: String
  private let folder: String
  private let fault: Diagnostic?
  private let request: BuildRequest
  /// Where the library comes to lie, and all that is written to; nil for the folder itself.
  private let output: String?

  init(_ file: ManifestFile, _ request: BuildRequest) {
    self.init(file.manifest, path: file.path, folder: file.folder, file.fault, request)
  }

  /// - Parameter fault: why there is no manifest.
  init(
    _ manifest: Manifest?, path: String, folder: String, _ fault: Diagnostic?,
    _ request: BuildRequest, output: String? = nil
  ) {
    self.output = output
    (self.manifest, self.path, self.folder) = (manifest, path, folder)
    (self.fault, self.request) = (fault, request)
  }

  /// Runs its command and looks for its libraries; blocks this thread.
  ///
  /// - Parameter missing: a plugin that it needs and that could not be built.
  /// - Throws: ``CancellationError`` where the signal was set, and what hinders every build.
  func run(_ session: Session, missing: String?, stop: StopSignal) throws -> BuildReport {
    var report = BuildReport(
      name: manifest?.name.description ?? path, manifest: path, end: .built)
    guard let manifest else {
      report.end = .failed(
        fault ?? Diagnostic(.manifestInvalid, "`\(path)` can't be read as a manifest"))
      return report
    }
    if let missing {
      report.end = .failed(
        Diagnostic(.buildFailed, "`\(manifest.name)` needs `\(missing)`, which was not built"))
      return report
    }
    guard !manifest.buildCommand.isEmpty else {
      report.end = request.isAll ? .skipped("no `build` command") : .failed(noCommand)
      return report
    }
    let place: BuildPlace
    do {
      place = try self.place(of: manifest, session, stop)
    } catch let error as any Diagnosable where error.diagnostic.code == .systemLocked {
      if stop.isSet { throw CancellationError() }
      report.end = .failed(error.diagnostic)
      return report
    }
    let start = Machine.monotonicNanoseconds()
    let end = run(manifest, in: place, session, stop)
    report.milliseconds = Int64((Machine.monotonicNanoseconds() - start) / 1_000_000)
    if end == .stopped { throw CancellationError() }
    do {
      try check(end, of: manifest)
      report.libraries = try libraries(of: manifest)
    } catch let error as any Diagnosable {
      report.end = .failed(error.diagnostic)
    }
    return report
  }

  private var noCommand: Diagnostic {
    Diagnostic(
      .buildNone, "`\(path)` does not say how the plugin is built",
      hint: "add a line like `build: { command: [make], sources: [src] }`")
  }

  /// The place, once no other build is at work there; that takes part in what the command may take.
  private func place(of manifest: Manifest, _ session: Session, _ stop: StopSignal) throws
    -> BuildPlace
  {
    let deadline =
      Machine.monotonicNanoseconds() + UInt64(clamping: request.timeoutSeconds) * 1_000_000_000
    var hasSaid = false
    return try BuildPlace(folder, output: output, session) {
      if !hasSaid {
        let line = "waiting for another build of this folder"
        session.progress(.output(plugin: manifest.name.description, line: line))
        hasSaid = true
      }
      return !stop.isSet && Machine.monotonicNanoseconds() < deadline
    }
  }

  private func run(
    _ manifest: Manifest, in place: borrowing BuildPlace, _ session: Session, _ stop: StopSignal
  ) -> StreamedEnd {
    var child = place.child(manifest.buildCommand, isConfined: request.isConfined)
    child.timeoutMilliseconds = request.timeoutSeconds * 1_000
    let name = manifest.name.description
    do throws(SystemError) {
      return try child.run(stop: stop) { session.progress(.output(plugin: name, line: $0)) }
    } catch {
      session.progress(.output(plugin: name, line: error.diagnostic.message))
      return .exited(BuildChild.notFound)
    }
  }

  private func check(_ end: StreamedEnd, of manifest: Manifest) throws {
    let command = "`\(printable(manifest.buildCommand[0]))`"
    let what: String
    var hint = "what it said stands above"
    switch end {
    case .exited(0): return
    case .exited(BuildChild.notFound):
      what = "\(command) could not be run"
      hint = "is it installed, and on the PATH?"
    case .exited(let code): what = "\(command) ended with \(code)"
    case .signalled(let signal): what = "\(command) was ended by signal \(signal)"
    case .timedOut:
      throw Diagnostic(
        .buildTimeout,
        "\(command) for `\(manifest.name)` did not end in \(request.timeoutSeconds) seconds",
        hint: "give it longer with `--timeout`")
    case .stopped: throw CancellationError()
    }
    if request.isConfined, hint.begins(with: "what") {
      hint += "; it may write only into its folder and reach no network"
    }
    throw Diagnostic(.buildFailed, "\(what), so `\(manifest.name)` was not built", hint: hint)
  }

  /// This system's library must be there; those of others where they are there must be theirs.
  private func libraries(of manifest: Manifest) throws -> [String] {
    var found: [String] = []
    for variant in manifest.variants {
      let library = "\(output ?? folder)/\(variant.library)"
      guard FileSystem.target(library)?.kind == .file else {
        guard variant.platform == .current else { continue }
        throw Diagnostic(
          .buildLibrary, "`\(library)` is not there after `\(manifest.name)` was built",
          hint: "correct `library` of the variant, or what the command writes")
      }
      if variant.platform.isLinux { try Self.check(library, for: variant.platform) }
      found.append(folder == "." && output == nil ? variant.library : library)
    }
    return found
  }

  private static func check(_ library: String, for platform: Platform) throws {
    let machine = platform.text.parts(at: "-").dropFirst().first.map(String.init) ?? ""
    let facts: ElfFacts
    do { facts = try elfFacts(ofFile: library) } catch let error as any Diagnosable {
      throw Diagnostic(
        .buildLibrary, "`\(library)` is no shared object", notes: [error.diagnostic.message])
    }
    guard facts.type == .shared else {
      throw Diagnostic(.buildLibrary, "`\(library)` is no shared object")
    }
    // What has no name here can't be compared.
    let wider: [String: ElfMachine] = [
      "riscv64": .riscv, "ppc64le": .ppc64, "loongarch64": .loongarch, "i686": .i386,
    ]
    guard let wanted = ElfMachine(machine) ?? wider[machine], facts.machine != wanted else {
      return
    }
    throw Diagnostic(
      .buildLibrary, "`\(library)` is for \(facts.machine), the variant for \(platform)",
      hint: "correct the variant's platform, or the compiler")
  }
}
