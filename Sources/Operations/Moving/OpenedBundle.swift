internal import Archiving
internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing
internal import Transport

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
    guard size > Int64(Self.endCount), size <= BundleLimits.totalBytes else {
      throw BundleContents.invalid("it has \(size) bytes")
    }
    try Self.checkEnd(file, size)
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

  /// Runs a step that reads it; what it lacks, or has in another size, is its own fault.
  func reading<Value>(_ step: () async throws -> Value) async throws -> Value {
    do { return try await step() } catch let error as TransportError {
      throw fault(error)
    }
  }

  /// An error that came of the files of a bundle, without the folder in which they are for the moment.
  func fault(_ error: TransportError) -> Diagnostic {
    BundleContents.invalid(error.diagnostic.message.replacing(folder + "/", with: ""))
  }

  /// The folder that stands for an index's servers.
  func folder(_ index: Int) -> String { "\(folder)/\(index)" }

  /// Digests of the roots that it has of an index: the first one, by which the index is known, and those
  /// that came after it, each signed by the one before.
  ///
  /// - Throws: ``TUFError`` where one does not follow, ``Diagnostic`` with `bundle.invalid` where the newest
  ///   is not the one that counts.
  func roots(_ index: Int) throws -> [SHA256Digest] {
    let metadata = "\(folder(index))/metadata"
    func bytes(_ version: Int64) throws -> [UInt8]? {
      try FileSystem.readIfPresent(
        "\(metadata)/\(TUFRoleName.root.path(version: version, isConsistent: true))",
        limit: Int(TUFLimits.root))
    }
    let name = contents.indexes[index].name
    guard let first = try bytes(1) else {
      throw BundleContents.invalid("the index `\(name)` has no first root")
    }
    var chain = try TrustedRootChain(trusting: first)
    var digests = [sha256(first)]
    while let version = chain.nextVersion, let next = try bytes(version) {
      try chain.updateRoot(next)
      digests.append(sha256(next))
    }
    let newest = try FileSystem.readIfPresent("\(metadata)/root.json", limit: Int(TUFLimits.root))
    guard newest == chain.root.document.bytes else {
      throw BundleContents.invalid("the roots of the index `\(name)` do not end with its root")
    }
    return digests
  }

  /// A tar archive ends with two blocks of zeros; readers take one without them for whole.
  private static let endCount = 1024

  private static func checkEnd(_ file: borrowing Descriptor, _ size: Int64) throws {
    try file.seek(to: size - Int64(endCount))
    guard try file.readAll(limit: endCount) == [UInt8](repeating: 0, count: endCount) else {
      throw BundleContents.invalid("its end is missing")
    }
    try file.seek(to: 0)
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
