import Archiving
import Files
import PkgCore
import Signing
import TestSupport
import Testing

@Suite("Package writer")
struct PackageWriterTests {
  private static func pack(
    _ package: TestPackage, _ folder: TestFolder, to name: String, modified: Int64 = 0
  ) throws -> PackageWriter.Written {
    for file in package.files { try folder.write("src/\(file.path)", file.bytes) }
    return try PackageWriter.write(
      package.description, source: { folder.file("src/\($0.path)") }, modified: modified,
      to: folder.file(name))
  }

  private static var package: TestPackage {
    var package = TestPackage()
    package.links = [("lib/libv.so", "v.so")]
    package.files.append(("big", (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
    return package
  }

  @Test("packs the same bytes twice, whatever the files' times")
  func reproducible() throws {
    let folder = try TestFolder()
    let first = try Self.pack(Self.package, folder, to: "a.tar.zst")
    let second = try Self.pack(Self.package, folder, to: "b.tar.zst")
    let bytes = try FileSystem.read(folder.file("a.tar.zst"))
    #expect(bytes == (try FileSystem.read(folder.file("b.tar.zst"))))
    #expect(
      first.digest == second.digest && first.digest == sha256(bytes)
        && first.size == Int64(bytes.count))
    #expect(first.tree == sha256(try Self.package.description.treeBytes))
    #expect(try FileSystem.names(in: folder.path) == ["a.tar.zst", "b.tar.zst", "src"])
    #expect(
      try Self.pack(Self.package, folder, to: "c.tar.zst", modified: 1).digest != first.digest)
  }

  @Test("what it packs, other people's tools read")
  func otherTools() throws {
    let folder = try TestFolder()
    _ = try Self.pack(Self.package, folder, to: "a.tar.zst", modified: 1_000_000_000)
    #expect(try ChildCommand(["zstd", "-q", "-t", folder.file("a.tar.zst")]).run().isSuccess)
    var list = ChildCommand(["tar", "--zstd", "-tvf", folder.file("a.tar.zst")])
    list.environment = ["TZ=UTC", "PATH=/usr/bin:/bin", "LC_ALL=C"]
    let lines = try list.run().outputText.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(
      lines.map { $0[5] } == [
        "v-1.0.0/plugin.json", "v-1.0.0/README", "v-1.0.0/big", "v-1.0.0/lib/libv.so",
        "v-1.0.0/lib/v.so",
      ])
    #expect(lines.allSatisfy { $0[1] == "0/0" && $0[3] == "2001-09-09" })
    #expect(
      lines.map { $0[0] } == ["-rw-r--r--", "-rw-r--r--", "-rw-r--r--", "lrwxrwxrwx", "-rw-r--r--"])
  }

  @Test("what it packs, the reader unpacks")
  func roundTrip() throws {
    let folder = try TestFolder()
    _ = try Self.pack(Self.package, folder, to: "a.tar.zst")
    let code = try outcome(FileSystem.read(folder.file("a.tar.zst"))) {
      (staged: TestFolder) throws in
      #expect(
        try staged.paths(below: "staging") == [
          "README", "big", "lib", "lib/libv.so", "lib/v.so", "plugin.json",
        ])
      for file in Self.package.files {
        #expect(try FileSystem.read(staged.file("staging/\(file.path)")) == file.bytes)
      }
    }
    #expect(code == nil)
  }

  private static func code(_ body: () throws(ArchiveError) -> Void) -> DiagnosticCode? {
    do throws(ArchiveError) {
      try body()
      return nil
    } catch { return error.diagnostic.code }
  }

  @Test("refuses a file that changed, and leaves nothing behind")
  func changed() throws {
    let folder = try TestFolder()
    let description = try Self.package.description
    for file in Self.package.files { try folder.write("src/\(file.path)", file.bytes) }
    try folder.write("src/README", [1])
    let code = Self.code { () throws(ArchiveError) in
      _ = try PackageWriter.write(
        description, source: { folder.file("src/\($0.path)") }, modified: 0,
        to: folder.file("a.tar.zst"))
    }
    #expect(code == .archiveUnsafe)
    #expect(try FileSystem.names(in: folder.path) == ["src"])
  }

  @Test(
    "packs nothing that the reader would refuse",
    arguments: [
      ["readme"], ["Lib/x"], ["README/x"], ["plugin.json"], [String(repeating: "a", count: 238)],
    ])
  func unreadable(paths: [String]) throws {
    let folder = try TestFolder()
    var package = TestPackage()
    package.files += paths.map { ($0, []) }
    let description = try package.description
    let code = Self.code { () throws(ArchiveError) in
      _ = try PackageWriter.write(
        description, source: { _ in folder.file("none") }, modified: 0, to: folder.file("a.tar.zst")
      )
    }
    #expect(code == .archiveUnsafe)
    #expect(try FileSystem.names(in: folder.path) == [])
  }
}
