internal import Archiving
internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// One change of one host instance, from a wanted set to a live generation. Everything before the
/// switch may be killed at any moment and leaves only garbage.
struct InstanceChange: Sendable {
  let session: Session
  let profile: HostProfile
  let instance: HostInstance
  let network: Network
  /// As it is written into the generation.
  let command: String
  /// 0 for none, else the load tests' level.
  let testLevel: Int
  /// Files of others in the host's folder whose place is taken.
  var adopted: Set<String> = []

  /// A plugin that must be there afterwards, and its archive where its tree is not here yet.
  struct Wanted: Sendable {
    var plugin: InstalledPlugin
    var archive: WantedArchive?
  }

  /// Carries the change out.
  ///
  /// - Parameters:
  ///   - wanted: all plugins afterwards, in the order of dependencies.
  ///   - unpacked: packages that were brought by hand, by the digest of their trees.
  func perform(
    _ plan: TransactionPlan, _ wanted: [Wanted], lock: borrowing InstanceLock,
    unpacked: [UnpackedPackage] = [], staging: borrowing TransactionFolder
  ) async throws -> InstallReport {
    var report = InstallReport(host: instance.id, scope: session.scope, plan: plan)
    guard !plan.isEmpty else { return report }
    let stopping = HostStopping(profile: profile, session: session)
    try await stopping.require(for: plan)
    try checkTrust(lock.current)
    let admission = try Admission(session)
    let coming = try admission.admit(plan, wanted)
    try await Withdrawals(session: session, network: network).refuse(coming, wanted)
    // What is first seen is written down while archives are on their way.
    let records = wanted.compactMap(\.archive).map { ($0.record, $0.index.name) }
    let memory = try RecordMemory(session.places)
    async let remembered: Void = BlockingWork.run {
      try admission.remember()
      try memory.remember(records)
    }
    let came = try await fetchTrees(wanted, unpacked, staging, admission, coming)
    try await remembered
    let generation = try newGeneration(wanted, came, lock)
    let prepared = try GenerationWriter.write(generation, by: profile, lock)
    let former = lock.current
    // The disk is waited for while the plugins are tested.
    let settling = Task { try await settle(prepared, came: came.keys, former: former) }
    do {
      try Commit.check(prepared, adopted: adopted, lock)
      try checkAdopted(prepared.generation)
      report.tests = try await test(plan, came, prepared, former)
      try Self.refuse(report.tests)
      session.progress(.syncing)
      try await settling.value
      try Task.checkCancellation()
      // It may have been started again meanwhile.
      try await stopping.require(for: plan)
    } catch {
      // A tree of the live generation that came anew is no worse than the one that was damaged.
      let live = Set(former?.plugins.map(\.tree) ?? [])
      if case .failure = await settling.result {
        TreeStore(session.places).disown(came.keys.filter { !live.contains($0) })
      }
      try? Commit.discard(prepared)
      throw error
    }
    try Commit.perform(prepared, adopted: adopted, lock)
    noteChange(prepared.generation, after: former, in: &report)
    // A pin is nothing to the host.
    guard plan.steps.contains(where: \.action.isSeenByHost) else { return report }
    let reload = HostReload(profile: profile, instance: instance, session: session)
    do {
      report.hostNotes += try await reload.tell(prepared, former: former?.plugins ?? [])
    } catch let refusal as Diagnostic {
      throw try await goBack(to: former?.plugins ?? [], from: prepared, because: refusal, lock)
    }
    return report
  }

  /// Refuses to leave a file beside the plugin that should take its place: a host would load both.
  private func checkAdopted(_ generation: Generation) throws {
    guard let folder = generation.viewFolder else { return }
    let names = Set(generation.plugins.flatMap(\.viewNames).map { "\(folder)/\($0)" })
    guard let path = adopted.first(where: { !names.contains($0) }) else { return }
    throw Diagnostic(
      .storeConflict, "no plugin would take the place of `\(path)`",
      notes: names.sorted().prefix(3).map { "there would be `\($0)`" },
      hint: "rename it first, so that the host does not load both")
  }

  /// Makes live again what a host had before it refused to reload, as a generation of its own.
  ///
  /// - Returns: the refusal, with what was done.
  private func goBack(
    to former: [InstalledPlugin], from refused: PreparedGeneration, because refusal: Diagnostic,
    _ lock: borrowing InstanceLock
  ) async throws -> Diagnostic {
    var generation = refused.generation
    generation.number += 1
    generation.command = "rollback \(lock.current?.number ?? 0)"
    generation.plugins = former
    let prepared = try GenerationWriter.write(generation, by: profile, lock)
    try await settle(prepared, came: [], former: nil)
    try Commit.perform(prepared, after: refused.generation, lock)
    let note = "what was installed before is live again, as generation \(generation.number)"
    // A host that refused may take what it had; where it does not, it still runs that.
    _ = try? await HostReload(profile: profile, instance: instance, session: session)
      .tell(prepared, former: refused.generation.plugins)
    return refusal.noting(note)
  }

  /// Refuses to learn anew what was known once: who brings another key would be believed.
  private func checkTrust(_ former: Generation?) throws {
    try instance.checkTrustIsThere()
    let wasKnown = former?.plugins.contains { $0.origin.index != nil && $0.keyID != nil } ?? false
    guard wasKnown else { return }
    for path in [PublisherMemory.path(session.places), RecordMemory.path(session.places)]
    where !FileSystem.exists(path) {
      throw StoreError.trustLost(path: path)
    }
  }

  /// Makes durable what is new to the instance, whoever brought it: another instance's change may not
  /// have come so far yet.
  private func settle(
    _ prepared: PreparedGeneration, came: some Sequence<SHA256Digest>, former: Generation?
  ) async throws {
    let before = Set(former?.plugins.map(\.tree) ?? [])
    let new = Set(prepared.generation.plugins.map(\.tree)).subtracting(before).union(came)
    try await BlockingWork.run { try Commit.settle(prepared, of: instance, new: Array(new)) }
  }

  /// Brings every missing tree to its place.
  ///
  /// - Parameter coming: what is about to go live, and is looked through by the policy's scanners.
  /// - Returns: the descriptions of the trees that came, by digest.
  private func fetchTrees(
    _ wanted: [Wanted], _ unpacked: [UnpackedPackage], _ staging: borrowing TransactionFolder,
    _ admission: Admission, _ coming: [InstalledPlugin]
  ) async throws -> [SHA256Digest: PackageDescription] {
    let trees = TreeStore(session.places)
    let missing = wanted.compactMap(\.archive).filter { !isHere($0, trees) }
    let fetching = ArchiveFetching(session: session, network: network, admission: admission)
    let packages = try await fetching.unpack(missing, staging: staging.path) + unpacked
    try await scan(coming, packages, admission.policy.scanners)
    guard !packages.isEmpty else { return [:] }
    try await BlockingWork.run { try trees.adopt(packages.map { ($0.folder, $0.tree) }) }
    return Dictionary(
      packages.map { ($0.tree, $0.description) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether a tree is here that came as this very release. Another release may have the same files; that
  /// this one has them, only its signed archive can say.
  private func isHere(_ wanted: WantedArchive, _ trees: TreeStore) -> Bool {
    let tree = wanted.build.tree
    guard trees.isWhole(tree), let package = try? UnpackedPackage(session.places.tree(tree)) else {
      return false
    }
    return
      (try? package.check(is: wanted.build, of: wanted.release, in: wanted.record)) != nil
  }

  private func scan(
    _ coming: [InstalledPlugin], _ staged: [UnpackedPackage],
    _ scanners: [EffectivePolicy.Sourced<Policy.Scanner>]
  ) async throws {
    guard !scanners.isEmpty else { return }
    let packages = coming.map { plugin in
      Scanning.Package(
        what: "\(plugin.name) \(plugin.version)",
        folder: staged.first { $0.tree == plugin.tree }?.folder ?? session.places.tree(plugin.tree))
    }
    try await BlockingWork.run { try Scanning(scanners: scanners).run(packages) }
  }

  private func newGeneration(
    _ wanted: [Wanted], _ came: [SHA256Digest: PackageDescription], _ lock: borrowing InstanceLock
  ) throws -> Generation {
    let extra = ExtraFolders(profile, session, isLinking: !instance.isChosenByHand)
    let plugins = try wanted.map { wanted in
      var plugin = wanted.plugin
      // Only the package itself says which of its files is the library.
      if plugin.library.isEmpty {
        plugin.library = try description(of: plugin, came).library
      }
      // Each time anew: the host may have been upgraded, and look elsewhere.
      plugin.extraFiles = extra.hasRules ? try extra.files(of: description(of: plugin, came)) : []
      return plugin
    }
    return Generation(
      number: lock.nextNumber, created: session.now, host: instance.id, command: command,
      viewFolder: try viewFolder(lock.current), view: view, pathStyle: profile.layout.pathStyle,
      plugins: plugins)
  }

  /// A folder that was chosen by hand is filled with links where the profile would have the host
  /// configured.
  private var view: HostProfile.View {
    instance.isChosenByHand && profile.layout.view == .include ? .links : profile.layout.view
  }

  private func viewFolder(_ current: Generation?) throws -> String? {
    if instance.isChosenByHand, let into = session.options.into {
      let folder = try FileSystem.absolute(into)
      guard isInProject(folder) else {
        throw Diagnostic(
          .usageInvalidValue, "`--into \(into)` lies outside of the project",
          hint: "add `--scope user`")
      }
      return folder
    }
    if instance.isChosenByHand { return current?.viewFolder }
    guard profile.layout.view != .include else { return nil }
    guard let folder = profile.folder(in: session.scope) else {
      throw Diagnostic(
        .profileInvalid,
        "the profile `\(profile.id)` has no folder in \(session.scope.rawValue) scope",
        hint: "name one with `--into DIR`")
    }
    let path = try HostFolders(session).resolved(folder)
    // The profile may have come with the project.
    guard isInProject(path) else {
      throw Diagnostic(
        .profileInvalid, "the profile `\(profile.id)` has a folder outside of the project",
        notes: ["folder: `\(printable(path))`"], hint: "add `--scope user`")
    }
    return path
  }

  /// Whether a folder lies in the project, wherever links on the way lead; outside of project scope all do.
  private func isInProject(_ folder: String) -> Bool {
    guard let project = session.projectFolder else { return true }
    return FileSystem.resolved(folder).begins(with: FileSystem.resolved(project) + "/")
  }

  private func description(
    of plugin: InstalledPlugin, _ came: [SHA256Digest: PackageDescription]
  ) throws -> PackageDescription {
    try came[plugin.tree] ?? TreeStore.description(in: session.places.tree(plugin.tree))
  }

  private func test(
    _ plan: TransactionPlan, _ came: [SHA256Digest: PackageDescription],
    _ prepared: PreparedGeneration, _ former: Generation?
  ) async throws -> [LoadReport] {
    guard testLevel > 0 else { return [] }
    let changed = Set(plan.steps.filter(\.action.bringsBytes).map(\.name))
    guard !changed.isEmpty else { return [] }
    let candidates = try prepared.libraries.compactMap { library -> LoadTesting.Candidate? in
      guard changed.contains(library.name), let plugin = prepared.generation.plugin(library.name),
        plugin.platform.isLinux
      else { return nil }
      return LoadTesting.Candidate(
        plugin: plugin, path: library.path, description: try description(of: plugin, came),
        isFresh: came[plugin.tree] != nil,
        previous: former?.plugin(plugin.name).map {
          "\(session.places.tree($0.tree))/\($0.library)"
        })
    }
    return try await LoadTesting(profile).test(
      candidates, in: prepared, beside: OuterPlugins(session, profile),
      options: LoadOptions(level: testLevel),
      progress: session.progress)
  }

  private static func refuse(_ reports: [LoadReport]) throws {
    guard let report = reports.first(where: { !$0.refusals.isEmpty }),
      let diagnostic = report.diagnostic
    else { return }
    throw diagnostic.noting("nothing was changed")
  }
}
