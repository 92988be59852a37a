internal import PkgCore

/// That files are needed, are not here, and may not be fetched. Who looks for several gathers what each of
/// them lacks, so that all is told at once.
struct MissingFromCache: Error, Sendable {
  /// One of them.
  struct File: Sendable, Hashable {
    /// What it is.
    enum Kind: String, Sendable { case metadata, record, list, archive }

    let kind: Kind
    /// The index's name.
    let index: String
    /// Below the index's folder.
    let path: String
    /// For which plugin it is; nil where for all.
    var plugin: PluginName?
    /// Of archives.
    var version: Version?
    /// Of archives.
    var platform: Platform?
    /// Bytes; nil where nobody says.
    var size: Int64?
  }

  /// Each once.
  private(set) var files: [File]

  init(_ files: [File] = []) { self.files = files }

  /// Adds what another search lacks.
  mutating func add(_ other: MissingFromCache) {
    for file in other.files where !files.contains(where: { $0.isSame(file) }) { files.append(file) }
  }

  /// The same files, needed for a plugin.
  func needed(for plugin: PluginName) -> MissingFromCache {
    MissingFromCache(
      files.map { file in
        var file = file
        file.plugin = file.plugin ?? plugin
        return file
      })
  }

  /// Runs a step; what it lacks is gathered, and the answer is nil then.
  mutating func gather<Value: Sendable>(_ step: () async throws -> Value) async throws -> Value? {
    do { return try await step() } catch let error as MissingFromCache {
      add(error)
      return nil
    }
  }

  /// - Throws: itself, where anything is missing.
  func check() throws { if !files.isEmpty { throw self } }
}

extension MissingFromCache.File {
  /// Whether it is the same file, whoever needs it.
  func isSame(_ other: MissingFromCache.File) -> Bool {
    sameBytes(index, other.index) && sameBytes(path, other.path)
  }

  /// For people: what it is, for whom, and how large.
  fileprivate var line: String {
    let whose =
      plugin.map { name in " of `\(name)\(version.map { " \($0)" } ?? "")`" } ?? ""
    let more = [platform?.text, size.map { "\($0) bytes" }].compactMap { $0 }
    return "\(kind.rawValue)\(whose): `\(path)` of the index `\(index)`"
      + (more.isEmpty ? "" : " (\(more.joined(separator: ", ")))")
  }

  fileprivate var json: JSON {
    [
      "kind": .string(kind.rawValue), "index": .string(index), "path": .string(path),
      "id": .optional(plugin?.description), "version": .optional(version?.description),
      "platform": .optional(platform?.text), "size": size.map { .integer($0) } ?? .null,
    ]
  }
}

extension MissingFromCache: Diagnosable {
  /// `network.offline`, every file in a note of its own.
  var diagnostic: Diagnostic {
    let sorted = files.sorted { left, right in
      (left.kind.order, left.index, left.path) < (right.kind.order, right.index, right.path)
    }
    let known = sorted.compactMap(\.size).reduce(0, +)
    let message =
      files.count == 1
      ? "a file that this needs is not in the cache"
      : "\(files.count) files that this needs are not in the cache"
    return Diagnostic(
      .networkOffline, message, notes: sorted.map { printable($0.line) }, hint: hint,
      details: JSONObject([
        .init("missing", .array(sorted.map(\.json))), .init("size", .integer(known)),
      ]))
  }

  private var hint: String {
    var wanted: [String] = []
    for file in files {
      guard let plugin = file.plugin else { continue }
      let text = "\(plugin)" + (file.version.map { "@\($0)" } ?? "")
      if !wanted.contains(text) { wanted.append(text) }
    }
    // One that is asked for by its version is not asked for twice.
    let all = wanted
    wanted.removeAll { text in all.contains { $0.begins(with: "\(text)@") } }
    guard !wanted.isEmpty else {
      return "run the command once without `--offline`, or `plugctl update` with a network"
    }
    return "run the command once without `--offline`; or fetch all where there is a network, with "
      + "`plugctl bundle create -o plugins.tar \(wanted.joined(separator: " "))`, and bring it with "
      + "`plugctl bundle install plugins.tar`"
  }
}

extension MissingFromCache.File.Kind {
  fileprivate var order: Int {
    switch self {
    case .metadata: 0
    case .list: 1
    case .record: 2
    case .archive: 3
    }
  }
}
