internal import Files
internal import PkgCore

/// Keeps changes away from a running host whose profile says `switch: host-stopped`: its processes may load
/// a plugin at any time, and would see two versions.
struct HostStopping {
  let profile: HostProfile
  let session: Session

  /// Waits as long as the session may, or refuses. What only comes anew is seen in one version anyway.
  ///
  /// - Throws: ``Diagnostic`` with `host.running`.
  func require(for plan: TransactionPlan) async throws {
    guard profile.switchTime == .hostStopped, session.options.root == nil,
      plan.steps.contains(where: \.action.takesFromHost)
    else { return }
    var left = session.options.waitSeconds * 10
    while true {
      let running = processes()
      guard !running.isEmpty else { return }
      guard left > 0 else { throw refusal(running) }
      left -= 1
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private func processes() -> [Int32] {
    guard let binary = HostBinary.path(of: profile), let real = FileSystem.realPath(binary) else {
      return []
    }
    return ProcessTable.processes(of: real)
  }

  private func refusal(_ running: [Int32]) -> Diagnostic {
    let list = running.prefix(5).map(String.init).joined(separator: ", ")
    return Diagnostic(
      .hostRunning, "`\(profile.id)` is running, and what it has changes only while it does not",
      notes: ["processes: \(list)\(running.count > 5 ? " and \(running.count - 5) more" : "")"],
      hint:
        "stop it first, or let `--wait SECONDS` wait for that; a profile of your own may say `switch: any-time`"
    )
  }
}

extension TransactionPlan.Step.Action {
  /// Whether something goes that a process may have, or be about to load.
  fileprivate var takesFromHost: Bool {
    switch self {
    case .upgrade, .downgrade, .replace, .remove, .disable: true
    case .install, .repair, .enable, .pin, .unpin, .keep, .release: false
    }
  }
}
