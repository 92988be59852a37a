internal import Archiving
internal import Files
internal import PkgCore
internal import Signing

/// An archive file of our own or a stranger's, opened up to be looked at, not installed.
struct OpenedPackage: Sendable {
  let path: String
  let archive: DigestedArchive
  let package: UnpackedPackage
  /// The text of the `.minisig` beside it.
  let signature: String?

  /// Opens archives in confined children and runs a body while their folders exist.
  static func with<Value>(_ paths: [String], _ body: ([OpenedPackage]) throws -> Value) throws
    -> Value
  {
    let staging = try ScratchFolder()
    let archives = try paths.map { try DigestedArchive.open($0, limit: PackageLimits.totalBytes) }
    let jobs = archives.map { UnpackChild.Job(descriptor: $0.raw, size: $0.size) }
    let faults = try UnpackChild.run(jobs, staging: staging.path)
    var opened: [OpenedPackage] = []
    for (index, path) in paths.enumerated() {
      if let fault = faults[index] { throw fault.noting("archive: `\(path)`") }
      let signature = try FileSystem.readIfPresent("\(path).minisig", limit: 1 << 14)
      opened.append(
        OpenedPackage(
          path: path, archive: archives[index],
          package: try UnpackedPackage("\(staging.path)/\(index)"),
          signature: signature.map { String(decoding: $0, as: UTF8.self) }))
    }
    defer { withExtendedLifetime(archives) {} }
    return try body(opened)
  }
}
