import Files
import PkgCore
import TestSupport
import Testing

/// A bundle as its files, so that a test can bend one.
struct BundleParts {
  var files: [(path: String, bytes: [UInt8])]

  /// The bundle of `beta`, which has `alpha 1.1.0` with it.
  static let shared = Result { try BundleParts(of: "beta") }

  init(of plugin: String) throws {
    let examples = try Examples.shared.get()
    let maker = try Sandbox()
    try maker.add(examples.index)
    try maker.plugctl("bundle", "create", "-o", "b.tar", plugin).succeeded()
    try FileSystem.makeFolders("\(maker.work)/b")
    try maker.run(["tar", "-xf", "b.tar", "-C", "b"]).succeeded()
    let paths = try maker.run(["tar", "-tf", "b.tar"]).succeeded().lines
    files = try paths.map { ($0, try FileSystem.read("\(maker.work)/b/\($0)")) }
  }

  func path(_ part: String) throws -> String {
    try #require(files.first { $0.path.contains(part) }).path
  }

  func bytes(_ part: String) throws -> [UInt8] {
    try #require(files.first { $0.path.contains(part) }).bytes
  }

  /// Changes the file whose path has a part.
  mutating func change(_ part: String, _ body: (inout [UInt8]) -> Void) throws {
    let place = try #require(files.firstIndex { $0.path.contains(part) })
    body(&files[place].bytes)
  }

  mutating func change(_ part: String, _ old: String, _ new: String) throws {
    try change(part) { bytes in
      bytes = Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new).utf8)
    }
  }

  mutating func remove(_ part: String) { files.removeAll { $0.path.contains(part) } }

  /// The two archives in the order of `bundle.json`: alpha's, then beta's.
  func archives() throws -> [String] {
    let json = try JSONParser.parse(bytes("bundle.json"))
    return try (json["plugins"]?.arrayValue ?? []).map {
      "0/a/\(try #require($0["sha256"]?.stringValue)).tar.zst"
    }
  }

  func tar(_ bend: (inout TarText) -> Void = { _ in }) -> [UInt8] {
    var tar = TarText()
    for file in files { tar.add(file.path, file.bytes) }
    bend(&tar)
    return tar.finished
  }
}

/// One way in which a file that claims to be a bundle may be wrong.
struct HostileBundle: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// What `bundle install` says; nil where it takes nothing but what is signed.
  let code: String?
  /// What `bundle verify` says.
  let checkCode: String
  let bytes: @Sendable (BundleParts) throws -> [UInt8]

  init(
    _ name: String, _ code: String, install: String?? = .none,
    _ bytes: @escaping @Sendable (BundleParts) throws -> [UInt8]
  ) {
    testDescription = name
    checkCode = code
    self.code = install ?? code
    self.bytes = bytes
  }

  /// One whose files were changed.
  static func bent(
    _ name: String, _ code: String, install: String?? = .none,
    _ bend: @escaping @Sendable (inout BundleParts) throws -> Void
  ) -> HostileBundle {
    HostileBundle(name, code, install: install) { parts in
      var parts = parts
      try bend(&parts)
      return parts.tar()
    }
  }

  /// A whole one with another entry at its end.
  static func with(
    _ name: String, _ code: String, _ bend: @escaping @Sendable (inout TarText) -> Void
  ) -> HostileBundle {
    HostileBundle(name, code) { $0.tar(bend) }
  }

  static func list(
    _ name: String, _ code: String, install: String?? = .none, _ old: String, _ new: String
  ) -> HostileBundle {
    bent(name, code, install: install) { try $0.change("bundle.json", old, new) }
  }

  /// One byte in the middle is another.
  private static func flip(_ bytes: inout [UInt8]) { bytes[bytes.count / 2] ^= 1 }

  static let notBundles: [HostileBundle] = [
    HostileBundle("nothing", "bundle.invalid") { _ in [] },
    HostileBundle("one byte", "bundle.invalid") { _ in [0x41] },
    HostileBundle("text", "bundle.invalid") { _ in
      Array(String(repeating: "hello world\n", count: 1000).utf8)
    },
    HostileBundle("zeros", "bundle.invalid") { _ in [UInt8](repeating: 0, count: 10_240) },
    HostileBundle("an empty archive", "bundle.invalid") { _ in TarText().finished },
    HostileBundle("cut in the middle", "bundle.invalid") { parts in
      let whole = parts.tar()
      return Array(whole.prefix(whole.count / 2))
    },
    HostileBundle("cut within a header", "bundle.invalid") { Array($0.tar().prefix(700)) },
    HostileBundle("compressed", "bundle.invalid") { parts in
      var gzip = ChildCommand(["gzip", "-c"])
      gzip.input = parts.tar()
      return try gzip.run().output
    },
    HostileBundle("compressed, with an end", "archive.truncated") { parts in
      var gzip = ChildCommand(["gzip", "-c"])
      gzip.input = parts.tar()
      return try gzip.run().output + [UInt8](repeating: 0, count: 1024)
    },
    HostileBundle("without its end", "bundle.invalid") { Array($0.tar().dropLast(1024)) },
    HostileBundle("a package", "archive.unsafe") { parts in
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", Array("{}".utf8), mode: 0o755)
      return tar.finished
    },
  ]

  static let entries: [HostileBundle] = [
    with("a link", "archive.unsafe") {
      $0.add("0/metadata/x.json", kind: .link, link: "/etc/passwd")
    },
    with("a hard link", "archive.unsafe") {
      $0.add("0/metadata/x.json", kind: .hardLink, link: "bundle.json")
    },
    with("a FIFO", "archive.unsafe") { $0.add("0/metadata/x.json", kind: .fifo) },
    with("a device", "archive.unsafe") { $0.add("0/metadata/x.json", kind: .character) },
    with("a folder", "archive.unsafe") { $0.add("0/metadata/", kind: .folder, mode: 0o755) },
    with("a way out", "archive.unsafe") { $0.add("0/../../x.json", [1]) },
    with("an absolute path", "archive.unsafe") { $0.add("/tmp/plugctl-hostile-bundle", [1]) },
    with("an executable file", "archive.unsafe") { $0.add("0/metadata/x.json", [1], mode: 0o755) },
    with("a set-id file", "archive.unsafe") { $0.add("0/metadata/x.json", [1], mode: 0o4644) },
    with("the same path twice", "archive.unsafe") { $0.add("bundle.json", [1]) },
    with("paths that differ by case", "archive.unsafe") { $0.add("Bundle.json", [1]) },
    with("a file below a file", "archive.unsafe") { $0.add("bundle.json/x.json", [1]) },
    with("extended attributes", "archive.unsafe") {
      $0.addPax("SCHILY.xattr.user.x", "y")
      $0.add("0/metadata/x.json", [1])
    },
    with("a file that says 600 MiB", "package.too-large") {
      $0.add("0/metadata/x.json", [1], size: 600 << 20)
    },
    with("a file that is not for bundles", "bundle.invalid") { $0.add("notes.txt", [1]) },
    with("a file beside the archives", "bundle.invalid") { $0.add("0/a/x.tar.zst", [1]) },
    with("a folder in the metadata", "bundle.invalid") { $0.add("0/metadata/x/y.json", [1]) },
    with("an index that is not listed", "bundle.invalid") { $0.add("1/metadata/1.root.json", [1]) },
    with("another spelling of a number", "bundle.invalid") { $0.add("00/metadata/x.json", [1]) },
  ]

  static let lists: [HostileBundle] = [
    bent("no list", "archive.unsafe") { $0.remove("bundle.json") },
    bent("a list that is no JSON", "bundle.invalid") {
      try $0.change("bundle.json") { $0 = [0x7B] }
    },
    list("another schema", "schema.unknown", #""schema": 1"#, #""schema": 2"#),
    list("no schema", "bundle.invalid", #""schema": 1"#, #""other": 1"#),
    list("no index", "bundle.invalid", #""indexes""#, #""others""#),
    list("an index without a name", "bundle.invalid", #""name": "main""#, #""name": "../x""#),
    list("a wanted plugin that is none", "bundle.invalid", #""acme/beta""#, #""../beta""#),
    list(
      "more wanted plugins than are looked for", "bundle.invalid", "[\n    \"acme/beta\"",
      "[" + Array(repeating: #""acme/beta""#, count: 4097).joined(separator: ",")),
    list(
      "a wanted plugin that it has not", "bundle.invalid", "[\n    \"acme/beta\"",
      "[\n    \"acme/other\""),
    list("an index that it has not", "bundle.invalid", #""index": 0"#, #""index": 1"#),
    list("an index below the first", "bundle.invalid", #""index": 0"#, #""index": -1"#),
    list("no size", "bundle.invalid", #""size""#, #""length""#),
    list("another size", "bundle.invalid", #""size": "#, #""size": 1"#),
    list("another version", "archive.mismatch", install: .some(nil), #""1.1.0""#, #""1.0.0""#),
    list(
      "another plugin", "archive.mismatch", install: .some(nil), #""name": "acme/alpha""#,
      #""name": "acme/gamma""#),
    list(
      "another platform", "archive.mismatch", install: .some(nil), "linux-x86_64-gnu",
      "linux-riscv64-gnu"),
  ]

  static let contents: [HostileBundle] = [
    bent("no first root", "bundle.invalid") { $0.remove("1.root.json") },
    bent("an altered root", "trust.signature") { try $0.change("/1.root.json", flip) },
    bent("another newest root", "bundle.invalid") { try $0.change("metadata/root.json", flip) },
    bent("no timestamp", "bundle.invalid") { $0.remove("timestamp.json") },
    bent("an altered timestamp", "trust.signature") {
      try $0.change("timestamp.json", "\"version\":", "\"version\":1")
    },
    bent("no snapshot", "bundle.invalid") { $0.remove("snapshot.json") },
    bent("an altered snapshot", "trust.mismatch") { try $0.change("snapshot.json", flip) },
    bent("no targets", "bundle.invalid") { $0.remove("targets.json") },
    bent("altered targets", "trust.signature") {
      try $0.change("targets.json", "\"version\":1", "\"version\":1,\"x\":1")
    },
    bent("no publisher's role", "archive.mismatch", install: "plugin.unknown") {
      $0.remove("pub-acme.json")
    },
    bent("no record", "archive.mismatch", install: "plugin.unknown") { $0.remove(".beta.json") },
    bent("no record of what is needed", "archive.mismatch", install: "solve.conflict") {
      $0.remove(".alpha.json")
    },
    bent("an altered record", "trust.mismatch") { try $0.change(".beta.json", flip) },
    bent("the record of another plugin", "bundle.invalid") { parts in
      let other = try parts.bytes(".alpha.json")
      try parts.change(".beta.json") { $0 = other }
    },
    bent("no archive", "bundle.invalid") { $0.remove(try $0.archives()[1]) },
    bent("an altered archive", "archive.mismatch") { try $0.change($0.archives()[1], flip) },
    bent("an archive that is cut", "bundle.invalid") {
      try $0.change($0.archives()[1]) { $0.removeLast() }
    },
    bent("an archive of zeros", "archive.mismatch") {
      try $0.change($0.archives()[1]) { $0 = [UInt8](repeating: 0, count: $0.count) }
    },
    bent("an endless record", "bundle.invalid") {
      try $0.change(".beta.json") { $0 += [UInt8](repeating: 0x20, count: 1 << 20) }
    },
    bent("an endless timestamp", "bundle.invalid") {
      try $0.change("timestamp.json") { $0 += [UInt8](repeating: 0x20, count: 1 << 20) }
    },
  ]
}

@Suite("a bundle that somebody bent", .takes(lessThan: .seconds(300)))
struct HostileBundleTests {
  @Test(
    "is refused, and nothing of it stays",
    arguments: HostileBundle.notBundles + HostileBundle.entries + HostileBundle.lists
      + HostileBundle.contents)
  func refused(bundle: HostileBundle) throws {
    let (user, examples) = (try Sandbox(), try Examples.shared.get())
    try user.folder.write("work/b.tar", bundle.bytes(BundleParts.shared.get()))
    let before = try FileListing([user.data])
    let outside = try user.folder.paths().filter { !$0.hasPrefix("home/") }
    for (command, code) in [("verify", bundle.checkCode), ("install", bundle.code)] {
      let outcome = try user.plugctl(
        "bundle", command, "b.tar", "--trust", examples.index.fingerprint)
      #expect(outcome.code == code, "\(outcome)")
    }
    guard bundle.code != nil else {
      #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
      return
    }
    #expect(try user.list() == [])
    #expect(try FileListing([user.data]).difference(from: before).allSatisfy(Self.isNoState))
    #expect(try user.folder.paths().filter { !$0.hasPrefix("home/") } == outside)
    let left = try user.folder.paths().filter { $0.contains("plugctl-scratch-") }
    #expect(left == [])
    #expect(!FileSystem.exists("/tmp/plugctl-hostile-bundle"))
  }

  /// Folders and locks of an attempt that came to nothing.
  private static func isNoState(_ path: String) -> Bool {
    path.hasSuffix("/lock") || (try? FileSystem.status(path))?.kind == .folder
  }

  @Test(
    "is refused wherever one byte is another, or changes nothing that counts", arguments: 0..<40)
  func flipped(step: Int) throws {
    let (user, examples) = (try Sandbox(), try Examples.shared.get())
    var bytes = try BundleParts.shared.get().tar()
    var random = SeededGenerator(seed: UInt64(step) &* 7919 &+ 17)
    let place = Int.random(in: 0..<bytes.count, using: &random)
    bytes[place] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &random)
    try user.folder.write("work/b.tar", bytes)
    let outcome = try user.plugctl(
      "bundle", "install", "b.tar", "--trust", examples.index.fingerprint)
    #expect(outcome.exit != 70, "\(outcome)")
    // A byte that nobody reads (padding, owner) may be any.
    let expected = outcome.succeeds ? ["alpha 1.1.0", "beta 1.0.0"] : []
    #expect(try user.list() == expected, "byte \(place): \(outcome)")
  }
}
