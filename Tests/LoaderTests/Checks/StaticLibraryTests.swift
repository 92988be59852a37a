import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a static check of libraries") struct StaticLibraryTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// A library in a folder of its own, with a SONAME.
  @discardableResult
  private func library(_ soname: String, in name: String = "lib", _ source: String = "int lib;")
    throws -> String
  {
    mkdir(folder.file(name), 0o755)
    return try folder.plugin("\(name)/\(soname)", source, ["-Wl,-soname,\(soname)"])
  }

  private func plugin(_ name: String, needing libraries: [String], _ flags: [String] = []) throws
    -> String
  {
    try folder.plugin(name, "int entry;", ["-Wl,--no-as-needed"] + libraries + flags)
  }

  private func result(
    _ file: String, _ check: CheckID, _ change: (inout LoadTarget) -> Void = { _ in }
  ) throws -> CheckResult {
    try #require(try report(file, level: 1, change).result(check))
  }

  @Test("warns where the host has another major, and names both sides")
  func conflict() throws {
    let old = try library("libssl.so.1.1")
    let new = try library("libssl.so.3")
    let host = try plugin("host.so", needing: [new], ["-Wl,-rpath,$ORIGIN/lib"])
    let file = try plugin("a.so", needing: [old], ["-Wl,-rpath,$ORIGIN/lib"])
    let result = try result(file, .neededConflict) { $0.symbolProviders = [host] }
    #expect(result.status == .warn)
    #expect(
      result.message == "it brings `libssl.so.1.1`, needed by `a.so`, and the host has "
        + "`libssl.so.3`, needed by `host.so`")
    #expect(result.hint?.contains("libssl.so.3") == true)
    let alike = try plugin("b.so", needing: [new], ["-Wl,-rpath,$ORIGIN/lib"])
    #expect(
      try self.result(alike, .neededConflict) { $0.symbolProviders = [host] }.status == .pass)
  }

  @Test(
    "knows majors that stand in the name",
    arguments: [
      ("libQt5Core.so.5", "libQt6Core.so.6", true),
      ("libpython3.9.so.1", "libpython3.11.so.1", true),
      ("libQt5Core.so.5", "libQt5Gui.so.5", false), ("libpcre2-8.so.0", "libpcre2-16.so.0", false),
    ])
  func families(host: String, own: String, conflicts: Bool) throws {
    let program = try plugin("host.so", needing: [library(host)], ["-Wl,-rpath,$ORIGIN/lib"])
    let file = try plugin("a.so", needing: [library(own)], ["-Wl,-rpath,$ORIGIN/lib"])
    let result = try result(file, .neededConflict) { $0.symbolProviders = [program] }
    #expect(result.status == (conflicts ? .warn : .pass))
  }

  @Test("tells of a conflict with a library that is missing too")
  func missingConflict() throws {
    let old = try library("libssl.so.1.1", in: "old")
    let host = try plugin(
      "host.so", needing: [library("libssl.so.3")], ["-Wl,-rpath,$ORIGIN/lib"])
    let file = try plugin("a.so", needing: [old])
    unlink(old)
    let report = try report(file, level: 1) { $0.symbolProviders = [host] }
    #expect(report.result(.neededMissing)?.status == .fail)
    #expect(report.result(.neededConflict)?.status == .warn)
  }

  @Test("searches in the loader's order: RPATH, LD_LIBRARY_PATH, RUNPATH")
  func order() throws {
    for place in ["first", "second", "third"] { try library("libnear.so", in: place) }
    let near = folder.file("first/libnear.so")
    let path = "-Wl,-rpath,$ORIGIN/third"
    let runpath = try plugin("run.so", needing: [near], [path, "-Wl,--enable-new-dtags"])
    let rpath = try plugin("r.so", needing: [near], [path, "-Wl,--disable-new-dtags"])
    unlink(near)
    func found(_ file: String, environment: [String]) throws -> String? {
      var target = thisSystem()
      target.environmentFolders = environment
      return try inspectElf(file: file, against: target).libraries?
        .first { $0.name == "libnear.so" }?.path
    }
    let second = [folder.file("second")]
    #expect(try found(runpath, environment: second) == folder.file("second/libnear.so"))
    #expect(try found(runpath, environment: []) == folder.file("third/libnear.so"))
    #expect(try found(rpath, environment: second) == folder.file("third/libnear.so"))
  }

  @Test("gives what a library needs the RPATH of who needs it, and no RUNPATH")
  func inheritance() throws {
    let deep = try library("libdeep.so", in: "deep")
    mkdir(folder.file("mid"), 0o755)
    let middle = try folder.plugin(
      "mid/libmid.so", "int mid;", ["-Wl,-soname,libmid.so", "-Wl,--no-as-needed", deep])
    for (tags, status) in [
      ("--disable-new-dtags", CheckStatus.pass), ("--enable-new-dtags", .fail),
    ] {
      let file = try plugin(
        "a\(status).so", needing: [middle], ["-Wl,-rpath,$ORIGIN/mid:$ORIGIN/deep", "-Wl,\(tags)"])
      #expect(try result(file, .neededMissing).status == status)
    }
  }

  @Test("looks beside the link that it is given, not beside the file")
  func link() throws {
    let near = try library("libnear.so")
    let file = try plugin("a.so", needing: [near], ["-Wl,-rpath,$ORIGIN/lib"])
    mkdir(folder.file("elsewhere"), 0o755)
    symlink(file, folder.file("elsewhere/a.so"))
    #expect(try result(file, .neededMissing).status == .pass)
    #expect(try result(folder.file("elsewhere/a.so"), .neededMissing).status == .fail)
  }

  @Test("passes over the system's folders where the file says so, but for libc, which is there")
  func noDefaultFolders() throws {
    let file = try folder.plugin(
      "a.so", "int puts(const char *); int f(void) { return puts(\"\"); }",
      ["-Wl,-z,nodefaultlib", "-Wl,--no-as-needed", "-lz"])
    let result = try result(file, .neededMissing)
    #expect(result.message == "`libz.so.1`, needed by `a.so`, is not found")
    #expect(result.notes.isEmpty)
  }

  @Test("finds libraries in the loader's list, without its folders")
  func list() throws {
    let file = try plugin("a.so", needing: ["-lz"])
    #expect(try result(file, .neededMissing) { $0.libraryFolders = ["/none"] }.status == .pass)
    let nowhere = try result(file, .neededMissing) {
      $0.libraryFolders = ["/none"]
      $0.libraryCache = nil
    }
    #expect(nowhere.status == .fail)
  }

  @Test("refuses a version that its library does not have, though no symbol uses it")
  func version() throws {
    try folder.write("v.map", "V_1 { global: f; }; V_2 { global: g; };".utf8)
    let source = "int f(void) { return 1; } int g(void) { return 2; }"
    let flags = ["-Wl,-soname,libv.so"]
    let library = try folder.plugin(
      "libv.so", source, flags + ["-Wl,--version-script=" + folder.file("v.map")])
    let file = try folder.plugin(
      "a.so", "int f(void); __attribute__((weak)) int g(void); int e(void) { return f() + g(); }",
      [library, "-Wl,-rpath,$ORIGIN"])
    #expect(try result(file, .symbolsUnresolved).status == .pass)
    try folder.write("v.map", "V_1 { global: f; }; V_3 { global: g; };".utf8)
    try folder.plugin("libv.so", source, flags + ["-Wl,--version-script=" + folder.file("v.map")])
    let result = try result(file, .symbolsUnresolved)
    #expect(result.status == .fail)
    #expect(result.message == "`libv.so` has no version V_2")
  }

  @Test("warns of a SONAME that the host or another plugin has")
  func soname() throws {
    let own = try library("libtwice.so", in: "one")
    let other = try library("libtwice.so", in: "two")
    #expect(try result(own, .sonameClash).status == .pass)
    let report = try report(own, level: 1, neighbours: [other])
    #expect(report.result(.sonameClash)?.status == .warn)
  }

  @Test("warns of exports that shadow libc or the host, and names whose")
  func pollution() throws {
    let host = try folder.plugin("host.so", "int host_call(void) { return 1; }")
    let file = try folder.plugin(
      "a.so", "int host_call(void) { return 2; } char *strdup(const char *s) { return 0; }")
    let warned = try result(file, .exportPollution) { $0.symbolProviders = [host] }
    #expect(warned.status == .warn)
    #expect(warned.message.contains("`host_call` of `host.so`"))
    let other = try folder.plugin("b.so", "int own(void) { return 2; }")
    #expect(try result(other, .exportPollution).status == .info)
  }
}
