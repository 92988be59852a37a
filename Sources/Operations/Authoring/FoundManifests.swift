internal import Files
internal import PkgCore

/// Manifests below a folder, for commands that take names or all.
struct FoundManifests {
  /// Readable ones and others, sorted by path.
  let files: [ManifestFile]

  /// Folders that hold what was made or fetched, not what is built.
  private static let passedOver: Set<String> = [
    "build", "dist", "target", "node_modules", "vendor",
  ]
  private static let mostFolders = 20_000
  private static let deepest = 8

  /// Looks below a folder; links are not followed, hidden folders and those of build results are passed over.
  ///
  /// - Throws: ``Diagnostic`` with `system.too-large` where there are too many folders.
  init(below folder: String) throws {
    var found: [ManifestFile] = []
    var left = Self.mostFolders
    func look(_ folder: String, _ depth: Int) throws {
      left -= 1
      guard left > 0 else {
        throw Diagnostic(
          .systemTooLarge, "there are more than \(Self.mostFolders) folders here",
          hint: "name the plugins' folders")
      }
      let names = (try? FileSystem.names(in: folder)) ?? []
      let prefix = folder == "." ? "" : folder + "/"
      if let name = ManifestFile.names.first(where: names.contains) {
        found.append(try ManifestFile(prefix + name))
      }
      guard depth < Self.deepest else { return }
      for name in names where !name.begins(with: ".") && !Self.passedOver.contains(name) {
        guard (try? FileSystem.status(prefix + name))?.kind == .folder else { continue }
        try look(prefix + name, depth + 1)
      }
    }
    try look(folder, 0)
    files = found
  }

  /// The one of a plugin, by its name or full name.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.unknown` or `name.ambiguous`.
  func named(_ text: String) throws -> ManifestFile {
    let reference = try PluginReference(text)
    let fitting = files.filter { file in
      guard let name = file.manifest?.name else { return false }
      return name.name.folded == reference.name.folded
        && (reference.publisher == nil || reference.publisher?.folded == name.publisher.folded)
    }
    if fitting.count == 1 { return fitting[0] }
    guard fitting.isEmpty else {
      throw Diagnostic(
        .nameAmbiguous, "there are several plugins `\(printable(text))` here",
        notes: fitting.map(\.path), hint: "name the folder")
    }
    let near = nearest(to: text, among: files.compactMap { $0.manifest?.name.name.text })
    throw Diagnostic(
      .pluginUnknown, "no manifest here or below is of a plugin `\(printable(text))`",
      hint: near.map { "did you mean `\($0)`?" }
        ?? "name its folder, or make one with `plugctl init`")
  }
}
