internal import Files
internal import Glibc
internal import PkgCore
internal import TestSupport

/// One user on one machine: an empty home, nothing of the environment but the PATH, user scope.
final class Sandbox: Sendable {
  let folder: TestFolder
  private let variables: [String: String]

  /// - Parameter variables: set besides the usual ones; an empty value unsets.
  init(_ variables: [String: String] = [:]) throws {
    folder = try TestFolder("sandbox")
    try FileSystem.makeFolders(folder.file("home"))
    try FileSystem.makeFolders(folder.file("work"))
    try FileSystem.makeFolders(folder.file("tmp"))
    var all = [
      "PATH": Machine.environment("PATH") ?? "/usr/bin:/bin", "HOME": folder.file("home"),
      "LANG": "C.UTF-8",
      "PLUGCTL_SCOPE": "user", "TMPDIR": folder.file("tmp"),
      // A terminal of whoever runs the tests must never be asked.
      "PLUGCTL_NO_INPUT": "1",
    ]
    for (name, value) in variables { all[name] = value.isEmpty ? nil : value }
    self.variables = all
  }

  var home: String { folder.file("home") }
  var work: String { folder.file("work") }
  var data: String { "\(home)/.local/share/plugctl" }
  var configuration: String { "\(home)/.config/plugctl" }
  var state: String { "\(home)/.local/state/plugctl" }
  var cache: String { "\(home)/.cache/plugctl" }

  /// Runs the real program to its end.
  func plugctl(
    _ arguments: String..., with variables: [String: String] = [:], in folder: String? = nil,
    input: String = ""
  ) throws -> Outcome {
    try plugctl(arguments, with: variables, in: folder, input: input)
  }

  func plugctl(
    _ arguments: [String], with variables: [String: String] = [:], in folder: String? = nil,
    input: String = ""
  ) throws -> Outcome {
    try run([Programs.plugctl] + arguments, with: variables, in: folder, input: input)
  }

  /// Runs another program in the same surroundings.
  func run(
    _ arguments: [String], with variables: [String: String] = [:], in folder: String? = nil,
    input: String = "", seconds: Int64 = 60
  ) throws -> Outcome {
    var command = ChildCommand(arguments)
    command.environment = environment(variables)
    command.folder = folder ?? work
    command.input = Array(input.utf8)
    command.timeoutMilliseconds = seconds * 1_000
    let result = try command.run()
    let name = ([FileSystem.baseName(of: arguments[0])] + arguments.dropFirst()).joined(
      separator: " ")
    return Outcome(
      command: name, end: result.end, output: result.outputText, errors: result.errorText)
  }

  /// Starts a program that runs beside the test.
  func start(_ arguments: [String], with variables: [String: String] = [:]) throws -> RunningProcess
  {
    try RunningProcess(arguments, environment: environment(variables), folder: work)
  }

  func environment(_ more: [String: String] = [:]) -> [String] {
    variables.merging(more) { $1 }.filter { !$0.value.isEmpty }.map { "\($0.key)=\($0.value)" }
  }

  /// Uses an index by the fingerprint of its root.
  func add(
    _ index: ExampleIndex, at url: String? = nil, name: String = "main", scope: String? = nil
  ) throws {
    let arguments = [
      "index", "add", url ?? index.path, "--name", name, "--trust", index.fingerprint,
    ]
    try plugctl(arguments + (scope.map { ["--scope", $0] } ?? [])).succeeded()
  }

  /// Has sqlite3's plugins as links or copies in a folder of the home, which is made when needed.
  func searchesFolder(view: String) throws -> String {
    let extensions = "\(home)/extensions"
    try folder.write(
      "home/.config/plugctl/hosts.d/sqlite.yaml",
      """
      schema: 1
      id: sqlite
      extends: sqlite
      paths: [{ scope: user, dir: \(extensions) }]
      layout: { place: flat, file: "{file}", view: \(view), path: stable }

      """)
    return extensions
  }

  /// Everything that is installed, byte by byte: the store and the hosts' folders, never the cache.
  func installed(_ more: String...) throws -> FileListing { try FileListing([data] + more) }

  /// The live generation's folder of a host.
  func live(_ host: String = "sqlite") -> String { "\(data)/hosts/\(host)/current" }

  /// `name version` of all that is installed, sorted.
  func list(_ arguments: String...) throws -> [String] {
    try plugctl(["list"] + arguments).succeeded().lines.map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      return "\(cells[1].split(separator: "/")[1]) \(cells[2])"
    }.sorted()
  }

  /// What sqlite3 answers once it has loaded what is active.
  func sqlite(_ query: String) throws -> Outcome {
    try run([
      "sqlite3", "-batch", "-bail", "-init", "\(live())/activate/load.sql", ":memory:", query,
    ])
  }
}

/// Every path below some folders, with kind, mode and content or target.
struct FileListing: Equatable {
  private(set) var entries: [String: [UInt8]] = [:]

  init(_ folders: [String]) throws {
    for folder in folders where FileSystem.exists(folder) { try walk(folder) }
  }

  /// Paths that differ, but for trees that nothing names: a refused plugin's are garbage, not state.
  func difference(from former: FileListing) -> [String] {
    Set(entries.keys).union(former.entries.keys).filter { path in
      guard entries[path] != former.entries[path] else { return false }
      return former.entries[path] != nil || !path.split(separator: "/").contains("trees")
    }.sorted()
  }

  private mutating func walk(_ path: String) throws {
    let status = try FileSystem.status(path)
    switch status.kind {
    case .folder:
      entries[path] = Array("folder \(status.mode)".utf8)
      for name in try FileSystem.names(in: path) { try walk("\(path)/\(name)") }
    case .link: entries[path] = Array(try FileSystem.linkTarget(path).utf8)
    default: entries[path] = Array("file \(status.mode) ".utf8) + (try FileSystem.read(path))
    }
  }
}
