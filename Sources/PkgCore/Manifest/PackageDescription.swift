/// One file of a package.
public struct PackageFile: Sendable, Equatable {
  /// What it is.
  public enum Content: Sendable, Equatable {
    /// A regular file of this size in bytes.
    case file(size: Int64, isExecutable: Bool, digest: SHA256Digest)
    /// A symbolic link to a sibling.
    case link(target: String)
  }

  /// Relative to the package's folder.
  public let path: String
  /// What it is.
  public let content: Content

  /// A file of these parts.
  public init(path: String, content: Content) {
    self.path = path
    self.content = content
  }

  /// As in the signed list.
  public var json: JSON {
    switch content {
    case .file(let size, let isExecutable, let digest):
      [
        "path": .string(path), "size": .integer(size),
        "mode": .string(isExecutable ? "0755" : "0644"), "sha256": .string(digest.hex),
      ]
    case .link(let target): ["path": .string(path), "link": .string(target)]
    }
  }

  /// Reads one entry of the signed list; nil where it is malformed or its path unsafe.
  public init?(json: JSON) {
    guard let path = json["path"]?.stringValue, PackagePath.isSafe(path) else { return nil }
    if let target = json["link"]?.stringValue {
      guard PackagePath.isSafePart(target) else { return nil }
      self.init(path: path, content: .link(target: target))
      return
    }
    guard let size = json["size"]?.integerValue, size >= 0, let mode = json["mode"]?.stringValue,
      mode == "0755" || mode == "0644",
      let digest = json["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
    else { return nil }
    self.init(path: path, content: .file(size: size, isExecutable: mode == "0755", digest: digest))
  }
}

/// Which paths a package may hold (`docs/formats.md`).
public enum PackagePath {
  /// Longest path in bytes.
  public static let maximumLength = 240
  /// Most parts of a path.
  public static let maximumDepth = 16

  /// Relative, of safe parts, within the limits.
  public static func isSafe(_ path: String) -> Bool {
    let parts = path.parts(at: "/", keepsEmpty: true)
    return path.utf8.count <= maximumLength && parts.count <= maximumDepth
      && parts.allSatisfy { isSafePart(String($0)) }
  }

  /// `[A-Za-z0-9._+@-]`, not empty, not `.` or `..`, no leading hyphen.
  public static func isSafePart(_ part: String) -> Bool {
    guard !part.isEmpty, part != ".", part != "..", part.utf8.first != UInt8(ascii: "-") else {
      return false
    }
    return part.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "._+@-".utf8.contains(byte)
      }
    }
  }
}

/// `plugin.json`, the first entry of every package: the manifest in normal form and what was found
/// in the files when they were packed.
public struct PackageDescription: Sendable {
  /// What the author declared.
  public var manifest: Manifest
  /// What this package runs on.
  public var platform: Platform
  /// The library's path inside the package.
  public var library: String
  /// Facts of the library; nil where it is no ELF file.
  public var elf: ElfFacts?
  /// Every file but `plugin.json`, sorted by path.
  public var files: [PackageFile]

  /// A description of these parts.
  public init(
    manifest: Manifest, platform: Platform, library: String, elf: ElfFacts?, files: [PackageFile]
  ) {
    self.manifest = manifest
    self.platform = platform
    self.library = library
    self.elf = elf
    self.files = files
  }

  /// The bytes over which the tree id is made: the list of files in canonical JSON.
  public var treeBytes: [UInt8] { JSON.array(files.map(\.json)).canonicalBytes ?? [] }

  /// The folder at the top of the archive.
  public var folderName: String { "\(manifest.name.name)-\(manifest.version)" }

  /// The archive's usual name; never parsed for meaning.
  public var archiveName: String { "\(folderName)-\(platform).tar.zst" }

  /// The content of `plugin.json`.
  ///
  /// - Parameter tree: the SHA-256 of ``treeBytes``.
  public func json(tree: SHA256Digest) -> JSON {
    var object = manifest.normalForm
    object.append("platform", .string(platform.text))
    object.append("library", .string(library))
    object.append("elf", elf?.json)
    object.append("tree", .string(tree.hex))
    object.append("contents", .array(files.map(\.json)))
    return .object(object)
  }

  /// Reads `plugin.json`.
  ///
  /// - Throws: a ``Diagnostic`` with `package.invalid` that names what is wrong.
  public init(json: JSON) throws(Diagnostic) {
    let findings = Findings()
    guard let manifest = Manifest.read(Node(json), findings: findings) else {
      throw findings.diagnostic(.packageInvalid, file: "plugin.json", what: "package description")
    }
    guard let platform = json["platform"]?.stringValue.flatMap({ Platform($0) }),
      let library = json["library"]?.stringValue, let list = json["contents"]?.arrayValue
    else {
      throw Diagnostic(
        .packageInvalid, "`plugin.json` lacks `platform`, `library` or `contents`",
        hint: "make the package with `plugctl pack`")
    }
    var files: [PackageFile] = []
    for entry in list {
      guard let file = PackageFile(json: entry) else {
        throw Diagnostic(.packageInvalid, "`plugin.json` lists a file that is malformed or unsafe")
      }
      files.append(file)
    }
    guard files.contains(where: { $0.path == library }) else {
      throw Diagnostic(
        .packageInvalid, "`plugin.json` names the library `\(library)`, which it does not list")
    }
    var elf: ElfFacts?
    if let facts = json["elf"] { elf = try ElfFacts(json: facts) }
    self.init(manifest: manifest, platform: platform, library: library, elf: elf, files: files)
  }
}
