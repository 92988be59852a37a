internal import Files
internal import PkgCore
internal import PkgStore

/// Folders from whose sources the user said that plugins may be built: `sources.json` of the user's memory, never of the
/// folder itself, so that a checkout can't bring it along.
///
/// ```
/// { "schema": 1, "folders": ["/home/ada/plugins"] }
/// ```
struct AllowedSources {
  private let file: MemoryFile

  init(_ places: StorePlaces) { file = MemoryFile(path: "\(places.trust)/sources.json") }

  /// Whether a folder, absolute and without links, is one.
  func has(_ folder: String) throws -> Bool { try folders().contains(folder) }

  /// Adds a folder.
  func allow(_ folder: String) throws { try change { $0.insert(folder) } }

  /// Takes a folder away.
  func forget(_ folder: String) throws { try change { $0.remove(folder) } }

  private func change(_ change: (inout Set<String>) -> Void) throws {
    try file.update {
      var folders = Set(try folders())
      change(&folders)
      return ["schema": 1, "folders": .strings(folders.sorted(by: bytesPrecede))]
    }
  }

  private func folders() throws -> [String] {
    let path = file.path
    func malformed() -> Diagnostic {
      Diagnostic(
        .configInvalid, "`\(path)` can't be read",
        hint: "remove it, and allow the folders again with `--allow`")
    }
    guard let json = try file.read(malformed: malformed) else { return [] }
    guard let folders = json["folders"]?.arrayValue else { throw malformed() }
    return folders.compactMap(\.stringValue)
  }
}
