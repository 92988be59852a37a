import Archiving
import Files
import PkgCore
import TestSupport
import Testing

/// Unpacks beside a folder that must stay untouched; gives the code of the refusal.
func outcome(
  _ bytes: [UInt8], packedSize: Int64? = nil, isForeign: Bool = false,
  then look: (TestFolder) throws -> Void = { _ in }
) throws -> DiagnosticCode? {
  let folder = try TestFolder()
  try FileSystem.makeFolder(folder.file("staging"))
  try folder.write("outside/secret", Array("secret".utf8))
  let place = folder.file("staging")
  // libarchive must be there before every other path is out of reach.
  _ = try PackageReader(packedSize: 0)
  let code = try ConfinedThread.run(in: place) {
    try unpack(bytes, packedSize ?? Int64(bytes.count), isForeign, into: StagingFolder(place))
  }
  #expect(try FileSystem.names(in: folder.path) == ["outside", "staging"])
  #expect(try folder.paths(below: "outside") == ["secret"])
  #expect(try FileSystem.read(folder.file("outside/secret")) == Array("secret".utf8))
  try look(folder)
  return code
}

private func unpack(
  _ bytes: [UInt8], _ packedSize: Int64, _ isForeign: Bool, into staging: borrowing StagingFolder
) throws -> DiagnosticCode? {
  let archive = try Descriptor.inMemory("archive")
  try archive.write(bytes)
  try archive.seek(to: 0)
  var reader = try PackageReader(packedSize: packedSize)
  do throws(ArchiveError) {
    if isForeign {
      try reader.unpackForeign(archive.raw, into: staging)
    } else {
      _ = try reader.unpack(archive.raw, into: staging)
    }
    return nil
  } catch { return error.diagnostic.code }
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
