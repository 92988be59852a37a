internal import Files
public import PkgCore
internal import PkgStore

/// A plugin's file that a running process has mapped.
public struct UseListing: Sendable {
  /// How what is mapped stands to what is installed.
  public enum State: String, Sendable {
    /// It is what a process that starts now would get.
    case live
    /// Another version is live now, or none.
    case old
    /// The file was removed or replaced; the process keeps it until it ends.
    case deleted
  }

  /// The process.
  public let process: Int32
  /// The program's name.
  public let program: String
  /// The host instance whose generations have the plugin; nil where none has it any more.
  public let host: String?
  /// The plugin; nil where only its file is known.
  public let plugin: PluginName?
  /// Its version; nil where that can't be told: a copy in the host's folder that was replaced.
  public let version: Version?
  /// The file, as the process sees it.
  public let path: String
  /// How it stands to what is installed.
  public let state: State

  /// One element of `processes` in `plugctl.in-use/1`.
  public var json: JSON {
    [
      "pid": .integer(Int64(process)), "program": .string(program), "host": .optional(host),
      "plugin": .optional(plugin?.description), "version": .optional(version?.description),
      "path": .string(path), "state": .string(state.rawValue),
    ]
  }
}

/// Which running processes use which plugins.
public struct UseQueries: Sendable {
  private let session: Session

  /// Questions in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// What a file of ours is.
  private struct Known {
    let host: String
    let plugin: PluginName
    let version: Version
    let isLive: Bool
  }

  /// What processes have mapped of the plugins that are or were installed.
  ///
  /// - Parameter texts: only these plugins; all where none is named.
  /// - Returns: by process, and how many processes could not be looked into.
  /// - Throws: ``Diagnostic`` with `plugin.not-installed` for a name of which nothing is known.
  public func uses(of texts: [String]) throws -> (uses: [UseListing], unseen: Int) {
    let references = try texts.map { try PluginReference($0) }
    let (trees, copies) = try known()
    for reference in references
    where !trees.values.contains(where: { reference.matches($0.plugin) }) {
      _ = try InstalledQueries(session).installed("\(reference)")
    }
    let data = FileSystem.realPath(session.places.trees) ?? session.places.trees
    var uses: [UseListing] = []
    var unseen = 0
    for process in ProcessTable.all() {
      guard let files = ProcessTable.mappedIfSeen(by: process) else {
        unseen += 1
        continue
      }
      for file in files.sorted(by: { $0.path < $1.path }) {
        let known: Known?
        if file.path.begins(with: "\(data)/"), let tree = file.treeName {
          known = trees[tree]
        } else if let copy = copies[file.path] {
          known = copy
        } else {
          continue
        }
        guard references.isEmpty || references.contains(where: { $0.matches(known?.plugin) })
        else { continue }
        let isCopy = copies[file.path] != nil
        uses.append(
          UseListing(
            process: process, program: printable(ProcessTable.name(of: process)),
            host: known?.host, plugin: known?.plugin,
            version: isCopy && file.isDeleted ? nil : known?.version, path: file.path,
            state: file.isDeleted ? .deleted : known?.isLive ?? false ? .live : .old))
      }
    }
    return (uses, unseen)
  }

  /// The trees of all generations by name, and the copies in hosts' folders by path.
  private func known() throws -> (trees: [String: Known], copies: [String: Known]) {
    var trees: [String: Known] = [:]
    var copies: [String: Known] = [:]
    for (instance, current) in try InstanceLookup(session: session).all() {
      for number in try instance.generationNumbers() {
        guard let generation = try? instance.generation(number) else { continue }
        for plugin in generation.plugins where trees[plugin.treeName]?.isLive != true {
          let isLive = current.plugins.contains { $0.tree == plugin.tree && $0.isEnabled }
          let known = Known(
            host: instance.id, plugin: plugin.name, version: plugin.version, isLive: isLive)
          trees[plugin.treeName] = known
          guard generation.isCopied, let folder = generation.viewFolder else { continue }
          let real = FileSystem.realPath(folder) ?? folder
          for name in plugin.viewNames { copies["\(real)/\(name)"] = known }
        }
      }
    }
    return (trees, copies)
  }
}

extension Installing {
  /// Waits until no process uses another than the live version of plugins.
  ///
  /// - Parameter texts: which; all where none is named.
  /// - Throws: ``Diagnostic`` with `host.in-use` once the time is over.
  func waitUnmapped(_ texts: [String], seconds: Int64) async throws {
    let queries = UseQueries(session)
    for round in 0... {
      let old = try queries.uses(of: texts).uses.filter { $0.state != .live }
      let processes = Set(old.map(\.process))
      guard let first = old.first else { return }
      guard round < seconds * 5 else {
        throw Diagnostic(
          .hostInUse,
          "the change is done, and \(processes.count) processes still use what was there before",
          notes: old.prefix(5).map { "\($0.program) (pid \($0.process)): `\($0.path)`" },
          hint: "restart \(first.program), or wait for it: `plugctl in-use` shows who is left")
      }
      session.progress(.unmapping(processes: processes.count))
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}

extension PluginReference {
  /// Whether it means a plugin of which perhaps nothing is known.
  fileprivate func matches(_ name: PluginName?) -> Bool { name.map { matches($0) } ?? false }
}
