import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a static check of binary interfaces") struct StaticAbiTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func cxx(_ name: String, _ source: String, abi: Int) throws -> String {
    let input = try folder.write(name + ".cc", source.utf8)
    let output = folder.file(name)
    let code = try run([
      "g++", "-shared", "-fPIC", "-D_GLIBCXX_USE_CXX11_ABI=\(abi)", "-o", output, input,
    ])
    guard code == 0 else { throw TestFailure("g++ \(name) ended with \(code)") }
    return output
  }

  @Test("tells which std::string plugin and host mean", arguments: [(0, false), (1, true)])
  func strings(hostABI: Int, fits: Bool) throws {
    let declaration = "#include <string>\nvoid host_log(const std::string &);"
    let host = try cxx(
      "host.so", declaration + "void host_log(const std::string &s) {}", abi: hostABI)
    let file = try cxx(
      "a.so", declaration + "extern \"C\" void entry() { host_log(\"x\"); }", abi: 1)
    let report = try report(file, level: 1) { $0.symbolProviders = [host] }
    let result = try #require(report.result(.abiVersion))
    #expect(result.status == (fits ? .pass : .fail))
    guard !fits else { return }
    #expect(result.message == "plugin and host mean different types by std::string")
    #expect(result.notes.contains("host: the old std::string (_GLIBCXX_USE_CXX11_ABI=0)"))
    #expect(report.diagnostic?.code == .incompatibleAbi)
  }

  @Test("warns where strings may stay inside")
  func innerStrings() throws {
    let host = try cxx(
      "host.so", "#include <string>\nvoid host_log(const std::string &s) {}", abi: 0)
    let file = try cxx(
      "a.so", "#include <string>\nstd::string entry() { return std::string(99, 'x'); }", abi: 1)
    let result = try report(file, level: 1) { $0.symbolProviders = [host] }.result(.abiVersion)
    #expect(result?.status == .warn)
  }

  @Test("does not take an identifier for a string")
  func identifiers() throws {
    let host = try cxx("host.so", "struct MySs {}; void hostSsCall(MySs) {}", abi: 1)
    let file = try cxx("a.so", "#include <string>\nvoid f(std::string) {}", abi: 1)
    let report = try report(file, level: 1) { $0.symbolProviders = [host] }
    #expect(report.result(.abiVersion) == nil)
  }

  private func compare(_ old: String, _ new: String, level: Int = 4) throws -> CheckResult? {
    let previous = try folder.plugin("old.so", old, ["-g0"])
    var subject = LoadSubject(name: "subject", file: try folder.plugin("new.so", new, ["-g0"]))
    subject.previous = previous
    return try loadTest(
      subject, against: thisSystem(), LoadOptions(level: level), worker: Worker(WorkerProgram.path)
    ).result(.abiBreak)
  }

  @Test("names exports that the installed version had, from level 4 on")
  func abiBreak() throws {
    let old = "int kept(void) { return 1; } int gone(void) { return 2; }"
    let new = "int kept(void) { return 1; } int added(void) { return 3; }"
    let result = try #require(try compare(old, new))
    #expect(result.status == .warn)
    #expect(result.message == "1 exported symbols of the installed version are gone")
    #expect(result.notes.contains("removed: `gone`"))
    #expect(result.notes.contains("compared by names only: the files have no debug information"))
    #expect(try compare(new, new)?.status == .pass)
    #expect(try compare(old, new, level: 2) == nil)
  }

  @Test("is skipped without an installed version")
  func noPrevious() throws {
    let file = try folder.plugin("a.so", "int a;")
    #expect(try report(file, level: 4).result(.abiBreak)?.status == .skip)
  }

  @Test(
    "asks abidiff about types where it is installed",
    .enabled(if: access("/usr/bin/abidiff", X_OK) == 0))
  func types() throws {
    let source = { (field: String) in
      "struct s { int a; \(field) b; }; int entry(struct s *s) { return s->a; }"
    }
    let previous = try folder.plugin("old.so", source("int"), ["-g"])
    var subject = LoadSubject(
      name: "subject", file: try folder.plugin("new.so", source("long long"), ["-g"]))
    subject.previous = previous
    let report = try loadTest(
      subject, against: thisSystem(), LoadOptions(level: 4), worker: Worker(WorkerProgram.path))
    #expect(report.result(.abiBreak)?.status == .warn)
    #expect(report.result(.abiBreak)?.notes.isEmpty == false)
  }
}
