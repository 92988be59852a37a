import Glibc
import PkgCore
import TestSupport
import Testing

@testable import Loader

@Suite("a static check of habits") struct StaticHabitTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func result(
    _ file: String, _ check: CheckID, _ change: (inout LoadTarget) -> Void = { _ in }
  ) throws -> CheckResult {
    try #require(try report(file, level: 1, change).result(check))
  }

  private let tls = "-ftls-model=initial-exec"

  @Test(
    "warns of static TLS that is larger than glibc's spare block",
    arguments: [(400, CheckStatus.pass), (4000, .warn)])
  func staticTLS(size: Int, status: CheckStatus) throws {
    let file = try folder.plugin(
      "a.so", "__thread char own[\(size)]; char *f(void) { return own; }", [tls])
    #expect(try result(file, .staticTls).status == status)
    let dynamic = try folder.plugin(
      "b.so", "__thread char own[\(size)]; char *f(void) { return own; }")
    #expect(try result(dynamic, .staticTls).status == .pass)
  }

  @Test("counts the static TLS of libraries that the plugin brings, not of the host's")
  func broughtTLS() throws {
    let library = try folder.plugin(
      "libtls.so", "__thread char own[900]; char *g(void) { return own; }",
      [tls, "-Wl,-soname,libtls.so"])
    let flags = ["-Wl,--no-as-needed", library, "-Wl,-rpath,$ORIGIN"]
    let file = try folder.plugin("a.so", "int a;", flags)
    let warned = try result(file, .staticTls)
    #expect(warned.status == .warn)
    #expect(warned.notes == ["900 bytes of `libtls.so`"])
    let host = try folder.plugin("host.so", "int h;", flags)
    #expect(try result(file, .staticTls) { $0.symbolProviders = [host] }.status == .pass)
  }

  @Test("tells where debug information went, and whether it is there")
  func debugLink() throws {
    let file = try folder.plugin("a.so", "int a;", ["-g"])
    #expect(try result(file, .debugInfo).message == "not stripped")
    try run(["objcopy", "--only-keep-debug", file, folder.file("a.debug")])
    try run(["strip", "--strip-all", file])
    #expect(try result(file, .debugInfo).status == .pass)
    try run(["objcopy", "--add-gnu-debuglink=\(folder.file("a.debug"))", file])
    #expect(try result(file, .debugInfo).status == .pass)
    rename(folder.file("a.debug"), folder.file("b.debug"))
    let missing = try result(file, .debugInfo)
    #expect(missing.status == .info)
    #expect(missing.message == "its debug information `a.debug` is not on this system")
    mkdir(folder.file(".debug"), 0o755)
    rename(folder.file("b.debug"), folder.file(".debug/a.debug"))
    #expect(try result(file, .debugInfo).status == .pass)
  }

  @Test("counts what runs when it is loaded")
  func initializers() throws {
    let file = try folder.plugin(
      "a.so",
      """
      static volatile int count;
      __attribute__((constructor)) static void one(void) { count += 1; }
      __attribute__((constructor)) static void two(void) { count += 2; }
      static int own(void) { return 1; }
      static void *choose(void) { return own; }
      int chosen(void) __attribute__((ifunc("choose")));
      """)
    // The compiler's own comes first.
    #expect(
      try result(file, .ifuncCtor).message
        == "3 functions run when it is loaded, and 1 IFUNC resolvers")
  }

  @Test("names risky functions that it imports")
  func risky() throws {
    let file = try folder.plugin(
      "a.so",
      """
      void _exit(int); int system(const char *); int setreuid(int, int);
      void f(void) { system("true"); setreuid(0, 0); _exit(0); }
      """)
    #expect(try result(file, .riskyImports).message == "it imports _exit, setreuid, system")
    #expect(try result(folder.plugin("b.so", "int b;"), .riskyImports).status == .pass)
  }

  @Test("names unique and weak C++ symbols")
  func cxx() throws {
    let source = try folder.write(
      "a.cc",
      "template <class T> T &one() { static T t; return t; } int f() { return one<int>(); }"
        .utf8)
    try run(["g++", "-shared", "-fPIC", "-O0", "-o", folder.file("a.so"), source])
    let unique = try result(folder.file("a.so"), .gnuUnique)
    #expect(unique.status == .warn)
    #expect(unique.notes == ["`_ZZ3oneIiERT_vE1t`"])
    let weak = try result(folder.file("a.so"), .exportCxxWeak)
    #expect(weak.notes == ["`_Z3oneIiERT_v`"])
  }

  @Test("refuses a RUNPATH that is, or can be made, by everybody")
  func writablePath() throws {
    let open = folder.file("open")
    mkdir(open, 0o755)
    func status(_ path: String) throws -> CheckStatus {
      try result(folder.plugin("a.so", "int a;", ["-Wl,-rpath,\(path)"]), .rpathUnsafe).status
    }
    #expect(try status("$ORIGIN/open") == .pass)
    chmod(open, 0o777)
    #expect(try status("$ORIGIN/open") == .fail)
    #expect(try status("${ORIGIN}/open/inner/none") == .fail)
    #expect(try status("$ORIGIN/open/..") == .pass)
    #expect(try status("/usr/$LIB/plugins") == .pass)
    #expect(try status("/opt/$UNKNOWN") == .fail)
  }

  @Test(
    "tells where a RUNPATH leaves the plugin's folder",
    arguments: [
      ("$ORIGIN", false), ("$ORIGIN/lib/../other", false), ("$ORIGIN/../lib", true),
      ("${ORIGIN}/a/../../b", true),
    ])
  func leaving(path: String, leaves: Bool) throws {
    let file = try folder.plugin("a.so", "int a;", ["-Wl,-rpath,\(path)"])
    #expect(try result(file, .rpathOrigin).status == (leaves ? .info : .pass))
  }

  @Test("gives up an entry that grows with each of its words, soon", .takes(lessThan: .seconds(20)))
  func growing() {
    let entry = String(repeating: "$ORIGIN", count: 580) + "/x"
    let entries = Array(repeating: entry, count: 500)
    #expect(expand(entries, origin: "/" + String(repeating: "a", count: 3000)).isEmpty)
    #expect(expand(["$ORIGIN/${LIB}$ORIGIN"], origin: "/a").count == 1)
  }

  @Test("says that a set-user-id host passes over $ORIGIN")
  func privileged() throws {
    let host = try folder.plugin("host", "int h;")
    chmod(host, 0o4755)
    let file = try folder.plugin("a.so", "int a;", ["-Wl,-rpath,$ORIGIN/lib"])
    let result = try result(file, .rpathOrigin) { $0.symbolProviders = [host] }
    #expect(result.message == "the host is set-user-id, so the loader passes over `$ORIGIN/lib`")
  }

  @Test("warns of folders that others may change, also where a link leads through one")
  func writableFolder() throws {
    mkdir(folder.file("inner"), 0o755)
    let file = try folder.plugin("inner/a.so", "int a;")
    symlink(folder.file("inner"), folder.file("link"))
    #expect(try result(file, .fileInWritableDir).status == .pass)
    chmod(folder.file("inner"), 0o777)
    #expect(try result(file, .fileInWritableDir).status == .warn)
    symlink(file, folder.file("a.so"))
    #expect(try result(folder.file("a.so"), .fileInWritableDir).status == .warn)
    chmod(folder.file("inner"), 0o1777)
    #expect(try result(file, .fileInWritableDir).status == .pass)
  }

  @Test("refuses a file of another user", .enabled(if: geteuid() == 0))
  func owner() throws {
    let file = try folder.plugin("a.so", "int a;")
    chown(file, 65534, 65534)
    let result = try result(file, .fileMode)
    #expect(result.status == .fail)
    #expect(result.message == "it belongs to user 65534, neither you nor root")
  }

  @Test(
    "refuses file capabilities",
    .enabled(if: geteuid() == 0 && access("/usr/sbin/setcap", X_OK) == 0))
  func capabilities() throws {
    let file = try folder.plugin("a.so", "int a;")
    try #require(try run(["/usr/sbin/setcap", "cap_net_raw+ep", file]) == 0)
    #expect(try result(file, .fileMode).message == "it bears file capabilities")
  }

  @Test("refuses code for a processor that this one is not")
  func processor() throws {
    let file = try folder.plugin("a.so", "int a;", ["-Wl,-z,x86-64-v3"])
    guard try elfFacts(ofFile: file).isaLevel == 3 else { return }
    #expect(try result(file, .elfArch) { $0.isaLevel = 2 }.status == .fail)
    #expect(try result(file, .elfArch) { $0.isaLevel = 3 }.status == .pass)
  }
}
