public import Files
public import PkgCore
internal import Signing

/// A package: its description first, then exactly the files that this lists.
extension PackageReader {
  /// Unpacks everything from where a descriptor stands; `plugin.json` lies beside the files that it
  /// lists.
  ///
  /// - Returns: the description, its tree digest checked against its own list.
  /// - Throws: ``ArchiveError``; what was written so far is the caller's to sweep.
  public mutating func unpack(
    _ descriptor: Int32, into staging: borrowing StagingFolder
  ) throws(ArchiveError) -> PackageDescription {
    try open(descriptor)
    guard let first = try firstFile() else { throw .unreadable("the archive is empty") }
    let bytes = try descriptionBytes(first)
    let description = try Self.parse(bytes)
    let top = description.folderName
    guard first.path == "\(top)/plugin.json" else {
      throw .unsafe(entry: first.path, why: "where `\(top)/plugin.json` must come first")
    }
    try write(bytes, to: "plugin.json", isExecutable: false, staging)
    try unpackFiles(description, below: top, staging)
    return description
  }

  /// The first entry that is no folder.
  private mutating func firstFile() throws(ArchiveError) -> Entry? {
    var folders: [String] = []
    while let entry = try nextEntry() {
      guard entry.type == EntryType.folder else {
        let top = FileSystem.folder(of: entry.path)
        guard folders.allSatisfy({ $0 == top }) else {
          throw .unsafe(entry: entry.path, why: "where `plugin.json` must come first")
        }
        return entry
      }
      folders.append(entry.path)
    }
    return nil
  }

  private mutating func unpackFiles(
    _ description: PackageDescription, below top: String, _ staging: borrowing StagingFolder
  ) throws(ArchiveError) {
    guard description.files.count < PackageLimits.entries else {
      throw .tooLarge("more than \(PackageLimits.entries) entries")
    }
    try UniquePaths.check(description.files)
    var folders: Set<String> = ["."]
    for expected in description.files {
      guard let entry = try nextFile(below: top) else {
        throw .unlisted(entry: expected.path, why: "it is missing")
      }
      guard sameBytes(entry.path, "\(top)/\(expected.path)") else {
        throw .unlisted(entry: entry.path, why: "`\(expected.path)` should stand here")
      }
      try onDisk { () throws(SystemError) in
        try Self.makeFolders(of: expected.path, known: &folders, staging)
      }
      switch expected.content {
      case .link(let target):
        guard entry.type == EntryType.link, entry.linkTarget.map({ sameBytes($0, target) }) ?? false
        else {
          throw .unlisted(entry: entry.path, why: "it should be a link to `\(target)`")
        }
        try onDisk { () throws(SystemError) in try staging.link(expected.path, to: target) }
      case .file(let size, let isExecutable, _):
        guard entry.type == EntryType.file, entry.size == size, entry.isExecutable == isExecutable
        else {
          throw .unlisted(entry: entry.path, why: "type, size or mode differ")
        }
        try copy(to: expected.path, size: size, isExecutable: isExecutable, staging)
      }
    }
    if let extra = try nextFile(below: top) {
      throw .unlisted(entry: extra.path, why: "it is not listed")
    }
  }

  /// The next entry that is no folder; folders are made as files need them.
  private mutating func nextFile(below top: String) throws(ArchiveError) -> Entry? {
    while let entry = try nextEntry() {
      guard entry.type == EntryType.folder else { return entry }
      guard entry.path == top || entry.path.begins(with: "\(top)/") else {
        throw .unsafe(entry: entry.path, why: "which is outside of `\(top)`")
      }
    }
    return nil
  }

  private mutating func descriptionBytes(_ entry: Entry) throws(ArchiveError) -> [UInt8] {
    guard entry.type == EntryType.file, FileSystem.baseName(of: entry.path) == "plugin.json" else {
      throw .unsafe(entry: entry.path, why: "where `plugin.json` must come first")
    }
    guard entry.size <= PackageLimits.descriptionBytes else {
      throw .tooLarge("`plugin.json` has \(entry.size) bytes")
    }
    var bytes: [UInt8] = []
    try blocks(of: entry.path, size: entry.size) { block throws(SystemError) in
      bytes.append(contentsOf: block)
    }
    return bytes
  }

  private static func parse(_ bytes: [UInt8]) throws(ArchiveError) -> PackageDescription {
    let json: JSON
    do throws(JSONError) { json = try JSONParser.parse(bytes) } catch {
      throw .description(
        Diagnostic(.packageInvalid, "`plugin.json` is not JSON", notes: [error.diagnostic.message]))
    }
    let description: PackageDescription
    do throws(Diagnostic) { description = try PackageDescription(json: json) } catch {
      throw .description(error)
    }
    guard json["tree"]?.stringValue == sha256(description.treeBytes).hex else {
      throw .description(
        Diagnostic(
          .packageInvalid, "`plugin.json` gives another tree id than its list of files has"))
    }
    return description
  }
}
