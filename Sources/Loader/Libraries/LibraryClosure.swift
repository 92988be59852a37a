import Files
import PkgCore

/// Objects and, breadth first, all libraries that they need: what a process would hold.
struct LibraryClosure: Sendable {
  /// A file and what it contains. A class, as ``ElfImage`` is.
  final class Member: Sendable {
    let path: String
    let image: ElfImage
    /// The name of the file.
    let name: String
    /// The SONAME; else the file's name.
    let soname: String
    /// The name of the object that needs it; nil for one that nobody needs.
    let neededBy: String?
    /// Whether the host has it without the plugin.
    let isOfHost: Bool
    /// The folder of `$ORIGIN`: that of the path, be it a link.
    let origin: String
    let rpath: [String]
    let runpath: [String]

    init(path: String, image: ElfImage, neededBy: String? = nil, isOfHost: Bool = false) {
      self.path = path
      self.image = image
      self.neededBy = neededBy
      self.isOfHost = isOfHost
      let name = FileSystem.baseName(of: path)
      self.name = name
      soname = image.dynamic.soname.map(image.bytes.string) ?? name
      let origin = path.cut(atLast: "/").map { String($0.before) } ?? "."
      self.origin = origin
      func folders(_ range: Range<Int>?) -> [String] {
        guard let range else { return [] }
        return expand(
          image.bytes.string(range).parts(at: ":").map(String.init), origin: origin)
      }
      rpath = folders(image.dynamic.rpath)
      runpath = folders(image.dynamic.runpath)
    }
  }

  /// A library that was not found.
  struct Missing: Sendable, Equatable {
    let library: String
    let neededBy: String
  }

  private(set) var members: [Member] = []
  private(set) var missing: [Missing] = []
  private var names: Set<String> = []
  private let search: LibrarySearch

  init(search: LibrarySearch) { self.search = search }

  /// Adds an object with what it needs. The object's own symbols count only where `isProvider`.
  ///
  /// - Parameter inherited: the RPATH folders of the program that opens it.
  mutating func add(_ root: Member, isProvider: Bool, inherited: [String] = []) {
    var queue: [(member: Member, inherited: [String])] = [(root, inherited)]
    if isProvider { insert(root) }
    var next = 0
    while next < queue.count {
      let (member, inherited) = queue[next]
      next += 1
      for range in member.image.dynamic.neededNames {
        let name = member.image.bytes.string(range)
        guard names.insert(name).inserted else { continue }
        guard let found = search.find(name, neededBy: member, inherited: inherited) else {
          missing.append(Missing(library: name, neededBy: member.name))
          continue
        }
        let library = Member(
          path: found.path, image: found.image, neededBy: member.name, isOfHost: root.isOfHost)
        insert(library)
        queue.append((library, member.rpathForOthers + inherited))
      }
    }
  }

  private mutating func insert(_ member: Member) {
    members.append(member)
    if let soname = member.image.dynamic.soname { names.insert(member.image.bytes.string(soname)) }
  }

  /// The member that has a SONAME; nil where none has.
  func member(soname: String) -> Member? {
    members.first { $0.soname == soname || $0.name == soname }
  }

  /// Whether a symbol was found.
  enum Lookup: Sendable, Equatable {
    case defined
    /// Only under another version.
    case otherVersion
    case absent
  }

  /// Looks a symbol up as the loader does: by name, and by version where the library has versions.
  func lookup(_ name: SymbolName, version: String?) -> Lookup {
    var result = Lookup.absent
    for member in members {
      switch member.image.lookup(name, version: version) {
      case .defined: return .defined
      case .otherVersion: result = .otherVersion
      case .absent: break
      }
    }
    return result
  }
}

extension LibraryClosure.Member {
  /// The RPATH folders that count for what it needs, and what those need. A RUNPATH hides them.
  var rpathForOthers: [String] { image.dynamic.runpath == nil ? rpath : [] }
}

extension ElfImage {
  /// Whether this file defines a symbol. Without versions of its own it satisfies any reference.
  func lookup(_ name: SymbolName, version: String?) -> LibraryClosure.Lookup {
    var result = LibraryClosure.Lookup.absent
    symbols.definitions(of: name, in: bytes) { symbol in
      guard let version, versions.definesAny,
        let own = versions.version(ofSymbol: symbol.index, in: bytes)
      else {
        result = .defined
        return true
      }
      guard version.utf8.elementsEqual(bytes.storage[own]) else {
        result = .otherVersion
        return false
      }
      result = .defined
      return true
    }
    return result
  }

  /// The definition of a symbol by name; nil where there is none.
  func symbol(named name: String) -> ElfSymbolTable.Symbol? {
    var found: ElfSymbolTable.Symbol?
    symbols.definitions(of: SymbolName(name), in: bytes) { symbol in
      found = symbol
      return true
    }
    return found
  }
}
