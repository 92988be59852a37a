internal import Files
internal import Loader
internal import PkgCore
internal import PkgStore

/// The host's own command, given a prepared generation.
extension LoadTesting {
  /// Its report; nil where the host has no probe, or no binary.
  func probeReport(
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
        let text = GenerationWriter.activationText(
          activation, prepared.libraries, folder: "\(prepared.folder)/plugins")
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
}
