import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a static check") struct StaticCheckTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private let harmless = "int entry(void) { return 1; } int table[2] = {1, 2};"

  /// The checks that fail or warn, beside what the compiler and `/tmp` always bring.
  private func findings(_ report: LoadReport) -> Set<CheckID> {
    Set(
      report.results.filter { $0.status.isRefusal || $0.status == .warn }.map(\.check)
    ).subtracting([.exportPollution, .buildId])
  }

  @Test("finds nothing in a harmless plugin")
  func pass() throws {
    let report = try report(folder.plugin("a.so", harmless), level: 1)
    #expect(findings(report).isEmpty)
    #expect(report.verdict == .passed)
  }

  @Test(
    "finds what its linker or compiler did",
    arguments: [
      (["-Wl,-z,execstack"], CheckID.execStack), (["-Wl,-z,nodlopen"], .elfType),
      (["-Wl,-rpath,/home/me/lib"], .rpathUnsafe), (["-Wl,-rpath,lib"], .rpathUnsafe),
      (["-Wl,-rpath,:/opt"], .rpathUnsafe),
    ])
  func linker(flags: [String], check: CheckID) throws {
    let report = try report(folder.plugin("a.so", harmless, flags), level: 1)
    #expect(findings(report) == [check])
  }

  @Test(
    "refuses an executable stack where glibc does", arguments: [("2.40", false), ("2.41", true)])
  func stackByGlibc(version: String, refuses: Bool) throws {
    let path = try folder.plugin("a.so", harmless, ["-Wl,-z,execstack"])
    let report = try report(path, level: 1) { $0.versions[.glibc] = SymbolVersion(version) }
    #expect(report.refusals.isEmpty != refuses)
  }

  @Test("refuses a program")
  func program() throws {
    let source = try folder.write("p.c", "int main(void) { return 0; }".utf8)
    try run(["cc", "-pie", "-fPIE", "-o", folder.file("p"), source])
    #expect(try findings(report(folder.file("p"), level: 1)).contains(.elfType))
  }

  @Test(
    "refuses bytes of another machine, class or system", arguments: [(18, 183), (18, 40), (7, 9)])
  func machine(place: Int, value: UInt8) throws {
    var bytes = try contents(folder.plugin("a.so", harmless))
    bytes[place] = value
    let report = try report(folder.write("b.so", bytes), level: 1)
    #expect(findings(report) == [.elfArch])
    #expect(report.diagnostic?.code == .incompatiblePlatform)
  }

  @Test("refuses a 32-bit file by its header alone")
  func class32() throws {
    var bytes = try contents(folder.plugin("a.so", harmless))
    bytes[4] = 1
    #expect(try findings(report(folder.write("b.so", bytes), level: 1)) == [.elfArch])
  }

  @Test("refuses a truncated file", arguments: [0, 3, 63, 400, 9000])
  func truncated(length: Int) throws {
    let bytes = try contents(folder.plugin("a.so", harmless)).prefix(length)
    #expect(try findings(report(folder.write("b.so", bytes), level: 1)) == [.elfValid])
  }

  @Test("refuses a segment that is writable and executable")
  func writableCode() throws {
    var bytes = try contents(folder.plugin("a.so", harmless))
    try patchSegment(&bytes, type: 1, to: 7, at: 4)
    #expect(try findings(report(folder.write("b.so", bytes), level: 1)) == [.wxSegment])
  }

  @Test("warns of a missing stack mark")
  func stackMark() throws {
    var bytes = try contents(folder.plugin("a.so", harmless))
    try patchSegment(&bytes, type: 0x6474_E551, to: 0)
    #expect(try findings(report(folder.write("b.so", bytes), level: 1)) == [.gnuStackMissing])
  }

  @Test("refuses dangerous modes", arguments: [0o4755, 0o2755, 0o666])
  func mode(mode: mode_t) throws {
    let path = try folder.plugin("a.so", harmless)
    chmod(path, mode)
    #expect(try findings(report(path, level: 1)) == [.fileMode])
  }

  @Test("names a library that is missing, and who needs it")
  func missingLibrary() throws {
    let library = try folder.plugin("libgone.so", "int gone(void) { return 1; }")
    let path = try folder.plugin(
      "a.so", "int gone(void); int entry(void) { return gone(); }", [library])
    unlink(library)
    // The linker wrote a path, since there is no SONAME.
    let result = try #require(try report(path, level: 1).result(.neededMissing))
    #expect(result.status == .fail)
    #expect(result.message == "`\(library)`, needed by `a.so`, is not found")
  }

  @Test("names Debian's package of a well-known library")
  func package() throws {
    let library = try folder.plugin(
      "libpcre.so.3", "int gone(void) { return 1; }", ["-Wl,-soname,libpcre.so.3"])
    let path = try folder.plugin(
      "a.so", "int gone(void); int entry(void) { return gone(); }", [library])
    let result = try #require(
      try report(path, level: 1) {
        $0.libraryFolders = ["/nonexistent"]
        $0.libraryCache = nil
      }.result(.neededMissing))
    #expect(result.status == .fail)
    #expect(result.hint == "install it: apt-get install libpcre3")
  }

  @Test("looks for libraries beside the file where RUNPATH says so")
  func origin() throws {
    try folder.plugin("libnear.so", "int near(void) { return 1; }", ["-Wl,-soname,libnear.so"])
    let path = try folder.plugin(
      "a.so", "int near(void); int entry(void) { return near(); }",
      ["-L" + folder.path, "-lnear", "-Wl,-rpath,$ORIGIN"])
    #expect(try findings(report(path, level: 2)).isEmpty)
  }

  @Test("names symbols that nothing defines, but for weak ones")
  func unresolved() throws {
    let path = try folder.plugin(
      "a.so",
      """
      int foo_bar(void); int soft(void) __attribute__((weak));
      int entry(void) { return foo_bar() + (soft ? soft() : 0); }
      """)
    let report = try report(path, level: 1)
    #expect(findings(report) == [.symbolsUnresolved])
    let diagnostic = try #require(report.diagnostic)
    #expect(diagnostic.code == .loadFailed)
    #expect(diagnostic.message == "`subject` can't be loaded")
    #expect(diagnostic.notes == ["undefined symbol: foo_bar"])
    #expect(diagnostic.hint != nil)
  }

  @Test("takes symbols of a declared module for defined")
  func module() throws {
    let module = try folder.plugin("m.so", "int foo_bar(void) { return 1; }")
    let path = try folder.plugin("a.so", "int foo_bar(void); int entry(void) { return foo_bar(); }")
    #expect(try findings(report(path, level: 2, modules: [module])).isEmpty)
    #expect(try findings(report(path, level: 2)) == [.symbolsUnresolved])
  }

  @Test("refuses a version of a symbol that the library does not have")
  func symbolVersion() throws {
    try folder.write("1.map", "V_1 { global: f; };".utf8)
    try folder.write("2.map", "V_2 { global: f; };".utf8)
    let name = "-Wl,-soname,libv.so"
    try folder.plugin(
      "libv.so", "int f(void) { return 1; }",
      [name, "-Wl,--version-script=" + folder.file("2.map")])
    let path = try folder.plugin(
      "a.so", "int f(void); int entry(void) { return f(); }",
      ["-L" + folder.path, "-lv", "-Wl,-rpath,$ORIGIN"])
    #expect(try findings(report(path, level: 2)).isEmpty)
    try folder.plugin(
      "libv.so", "int f(void) { return 1; }",
      [name, "-Wl,--version-script=" + folder.file("1.map")])
    let result = try #require(try report(path, level: 1).result(.symbolsUnresolved))
    #expect(result.message == "undefined symbol: f, version V_2")
  }

  @Test("refuses what needs a newer glibc, and names the symbols")
  func glibc() throws {
    let path = try folder.plugin(
      "a.so",
      "int pthread_create(void *, void *, void *, void *); int entry(void) { return pthread_create(0, 0, 0, 0); }"
    )
    let need = try #require(try elfFacts(ofFile: path).need(.glibc))
    let report = try report(path, level: 2) { $0.versions[.glibc] = SymbolVersion("2.2") }
    #expect(findings(report) == [.glibcTooNew])
    let diagnostic = try #require(report.diagnostic)
    #expect(diagnostic.code == .incompatibleGlibc)
    #expect(diagnostic.message == "`subject` can't load here")
    #expect(diagnostic.notes.first == "needs GLIBC_\(need.version), this system has 2.2")
    #expect(diagnostic.notes.contains("`pthread_create` needs GLIBC_\(need.version)"))
  }

  @Test("refuses what needs a newer libstdc++")
  func libstdcxx() throws {
    let source = try folder.write(
      "a.cc", "#include <string>\nstd::string f() { return std::string(99, 'x'); }".utf8)
    try run(["g++", "-shared", "-fPIC", "-o", folder.file("a.so"), source])
    let report = try report(folder.file("a.so"), level: 1) {
      $0.versions[.glibcxx] = SymbolVersion("3.4")
    }
    #expect(report.diagnostic?.code == .incompatibleLibstdcxx)
  }

  @Test(
    "refuses a missing or wrong entry",
    arguments: [
      ("other", LoadTarget.RequiredEntry.Kind.function), ("table", .function), ("entry", .object),
    ])
  func entry(name: String, kind: LoadTarget.RequiredEntry.Kind) throws {
    let report = try report(folder.plugin("a.so", harmless), level: 1) {
      $0.requiredEntries = [.init(name: name, kind: kind)]
    }
    #expect(findings(report) == [.entryMissing])
  }

  @Test(
    "takes SQLite's entry by either name, and notices a renamed file",
    arguments: [
      ("demo.so", "sqlite3_demo_init", CheckID?.none), ("x.so", "sqlite3_extension_init", nil),
      ("other.so", "sqlite3_demo_init", .entryNameMismatch), ("demo.so", "f", .entryMissing),
    ])
  func sqlite(file: String, symbol: String, check: CheckID?) throws {
    let report = try report(folder.plugin(file, "int \(symbol)(void) { return 0; }"), level: 1) {
      $0.requiredEntries = [.init(name: "sqlite3_extension_init", kind: .function)]
      $0.entryFromFilename = "sqlite3_{stem}_init"
    }
    #expect(findings(report) == Set([check].compactMap(\.self)))
  }

  @Test("finds an entry of Go behind its package's path, for hosts that open Go's plugins only")
  func goEntry() throws {
    let path = try folder.plugin(
      "go.so", "void entry(void) __asm__(\"example.GetPlugin\"); void entry(void) {}")
    func status(_ kind: String, _ name: String) throws -> CheckStatus? {
      try report(path, level: 1) {
        $0.kind = kind
        $0.requiredEntries = [.init(name: name, kind: .function)]
      }.result(.entryMissing)?.status
    }
    #expect(try status("go-plugin", "GetPlugin") == .pass)
    #expect(try status("go-plugin", "NewPlugin") == .fail)
    #expect(try status("go-plugin", "Plugin") == .fail)
    #expect(try status("c", "GetPlugin") == .fail)
  }

  @Test("refuses a file that is not what its manifest says")
  func manifest() throws {
    let path = try folder.plugin("a.so", harmless)
    let size = try contents(path).count
    let digest = try #require(SHA256Digest(bytes: [UInt8](repeating: 1, count: 32)))
    let other = try #require(SHA256Digest(bytes: [UInt8](repeating: 2, count: 32)))
    func check(_ size: Int, _ found: SHA256Digest?) throws -> CheckStatus? {
      let declared = LoadSubject.DeclaredFile(size: size, digest: digest, found: found)
      return try report(path, level: 1, declared: declared).result(.manifestFile)?.status
    }
    #expect(try check(size, digest) == .pass)
    #expect(try check(size + 1, digest) == .fail)
    #expect(try check(size, other) == .fail)
  }

  @Test(
    "refuses a library of another rustc than the host's",
    arguments: [("1.80.0", true), ("1.79.0", false)])
  func rustc(version: String, refuses: Bool) throws {
    let host = try folder.plugin("host.so", "__asm__(\".ident \\\"rustc version 1.79.0\\\"\");")
    let path = try folder.plugin(
      "a.so", "int entry; __asm__(\".ident \\\"rustc version \(version)\\\"\");")
    let report = try report(path, level: 1) {
      $0.symbolProviders = [host]
      $0.staticProbes = [.rustCompiler]
    }
    #expect(findings(report) == (refuses ? [.abiVersion] : []))
  }

  @Test("names each Go package that differs from the host's")
  func goPackages() throws {
    func symbols(_ hashes: [(String, String)]) -> String {
      hashes.enumerated().map { index, pair in
        "char h\(index)[4] __asm__(\"go.link.pkghashbytes.\(pair.0)\") = \"\(pair.1)\";"
      }.joined()
    }
    let host = try folder.plugin("h.so", symbols([("fmt", "abc"), ("os", "def"), ("net", "ghi")]))
    let path = try folder.plugin("a.so", symbols([("fmt", "abc"), ("os", "xxx"), ("own", "zzz")]))
    let report = try report(path, level: 1) {
      $0.symbolProviders = [host]
      $0.staticProbes = [.goPackageHashes]
    }
    #expect(findings(report).contains(.goPkghash))
    #expect(report.result(.goPkghash)?.message == "1 of 2 Go packages differ from the host's")
    #expect(report.result(.goPkghash)?.notes == ["package `os`"])
    #expect(report.diagnostic?.code == .incompatibleAbi)
  }

  @Test("refuses a Go build mode that the host does not open")
  func buildMode() throws {
    let plugin = try folder.plugin("p.so", "char h[4] __asm__(\"go.link.pkghashbytes.a\");")
    let shared = try folder.plugin("s.so", "void _cgo_topofstack(void) {}")
    #expect(try findings(report(plugin, level: 1)).isEmpty)
    let called = try report(plugin, level: 1) {
      $0.requiredEntries = [.init(name: "entry", kind: .function)]
    }
    #expect(findings(called).contains(.buildmode))
    #expect(try findings(report(shared, level: 1)).isEmpty)
    let other = try report(shared, level: 1) { $0.staticProbes = [.goPackageHashes] }
    #expect(findings(other) == [.buildmode])
  }

  @Test("skips look-ups where the target is another system")
  func otherSystem() throws {
    let path = try folder.plugin("a.so", "int foo(void); int entry(void) { return foo(); }")
    let report = try report(path, level: 1) { $0.libraryFolders = [] }
    #expect(report.refusals.isEmpty)
    #expect(report.result(.symbolsUnresolved)?.status == .skip)
  }
}
