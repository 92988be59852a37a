internal import Archiving
internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// A bundle unpacked into a folder of ours, which goes with it. What it holds has the form of a bundle, and
/// nothing more is known of it.
final class OpenedBundle: Sendable {
  let contents: BundleContents
  private let folder: String
  private let scratch: ScratchFolder

  /// Unpacks a file in a confined child; blocks this thread.
  ///
  /// - Throws: ``Diagnostic``: `bundle.invalid`, and what is said of hostile archives.
  init(_ path: String, _ session: Session) throws {
    let file = try FileSystem.open(path)
    let size = try file.status().size
    guard size > 0, size <= BundleLimits.totalBytes else {
      throw BundleContents.invalid("it has \(size) bytes")
    }
    // Beside the cache, which takes the archives up: a temporary folder may be small.
    try FileSystem.makeFolders(session.places.cache)
    try Self.checkSpace(size * 2, at: session.places.cache)
    let scratch = try ScratchFolder(below: session.places.cache)
    let job = UnpackChild.Job(descriptor: file.raw, size: size)
    if let fault = try UnpackChild.run([job], staging: scratch.path, form: .bundle).first ?? nil {
      throw fault.noting("bundle: `\(printable(path))`")
    }
    let folder = "\(scratch.path)/0"
    guard
      let list = try FileSystem.readIfPresent("\(folder)/\(BundleContents.file)", limit: 64 << 20)
    else { throw BundleContents.invalid("`\(BundleContents.file)` is missing") }
    let contents = try BundleContents(list)
    try Self.checkLayout(folder, contents)
    self.contents = contents
    self.folder = folder
    self.scratch = consume scratch
  }

  /// The folder that stands for an index's servers.
  func folder(_ index: Int) -> String { "\(folder)/\(index)" }

  /// Digests of all roots that it has of an index, the first one and the newest among them.
  func roots(_ index: Int) throws -> [SHA256Digest] {
    let metadata = "\(folder(index))/metadata"
    return try FileSystem.namesIfPresent(in: metadata).filter { $0.hasSuffix("root.json") }.map {
      sha256(try FileSystem.read("\(metadata)/\($0)", limit: Int(TUFLimits.root)))
    }
  }

  /// The digest by which an index is known.
  func fingerprint(_ index: Int) throws -> SHA256Digest {
    let path = "\(folder(index))/metadata/1.root.json"
    guard let bytes = try FileSystem.readIfPresent(path, limit: Int(TUFLimits.root)) else {
      throw BundleContents.invalid("the index `\(contents.indexes[index].name)` has no first root")
    }
    return sha256(bytes)
  }

  private static func checkSpace(_ needed: Int64, at path: String) throws {
    let free = try FileSystem.freeBytes(at: path)
    guard free < needed else { return }
    throw Diagnostic(
      .systemNoSpace, "not enough space at `\(path)`",
      notes: ["about \(needed) bytes are needed, \(free) are free"],
      hint: "free some space; nothing was changed")
  }

  private static func checkLayout(_ folder: String, _ contents: BundleContents) throws {
    for path in try paths(in: folder) {
      guard BundleContents.allows(path, indexes: contents.indexes.count) else {
        throw BundleContents.invalid("it holds `\(printable(path))`, which no bundle has")
      }
    }
    for plugin in contents.plugins {
      let path = "\(plugin.index)/a/\(plugin.archive.hex).tar.zst"
      guard FileSystem.target("\(folder)/\(path)")?.size == plugin.size else {
        throw BundleContents.invalid(
          "the archive of `\(plugin.name) \(plugin.version)` is missing, or has another size")
      }
    }
  }

  private static func paths(in folder: String, below prefix: String = "") throws -> [String] {
    try FileSystem.names(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      return try FileSystem.status(path).kind == .folder
        ? paths(in: path, below: "\(prefix)\(name)/") : ["\(prefix)\(name)"]
    }
  }
}
