import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("ELF facts of a file") struct ElfFactsReadingTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test("tell names, exports, needs and versions")
  func basics() throws {
    let path = try folder.plugin(
      "a.so",
      """
      #include <stdlib.h>
      __thread int per_thread = 7;
      int table[4] = {1};
      extern int other(void);
      extern int maybe(void) __attribute__((weak));
      __attribute__((weak)) void soft(void) {}
      __attribute__((constructor)) static void begin(void) { table[1] = 2; }
      int entry(void) { return other() + (maybe ? maybe() : 0) + (getenv("A") != 0) + per_thread; }
      """,
      ["-Wl,-soname,a.so.1", "-Wl,-rpath,$ORIGIN/lib:/opt/x", "-lm", "-Wl,--no-as-needed", "-lz"])
    let facts = try elfFacts(ofFile: path)
    #expect(facts.machine == .amd64 || facts.machine == .aarch64)
    #expect(facts.type == .shared)
    #expect(facts.soname == "a.so.1")
    #expect(facts.needed == ["libz.so.1", "libc.so.6"] || facts.needed.contains("libc.so.6"))
    #expect(facts.runpath + facts.rpath == ["$ORIGIN/lib", "/opt/x"])
    #expect(facts.export("entry") == .init(name: "entry", kind: .function, binding: .global))
    #expect(facts.export("table") == .init(name: "table", kind: .object, binding: .global))
    #expect(facts.export("per_thread")?.kind == .threadLocal)
    #expect(facts.export("soft")?.binding == .weak)
    #expect(facts.export("begin") == nil)
    #expect(facts.undefined.contains(.init(name: "other", version: nil, isWeak: false)))
    #expect(facts.undefined.contains(.init(name: "maybe", version: nil, isWeak: true)))
    #expect(
      facts.undefined.contains { $0.name == "getenv" && $0.version?.hasPrefix("GLIBC_") == true })
    #expect(facts.need(.glibc) != nil)
    #expect(facts.initializerCount >= 2)
    #expect(facts.tlsSize == 4)
    #expect(facts.stack == .protected)
    #expect(facts.toolchains.contains { $0.hasPrefix("GCC:") })
    #expect(facts.runtime == .native)
  }

  @Test("are the same without section headers, but for what only those tell")
  func strippedSections() throws {
    let path = try folder.plugin(
      "a.so", "int puts(const char *); int f(void) { return puts(\"\"); }")
    var bytes = try contents(path)
    for place in [40, 41, 42, 43, 44, 45, 46, 47, 60, 61, 62, 63] { bytes[place] = 0 }
    var expected = try elfFacts(ofFile: path)
    expected.toolchains = []
    expected.flags.remove(.debugInfo)
    #expect(try elfFacts(of: bytes) == expected)
  }

  @Test("are complete where the linker wrote a System V hash table only")
  func systemVHash() throws {
    let source = "int puts(const char *); int f(void) { return puts(\"\"); }"
    let gnu = try elfFacts(ofFile: folder.plugin("g.so", source, ["-Wl,--hash-style=gnu"]))
    let sysv = try elfFacts(ofFile: folder.plugin("s.so", source, ["-Wl,--hash-style=sysv"]))
    #expect(gnu.exports == sysv.exports)
    #expect(gnu.undefined == sysv.undefined)
  }

  @Test("name undefined symbols of a file that exports nothing")
  func noExports() throws {
    let path = try folder.plugin(
      "n.so", "int other(void); __attribute__((constructor)) static void f(void) { other(); }")
    let facts = try elfFacts(ofFile: path)
    #expect(facts.exports.isEmpty)
    #expect(facts.undefined.contains { $0.name == "other" })
  }

  @Test(
    "flag what linkers were told",
    arguments: [
      (["-Wl,-z,nodelete"], ElfFacts.Flag.noDelete), (["-Wl,-z,now"], .bindNow),
      (["-Wl,-z,nodlopen"], .noOpen), (["-Wl,-z,relro"], .relro),
      (["-g"], .debugInfo),
    ])
  func flags(options: [String], flag: ElfFacts.Flag) throws {
    let facts = try elfFacts(ofFile: folder.plugin("f.so", "int f(void) { return 1; }", options))
    #expect(facts.flags.contains(flag))
  }

  @Test("flag a segment that is writable and executable")
  func writableCode() throws {
    var bytes = try contents(folder.plugin("w.so", "int f(void) { return 1; }"))
    try patchSegment(&bytes, type: 1, to: 7, at: 4)
    #expect(try elfFacts(of: bytes).flags.contains(.writableCode))
  }

  @Test("tell an executable stack from a missing mark")
  func stack() throws {
    let source = "int f(void) { return 1; }"
    let executable = try folder.plugin("x.so", source, ["-Wl,-z,execstack"])
    #expect(try elfFacts(ofFile: executable).stack == .executable)
    var bytes = try contents(executable)
    try patchSegment(&bytes, type: 0x6474_E551, to: 0)
    #expect(try elfFacts(of: bytes).stack == .unspecified)
  }

  @Test(
    "tell what made the library",
    arguments: [
      ("int a __asm__(\"go.link.pkghashbytes.fmt\") = 1;", ElfFacts.Runtime.goPlugin),
      ("void _cgo_topofstack(void) {}", .goShared),
      ("int x(void) __asm__(\"_ZN1a1bEv\"); int x(void) { return 1; }", .cxx),
      ("void rust_eh_personality(void) {}", .rust), ("int a;", .native),
    ])
  func runtime(source: String, runtime: ElfFacts.Runtime) throws {
    #expect(try elfFacts(ofFile: folder.plugin("r.so", source)).runtime == runtime)
  }

  @Test("of another class or byte order are those of the header")
  func otherClass() throws {
    var bytes = [UInt8](repeating: 0, count: 64)
    bytes.replaceSubrange(0..<8, with: [0x7F, 0x45, 0x4C, 0x46, 1, 2, 1, 0])
    bytes[17] = 3
    bytes[19] = 40
    let facts = try elfFacts(of: bytes)
    #expect(facts.machine == .arm)
    #expect(facts.bits == 32)
    #expect(!facts.isLittleEndian)
    #expect(facts.type == .shared)
  }

  @Test("are refused for what is no ELF file", arguments: ["", "\u{7F}EL", "#!/bin/sh\n"])
  func notElf(text: String) {
    #expect(throws: ElfError.notElf) { try elfFacts(of: Array(text.utf8)) }
  }
}

/// Changes a word of the first program header of a type: the type itself, or the one at an offset.
func patchSegment(
  _ bytes: inout [UInt8], type: UInt32, to other: UInt32, at offset: Int = 0
) throws {
  let count = Int(bytes[56])
  for index in 0..<count {
    let place = 64 + index * 56
    let found = bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    guard found == type else { continue }
    for byte in 0..<4 {
      bytes[place + offset + byte] = UInt8(truncatingIfNeeded: other >> (8 * byte))
    }
    return
  }
  throw TestFailure("no such program header")
}
