internal import Archiving
internal import Files
internal import Glibc
internal import PkgCore
internal import Signing
internal import TestSupport

/// Unpacks whatever the bytes are, in all three forms, on a thread that can write in one folder in memory
/// only. Nothing but regular files, folders and links may be there afterwards.
enum ArchiveFuzzing {
  static func run(_ bytes: [UInt8]) {
    // libarchive must be there before every other path is out of reach.
    _ = try? PackageReader(packedSize: 0)
    unpack(bytes)
    let repaired = withChecksums(bytes)
    if repaired != bytes { unpack(repaired) }
  }

  private static func unpack(_ bytes: [UInt8]) {
    let folder = "/dev/shm/plugctl-fuzz-\(getpid())"
    do {
      try FileSystem.makeFolder(folder)
      defer { try? FileSystem.removeTree(folder) }
      for name in ["package", "foreign", "bundle"] {
        try FileSystem.makeFolder("\(folder)/\(name)")
        let place = "\(folder)/\(name)"
        try ConfinedThread.run(in: place) { try read(bytes, as: name, into: place) }
        check(place)
      }
      precondition((try? FileSystem.names(in: folder).count) == 3)
    } catch {
      fuzzFault("the folder: \(error)")
    }
  }

  /// Whatever is thrown is an answer.
  private static func read(_ bytes: [UInt8], as form: String, into place: String) throws {
    let file = try Descriptor.inMemory("archive")
    try file.write(bytes)
    try file.seek(to: 0)
    let staging = try StagingFolder(place)
    do throws(ArchiveError) {
      switch form {
      case "package":
        var reader = try PackageReader(packedSize: Int64(bytes.count))
        _ = try reader.unpack(file.raw, into: staging)
      case "foreign":
        var reader = try PackageReader(packedSize: Int64(bytes.count))
        try reader.unpackForeign(file.raw, into: staging)
      default:
        var reader = try PackageReader(bundleSize: Int64(bytes.count))
        try reader.unpackBundle(file.raw, first: UnpackChild.bundleFile, into: staging)
      }
    } catch {}
  }

  /// What is there has safe names, no set-id bits, and is no device.
  private static func check(_ folder: String) {
    for name in (try? FileSystem.names(in: folder)) ?? [] {
      let path = "\(folder)/\(name)"
      guard PackagePath.isSafePart(name), let status = try? FileSystem.status(path) else {
        return fuzzFault("the name `\(name)`")
      }
      switch status.kind {
      case .folder: check(path)
      case .file: precondition(status.mode & 0o7022 == 0)
      case .link:
        precondition((try? FileSystem.linkTarget(path)).map(PackagePath.isSafePart) ?? false)
      case .other: fuzzFault("a device, FIFO or socket")
      }
    }
  }

  private static func fuzzFault(_ what: String) { preconditionFailure(what) }

  /// The same with the checksum of each header made right, which no mutation finds by itself.
  private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var start = 0
    while start + 512 <= bytes.count, bytes[start] != 0 {
      bytes.replaceSubrange(start + 148..<start + 156, with: [UInt8](repeating: 0x20, count: 8))
      let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
      let digits = String(sum, radix: 8)
      let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits + "\0"
      bytes.replaceSubrange(start + 148..<start + 155, with: Array(text.utf8))
      let size = String(decoding: bytes[start + 124..<start + 135], as: UTF8.self)
      guard let length = Int(size, radix: 8), (0...bytes.count).contains(length) else { break }
      start += 512 + (length + 511) / 512 * 512
    }
    return bytes
  }

  /// Writes a package and a bundle to begin with.
  static func writeSeeds(_ folder: String) -> Bool {
    do {
      try FileSystem.makeFolders(folder)
      try FileSystem.replace("\(folder)/content", with: [1, 2, 3], isDurable: false)
      let files = ["README", "lib/v.so", "lib/w.so"].map { path in
        PackageFile(
          path: path, content: .file(size: 3, isExecutable: false, digest: sha256([1, 2, 3])))
      }
      let link = PackageFile(path: "lib/x.so", content: .link(target: "w.so"))
      let manifest = Manifest(
        name: try PluginName("acme/v"), version: Version(1, 0, 0), host: "stormdb")
      let description = PackageDescription(
        manifest: manifest, platform: .current, library: "lib/v.so", elf: nil, files: files + [link]
      )
      _ = try PackageWriter.write(
        description, source: { _ in "\(folder)/content" }, modified: 0,
        to: "\(folder)/package.tar.zst")
      let file = BundleWriter.File(path: UnpackChild.bundleFile, source: "\(folder)/content")
      let other = BundleWriter.File(path: "0/metadata/1.root.json", source: "\(folder)/content")
      _ = try BundleWriter.write(first: file, [other], to: "\(folder)/bundle.tar")
      return true
    } catch { return false }
  }
}
