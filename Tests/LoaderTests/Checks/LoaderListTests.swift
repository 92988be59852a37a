import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("the dynamic loader's list of libraries", .enabled(if: thisSystem().machine == .amd64))
struct LoaderListTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private struct Entry {
    var flags: UInt32 = 0x0303
    let name: String
    let path: String
  }

  private func write(_ name: String, _ entries: [Entry], oldHeader: Bool = false) throws -> String {
    func word(_ value: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var texts: [UInt8] = []
    var rows: [UInt8] = []
    let base = 48 + entries.count * 24
    for entry in entries {
      rows += word(Int(entry.flags))
      for text in [entry.name, entry.path] {
        rows += word(base + texts.count)
        texts += Array(text.utf8) + [0]
      }
      rows += [UInt8](repeating: 0, count: 12)
    }
    var bytes = Array("glibc-ld.so.cache1.1".utf8) + word(entries.count) + word(texts.count)
    bytes += [UInt8](repeating: 0, count: 48 - bytes.count) + rows + texts
    if oldHeader { bytes = Array("ld.so-1.7.0".utf8) + [0] + word(0) + bytes }
    return try folder.write(name, bytes)
  }

  private func library(_ place: String) throws -> String {
    var path = folder.path
    for part in place.split(separator: "/").dropLast() {
      path += "/" + part
      mkdir(path, 0o755)
    }
    return try folder.plugin(place, "int lib;", ["-Wl,-soname,liblist.so"])
  }

  private func found(_ list: String, level: Int? = nil) throws -> String? {
    let near = try folder.plugin("liblist.so", "int lib;", ["-Wl,-soname,liblist.so"])
    let file = try folder.plugin("a.so", "int a;", ["-Wl,--no-as-needed", near])
    unlink(near)
    var target = thisSystem()
    target.libraryCache = list
    target.libraryFolders = ["/nonexistent"]
    target.isaLevel = level
    return try inspectElf(file: file, against: target).libraries?
      .first { $0.name == "liblist.so" }?.path
  }

  @Test("leads to files by name", arguments: [false, true])
  func plain(oldHeader: Bool) throws {
    let path = try library("x/liblist.so")
    let entries = [Entry(name: "other.so", path: "/x"), Entry(name: "liblist.so", path: path)]
    #expect(try found(write("list", entries, oldHeader: oldHeader)) == path)
  }

  @Test("leads to nothing for another kind of machine, or where the file is gone")
  func others() throws {
    let path = try library("x/liblist.so")
    #expect(try found(write("1", [Entry(flags: 3, name: "liblist.so", path: path)])) == nil)
    #expect(try found(write("2", [Entry(name: "liblist.so", path: path + "x")])) == nil)
  }

  @Test(
    "prefers what this processor has, and no more", arguments: [(1, "x"), (3, "v3"), (4, "v3")])
  func processors(level: Int, place: String) throws {
    let plain = try library("x/liblist.so")
    let newer = try library("x/glibc-hwcaps/x86-64-v3/liblist.so")
    let list = try write(
      "list", [Entry(name: "liblist.so", path: plain), Entry(name: "liblist.so", path: newer)])
    #expect(try found(list, level: level) == (place == "x" ? plain : newer))
  }

  @Test("is read without harm where it is cut or something else", arguments: [0, 10, 30, 60, 80])
  func cut(length: Int) throws {
    let path = try library("x/liblist.so")
    let whole = try contents(write("list", [Entry(name: "liblist.so", path: path)]))
    #expect(try found(folder.write("cut", whole.prefix(length))) == nil)
  }

  @Test("takes folders for newer processors before plain ones")
  func folders() throws {
    let newer = try library("y/glibc-hwcaps/x86-64-v2/liblist.so")
    let plain = try library("y/liblist.so")
    let file = try folder.plugin("a.so", "int a;", ["-Wl,--no-as-needed", plain])
    func found(_ level: Int) throws -> String? {
      var target = thisSystem()
      target.environmentFolders = [folder.file("y")]
      target.isaLevel = level
      return try inspectElf(file: file, against: target).libraries?.first?.path
    }
    #expect(try found(2) == newer)
    #expect(try found(1) == plain)
  }
}
