internal import Archiving
internal import Files
internal import PkgCore
internal import Signing

/// Packages from files, verified by the user's own keys and unpacked into a scratch folder.
struct BroughtPackages: ~Copyable {
  /// A package with what is known of its archive.
  struct Package: Sendable {
    let origin: InstalledPlugin.Origin
    let folder: String
    let description: PackageDescription
    let tree: SHA256Digest
    let archive: SHA256Digest
    let keyID: String?
  }

  let packages: [Package]
  private let scratch: ScratchFolder?

  /// An archive that a person brings.
  struct File: Sendable {
    /// Where its bytes are now.
    let path: String
    /// How the person named it: a path or a URL.
    let name: String
    let origin: InstalledPlugin.Origin
  }

  init(_ files: [File], _ session: Session) throws {
    guard !files.isEmpty else {
      packages = []
      scratch = nil
      return
    }
    let scratch = try ScratchFolder()
    var packages: [Package] = []
    let keys = KeyRing(session)
    let admission = try Admission(session)
    let archives = try files.map { file in
      let archive = try DigestedArchive.open(file.path, limit: PackageLimits.totalBytes)
      let signature = try FileSystem.readIfPresent("\(file.path).minisig", limit: 1 << 14)
      return try VerifiedArchive(
        archive, file: file.name, signature: signature.map { String(decoding: $0, as: UTF8.self) },
        keys: keys, admission: admission)
    }
    let unpacked = try ArchiveFetching.unpack(archives, into: "\(scratch.path)/brought")
    for (place, package) in unpacked.enumerated() {
      let archive = archives[place]
      if let statement = archive.statement {
        try package.check(is: statement, file: files[place].name)
      } else {
        let manifest = package.description.manifest
        try admission.admit(
          Claim(manifest.name, manifest.version, archive.archive.sha256, signer: nil))
      }
      packages.append(
        Package(
          origin: files[place].origin, folder: package.folder, description: package.description,
          tree: package.tree, archive: archive.archive.sha256, keyID: archive.keyID))
    }
    self.packages = packages
    self.scratch = consume scratch
  }

  /// Copies packages to the file system of the store, from which they can be renamed into place.
  static func moved(_ packages: [Package], into folder: String) throws -> [UnpackedPackage] {
    try packages.enumerated().map { place, package in
      let target = "\(folder)/brought-\(place)"
      try FileSystem.copyTree(package.folder, to: target)
      return try UnpackedPackage(target)
    }
  }
}
