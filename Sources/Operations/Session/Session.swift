internal import Files
public import PkgCore
package import PkgStore

/// Where and how a command works.
public struct SessionOptions: Sendable {
  /// nil: the project's where a `plugctl.yaml` is found upward, else the user's, as root the system's.
  public var scope: HostProfile.Scope?
  /// A profile's id, or an instance's, of which a session makes host and folder; nil where the plugin or the
  /// project says it.
  public var host: String?
  /// The instance that was named by its id.
  public internal(set) var instance: String?
  /// A folder that stands for `/`, in system scope.
  public var root: String?
  /// A folder of the host's to install into instead of the profile's own.
  public var into: String?
  /// Never asks the network.
  public var isOffline = false
  /// Index metadata whose term is over is used up to this age; nil for not at all.
  public var maxAgeSeconds: Int64?
  /// How long to wait for another process.
  public var waitSeconds: Int64 = 0
  /// Downloads at the same time.
  public var jobs = 8

  /// The defaults.
  public init() {}
}

/// Asks a person for yes or no; throws where nobody can be asked. The hint says what to do then.
public typealias Confirmation = @Sendable (_ question: String, _ hint: String) throws -> Bool

/// A command's surroundings, found once: paths, time, how to report progress. Opens nothing.
public struct Session: Sendable {
  /// How the command was asked to work.
  public internal(set) var options: SessionOptions
  /// The moment at which the command began; the only clock that decisions see.
  public let now: Timestamp
  /// Where the scope keeps what it has.
  package private(set) var places: StorePlaces
  /// The folder of the project that the command was run in, where it is to be trusted.
  private let project: String?
  /// Takes progress.
  public private(set) var progress: ProgressSink
  /// Asks about keys.
  private(set) var confirm: Confirmation
  /// Folders that stand for the servers of indexes, by the indexes' names: what was carried here.
  private(set) var carriedIndexes: [String: String] = [:]

  /// Finds the scope and its places.
  ///
  /// - Throws: ``Diagnostic`` where a project is asked for and there is none.
  public init(
    _ options: SessionOptions, progress: @escaping ProgressSink = { _ in },
    confirm: @escaping Confirmation = Session.nobody
  ) throws {
    var options = options
    // Every path that is written into an image hangs on it; links in it must not be followed twice.
    options.root = try options.root.map { try FileSystem.realPath($0) ?? FileSystem.absolute($0) }
    if options.root == "/" { options.root = nil }
    self.options = options
    self.progress = progress
    self.confirm = confirm
    now = Timestamp(secondsSinceEpoch: Machine.secondsSinceEpoch())
    let project = Self.project()
    let untrusted = try project.flatMap { try Self.untrustedPath(of: $0) }
    if options.scope == .project, let untrusted { throw Self.untrusted(untrusted) }
    if options.scope == nil, let untrusted { progress(.warning(Self.untrusted(untrusted))) }
    self.project = untrusted == nil ? project : nil
    let scope = options.scope ?? Self.usualScope(options, project: self.project)
    guard scope != .project || project != nil else {
      throw Diagnostic(
        .usageInvalidValue, "there is no project here",
        hint: "make a file `plugctl.yaml` in the project's folder, or use `--scope user`")
    }
    guard options.root == nil || scope == .system else {
      throw Diagnostic(
        .usageConflict, "`--root` works in system scope only", hint: "add `--scope system`")
    }
    // What we make is for others to read in system scope and never for others to write.
    Machine.setFileModeMask(0o022)
    places = Self.places(scope, options, project: project)
    self.options.instance = nil
    if let id = options.host, id.holds("@") { try choose(id) }
  }

  /// Means one instance, as if its host and folder had been named. One that is not there, or damaged, is told by
  /// what looks for it: other commands don't ask.
  private mutating func choose(_ instance: String) throws {
    guard options.into == nil else {
      throw Diagnostic(
        .usageConflict, "`--host \(printable(instance))` and `--into` both name a folder",
        hint: "give one of them")
    }
    options.into = try? InstanceLookup(session: self).chosenFolder(of: instance)
    options.host = HostProfile.id(ofInstance: instance)
    options.instance = instance
  }

  /// The same for all folders of its hosts.
  var withoutFolder: Session {
    var copy = self
    (copy.options.into, copy.options.instance) = (nil, nil)
    return copy
  }

  /// The same, asking another way.
  func asking(_ confirm: @escaping Confirmation) -> Session {
    var copy = self
    copy.confirm = confirm
    return copy
  }

  /// The same without a network, with folders that stand for the servers of some indexes.
  func carrying(_ folders: [String: String]) -> Session {
    var copy = self
    copy.carriedIndexes = folders
    copy.options.isOffline = true
    return copy
  }

  /// The same with memory, cache and new configuration in a folder that is given up afterwards: nothing
  /// that it learns stays.
  func forgetting(in folder: String) -> Session {
    var copy = self
    copy.places = StorePlaces(
      scope: places.scope, data: places.data, trust: "\(folder)/trust", cache: "\(folder)/cache",
      configuration: ["\(folder)/configuration"] + places.configuration)
    return copy
  }

  /// Nobody can be asked.
  public static let nobody: Confirmation = { question, hint in
    throw Diagnostic(
      .trustConfirmation, "this needs your confirmation, and nobody can be asked",
      notes: [question], hint: hint)
  }

  /// The scope that the command works in.
  public var scope: HostProfile.Scope { places.scope }

  /// The project's folder, in project scope.
  public var projectFolder: String? { scope == .project ? project : nil }

  /// The same in each other scope that there is here, the narrowest first, without a word to the user. None
  /// beside an image, nor in system scope: what is everybody's looks into nobody's home.
  var elsewhere: [Session] {
    guard options.root == nil, scope != .system else { return [] }
    return [HostProfile.Scope.project, .user, .system].compactMap { other in
      guard other != scope, other != .project || project != nil else { return nil }
      var copy = self
      copy.options.scope = other
      copy.places = Self.places(other, options, project: project)
      copy.progress = { _ in }
      return copy
    }
  }

  /// Where the scopes around this one keep what they have, the nearest first: the user's and the
  /// system's around a project, the system's around the user's.
  package var outerPlaces: [StorePlaces] {
    guard options.root == nil else { return [] }
    let outer: [HostProfile.Scope] =
      switch scope {
      case .project: [.user, .system]
      case .user: [.system]
      case .system: []
      }
    return outer.map { Self.places($0, options, project: nil) }
  }

  private static func usualScope(_ options: SessionOptions, project: String?) -> HostProfile.Scope {
    if options.root != nil { return .system }
    return project != nil ? .project : Machine.isRoot ? .system : .user
  }

  /// The nearest folder upward with a `plugctl.yaml`; none where the working folder is gone.
  private static func project() -> String? {
    guard var folder = try? FileSystem.currentFolder() else { return nil }
    while true {
      if FileSystem.exists("\(folder)/plugctl.yaml") { return folder }
      guard folder != "/" else { return nil }
      folder = FileSystem.folder(of: folder)
    }
  }

  /// What of a project may be somebody else's doing; nil where all of it is this user's, or root's.
  private static func untrustedPath(of project: String) throws -> String? {
    let files = ["plugctl.yaml", "plugctl.lock", ".plugctl"].map { "\(project)/\($0)" }
    for path in [project] + files {
      guard let status = try? FileSystem.status(path) else { continue }
      let isOurs = status.owner == Machine.userID || (status.owner == 0 && status.kind != .link)
      // Groups of one's own are common; root has none.
      let forbidden: UInt32 = Machine.isRoot ? 0o022 : 0o002
      guard isOurs, status.kind != .link, status.mode & forbidden == 0 else { return path }
    }
    return nil
  }

  private static func untrusted(_ path: String) -> Diagnostic {
    Diagnostic(
      .projectUntrusted, "`\(path)` is not yours alone, so its project does not count",
      hint: "use `--scope user`, or make the folder yours and take the others' write permission")
  }

  private static func places(
    _ scope: HostProfile.Scope, _ options: SessionOptions, project: String?
  ) -> StorePlaces {
    let home = Machine.home
    func base(_ variable: String, _ usual: String) -> String {
      // The XDG specification has relative paths ignored.
      Machine.environment(variable).flatMap { $0.begins(with: "/") ? $0 : nil }
        ?? "\(home)/\(usual)"
    }
    let userConfiguration = base("XDG_CONFIG_HOME", ".config") + "/plugctl"
    let cache = Machine.environment("PLUGCTL_CACHE_DIR")
    let root = options.root ?? ""
    switch scope {
    case .system:
      return StorePlaces(
        scope: .system, data: "\(root)/var/lib/plugctl", trust: "\(root)/var/lib/plugctl/trust",
        cache: cache ?? "\(root)/var/cache/plugctl", configuration: ["\(root)/etc/plugctl"],
        root: options.root)
    case .user, .project:
      let data = project.flatMap { scope == .project ? "\($0)/.plugctl" : nil }
      return StorePlaces(
        scope: scope, data: data ?? base("XDG_DATA_HOME", ".local/share") + "/plugctl",
        trust: base("XDG_STATE_HOME", ".local/state") + "/plugctl/trust",
        cache: cache ?? base("XDG_CACHE_HOME", ".cache") + "/plugctl",
        configuration: [userConfiguration, "/etc/plugctl"])
    }
  }
}
