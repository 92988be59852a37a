public import PkgCore

/// A library that a process would load for an object.
public struct NeededLibrary: Sendable, Equatable {
  /// The name that somebody needs.
  public var name: String
  /// The file that the dynamic loader finds; nil where it finds none.
  public var path: String?
  /// The name of the object that needs it first.
  public var neededBy: String
}

/// All libraries that the file at a path needs, and what those need, breadth first, as the dynamic
/// loader of this system would find them.
///
/// - Throws: ``ElfError``; ``Diagnostic`` where the file can't be read.
public func neededLibraries(
  ofFile path: String, against target: LoadTarget
) throws -> [NeededLibrary] {
  let path = try absolutePath(path)
  let image = try ElfImage(try readFile(path, maximumSize: maximumElfSize))
  var closure = LibraryClosure(search: LibrarySearch(target))
  closure.add(LibraryClosure.Member(path: path, image: image), isProvider: false)
  return closure.members.map {
    NeededLibrary(name: $0.soname, path: $0.path, neededBy: $0.neededBy ?? "")
  } + closure.missing.map { NeededLibrary(name: $0.library, path: nil, neededBy: $0.neededBy) }
}
