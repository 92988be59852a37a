/// What an ELF file says of itself, as far as it bears on where and how it loads.
///
/// It is read from the program headers and the dynamic segment, as the dynamic loader does, so
/// that a file without section headers says the same. Lists are sorted by bytes and unique but
/// for `needed`, which keeps the file's order.
public struct ElfFacts: Sendable, Equatable {
  /// The processor.
  public var machine: ElfMachine
  /// 32 or 64.
  public var bits: Int
  /// Whether the least significant byte comes first.
  public var isLittleEndian: Bool
  /// `EI_OSABI`: 0 is System V, 3 is GNU/Linux.
  public var osABI: UInt8
  /// `e_type`: shared object, executable and so on.
  public var type: FileType
  /// The x86 level that the GNU property note asks for (2 for x86-64-v2); nil where it has none.
  public var isaLevel: Int?
  /// The libraries of DT_NEEDED in the file's order.
  public var needed: [String] = []
  /// DT_SONAME.
  public var soname: String?
  /// The build-id in lower-case hexadecimal digits.
  public var buildID: String?
  /// The entries of DT_RPATH, as written.
  public var rpath: [String] = []
  /// The entries of DT_RUNPATH, as written.
  public var runpath: [String] = []
  /// The highest version needed of each family, with the symbols that need it.
  public var versionsNeeded: [VersionNeed] = []
  /// What the file exports, sorted by name; at most ``maximumSymbols``.
  public var exports: [Export] = []
  /// What others must define, sorted by name; at most ``maximumSymbols``.
  public var undefined: [Undefined] = []
  /// What `.comment` says of compilers; empty where section headers are stripped.
  public var toolchains: [String] = []
  /// The Boolean facts that hold.
  public var flags: Set<Flag> = []
  /// What PT_GNU_STACK asks for.
  public var stack: Stack = .unspecified
  /// Functions that run when the file is loaded.
  public var initializerCount: Int = 0
  /// Bytes of thread-local storage.
  public var tlsSize: Int = 0
  /// What made the library, as far as its symbols tell.
  public var runtime: Runtime = .native
  /// Whether a process can let go of the library and load it anew.
  public var reloadClass: ReloadClass = .clean

  /// Longer lists of symbols are cut here.
  public static let maximumSymbols = 20_000

  /// Facts of a header; the rest is filled in by the reader.
  public init(machine: ElfMachine, bits: Int, isLittleEndian: Bool, osABI: UInt8, type: FileType) {
    self.machine = machine
    self.bits = bits
    self.isLittleEndian = isLittleEndian
    self.osABI = osABI
    self.type = type
  }

  /// The value of `e_type`.
  public enum FileType: String, Sendable, CaseIterable {
    /// ET_REL, an object file.
    case relocatable = "rel"
    /// ET_EXEC, a program at a fixed address.
    case executable = "exec"
    /// ET_DYN, a shared object or a PIE.
    case shared = "dyn"
    /// ET_CORE.
    case core
    /// Any other number.
    case other
  }

  /// Whether the stack may be executed.
  public enum Stack: String, Sendable, CaseIterable {
    /// PT_GNU_STACK without the executable flag.
    case protected
    /// PT_GNU_STACK with it.
    case executable
    /// No PT_GNU_STACK: treated as executable.
    case unspecified
  }

  /// Facts that hold or do not.
  public enum Flag: String, Sendable, CaseIterable {
    /// DT_TEXTREL: code is changed at load.
    case textRelocations = "textrel"
    /// A segment is writable and executable.
    case writableCode = "wx-segment"
    /// DF_1_NODELETE.
    case noDelete = "nodelete"
    /// DF_1_PIE: a program.
    case pie
    /// DF_1_NOOPEN.
    case noOpen = "noopen"
    /// DF_STATIC_TLS.
    case staticTLS = "static-tls"
    /// Indirect functions, whose resolvers run at load.
    case indirectFunctions = "ifunc"
    /// An export of the kind that pins a library for ever.
    case uniqueSymbols = "gnu-unique"
    /// PT_GNU_RELRO.
    case relro
    /// DF_BIND_NOW or DF_1_NOW.
    case bindNow = "bind-now"
    /// Full symbol or debug sections are present.
    case debugInfo = "debug-info"
    /// Lists of symbols were cut at ``ElfFacts/maximumSymbols``.
    case symbolsCut = "symbols-cut"
  }

  /// What made the library.
  public enum Runtime: String, Sendable, CaseIterable {
    /// C, or a language that can't be told from it.
    case native
    /// C++, by its mangled names.
    case cxx = "c++"
    /// Rust, by its mangled names or `.comment`.
    case rust
    /// Go built with `-buildmode=plugin`: opened by Go hosts only.
    case goPlugin = "go-plugin"
    /// Go built with `-buildmode=c-shared`.
    case goShared = "go-c-shared"
    /// Swift, by the libraries it needs.
    case swift
  }

  /// Whether a process can load another version of the library.
  public enum ReloadClass: String, Sendable, CaseIterable {
    /// Unmapped by dlclose.
    case clean
    /// Stays mapped: marked NODELETE, or pinned by a unique symbol.
    case pinned
    /// Its runtime survives dlclose badly: Go keeps threads, Swift crashes later.
    case restart
  }

  /// A version that the file needs, and what for.
  public struct VersionNeed: Sendable, Equatable {
    /// The family.
    public var family: SymbolVersionFamily
    /// The highest version of the family.
    public var version: SymbolVersion
    /// Symbols that need it, sorted; at most 20.
    public var symbols: [String]

    /// A need of these parts.
    public init(family: SymbolVersionFamily, version: SymbolVersion, symbols: [String]) {
      self.family = family
      self.version = version
      self.symbols = symbols
    }
  }

  /// A symbol that others can use.
  public struct Export: Sendable, Equatable {
    /// What it is.
    public enum Kind: String, Sendable, CaseIterable {
      /// STT_FUNC.
      case function = "f"
      /// STT_OBJECT.
      case object = "o"
      /// STT_TLS.
      case threadLocal = "t"
      /// STT_GNU_IFUNC.
      case indirect = "i"
      /// STT_NOTYPE and the rest.
      case other = "x"
    }

    /// How it binds.
    public enum Binding: String, Sendable, CaseIterable {
      /// STB_GLOBAL.
      case global = "g"
      /// STB_WEAK.
      case weak = "w"
      /// STB_GNU_UNIQUE.
      case unique = "u"
    }

    /// The symbol's name, as in the file.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// How it binds.
    public var binding: Binding

    /// An export of these parts.
    public init(name: String, kind: Kind, binding: Binding) {
      self.name = name
      self.kind = kind
      self.binding = binding
    }
  }

  /// A symbol that another library must define.
  public struct Undefined: Sendable, Equatable {
    /// The symbol's name, as in the file.
    public var name: String
    /// The version asked for, such as `GLIBC_2.34`.
    public var version: String?
    /// Whether it may stay undefined.
    public var isWeak: Bool

    /// A symbol of these parts.
    public init(name: String, version: String?, isWeak: Bool) {
      self.name = name
      self.version = version
      self.isWeak = isWeak
    }
  }

  /// The need of one family; nil where the file has none.
  public func need(_ family: SymbolVersionFamily) -> VersionNeed? {
    versionsNeeded.first { $0.family == family }
  }

  /// The export of a name; nil where there is none. O(log n).
  public func export(_ name: String) -> Export? {
    var low = 0
    var high = exports.count
    while low < high {
      let middle = (low + high) / 2
      if bytesPrecede(exports[middle].name, name) { low = middle + 1 } else { high = middle }
    }
    return low < exports.count && sameBytes(exports[low].name, name) ? exports[low] : nil
  }
}
