internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// Where a build may write, what it must not read, and the environment that it sees.
struct BuildPlace: ~Copyable {
  /// The manifest's folder, absolute and without links.
  let folder: String
  /// Where the command writes what it makes.
  private let result: String
  private let cache: String
  private let lock: FileLock
  private let scratch: ScratchFolder
  private let configuration: [String]

  /// Waits for another build of the same folder; blocks this thread.
  ///
  /// - Parameters:
  ///   - output: the one folder to be written to where the sources' own is not.
  ///   - waits: asked some times a second whether to wait on.
  /// - Throws: ``Diagnostic`` where the folder is gone, and `system.locked` where it would have had to wait on;
  ///   ``SystemError`` where the cache can't be made.
  init(_ folder: String, output: String?, _ session: Session, while waits: () -> Bool) throws {
    let real = try Self.real(folder)
    let cache = Self.cachePath(of: real, session)
    try FileSystem.makeFolders(cache, mode: 0o700)
    guard let lock = try FileLock.ofFolder(cache, while: waits) else {
      throw Diagnostic(
        .systemLocked, "another build of `\(real)` has not ended", hint: "wait for it, or end it")
    }
    // Says whose it is, and that it was used just now: `cache clean` spares it.
    try FileSystem.replace("\(cache)/folder", with: Array("\(real)\n".utf8), isDurable: false)
    if let output { try FileSystem.makeFolders(output, mode: 0o700) }
    self.init(
      folder: real, result: try output.map(Self.real) ?? real, cache: try Self.real(cache),
      lock: lock, scratch: try ScratchFolder(), configuration: session.places.configuration)
  }

  private init(
    folder: String, result: String, cache: String, lock: consuming FileLock,
    scratch: consuming ScratchFolder, configuration: [String]
  ) {
    self.folder = folder
    self.result = result
    self.cache = cache
    self.lock = lock
    self.scratch = scratch
    self.configuration = configuration
  }

  /// Each folder has a cache of its own: what one build leaves must not become part of another's.
  ///
  /// - Parameter folder: absolute, without links.
  static func cachePath(of folder: String, _ session: Session) -> String {
    "\(session.places.cache)/build/\(sha256(Array(folder.utf8)).hex.prefix(32))"
  }

  private static func real(_ path: String) throws -> String {
    if let real = FileSystem.realPath(path) { return real }
    throw Diagnostic(.systemNotFound, "`\(path)` does not exist")
  }

  /// The command as it is run.
  func child(_ command: [String], isConfined: Bool) -> ChildCommand {
    var child = ChildCommand(command)
    if isConfined {
      child.arguments = BuildChild.arguments(
        command, writable: [result, cache, FileSystem.realPath(scratch.path) ?? scratch.path],
        hidden: hidden)
      child.environment = environment
    }
    child.folder = folder
    return child
  }

  /// Secret keys, and where other tools keep theirs: a build could put them into what it makes.
  private var hidden: [String] {
    let paths =
      configuration.map { "\($0)/keys" } + Self.secrets.map { "\(Machine.home)/\($0)" }
    return paths.compactMap(FileSystem.realPath)
  }

  private static let secrets = [
    ".ssh", ".gnupg", ".netrc", ".git-credentials", ".config/gh", ".aws", ".azure",
    ".config/gcloud", ".kube", ".docker", ".npmrc", ".pypirc", ".cargo/credentials.toml",
  ]

  /// This process's own, but for what bears secrets by its name; caches and temporary files have places of their own,
  /// and tools that could fetch are told not to try.
  private var environment: [String] {
    let set = [
      "TMPDIR": scratch.path, "XDG_CACHE_HOME": cache, "GOCACHE": "\(cache)/go-build",
      "GOTOOLCHAIN": "local", "GOPROXY": "off",
      "CARGO_NET_OFFLINE": "true",
    ]
    let words = ["TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "CREDENTIAL"]
    let kept = Machine.allEnvironment.filter { entry in
      let name = String(entry.prefix { $0 != "=" })
      return set[name] == nil && !words.contains { name.uppercased().contains($0) }
    }
    return kept + set.sorted { bytesPrecede($0.key, $1.key) }.map { "\($0.key)=\($0.value)" }
  }
}
