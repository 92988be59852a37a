internal import Files
internal import PkgCore

/// A file of the trust memory that several commands may add to at the same time.
struct MemoryFile: Sendable {
  let path: String

  /// The document; nil where nothing was ever remembered.
  ///
  /// - Throws: what `malformed` makes: what can't be read is never begun anew.
  func read(malformed: () -> Diagnostic) throws -> JSON? {
    guard let bytes = try FileSystem.readIfPresent(path) else { return nil }
    guard let json = try? JSONParser.parse(bytes), json["schema"]?.integerValue == 1 else {
      throw malformed()
    }
    return json
  }

  /// Writes what a closure makes of what is there then: neither command takes the other's away.
  func update(_ make: () throws -> JSON) throws {
    try FileSystem.makeFolders(FileSystem.folder(of: path))
    guard let lock = try FileLock.acquire("\(path).lock", waitSeconds: 30) else {
      throw Diagnostic(
        .systemLocked, "another process holds `\(path).lock`", hint: "wait for it")
    }
    try FileSystem.replace(path, with: make().prettyBytes)
    _ = consume lock
  }
}
