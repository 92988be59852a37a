internal import Archiving
internal import Files
internal import Loader
internal import PkgCore
internal import Signing

/// What a package will hold: the files that a manifest names, with their digests and facts.
struct PackageDraft {
  let description: PackageDescription
  /// Where each packed path comes from.
  let sources: [String: String]

  /// Collects the files of one variant.
  ///
  /// - Throws: ``Diagnostic`` with `package.invalid` for a file that is missing or can't be packed.
  init(_ file: ManifestFile, _ variant: Manifest.Variant, isExecutable: Bool) throws {
    let manifest = try file.required()
    let library = FileSystem.baseName(of: variant.library)
    var sources: [String: String] = [:]
    try Self.add("\(file.folder)/\(variant.library)", as: library, to: &sources)
    let extra = manifest.files + [manifest.configSchema, manifest.configExample].compactMap { $0 }
    for path in extra where sources[path] == nil {
      try Self.add("\(file.folder)/\(path)", as: path, to: &sources)
    }
    guard sources["plugin.json"] == nil else {
      throw Diagnostic(
        .packageInvalid, "`plugin.json` is made by packing and can't be a file of the package")
    }
    let files = try sources.sorted { bytesPrecede($0.key, $1.key) }.map { path, source in
      try Self.file(path, source, library: path == library ? isExecutable : nil)
    }
    var elf: ElfFacts?
    if variant.platform.isLinux { elf = try Self.facts("\(file.folder)/\(variant.library)") }
    description = PackageDescription(
      manifest: manifest, platform: variant.platform, library: library, elf: elf, files: files)
    self.sources = sources
  }

  /// Writes the archive into a folder.
  ///
  /// - Returns: its path, and what was written.
  func write(into folder: String, modified: Int64) throws -> (
    path: String, written: PackageWriter.Written
  ) {
    try FileSystem.makeFolders(folder)
    let path = folder == "." ? description.archiveName : "\(folder)/\(description.archiveName)"
    let written = try PackageWriter.write(
      description, source: { sources[$0.path] ?? "" }, modified: modified, to: path)
    return (path, written)
  }

  private static func facts(_ path: String) throws -> ElfFacts {
    do { return try elfFacts(ofFile: path) } catch let error as any Diagnosable {
      throw error.diagnostic.noting("library: `\(path)`")
    }
  }

  /// Adds a file, or all files of a folder.
  private static func add(_ source: String, as path: String, to sources: inout [String: String])
    throws
  {
    guard PackagePath.isSafe(path) else {
      throw Diagnostic(
        .packageInvalid, "`\(printable(path))` can't be the path of a packed file",
        hint: "use relative paths of letters, digits and `._+@-`")
    }
    guard let status = try? FileSystem.status(source) else {
      throw Diagnostic(
        .packageInvalid, "`\(source)` is named by the manifest and does not exist",
        hint: "build the plugin first, or correct the path")
    }
    switch status.kind {
    case .file: sources[path] = source
    case .link:
      guard PackagePath.isSafePart(try FileSystem.linkTarget(source)) else {
        throw Diagnostic(
          .packageInvalid, "`\(source)` links out of its folder", hint: "pack the file itself")
      }
      sources[path] = source
    case .folder:
      for name in try FileSystem.names(in: source) {
        try add("\(source)/\(name)", as: "\(path)/\(name)", to: &sources)
      }
    case .other: throw Diagnostic(.packageInvalid, "`\(source)` is no regular file")
    }
  }

  /// - Parameter library: whether the host wants it executable; nil for what is not the library.
  private static func file(_ path: String, _ source: String, library: Bool?) throws -> PackageFile {
    let status = try FileSystem.status(source)
    if status.kind == .link, library == nil {
      return PackageFile(path: path, content: .link(target: try FileSystem.linkTarget(source)))
    }
    let bytes = try FileSystem.read(source, limit: Int(PackageLimits.fileBytes))
    // Compilers set the execute bits of libraries by the umask; loading needs none, but a host may.
    let isExecutable = library ?? (status.mode & 0o100 != 0)
    return PackageFile(
      path: path,
      content: .file(size: Int64(bytes.count), isExecutable: isExecutable, digest: sha256(bytes)))
  }
}
