import Archiving
import Files
import PkgCore
import Signing
import TestSupport
import Testing

/// A package as its parts, so that a test can bend one.
struct TestPackage {
  var files: [(path: String, bytes: [UInt8])] = [
    ("README", Array("read me".utf8)), ("lib/v.so", [0x7F, 0x45, 0x4C, 0x46]),
  ]
  var links: [(path: String, target: String)] = []
  var library = "lib/v.so"

  var description: PackageDescription {
    get throws {
      let content = files.map { file in
        PackageFile(
          path: file.path,
          content: .file(
            size: Int64(file.bytes.count), isExecutable: false, digest: sha256(file.bytes)))
      }
      let all =
        content + links.map { PackageFile(path: $0.path, content: .link(target: $0.target)) }
      return PackageDescription(
        manifest: Manifest(
          name: try PluginName("acme/v"), version: Version(1, 0, 0), host: "stormdb"),
        platform: .current, library: library, elf: nil,
        files: all.sorted { bytesPrecede($0.path, $1.path) })
    }
  }

  var json: [UInt8] {
    get throws { try description.json(tree: sha256(description.treeBytes)).prettyBytes }
  }

  /// The archive; `bend` may add or replace entries of the list before they are written.
  func tar(
    _ bend: (inout TarText) -> Void = { _ in }, instead: [String: (inout TarText) -> Void] = [:]
  ) throws -> [UInt8] {
    var tar = TarText()
    tar.add("v-1.0.0/plugin.json", try json)
    for file in try description.files {
      if let other = instead[file.path] {
        other(&tar)
        continue
      }
      switch file.content {
      case .file: tar.add("v-1.0.0/\(file.path)", files.first { $0.path == file.path }?.bytes ?? [])
      case .link(let target):
        tar.add("v-1.0.0/\(file.path)", kind: .link, mode: 0o777, link: target)
      }
    }
    bend(&tar)
    return tar.finished
  }
}

/// Unpacks beside a folder that must stay untouched; gives the code of the refusal.
func outcome(
  _ bytes: [UInt8], packedSize: Int64? = nil, isForeign: Bool = false,
  then look: (TestFolder) throws -> Void = { _ in }
) throws -> DiagnosticCode? {
  let folder = try TestFolder()
  try FileSystem.makeFolder(folder.file("staging"))
  try folder.write("outside/secret", Array("secret".utf8))
  let staging = try StagingFolder(folder.file("staging"))
  let archive = try Descriptor.inMemory("archive")
  try archive.write(bytes)
  try archive.seek(to: 0)
  var reader = try PackageReader(packedSize: packedSize ?? Int64(bytes.count))
  var code: DiagnosticCode?
  do throws(ArchiveError) {
    if isForeign {
      try reader.unpackForeign(archive.raw, into: staging)
    } else {
      _ = try reader.unpack(archive.raw, into: staging)
    }
  } catch { code = error.diagnostic.code }
  #expect(try FileSystem.names(in: folder.path) == ["outside", "staging"])
  #expect(try folder.paths(below: "outside") == ["secret"])
  #expect(try FileSystem.read(folder.file("outside/secret")) == Array("secret".utf8))
  try look(folder)
  return code
}

@Suite("Package reader")
struct PackageReaderTests {
  @Test("unpacks what is listed, read-only, links too")
  func unpacks() throws {
    var package = TestPackage()
    package.files.append(("lib/deep/er/x", []))
    package.links = [("lib/libv.so", "v.so")]
    let code = try outcome(package.tar()) { (folder: TestFolder) throws in
      #expect(
        try folder.paths(below: "staging") == [
          "README", "lib", "lib/deep", "lib/deep/er", "lib/deep/er/x", "lib/libv.so", "lib/v.so",
          "plugin.json",
        ])
      #expect(try FileSystem.status(folder.file("staging/README")).mode == 0o444)
      #expect(try FileSystem.linkTarget(folder.file("staging/lib/libv.so")) == "v.so")
      #expect(try FileSystem.read(folder.file("staging/README")) == Array("read me".utf8))
    }
    #expect(code == nil)
  }

  @Test(
    "reads gzip, xz, zstd and plain tar",
    arguments: [["gzip", "-c"], ["xz", "-c"], ["zstd", "-c"], ["cat"]])
  func filters(command: [String]) throws {
    var child = ChildCommand(command)
    child.input = try TestPackage().tar()
    let code = try outcome(child.run().output)
    #expect(code == nil)
  }

  @Test(
    "refuses other compressors and more than two of them",
    arguments: ["bzip2 -c", "gzip -c | xz -c | zstd -c", "lzma -c", "base64"])
  func otherFilters(pipeline: String) throws {
    var child = ChildCommand(["sh", "-c", pipeline])
    child.input = try TestPackage().tar()
    let code = try outcome(child.run().output)
    #expect(code == .archiveTruncated)
  }

  @Test("folder entries are allowed and say nothing")
  func folders() throws {
    var tar = TarText()
    let package = TestPackage()
    tar.add("v-1.0.0/", kind: .folder, mode: 0o777)
    tar.add("v-1.0.0/plugin.json", try package.json)
    tar.add("v-1.0.0/README", package.files[0].bytes)
    tar.add("v-1.0.0/lib/", kind: .folder, mode: 0o755)
    tar.add("v-1.0.0/lib/v.so", package.files[1].bytes)
    let code = try outcome(tar.finished) { (folder: TestFolder) throws in
      let mode = try FileSystem.status(folder.file("staging/lib")).mode
      #expect(mode == 0o755)
    }
    #expect(code == nil)
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: DiagnosticCode
    let bytes: @Sendable () throws -> [UInt8]

    init(
      _ name: String, _ code: DiagnosticCode = .archiveUnsafe,
      _ bytes: @escaping @Sendable () throws -> [UInt8]
    ) {
      testDescription = name
      self.code = code
      self.bytes = bytes
    }
  }

  private static func instead(
    _ name: String, _ code: DiagnosticCode = .archiveUnsafe,
    _ entry: @escaping @Sendable (inout TarText) -> Void
  ) -> Hostile {
    Hostile(name, code) { try TestPackage().tar(instead: ["README": entry]) }
  }

  private static func after(
    _ name: String, _ code: DiagnosticCode = .archiveUnsafe,
    _ entry: @escaping @Sendable (inout TarText) -> Void
  ) -> Hostile {
    Hostile(name, code) { try TestPackage().tar(entry) }
  }

  /// An archive whose list and entries agree on one more path.
  private static func listed(_ name: String, _ code: DiagnosticCode, _ paths: [String]) -> Hostile {
    Hostile(name, code) {
      var package = TestPackage()
      for path in paths { package.files.append((path, [1])) }
      return try package.tar()
    }
  }

  private static let readme = Array("read me".utf8)

  static let hostile: [Hostile] = [
    instead("character device") { $0.add("v-1.0.0/README", kind: .character) },
    instead("block device") { $0.add("v-1.0.0/README", kind: .block) },
    instead("FIFO") { $0.add("v-1.0.0/README", kind: .fifo) },
    instead("hard link out") { $0.add("v-1.0.0/README", kind: .hardLink, link: "/etc/passwd") },
    instead("hard link inside") {
      $0.add("v-1.0.0/README", kind: .hardLink, link: "v-1.0.0/plugin.json")
    },
    instead("link instead of a file") {
      $0.add("v-1.0.0/README", kind: .link, mode: 0o777, link: "../outside/secret")
    },
    instead("folder instead of a file") { $0.add("v-1.0.0/README/", kind: .folder) },
    instead("absolute path") { $0.add("/tmp/README", readme) },
    instead("path with ..") { $0.add("v-1.0.0/../README", readme) },
    instead("path that begins with ..") { $0.add("../README", readme) },
    instead("leading ./") { $0.add("./v-1.0.0/README", readme) },
    instead("double slash") { $0.add("v-1.0.0//README", readme) },
    instead("leading hyphen") { $0.add("v-1.0.0/-README", readme) },
    instead("backslash") { $0.add("v-1.0.0/..\\README", readme) },
    instead("control character") { $0.add("v-1.0.0/REA\u{1B}DME", readme) },
    instead("space at the end") { $0.add("v-1.0.0/README ", readme) },
    instead("other case") { $0.add("v-1.0.0/readme", readme) },
    instead("second top folder") { $0.add("w-1.0.0/README", readme) },
    instead("too short") { $0.add("v-1.0.0/README", [1]) },
    instead("too long") { $0.add("v-1.0.0/README", readme + [1]) },
    instead("executable where the list says not") { $0.add("v-1.0.0/README", readme, mode: 0o755) },
    instead("set user id") { $0.add("v-1.0.0/README", readme, mode: 0o4644) },
    instead("set group id") { $0.add("v-1.0.0/README", readme, mode: 0o2644) },
    instead("sticky") { $0.add("v-1.0.0/README", readme, mode: 0o1644) },
    instead("writable for all") { $0.add("v-1.0.0/README", readme, mode: 0o666) },
    instead("missing in the middle") { _ in },
    instead("extended attributes") {
      $0.addPax("SCHILY.xattr.security.capability", "x")
      $0.add("v-1.0.0/README", readme)
    },
    instead("access control list") {
      $0.addPax("SCHILY.acl.access", "user::rwx,user:bin:rwx,group::r--,mask::rwx,other::r--")
      $0.add("v-1.0.0/README", readme)
    },
    instead("sparse file", .archiveTruncated) {
      $0.addPax("GNU.sparse.major", "0")
      $0.addPax("GNU.sparse.minor", "1")
      $0.addPax("GNU.sparse.map", "0,3,8,4")
      $0.addPax("GNU.sparse.size", "12")
      $0.add("v-1.0.0/README", readme)
    },
    instead("path by a pax header") {
      $0.addPax("path", "v-1.0.0/../../outside/secret")
      $0.add("v-1.0.0/README", readme)
    },
    instead("link by a pax header") {
      $0.addPax("linkpath", "/etc/passwd")
      $0.add("v-1.0.0/README", kind: .hardLink, link: "x")
    },
    after("extra file") { $0.add("v-1.0.0/zzz", [1]) },
    after("the same file again") { $0.add("v-1.0.0/lib/v.so", [1, 2, 3, 4]) },
    after("second plugin.json") { $0.add("v-1.0.0/plugin.json", [1]) },
    after("link out, then a file below it") {
      $0.add("v-1.0.0/out", kind: .link, mode: 0o777, link: "../../outside")
      $0.add("v-1.0.0/out/secret", [1])
    },
    after("extra top folder") { $0.add("w-1.0.0/", kind: .folder) },
    after("unsafe folder") { $0.add("v-1.0.0/../../x/", kind: .folder) },
    after("absolute folder") { $0.add("/etc/x/", kind: .folder) },
    listed("listed with another case", .archiveUnsafe, ["readme"]),
    listed("folders with another case", .archiveUnsafe, ["Lib/x"]),
    listed("listed below a file", .archiveUnsafe, ["README/x"]),
    listed("listed with another case of plugin.json", .archiveUnsafe, ["Plugin.json"]),
    listed("lists itself", .archiveUnsafe, ["plugin.json"]),
    listed("listed twice", .archiveUnsafe, ["README"]),
    listed("lists a way out", .packageInvalid, ["../x"]),
    listed("lists an absolute path", .packageInvalid, ["/x"]),
    listed(
      "lists too deep a path", .packageInvalid,
      [Array(repeating: "a", count: 17).joined(separator: "/")]),
    listed(
      "too deep with the top folder", .archiveUnsafe,
      [Array(repeating: "a", count: 16).joined(separator: "/")]),
    listed("lists too long a path", .packageInvalid, [String(repeating: "a", count: 241)]),
    Hostile("lists a link that leads out", .packageInvalid) {
      var package = TestPackage()
      package.links = [("x", "../outside")]
      return try package.tar()
    },
    Hostile("link with another target") {
      var package = TestPackage()
      package.links = [("x", "README")]
      return try package.tar(instead: [
        "x": { $0.add("v-1.0.0/x", kind: .link, mode: 0o777, link: "/etc/passwd") }
      ])
    },
    Hostile("listed below a link") {
      var package = TestPackage()
      package.links = [("x", "lib")]
      package.files.append(("x/y", [1]))
      return try package.tar()
    },
    Hostile("plugin.json is not first") {
      var tar = TarText()
      tar.add("v-1.0.0/README", readme)
      tar.add("v-1.0.0/plugin.json", try TestPackage().json)
      return tar.finished
    },
    Hostile("plugin.json at the top") {
      var tar = TarText()
      tar.add("plugin.json", try TestPackage().json)
      return tar.finished
    },
    Hostile("plugin.json in a folder of another name") {
      var tar = TarText()
      tar.add("w-1.0.0/plugin.json", try TestPackage().json)
      return tar.finished
    },
    Hostile("plugin.json is a link") {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", kind: .link, mode: 0o777, link: "x")
      return tar.finished
    },
    Hostile("plugin.json is no JSON", .packageInvalid) {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", [0x7B])
      return tar.finished
    },
    Hostile("plugin.json is no description", .packageInvalid) {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", Array("{}".utf8))
      return tar.finished
    },
    Hostile("another tree id", .packageInvalid) {
      let package = TestPackage()
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", try package.description.json(tree: sha256([1])).prettyBytes)
      for file in package.files { tar.add("v-1.0.0/\(file.path)", file.bytes) }
      return tar.finished
    },
    Hostile("too large a plugin.json", .packageTooLarge) {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", [UInt8](repeating: 0x20, count: 9 << 20))
      return tar.finished
    },
    Hostile("a file that says 300 MiB", .archiveUnsafe) {
      try TestPackage().tar(instead: ["README": { $0.add("v-1.0.0/README", size: 300 << 20) }])
    },
    Hostile("20,000 listed files", .packageTooLarge) {
      var package = TestPackage()
      for number in 0..<20_000 { package.files.append(("f/\(number)", [])) }
      return try package.tar()
    },
    Hostile("20,000 folder entries", .packageTooLarge) {
      try TestPackage().tar { tar in
        for number in 0..<20_000 { tar.add("v-1.0.0/d\(number)/", kind: .folder) }
      }
    },
    Hostile("nothing", .archiveTruncated) { [] },
    Hostile("an empty archive", .archiveTruncated) { TarText().finished },
    Hostile("only zeros", .archiveTruncated) { [UInt8](repeating: 0, count: 100_000) },
    Hostile("text", .archiveTruncated) {
      Array(String(repeating: "hello world\n", count: 1000).utf8)
    },
  ]

  @Test("refuses", arguments: hostile)
  func refuses(archive: Hostile) throws {
    let code = try outcome(archive.bytes())
    #expect(code == archive.code)
  }

  @Test(
    "refuses other formats",
    arguments: [
      "import zipfile,sys,io;b=io.BytesIO();z=zipfile.ZipFile(b,'w');z.writestr('v-1.0.0/plugin.json','{}');z.close();sys.stdout.buffer.write(b.getvalue())",
      "import sys;sys.stdout.buffer.write(b'!<arch>\\nplugin.json/    0           0     0     644     2         `\\n{}')",
      "import sys;n=b'v-1.0.0/plugin.json\\0';sys.stdout.buffer.write(b'070701'+b'%08x'*13%(1,0o100644,0,0,1,0,2,0,0,0,0,len(n),0)+n+b'\\0'*2+b'{}\\0\\0')",
      "import sys;sys.stdout.buffer.write(b'7z\\xbc\\xaf\\x27\\x1c\\0\\4'+b'\\0'*100)",
      "import sys;sys.stdout.buffer.write(b'#mtree\\n./plugin.json type=file\\n')",
      "import sys;sys.stdout.buffer.write(b'Rar!\\x1a\\x07\\0'+b'\\0'*100)",
    ])
  func otherFormats(script: String) throws {
    let made = try ChildCommand(["python3", "-c", script]).run()
    try #require(made.isSuccess && !made.output.isEmpty)
    let code = try outcome(made.output)
    #expect(code == .archiveTruncated)
  }

  @Test("refuses what unpacks to 200 times its size, above 64 MiB")
  func bomb() throws {
    let bomb = [UInt8](repeating: 0, count: 70 << 20)
    var package = TestPackage()
    package.files.append(("bomb", bomb))
    var child = ChildCommand(["zstd", "-c", "-q"])
    child.input = try package.tar()
    child.outputLimit = 80 << 20
    let packed = try child.run().output
    let code = try outcome(packed)
    #expect(code == .packageTooLarge)
    let other = try outcome(packed, packedSize: 1 << 20)
    #expect(other == nil)
  }

  @Test("refuses what is cut off, wherever it is cut")
  func truncated() throws {
    let plain = try TestPackage().tar()
    let end = plain.count - 1024
    for length in stride(from: 0, to: end - 512, by: 97) {
      let code = try outcome(Array(plain[..<length]))
      #expect(code != nil, "\(length)")
    }
    var child = ChildCommand(["zstd", "-c", "-q"])
    child.input = plain
    let packed = try child.run().output
    for length in stride(from: 0, to: packed.count - 8, by: 13) {
      let code = try outcome(Array(packed[..<length]))
      #expect(code != nil, "\(length)")
    }
  }

  @Test("never writes outside and never crashes on damaged bytes")
  func damaged() throws {
    var random = SeededGenerator(seed: 17)
    let plain = try TestPackage().tar()
    for _ in 0..<300 {
      var bytes = plain
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] ^=
          1 << UInt8.random(in: 0...7, using: &random)
      }
      _ = try outcome(bytes)
    }
  }

  @Test("leaves data after the end to the archive's hash")
  func trailing() throws {
    let code = try outcome(TestPackage().tar() + Array("garbage".utf8))
    #expect(code == nil)
  }
}

@Suite("Foreign archive")
struct ForeignArchiveTests {
  private static func tar(_ make: (inout TarText) -> Void) -> [UInt8] {
    var tar = TarText()
    make(&tar)
    return tar.finished
  }

  @Test("unpacks one folder of files, with or without ./")
  func unpacks() throws {
    for prefix in ["", "./"] {
      let bytes = Self.tar { tar in
        if !prefix.isEmpty { tar.add("./", kind: .folder) }
        tar.add("\(prefix)my-1.0/", kind: .folder, mode: 0o755)
        tar.add("\(prefix)my-1.0/my.so", [1], mode: 0o775)
        tar.add("\(prefix)my-1.0/doc/README", [2], mode: 0o600)
      }
      let code = try outcome(bytes, isForeign: true) { (folder: TestFolder) throws in
        #expect(try folder.paths(below: "staging") == ["doc", "doc/README", "my.so"])
        #expect(try FileSystem.status(folder.file("staging/my.so")).mode == 0o555)
        #expect(try FileSystem.status(folder.file("staging/doc/README")).mode == 0o444)
      }
      #expect(code == nil)
    }
  }

  @Test("refuses what is unsafe", arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  func refuses(number: Int) throws {
    let bytes = Self.tar { tar in
      tar.add("m/a", [1])
      switch number {
      case 0: tar.add("m/a", [2])
      case 1: tar.add("m/A", [2])
      case 2: tar.add("m/a/b", [2])
      case 3: tar.add("n/b", [2])
      case 4: tar.add("b", [2])
      case 5: tar.add("m/../../x", [2])
      case 6: tar.add("m/l", kind: .link, link: "a")
      case 7: tar.add("m/l", kind: .hardLink, link: "m/a")
      case 8: tar.add("m/l", kind: .fifo)
      case 9: tar.add("n/", kind: .folder)
      case 10:
        tar.add("m/d/x", [2])
        tar.add("m/d", [2])
      default:
        tar.add("m/d/x", [2])
        tar.add("m/D/y", [2])
      }
    }
    let code = try outcome(bytes, isForeign: true)
    #expect(code == .archiveUnsafe)
  }

  @Test("refuses too many entries")
  func tooMany() throws {
    let files = Self.tar { tar in for number in 0..<10_001 { tar.add("m/\(number)") } }
    let code = try outcome(files, isForeign: true)
    #expect(code == .packageTooLarge)
    let folders = Self.tar { tar in
      for number in 0..<10_001 { tar.add("m/\(number)/", kind: .folder) }
    }
    let other = try outcome(folders, isForeign: true)
    #expect(other == .packageTooLarge)
  }
}
