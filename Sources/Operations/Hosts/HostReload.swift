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
  func tell(_ prepared: PreparedGeneration, former: [InstalledPlugin]) async throws -> [String] {
    guard session.options.root == nil, let binary = HostBinary.path(of: profile),
      let real = FileSystem.realPath(binary)
    else {
      return []
    }
    let trees = Set((former + prepared.generation.plugins).map(\.treeName))
    let running = ProcessTable.processes(of: real).filter {
      ProcessTable.mapped(by: $0).contains { trees.contains($0.treeName ?? "") }
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
      guard result.isSuccess else { return [failure(result)] }
      return ["\(profile.id) was told to reload"] + (try await proof(real, prepared))
    }
  }

  private func failure(_ result: ChildResult) -> String {
    let reason = printable(
      result.errorText.split(separator: "\n").last.map(String.init) ?? "\(result.end)")
    return
      "\(profile.id) is running and could not be told to reload (\(reason)); reload it if it shall use the change"
  }

  /// Waits up to two seconds for a process to map the new generation's files.
  private func proof(_ binary: String, _ prepared: PreparedGeneration) async throws -> [String] {
    let wanted = Set(prepared.libraries.compactMap { FileSystem.realPath($0.path) })
    guard !wanted.isEmpty else { return [] }
    for _ in 0..<40 {
      let maps = ProcessTable.processes(of: binary).filter { process in
        wanted.isSubset(of: ProcessTable.mapped(by: process).filter { !$0.isDeleted }.map(\.path))
      }
      if !maps.isEmpty {
        let list = maps.map(String.init).joined(separator: ", ")
        return [
          "/proc shows \(wanted.count) plugins of generation \(prepared.generation.number) mapped by \(profile.id) (pid \(list))"
        ]
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    return [
      "no process of \(profile.id) maps the new plugins yet; does its configuration include them?"
    ]
  }
}
