/// What a host is like: where it looks, how it names files, what proves a load (`docs/formats.md`).
public struct HostProfile: Sendable {
  /// The highest schema that this program reads.
  public static let schema: Int64 = 1

  /// Where a plugin may be installed, from narrow to wide.
  public enum Scope: String, Sendable, CaseIterable {
    /// Beside a project's files.
    case project
    /// In the user's home.
    case user
    /// For everybody on the machine.
    case system
  }

  /// A place that the host searches.
  public enum SearchPath: Sendable, Equatable {
    /// A folder; `~` at the start means the home.
    case folder(scope: Scope, path: String)
    /// An environment variable that holds folders.
    case variable(name: String, separator: String)
  }

  /// How to find the host's binary and its version.
  public struct Detection: Sendable {
    /// Names looked up on the PATH, or absolute paths; the first that exists counts.
    public var binaries: [String] = []
    /// Arguments that make it print its version; `{binary}` is replaced.
    public var versionArguments: [String] = []
    /// Whether the version comes on stderr.
    public var versionOnStderr = false
    /// The command by which the host tells what it has without plugins, and the expression whose group 1 is
    /// a name; it is looked for on and on in the output. nil where the host tells nothing.
    public var builtIns: (arguments: [String], isOnStderr: Bool, pattern: String)?
    /// Commands that each print a folder of the host's, by the word for it; `{binary}` and `{bindir}`, the
    /// folder of the binary, are replaced.
    public var folders: [(name: String, arguments: [String])] = []
    /// POSIX extended expression; group 1 is the version.
    public var versionPattern = ""

    /// Nothing is known yet.
    public init() {}
  }

  /// How plugins get into the host's sight.
  public enum View: String, Sendable, CaseIterable {
    /// The host reads the generation's activation file or its folder; nothing else changes.
    case include
    /// Symbolic links in a folder that the host searches.
    case links
    /// Files in a folder that the host searches.
    case copies
  }

  /// Which path the host is given.
  public enum PathStyle: String, Sendable, CaseIterable {
    /// Names the generation: a process that reloads sees a new path for new code.
    case versioned
    /// Through `current`, for hosts that start anew each time.
    case stable
  }

  /// Which folder a plugin's file goes to.
  public enum Placement: String, Sendable, CaseIterable {
    /// All files side by side.
    case flat
    /// A folder for each type.
    case byType = "by-type"
    /// A folder for each plugin.
    case perPlugin = "per-plugin"
  }

  /// How files are laid out.
  public struct Layout: Sendable {
    /// Which folder a plugin's file goes to.
    public var placement = Placement.flat
    /// The file's name; `{name}`, `{publisher}`, `{file}` (as packed) are replaced.
    public var file = "{name}.so"
    /// Further names for the same file.
    public var aliases: [String] = []
    /// Folder names by type; a type without one uses its own name.
    public var foldersByType: [(type: String, folder: String)] = []
    /// How plugins get into the host's sight.
    public var view = View.links
    /// Which path the host is given.
    public var pathStyle = PathStyle.stable
    /// Files of packages that the host looks for in folders of its own.
    public var extra: [ExtraRule] = []
    /// Whether the host refuses a library without execute permission; then it is packed with it.
    public var isExecutable = false
  }

  /// Which files of a package go to a folder of the host's.
  public struct ExtraRule: Sendable, Equatable {
    /// A file's base name, in which one `*` stands for anything.
    public var match: String
    /// The folder; `{word}` is one of ``Detection/folders``.
    public var folder: String

    /// Whether a file of this base name is meant.
    public func takes(_ name: String) -> Bool {
      let parts = match.parts(at: "*", cuts: 1, keepsEmpty: true)
      guard parts.count == 2 else { return name == match }
      return name.utf8.count >= match.utf8.count - 1 && name.begins(with: parts[0])
        && name.ends(with: parts[1])
    }
  }

  /// A symbol that the host looks up.
  public struct RequiredSymbol: Sendable, Equatable {
    /// The symbol's name.
    public var name: String
    /// Whether it is data, not code.
    public var isObject: Bool
  }

  /// One kind of library that the host loads.
  public struct ABI: Sendable {
    /// `c`, `plug`, `cxx-vtable`, `rust-dyn`, `go-plugin`, `go-c-shared`.
    public var kind: String
    /// All must be exported.
    public var required: [RequiredSymbol] = []
    /// An entry derived from the file's name, `{stem}` replaced; empty where there is none.
    public var entryFromFileName = ""
    /// Binaries of the host that define symbols; `{binary}` is replaced.
    public var symbolProviders: [String] = []
    /// Of a Go plugin: methods that what its entry returns must have.
    public var methods: [String] = []
    /// Names of static probes: `nginx-signature`.
    public var staticProbes: [String] = []
  }

  /// What a plugin may use while it is tested.
  public struct Limits: Sendable {
    /// Address space in MiB.
    public var memoryMB: Int64 = 2048
    /// Threads.
    public var threads: Int64 = 100
    /// Open files.
    public var files: Int64 = 64
    /// Wall time of a stage.
    public var executionMilliseconds: Int64 = 10_000
  }

  /// The text that makes the host load plugins, a stretch for each in the order of dependencies.
  public struct Activation: Sendable {
    /// The file's name below `activate/`.
    public var file = "plugins.conf"
    /// Written once at the top; `{plugins}` is replaced.
    public var header = ""
    /// Written for each plugin; `{path}`, `{name}`, `{publisher}`, `{plugins}` are replaced.
    public var text: String
    /// What the host's own configuration must say once; `{activate}`, `{plugins}` are replaced.
    public var includeHint: String?
  }

  /// When `current` may change.
  public enum SwitchTime: String, Sendable, CaseIterable {
    /// While the host runs.
    case anyTime = "any-time"
    /// Only while no process of the host runs.
    case hostStopped = "host-stopped"
  }

  /// The host's own command that proves a load.
  public struct Probe: Sendable {
    /// Wall time.
    public var timeoutMilliseconds: Int64 = 10_000
    /// Files written into a private folder first; placeholders are replaced.
    public var files: [(name: String, text: String)] = []
    /// The command; placeholders are replaced.
    public var arguments: [String] = []
    /// Environment variables; placeholders are replaced.
    public var environment: [(name: String, value: String)] = []
    /// The exit code of success.
    public var exitCode: Int64 = 0
    /// Output that matches is a failure; group 1 is the reason.
    public var failPattern: String?
    /// Output must match for success.
    public var passPattern: String?
  }

  /// How a running host takes the change up.
  public enum Reload: Sendable, Equatable {
    /// It doesn't; new processes see the change.
    case none
    /// It must be started again by whoever runs it.
    case restart
    /// By this command.
    case command([String])
  }

  /// `[a-z0-9][a-z0-9_-]*`.
  public var id: String
  /// The profile that this one extends; nil where it stands alone.
  public var base: String?
  /// For people.
  public var title: String
  /// How to find it; nil where it can't be found.
  public var detection: Detection?
  /// In the order in which the host searches.
  public var paths: [SearchPath] = []
  /// Kinds of plugins; empty where the host has but one.
  public var types: [String] = []
  /// How files are laid out.
  public var layout = Layout()
  /// Any of these fits; empty means that any shared object does.
  public var abis: [ABI] = []
  /// The number of the ABI between host and plugins, which a plugin's `requires: { abi }` must equal; nil
  /// where the host has no such number.
  public var abiNumber: Int64?
  /// What a plugin may use while it is tested.
  public var limits = Limits()
  /// nil where the host loads what it finds.
  public var activation: Activation?
  /// How the host's own configuration speaks of plugins; nil where nothing is known of it.
  public var configuration: Configuration?
  /// When `current` may change.
  public var switchTime = SwitchTime.anyTime
  /// nil where the host has no such command.
  public var probe: Probe?
  /// How a running host takes the change up.
  public var reload = Reload.none

  /// A profile that says nothing but its name.
  public init(id: String, title: String) {
    self.id = id
    self.title = title
  }

  /// Whether plugins that were made for a host fit this one: it is that host, or one of its kind.
  public func takesPlugins(of host: String) -> Bool {
    host == id || host == base || host == Self.anyHost
  }

  /// The profile's id in that of an instance, which may go on with `@` and what tells its folder.
  public static func id(ofInstance id: String) -> String {
    id.cut(at: "@").map { String($0.before) } ?? id
  }

  /// What a manifest says whose plugin is for every host.
  public static let anyHost = "any"

  /// The commands that a profile would have run, a sentence each.
  public var commands: [(purpose: String, arguments: [String])] {
    var commands: [(String, [String])] = []
    if let version = detection?.versionArguments, !version.isEmpty {
      commands.append(("to ask for the version", version))
    }
    if let builtIns = detection?.builtIns {
      commands.append(("to ask for what is built in", builtIns.arguments))
    }
    for folder in detection?.folders ?? [] {
      commands.append(("to ask for its folder `\(folder.name)`", folder.arguments))
    }
    if let probe, !probe.arguments.isEmpty { commands.append(("to prove a load", probe.arguments)) }
    if case .command(let arguments) = reload { commands.append(("to reload", arguments)) }
    return commands
  }

  /// The same profile, running nothing.
  public var withoutCommands: HostProfile {
    var profile = self
    profile.detection?.versionArguments = []
    profile.detection?.builtIns = nil
    profile.detection?.folders = []
    profile.probe = nil
    if case .command = reload { profile.reload = .restart }
    return profile
  }

  /// The host's own environment variable of folders, where it has one.
  public var variable: (name: String, separator: String)? {
    for case .variable(let name, let separator) in paths { return (name, separator) }
    return nil
  }

  /// The host's folder of a scope, as written in the profile.
  public func folder(in scope: Scope) -> String? {
    for case .folder(scope, let path) in paths { return path }
    return nil
  }
}
