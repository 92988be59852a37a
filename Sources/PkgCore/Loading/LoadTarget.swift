/// What a plugin is checked against: a system, and what the host adds to it.
public struct LoadTarget: Sendable, Equatable {
  /// The processor.
  public var machine: ElfMachine
  /// The highest version of each family that the system defines; a family that is absent is not
  /// checked.
  public var versions: [SymbolVersionFamily: SymbolVersion]
  /// The highest x86 level of the processor (3 for x86-64-v3); nil where it is not known.
  public var isaLevel: Int?
  /// LD_LIBRARY_PATH of the host's environment; empty where it has none.
  public var environmentFolders: [String]
  /// The dynamic loader's own list of libraries, `/etc/ld.so.cache`; nil where there is none.
  public var libraryCache: String?
  /// Where the dynamic loader looks at last, in its order. Empty for a system that is not this one: then
  /// libraries and symbols can't be looked up, and those checks are skipped.
  public var libraryFolders: [String]
  /// Paths of host programs, whose exports and libraries plugins may use.
  public var symbolProviders: [String]
  /// The profile's word for this kind of library, such as `go-plugin`; nil where no profile says.
  public var kind: String?
  /// Symbols that the host looks up; all must be there, unless one by ``entryFromFilename`` is.
  public var requiredEntries: [RequiredEntry]
  /// Of a Go plugin: methods that what its entry returns must have.
  public var methods: [String] = []
  /// The pattern of an entry named after the file, such as `sqlite3_{stem}_init`; see
  /// ``entryName(fileName:)``.
  public var entryFromFilename: String?
  /// Static probes that suit this host only.
  public var staticProbes: Set<StaticProbe>
  /// What the plugin's process may use.
  public var limits: LoadLimits

  /// A target without a host: any plugin for the system.
  public init(
    machine: ElfMachine, versions: [SymbolVersionFamily: SymbolVersion] = [:], isaLevel: Int? = nil,
    libraryFolders: [String] = [], limits: LoadLimits = LoadLimits()
  ) {
    self.machine = machine
    self.versions = versions
    self.isaLevel = isaLevel
    self.environmentFolders = []
    self.libraryCache = nil
    self.libraryFolders = libraryFolders
    self.symbolProviders = []
    self.requiredEntries = []
    self.entryFromFilename = nil
    self.staticProbes = []
    self.limits = limits
  }

  /// A symbol that the host looks up.
  public struct RequiredEntry: Sendable, Hashable {
    /// What the symbol is.
    public enum Kind: String, Sendable, CaseIterable {
      /// Code.
      case function
      /// Data.
      case object
    }

    /// The symbol's name.
    public var name: String
    /// What it is.
    public var kind: Kind

    /// An entry of these parts.
    public init(name: String, kind: Kind) {
      self.name = name
      self.kind = kind
    }
  }

  /// A check of marks that one kind of host reads.
  public enum StaticProbe: String, Sendable, CaseIterable {
    /// nginx's version number and signature of build options.
    case nginxSignature = "nginx-signature"
    /// The numbers that PostgreSQL compares before it takes a module up.
    case postgresMagic = "postgresql-magic"
    /// The rustc release in `.comment`.
    case rustCompiler = "rustc"
    /// The link hashes of Go packages.
    case goPackageHashes = "go-pkghash"
  }
}

extension LoadTarget {
  /// The entry that ``entryFromFilename`` gives for a file; nil without a pattern.
  ///
  /// `{stem}` is SQLite's rule (sqlite.org/loadext.html): the base name up to the first full stop,
  /// without a leading `lib`, its ASCII letters only, in lower case. `{name}` is the base name up
  /// to the first full stop, `-` written as `_`; `{name:PREFIX}` takes a leading PREFIX away first
  /// (GStreamer: `gst_plugin_{name:libgst}_get_desc`).
  public func entryName(fileName: String) -> String? {
    guard let pattern = entryFromFilename else { return nil }
    let base = fileName.parts(at: "/").last ?? ""
    let name = String(base.cut(at: ".")?.before ?? base)
    guard let (head, rest) = pattern.cut(at: "{"), let (word, tail) = rest.cut(at: "}") else {
      return pattern
    }
    return head + substitute(word, name: name) + tail
  }

  private func substitute(_ word: Substring, name: String) -> String {
    if word == "stem" {
      let bytes = name.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
      let rest = bytes.starts(with: "lib".utf8) ? bytes.dropFirst(3) : bytes[...]
      return String(decoding: rest.filter { (0x61...0x7A).contains($0) }, as: UTF8.self)
    }
    let prefix = word.rest(after: "name:") ?? ""
    let rest = name.rest(after: prefix) ?? name[...]
    return String(rest.map { $0 == "-" ? "_" : $0 })
  }
}

/// What a process of a load test may use.
public struct LoadLimits: Sendable, Equatable {
  /// Memory for data in MiB.
  public var memoryMiB: Int
  /// Processor time.
  public var cpuSeconds: Int
  /// Open files.
  public var files: Int
  /// Threads and processes.
  public var tasks: Int
  /// Wall time of each stage.
  public var executionMilliseconds: Int

  /// The defaults of the host profiles.
  public init(
    memoryMiB: Int = 512, cpuSeconds: Int = 30, files: Int = 64, tasks: Int = 100,
    executionMilliseconds: Int = 30_000
  ) {
    self.memoryMiB = memoryMiB
    self.cpuSeconds = cpuSeconds
    self.files = files
    self.tasks = tasks
    self.executionMilliseconds = executionMilliseconds
  }
}
