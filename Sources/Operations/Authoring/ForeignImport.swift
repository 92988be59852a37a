internal import Archiving
internal import Files
internal import PkgCore

/// What an archive without a manifest does not say.
public struct ImportFacts: Sendable {
  /// The publisher.
  public var publisher: String
  /// The host profile's id.
  public var host: String
  /// The plugin's name; nil takes the library's.
  public var name: String?
  /// The plugin's version.
  public var version: String
  /// The library's path, where the archive holds several shared objects.
  public var library: String?

  /// Facts of these parts.
  public init(publisher: String, host: String, name: String?, version: String, library: String?) {
    self.publisher = publisher
    self.host = host
    self.name = name
    self.version = version
    self.library = library
  }
}

extension Authoring {
  /// Makes a package of a foreign tarball: one folder with a shared object and files beside it.
  public func importArchive(_ path: String, _ facts: ImportFacts, into folder: String) throws
    -> [Packed]
  {
    let scratch = try ScratchFolder()
    let archive = try DigestedArchive.open(path, limit: PackageLimits.totalBytes)
    let job = UnpackChild.Job(descriptor: archive.raw, size: archive.size)
    let faults = try withExtendedLifetime(archive) {
      try UnpackChild.run([job], staging: scratch.path, form: .foreign)
    }
    if let fault = faults[0] { throw fault.noting("archive: `\(path)`") }
    let content = "\(scratch.path)/0"
    let files = try Self.files(below: content, prefix: "")
    let library = try Self.library(files, facts, in: content)
    let name = facts.name ?? Self.stem(library)
    let others = files.filter {
      $0 != library && PackagePath.isSafe($0) && $0 != "plugin.yaml" && $0 != "plugin.json"
    }
    let lines: [JSON] = others.map { .string($0) }
    let example = others.first { ["example_config.yaml", "example_config.yml"].contains($0) }
    let manifest: JSON = [
      "schema": 1, "publisher": .string(facts.publisher), "name": .string(name),
      "version": .string(facts.version), "host": .string(facts.host),
      "summary": .string("imported from \(FileSystem.baseName(of: path))"),
      "variants": [["platform": .string(Platform.current.text), "library": .string(library)]],
      "files": .array(lines),
      "config": .object(JSONObject(example.map { [.init("example", .string($0))] } ?? [])),
    ]
    try FileSystem.replace("\(content)/plugin.json", with: manifest.prettyBytes, isDurable: false)
    return try pack("\(content)/plugin.json", platform: nil, into: folder)
  }

  private static func files(below folder: String, prefix: String) throws -> [String] {
    try FileSystem.names(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      return try FileSystem.status(path).kind == .folder
        ? files(below: path, prefix: "\(prefix)\(name)/") : ["\(prefix)\(name)"]
    }
  }

  private static func library(_ files: [String], _ facts: ImportFacts, in folder: String) throws
    -> String
  {
    let libraries = files.filter { $0.ends(with: ".so") }
    if let wanted = facts.library {
      guard files.contains(wanted) else {
        throw Diagnostic(
          .packageInvalid, "the archive has no `\(wanted)`",
          notes: ["shared objects: " + libraries.joined(separator: ", ")])
      }
      return wanted
    }
    if libraries.count == 1 { return libraries[0] }
    throw Diagnostic(
      .packageInvalid,
      libraries.isEmpty
        ? "the archive holds no shared object" : "the archive holds several shared objects",
      notes: libraries.isEmpty ? [] : ["they are " + libraries.joined(separator: ", ")],
      hint: libraries.isEmpty ? "only plugins can be imported" : "name one with `--library`")
  }

  /// `lib/libmy_plugin.so` is called `my_plugin`, as far as the letters allow.
  static func stem(_ library: String) -> String {
    let file = FileSystem.baseName(of: library).lowercased()
    let base = file.cut(at: ".")?.before ?? file[...]
    let stem = base.rest(after: "lib") ?? base
    return String(stem.isEmpty ? base : stem)
  }
}
