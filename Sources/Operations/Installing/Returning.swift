public import PkgCore
internal import PkgStore

/// One entry of an instance's history.
public struct HistoryEntry: Sendable {
  /// The host instance.
  public let host: String
  /// What was live from then on.
  public let generation: Generation
  /// What it changed, against the one before that is on disk.
  public let plan: TransactionPlan
  /// Whether it is live now.
  public let isLive: Bool
  /// Why it is kept however old it gets; nil where it is not.
  public let pin: Pin?

  /// One element of `plugctl.history/1`.
  public var json: JSON {
    var object = JSONObject()
    object.append("host", .string(host))
    object.append("generation", .integer(generation.number))
    object.append("created", .string(generation.created.rfc3339))
    object.append("command", .string(generation.command))
    object.append("live", .bool(isLive))
    object.append("pin", pin?.json)
    object.append("steps", .array(plan.steps.map(\.json)))
    return .object(object)
  }
}

/// Going back: generations stay on disk, so neither index nor network is needed.
extension Installing {
  /// What was live when, newest first.
  ///
  /// - Parameter number: only this generation.
  /// - Throws: ``Diagnostic`` with `generation.unknown` where it is on disk for no instance.
  public func history(_ number: Int64? = nil) throws -> [HistoryEntry] {
    var entries: [HistoryEntry] = []
    for (instance, current) in try InstanceLookup(session: session).all() {
      var before: [InstalledPlugin] = []
      var mine: [HistoryEntry] = []
      for place in try instance.generationNumbers() where place <= current.number {
        // One that can't be read can't be gone back to either.
        guard let generation = try? instance.generation(place) else { continue }
        mine.append(
          HistoryEntry(
            host: instance.id, generation: generation,
            plan: TransactionPlan(from: before, to: generation.plugins),
            isLive: place == current.number, pin: try instance.pin(of: place)))
        before = generation.plugins
      }
      entries += mine.reversed()
    }
    guard let number else { return entries }
    let wanted = entries.filter { $0.generation.number == number }
    guard wanted.isEmpty else { return wanted }
    throw Self.unknownGeneration(number)
  }

  /// Makes what an earlier generation held live again, as a new generation.
  ///
  /// - Parameter number: which one; nil for the one before the live one.
  /// - Throws: ``Diagnostic``: `host.ambiguous` where several instances are there, `generation.unknown`,
  ///   `store.damaged` where a file of it was changed, `key.revoked`, `version.withdrawn`.
  public func rollback(to number: Int64?, _ request: InstallRequest) async throws -> [InstallReport]
  {
    let (instance, current) = try onlyInstance()
    let earlier = try instance.generationNumbers().filter { $0 < current.number }
    guard let wanted = number ?? earlier.last else {
      throw Diagnostic(.generationUnknown, "there is no generation before \(current.number)")
    }
    guard wanted == current.number || earlier.contains(wanted) else {
      throw Self.unknownGeneration(wanted)
    }
    guard try instance.isOurs(wanted) else {
      throw Diagnostic(
        .storeUnverified, "generation \(wanted) came from elsewhere and was never verified here",
        hint: "`plugctl sync` installs what the project's files say")
    }
    let plugins = try instance.generation(wanted).plugins
    try refuseBad(plugins, besides: current.plugins)
    let report = try await rearrange(instance, request) { _ in plugins }
    if !request.isDryRun { sayProject(instance) }
    return [report]
  }

  /// The instance that is meant where none is named.
  ///
  /// - Throws: ``Diagnostic`` with `host.ambiguous` where there are several.
  func onlyInstance() throws -> (instance: HostInstance, current: Generation) {
    var all = try InstanceLookup(session: session).all()
    // A folder that was chosen by hand is meant only where it is named, or alone.
    if all.count > 1 { all.removeAll(where: \.instance.isChosenByHand) }
    guard let only = all.first else {
      throw Diagnostic(.generationUnknown, "nothing was ever installed here")
    }
    guard all.count == 1 else {
      throw Diagnostic(
        .hostAmbiguous, "several hosts have plugins here",
        notes: all.map { "`\($0.instance.id)` in `\($0.instance.folder(seenBy: $0.current))`" },
        hint: "name one with `--host`, or with `--into` and its folder")
    }
    return only
  }

  /// A project's files are what people share: going back is for this place alone and leaves them, so it is
  /// said where they differ now.
  private func sayProject(_ instance: HostInstance) {
    guard !instance.isChosenByHand, let project = try? Project.open(session),
      let all = try? differences()
    else { return }
    let mine = all.filter { $0.host == instance.hostID && $0.name != nil }
    guard let first = mine.first, let name = first.name else { return }
    // What is here and not in the files can be wanted by its number; what is only in them, unwanted.
    let keeping =
      first.installed.map { "plugctl install \(name)@\($0)" } ?? "plugctl remove \(name)"
    session.progress(
      .warning(
        Diagnostic(
          .projectBehind,
          "what is live is not what `\(ProjectFile.fileName)`\(project.lock == nil ? "" : " and `\(Lockfile.fileName)`") say",
          notes: mine.prefix(5).map(Self.sentence)
            + (mine.count > 5 ? ["and \(mine.count - 5) more: `plugctl diff`"] : []),
          hint:
            "`plugctl sync` follows the files again; to stay here for good, change them: `\(keeping)`"
        )))
  }

  private static func sentence(_ difference: ProjectDifference) -> String {
    let name = difference.name.map { "`\($0)`" } ?? ""
    let expected = difference.locked.map(\.description) ?? difference.wanted.map(\.description)
    guard let installed = difference.installed else {
      return "\(name) is not there\(expected.map { ", they say \($0)" } ?? "")"
    }
    return "\(name) is \(installed), they \(expected.map { "say \($0)" } ?? "don't have it")"
  }

  static func unknownGeneration(_ number: Int64) -> Diagnostic {
    Diagnostic(
      .generationUnknown, "there is no generation \(number) here",
      hint: "`plugctl history` shows which there are")
  }

  /// What was good then may be known to be bad now.
  private func refuseBad(
    _ plugins: [InstalledPlugin], besides current: [InstalledPlugin]
  ) throws {
    let kept = Set(current.map(\.tree))
    let returning = plugins.filter { !kept.contains($0.tree) }
    let keys = KeyRing(session)
    let trees = TreeStore(session.places)
    for plugin in returning {
      if let signer = plugin.keyID { try keys.refuseRevoked(signer) }
      guard trees.isWhole(plugin.tree) else {
        throw Diagnostic(
          .storeDamaged, "files of `\(plugin.name)` \(plugin.version) were changed or are gone",
          hint: "install it again: `plugctl install \(plugin.name)@\(plugin.version)`")
      }
    }
  }
}
