internal import Files
internal import PkgCore
internal import PkgStore

/// Tells a running host of a change, and proves by /proc what it maps afterwards.
struct HostReload {
  let profile: HostProfile
  let instance: HostInstance
  let session: Session

  /// Only a host that uses this instance is told: one that maps a plugin of it. Any other may be
  /// somebody else's.
  ///
  /// - Parameter former: what was live before.
  /// - Returns: what was done and seen, a sentence each.
  /// - Throws: ``Diagnostic`` with `host.reload` where the host refuses, or is gone afterwards.
  func tell(_ prepared: PreparedGeneration, former: [InstalledPlugin]) async throws -> [String] {
    guard session.options.root == nil, let binary = HostBinary.path(of: profile),
      let real = FileSystem.realPath(binary)
    else {
      return []
    }
    let ours = ourFiles(former + prepared.generation.plugins, prepared.generation)
    let running = ProcessTable.processes(of: real).filter {
      ProcessTable.mapped(by: $0).contains { file in ours.contains { file.path.begins(with: $0) } }
    }
    guard !running.isEmpty else { return [] }
    switch profile.reload {
    case .none: return []
    case .restart:
      return ["\(profile.id) is running (\(running.count) processes); restart it to use the change"]
    case .command(let arguments):
      session.progress(.reloading(host: profile.id))
      var command = ChildCommand(arguments.map { filled($0, [("binary", binary)]) })
      command.timeoutMilliseconds = 20_000
      let child = command
      let result = try await BlockingWork.run { try child.run() }
      guard result.isSuccess else { throw refused(result) }
      return ["\(profile.id) was told to reload"] + (try await proof(real, prepared))
    }
  }

  /// What stands before the paths of this store's files: another one may have the same packages.
  private func ourFiles(_ plugins: [InstalledPlugin], _ generation: Generation) -> [String] {
    let trees = FileSystem.realPath(session.places.trees) ?? session.places.trees
    return plugins.map { "\(trees)/\($0.treeName)/" } + copies(plugins, generation)
  }

  private func copies(_ plugins: [InstalledPlugin], _ generation: Generation) -> [String] {
    guard generation.isCopied, let folder = generation.viewFolder else { return [] }
    let real = FileSystem.realPath(folder) ?? folder
    return plugins.filter(\.isEnabled).flatMap(\.viewNames).map { "\(real)/\($0)" }
  }

  private func refused(_ result: ChildResult) -> Diagnostic {
    let reason = result.errorText.parts(at: "\n").last.map(String.init) ?? "\(result.end)"
    return Diagnostic(
      .hostReload, "the running \(profile.id) did not take the change", notes: [printable(reason)],
      hint: "see what keeps it from reloading, then run the command again")
  }

  /// Waits up to two seconds for a process to map the new generation's files.
  private func proof(_ binary: String, _ prepared: PreparedGeneration) async throws -> [String] {
    let generation = prepared.generation
    let wanted = Set(
      generation.isCopied
        ? copies(generation.plugins, generation)
        : prepared.libraries.compactMap { FileSystem.realPath($0.path) })
    var running: [Int32] = []
    for _ in 0..<40 {
      running = ProcessTable.processes(of: binary)
      let maps = running.filter { process in
        wanted.isSubset(of: ProcessTable.mapped(by: process).filter { !$0.isDeleted }.map(\.path))
      }
      if !maps.isEmpty {
        guard !wanted.isEmpty else { return [] }
        let list = maps.map(String.init).joined(separator: ", ")
        return [
          "/proc shows \(wanted.count) plugins of generation \(generation.number) mapped by \(profile.id) (pid \(list))"
        ]
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    guard !running.isEmpty else {
      throw Diagnostic(
        .hostReload, "\(profile.id) ended when it was told to reload",
        hint: "look at its log, and start it again")
    }
    return [
      "no process of \(profile.id) maps the new plugins yet; does its configuration include them?"
    ]
  }
}
