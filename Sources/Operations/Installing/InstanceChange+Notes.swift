internal import Files
internal import PkgCore
internal import PkgStore

/// What a change says when it is done, beyond what it did.
extension InstanceChange {
  /// Tells of a generation that is live now: how to use it, what is in its way, how to take it back.
  func noteChange(
    _ generation: Generation, after former: Generation?, in report: inout InstallReport
  ) {
    report.generation = generation.number
    report.includeHint = generation.plugins.isEmpty ? nil : includeHint
    report.snippets = snippets(report.plan, generation)
    report.undo = undo(report.plan, former: former, folder: generation.viewFolder)
    report.hostNotes =
      unlinkedNotes(generation, report.plan) + shadowNotes(generation) + folderNotes(generation)
  }

  /// What to add to the host's own configuration, for what came anew. It is help: a fault in it is no
  /// reason to fail now.
  private func snippets(_ plan: TransactionPlan, _ generation: Generation)
    -> [(plugin: PluginName, text: String)]
  {
    let new = plan.steps.filter { $0.action == .install }.map(\.name)
    guard !new.isEmpty, let snippet = try? ConfigSnippet(session, profile, instance) else {
      return []
    }
    return generation.plugins.filter { $0.isRequested && new.contains($0.name) }.compactMap {
      plugin in
      (try? snippet.text(for: plugin))?.flatMap { (plugin.name, $0) }
    }
  }

  /// What is said of files in folders that the host searches before ours.
  private func shadowNotes(_ generation: Generation) -> [String] {
    guard let folder = generation.viewFolder,
      let places = try? HostFolders(session).search(profile)
    else { return [] }
    let before = places.prefix { $0.path != folder }
    // Where it is none of the folders that are searched, none comes before it.
    guard before.count < places.count else { return [] }
    return generation.plugins.filter(\.isEnabled).flatMap(\.viewNames).flatMap { name in
      before.map { "\($0.path)/\(name)" }.filter(FileSystem.exists).map {
        "\(profile.id) finds `\($0)` first, which hides `\(folder)/\(name)`"
      }
    }
  }

  /// What is said of a folder that the user chose and in which the host does not look.
  private func folderNotes(_ generation: Generation) -> [String] {
    guard instance.isChosenByHand, !generation.plugins.isEmpty, let folder = generation.viewFolder,
      let name = try? HostFolders(session).lacking(folder, profile)
    else { return [] }
    return ["\(profile.id) looks in \(folder) only where \(name) names it"]
  }

  /// What is said of files that the host looks for where we put nothing.
  private func unlinkedNotes(_ generation: Generation, _ plan: TransactionPlan) -> [String] {
    let changed = Set(plan.steps.filter(\.action.isSeenByHost).map(\.name))
    let files = generation.plugins.filter { changed.contains($0.name) && $0.isEnabled }
      .flatMap(\.extraFiles).filter { !$0.isLinked }
    let byFolder = Dictionary(grouping: files) { FileSystem.folder(of: $0.path) }
    return byFolder.keys.sorted().map { folder in
      let names = byFolder[folder, default: []].map { FileSystem.baseName(of: $0.path) }.sorted()
      let source = FileSystem.folder(of: byFolder[folder]?.first?.name ?? "")
      return
        "\(profile.id) looks for \(names.joined(separator: ", ")) in \(folder), \(whyUnlinked(folder)): link \(names.count == 1 ? "it" : "them") there from \(instance.current)/\(source)"
    }
  }

  /// Why nothing was put into a folder in which the host looks for further files.
  private func whyUnlinked(_ folder: String) -> String {
    if instance.isChosenByHand { return "where nothing is put with `--into`" }
    if session.options.root != nil { return "where nothing is put for an image" }
    return FileSystem.target(folder)?.kind == .folder
      ? "which is not ours to write to" : "which is no folder here"
  }

  /// What the host's own configuration must say once; nil where it needs nothing.
  private var includeHint: String? {
    guard !instance.isChosenByHand, let hint = (profile.activation?.includeHint).map(printable)
    else {
      return nil
    }
    let seen = session.places.seenByHosts(instance.current)
    return filled(hint, [("activate", "\(seen)/activate"), ("plugins", "\(seen)/plugins")])
  }

  /// Whether no other host of the scope has what a change brought.
  private func isOnlyPlace(of plan: TransactionPlan) -> Bool {
    let names = Set(plan.steps.map(\.name))
    let all = (try? InstanceLookup(session: session).everywhere()) ?? []
    return all.allSatisfy { other in
      other.instance.id == instance.id
        || other.current.plugins.allSatisfy { !names.contains($0.name) }
    }
  }

  /// The command that leads back: to the generation before, which stays on disk.
  private func undo(_ plan: TransactionPlan, former: Generation?, folder: String?) -> String {
    // The same plugin may be another host's too.
    let named = isOnlyPlace(of: plan) ? [] : ["--host", instance.hostID]
    let words =
      former.map { ["rollback", "\($0.number)", "--host", instance.hostID] }
      ?? ["remove"] + plan.steps.map { "\($0.name)" } + named
    let into = instance.isChosenByHand ? folder.map { ["--into", $0] } ?? [] : []
    return (["plugctl"] + words + into).joined(separator: " ")
  }
}
