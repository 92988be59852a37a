internal import Files
internal import Glibc
internal import PkgCore
internal import TestSupport

/// A publisher and the operator of an index, with a home of their own that users never see.
final class Workshop: Sendable {
  let author: Sandbox

  init() throws {
    author = try Sandbox()
    try author.plugctl("key", "generate", "maker", "--unencrypted").succeeded()
  }

  /// What a plugin is, beside its bytes.
  struct Facts {
    var name: String
    var version: String
    var host = "sqlite"
    var type = "extension"
    var publisher = "acme"
    /// Further lines of the manifest.
    var more = ""
    /// Further files of the package, by name.
    var files: [(name: String, bytes: [UInt8])] = []
  }

  /// Compiles a shared object and answers its path.
  func compile(_ source: String, _ name: String, flags: [String] = []) throws -> String {
    let folder = try freshFolder("build")
    try FileSystem.replace("\(folder)/source.c", with: Array(source.utf8), isDurable: false)
    let library = "\(folder)/\(name).so"
    try author.run(["cc", "-shared", "-fPIC", "-o", library, "\(folder)/source.c"] + flags)
      .succeeded()
    return library
  }

  /// An extension of SQLite with a function `NAME_version()`.
  func extensionLibrary(_ name: String, _ version: String) throws -> String {
    try compile(
      """
      #include <sqlite3ext.h>
      SQLITE_EXTENSION_INIT1
      static void version(sqlite3_context *c, int n, sqlite3_value **v) {
        sqlite3_result_text(c, "\(version)", -1, SQLITE_STATIC);
      }
      int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
        SQLITE_EXTENSION_INIT2(api);
        return sqlite3_create_function(db, "\(name)_version", 0, SQLITE_UTF8, 0, version, 0, 0);
      }
      """, name)
  }

  /// Writes a manifest beside a library and packs both.
  ///
  /// - Parameter key: nil leaves the archive unsigned.
  func pack(_ facts: Facts, library: String, key: String? = "maker") throws -> String {
    let folder = try source(facts, library: library)
    let output = try freshFolder("dist")
    var arguments = ["pack", folder, "-o", output]
    if let key { arguments += ["--sign", key] }
    return try author.plugctl(arguments).succeeded().lines[0]
  }

  /// The folder of a plugin before it is packed.
  func source(_ facts: Facts, library: String) throws -> String {
    let folder = try freshFolder("source")
    try author.run(["cp", "-L", library, folder]).succeeded()
    for file in facts.files {
      try FileSystem.makeFolders(FileSystem.folder(of: "\(folder)/\(file.name)"))
      try FileSystem.replace("\(folder)/\(file.name)", with: file.bytes, isDurable: false)
    }
    let manifest = """
      schema: 1
      publisher: \(facts.publisher)
      name: \(facts.name)
      version: \(facts.version)
      summary: \(facts.name) for tests
      host: \(facts.host)
      type: \(facts.type)
      \(facts.more)
      files: [\(facts.files.map(\.name).joined(separator: ", "))]
      variants:
        - { platform: \(Platform.current.text), library: \(FileSystem.baseName(of: library)) }

      """
    try FileSystem.replace("\(folder)/plugin.yaml", with: Array(manifest.utf8), isDurable: false)
    return folder
  }

  /// An SQLite extension, compiled and packed.
  func packExtension(
    _ name: String, _ version: String, more: String = "",
    files: [(name: String, bytes: [UInt8])] = []
  ) throws -> String {
    try pack(
      Facts(name: name, version: version, more: more, files: files),
      library: extensionLibrary(name, version))
  }

  func makeIndex() throws -> ExampleIndex {
    let path = try freshFolder("site") + "/index"
    let text = try author.plugctl("index", "init", path).succeeded().output
    let start = text.range(of: "sha256:")
    return ExampleIndex(workshop: self, path: path, fingerprint: String(text[start].prefix(71)))
  }

  private func freshFolder(_ label: String) throws -> String {
    var template = Array("\(author.work)/\(label)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SystemError(call: "mkdtemp", object: label, errno: errno)
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try FileSystem.setMode(path, 0o755)
    return path
  }
}

extension String {
  /// From the first place of a text to the end; all of it where the text is not in it.
  fileprivate func range(of text: String) -> PartialRangeFrom<String.Index> {
    var place = startIndex
    while place < endIndex, !self[place...].hasPrefix(text) { place = index(after: place) }
    return (place < endIndex ? place : startIndex)...
  }
}

/// An index that its operator keeps in a folder; keys lie beside it.
struct ExampleIndex: Sendable {
  let workshop: Workshop
  let path: String
  let fingerprint: String

  @discardableResult
  func publish(_ archives: String..., with variables: [String: String] = [:]) throws -> Outcome {
    try workshop.author.plugctl(["publish", "--to", path] + archives, with: variables)
  }

  /// A copy of folder and keys, to be changed without anybody noticing.
  func copy() throws -> (index: ExampleIndex, owner: TestFolder) {
    let folder = try TestFolder("index")
    for suffix in ["", "-keys"] {
      try workshop.author.run(["cp", "-a", path + suffix, folder.file("index") + suffix])
        .succeeded()
    }
    return (
      ExampleIndex(workshop: workshop, path: folder.file("index"), fingerprint: fingerprint), folder
    )
  }

  /// The served path of the only archive of a size range.
  func archives() throws -> [String] {
    try FileSystem.names(in: "\(path)/a").filter { !$0.hasSuffix(".minisig") }.map { "/a/\($0)" }
  }
}
