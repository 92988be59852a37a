import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a mutation of a good plugin") struct StaticMutationTests {
  /// Exports, imports, data with pointers, TLS, an initialiser, versions and paths: a bit of all
  /// that linkers write.
  private static let source = """
    #include <stdlib.h>
    __thread int per_thread = 7;
    int table[4] = {1, 2, 3, 4};
    int *pointer = &table[1];
    static int inner[2];
    static int *relative[2] = {inner, inner + 1};
    __attribute__((constructor)) static void begin(void) { inner[1] = 2; }
    int entry(void) { return (getenv("A") != 0) + *pointer + *relative[inner[0]] + per_thread; }
    """

  private static let good: Result<[UInt8], any Error> = Result {
    let folder = try TestFolder()
    return try contents(
      folder.plugin(
        "good.so", source,
        [
          "-g0", "-s", "-Wl,-soname,good.so.1", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,--build-id",
          "-Wl,--hash-style=gnu", "-Wl,-z,separate-code", "-Wl,--enable-new-dtags",
          "-Wl,-rpath,\(ElfEditor.runpathPlaceholder)",
        ]))
  }

  private func check(_ bytes: [UInt8]) throws -> LoadReport {
    let folder = try TestFolder()
    return try report(folder.write("plugin.so", bytes), level: 1) {
      $0.requiredEntries = [.init(name: "entry", kind: .function)]
    }
  }

  @Test("is not seen in the good file itself")
  func unchanged() throws {
    let report = try check(Self.good.get())
    #expect(refusals(report) == [])
    #expect(report.results.filter { $0.status == .warn }.map(\.check) == [])
  }

  @Test("is noticed by the check that it belongs to", arguments: ElfMutation.all)
  func noticed(mutation: ElfMutation) throws {
    var editor = ElfEditor(try Self.good.get())
    try mutation.change(&editor)
    #expect(editor.bytes != (try Self.good.get()))
    let report = try check(editor.bytes)
    let found = report.result(mutation.check)?.status
    #expect(found == mutation.status, "\(refusals(report))")
    #expect(try check(Self.good.get()).result(mutation.check)?.status != mutation.status)
  }

  @Test("has a name of its own, and there are more than a hundred kinds")
  func count() {
    #expect(Set(ElfMutation.all.map(\.name)).count == ElfMutation.all.count)
    #expect(ElfMutation.all.count >= 100)
  }
}
