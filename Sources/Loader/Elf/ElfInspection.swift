import Glibc
public import PkgCore

/// What can be said of a file without running anything of it.
public struct ElfInspection: Sendable {
  /// The file's size in bytes.
  public var size: Int
  /// What the file says of itself.
  public var facts: ElfFacts
  /// All libraries that it needs, and what those need, breadth first; those that were not found
  /// come last. nil where it is for another machine.
  public var libraries: [NeededLibrary]?
}

/// A library that a process would load for an object.
public struct NeededLibrary: Sendable, Equatable {
  /// The name that somebody needs.
  public var name: String
  /// The file that the dynamic loader finds; nil where it finds none.
  public var path: String?
  /// The name of the object that needs it first.
  public var neededBy: String
}

/// Reads the file at a path, and finds what it needs as the dynamic loader of the target would.
///
/// - Throws: ``ElfError``; ``Diagnostic`` where the file can't be read.
public func inspectElf(file: String, against target: LoadTarget) throws -> ElfInspection {
  let path = try absolutePath(file)
  let bytes = try readElf(path)
  do {
    let image = try ElfImage(bytes)
    let libraries =
      image.header.machine == target.machine ? neededLibraries(of: image, path, target) : nil
    return ElfInspection(size: bytes.count, facts: ElfFacts(image), libraries: libraries)
  } catch ElfError.unsupported {
    return ElfInspection(size: bytes.count, facts: try elfFacts(of: bytes), libraries: nil)
  }
}

private func neededLibraries(
  of image: ElfImage, _ path: String, _ target: LoadTarget
) -> [NeededLibrary] {
  var closure = LibraryClosure(search: LibrarySearch(target))
  closure.add(LibraryClosure.Member(path: path, image: image), isProvider: false)
  return closure.members.map {
    NeededLibrary(name: $0.soname, path: $0.path, neededBy: $0.neededBy ?? "")
  } + closure.missing.map { NeededLibrary(name: $0.library, path: nil, neededBy: $0.neededBy) }
}

/// What of a plugin another program would not satisfy: the checks that need no profile of a host.
///
/// - Parameters:
///   - file: the plugin.
///   - host: the program that would open it.
/// - Returns: results of static checks; marks that only one kind of host reads are compared where
///   both sides have them.
/// - Throws: ``ElfError`` and ``Diagnostic`` where a file can't be read.
public func predictions(
  forFile file: String, name: String, in host: String, of system: LoadTarget
) throws -> LoadReport {
  let (file, host) = (try absolutePath(file), try absolutePath(host))
  let program = try ElfImage(try readElf(host))
  var target = system
  target.symbolProviders = [host]
  // The plugin may be anything that this program can load, not one of its modules.
  if NginxModule.ofHost(program) != nil, let plugin = try? ElfImage(try readElf(file)),
    !NginxModule.all(in: plugin).isEmpty
  {
    target.staticProbes.insert(.nginxSignature)
  }
  target.staticProbes.insert(.rustCompiler)
  let (results, _) = try staticResults(LoadSubject(name: name, file: file), target)
  let wanted = results.filter { predictable.contains($0.check) }.map(withoutProfile)
  return LoadReport(name: name, file: file, level: 1, results: wanted)
}

private let predictable: Set<CheckID> = [
  .elfValid, .elfArch, .elfType, .neededMissing, .neededConflict, .glibcTooNew, .libstdcxxTooNew,
  .symbolsUnresolved, .abiVersion, .goPkghash, .buildmode,
]

// A library of Rust with an interface of C may have any rustc; only a profile knows which it is.
private func withoutProfile(_ result: CheckResult) -> CheckResult {
  guard result.check == .abiVersion, result.status == .fail, result.message.holds("rustc") else {
    return result
  }
  var copy = result
  copy.status = .warn
  copy.notes.append("this matters where both share types that are not `repr(C)`")
  return copy
}

/// Reads a file that begins as ELF files do; of others only the first bytes.
func readElf(_ path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  if descriptor >= 0 {
    defer { close(descriptor) }
    var magic = [UInt8](repeating: 0, count: 4)
    let count = pread(descriptor, &magic, 4, 0)
    if count > 0, magic != [0x7F, 0x45, 0x4C, 0x46] { throw ElfError.notElf }
  }
  return try readFile(path, maximumSize: maximumElfSize)
}
