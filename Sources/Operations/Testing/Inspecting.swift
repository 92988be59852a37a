internal import Files
internal import Loader
public import PkgCore

/// What one shared object says of itself, and how this system would load it.
public struct Inspection: Sendable {
  /// The path as it was given.
  public var file: String
  /// The file's size in bytes.
  public var size: Int
  /// What the file says.
  public var facts: ElfFacts
  /// What a process would load for it, breadth first, what is missing last; nil where the file is
  /// for another machine.
  public var libraries: [Library]?
  /// What a given program would not satisfy; nil where none was given.
  public var predictions: LoadReport?

  /// A library that the file needs, itself or through another.
  public struct Library: Sendable, Equatable {
    /// The name that is needed.
    public var name: String
    /// Where the dynamic loader finds it; nil for nowhere.
    public var path: String?
    /// Who needs it first.
    public var neededBy: String
  }
}

/// Reads shared objects without running anything of them.
public struct Inspecting: Sendable {
  private let system: LoadTarget

  /// Inspects against this system, as programs find it that are started from here.
  public init() {
    var target = thisSystem()
    // ld.so(8): entries are parted by colons or semicolons; an empty one is the working directory.
    let path = Machine.environment("LD_LIBRARY_PATH") ?? ""
    target.environmentFolders = path.split { $0 == ":" || $0 == ";" }.map(String.init)
    system = target
  }

  /// The inspection of the file at a path. Blocks.
  ///
  /// - Parameter host: a program; the answer tells what it would not satisfy.
  /// - Throws: ``Diagnostic`` that names the file where it can't be read, or is no ELF file.
  public func inspect(_ file: String, against host: String? = nil) throws -> Inspection {
    let found = try naming(file) { try inspectElf(file: file, against: system) }
    var inspection = Inspection(file: file, size: found.size, facts: found.facts)
    inspection.libraries = found.libraries?.map {
      .init(name: $0.name, path: $0.path, neededBy: $0.neededBy)
    }
    if let host {
      _ = try naming(host) { try elfFacts(ofFile: host) }
      inspection.predictions = try predictions(
        forFile: file, name: FileSystem.baseName(of: file), in: host, of: system)
    }
    return inspection
  }

  private func naming<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as ElfError {
      var diagnostic = error.diagnostic
      diagnostic.message = "`\(file)`: \(diagnostic.message)"
      throw diagnostic
    }
  }
}

extension Inspection {
  /// `{"file","size","facts","libraries","against"}`, facts as in `plugin.json`.
  public var json: JSON {
    var object = JSONObject()
    object.append("file", .string(file))
    object.append("size", .integer(Int64(size)))
    object.append("facts", facts.json)
    object.append("libraries", libraries.map { .array($0.map(\.json)) })
    object.append("against", predictions.map { .array($0.results.map(\.json)) })
    return .object(object)
  }
}

extension Inspection.Library {
  fileprivate var json: JSON {
    var object = JSONObject()
    object.append("name", .string(name))
    object.append("path", path.map { .string($0) } ?? .null)
    object.append("neededBy", .string(neededBy))
    return .object(object)
  }
}
