import Files
import PkgCore
import TestSupport
import Testing

@Suite("a folder that the host searches")
struct LinksViewTests {
  let storm: StormPlugins
  let user: Sandbox
  let folder: String

  init() throws {
    storm = try StormPlugins.shared.get()
    user = try Sandbox()
    try user.add(storm.index)
    folder = "\(user.home)/.stormdb/plugins"
  }

  @Test("gets links, which follow an upgrade and go with the plugin")
  func links() throws {
    try user.plugctl("install", "vector@1.0.0", "geo").succeeded()
    #expect(try FileSystem.names(in: folder) == ["geo.so", "vector.so"])
    #expect(try FileSystem.status("\(folder)/vector.so").kind == .link)
    #expect(try content("vector.so").contains("vector 1.0.0"))
    try user.plugctl("upgrade").succeeded()
    #expect(try content("vector.so").contains("vector 1.1.0"))
    try user.plugctl("remove", "vector").succeeded()
    #expect(try FileSystem.names(in: folder) == ["geo.so"])
    try user.plugctl("remove", "geo").succeeded()
    #expect(try FileSystem.names(in: folder) == [])
  }

  @Test("keeps what somebody else put there, and a plugin of that name is refused")
  func foreign() throws {
    try FileSystem.makeFolders(folder)
    try FileSystem.replace("\(folder)/vector.so", with: Array("mine".utf8))
    let outcome = try user.plugctl("install", "vector")
    #expect(outcome.exit != 0 && outcome.code == "store.conflict", "\(outcome)")
    #expect(try FileSystem.read("\(folder)/vector.so") == Array("mine".utf8))
    #expect(try user.list() == [])
    try user.plugctl("install", "geo").succeeded()
    #expect(try FileSystem.names(in: folder) == ["geo.so", "vector.so"])
  }

  @Test("has its links mended by `recover` when somebody took them away")
  func mended() throws {
    try user.plugctl("install", "vector").succeeded()
    try FileSystem.remove("\(folder)/vector.so")
    try user.plugctl("recover").succeeded()
    #expect(try content("vector.so").contains("vector 1.1.0"))
  }

  @Test("as copies has files, replaced whole on upgrade")
  func copies() throws {
    try user.folder.write(
      "home/.config/plugctl/hosts.d/stormdb.yaml",
      """
      schema: 1
      id: stormdb
      extends: stormdb
      layout: { place: flat, file: "{name}.so", view: copies, path: stable }

      """)
    try user.plugctl("install", "vector@1.0.0").succeeded()
    let old = try FileSystem.status("\(folder)/vector.so")
    #expect(old.kind == .file)
    try user.plugctl("upgrade").succeeded()
    let new = try FileSystem.status("\(folder)/vector.so")
    #expect(new.kind == .file && new.inode != old.inode)
    #expect(try content("vector.so").contains("vector 1.1.0"))
    try user.plugctl("remove", "vector").succeeded()
    #expect(try FileSystem.names(in: folder) == [])
  }

  @Test("by type has a folder for each type")
  func byType() throws {
    try user.folder.write(
      "home/.config/plugctl/hosts.d/stormdb.yaml",
      """
      schema: 1
      id: stormdb
      extends: stormdb
      layout: { place: by-type, file: "{name}.so", by_type: { workload: loads }, view: links, path: stable }

      """)
    try user.plugctl("install", "vector").succeeded()
    #expect(try content("loads/vector.so").contains("vector 1.1.0"))
    try user.plugctl("remove", "vector").succeeded()
    #expect(!FileSystem.exists("\(folder)/loads/vector.so"))
  }

  @Test("may be chosen with --into, and is then changed by itself")
  func into() throws {
    let chosen = user.folder.file("chosen")
    try user.plugctl("install", "vector@1.0.0", "--into", chosen).succeeded()
    #expect(try FileSystem.names(in: chosen) == ["vector.so"])
    #expect(!FileSystem.exists("\(folder)/vector.so"))
    try user.plugctl("install", "vector").succeeded()
    #expect(try content("vector.so").contains("vector 1.1.0"))
    try user.plugctl("upgrade", "--into", chosen).succeeded()
    #expect(
      String(decoding: try FileSystem.read("\(chosen)/vector.so"), as: UTF8.self).contains(
        "vector 1.1.0"))
    try user.plugctl("remove", "vector", "--into", chosen).succeeded()
    #expect(try FileSystem.names(in: chosen) == [] && user.list() == ["vector 1.1.0"])
  }

  @Test("of the host's variable is seen by scan and which, hidden by what comes first")
  func variable() throws {
    let other = user.folder.file("elsewhere")
    try FileSystem.makeFolders(other)
    let library = try StormPlugins.library("vector", "0.1.0", storm.workshop)
    try user.run(["cp", library, other]).succeeded()
    let surroundings = ["STORMDB_PLUGIN_PATH": other]
    #expect(
      try user.plugctl(["which", "vector"], with: surroundings).succeeded().output
        == "\(other)/vector.so\n")
    let alone = try user.plugctl(["scan", "--host", "stormdb"], with: surroundings).succeeded()
    #expect(
      alone.lines.contains { $0.hasPrefix("foreign\tSTORMDB_PLUGIN_PATH\t\(other)/vector.so") },
      "\(alone)")
    try user.plugctl("install", "vector").succeeded()
    let both = try user.plugctl(["which", "vector", "--all"], with: surroundings).succeeded()
    #expect(both.lines == ["\(folder)/vector.so", "\(other)/vector.so"], "\(both)")
    let scan = try user.plugctl(["scan", "--host", "stormdb"], with: surroundings).succeeded()
    #expect(scan.lines.contains { $0.hasPrefix("shadowed\t") && $0.contains(other) }, "\(scan)")
  }

  @Test("has its owner told by `owns`, through the link and in the store")
  func owns() throws {
    try user.plugctl("install", "vector").succeeded()
    #expect(try user.plugctl("owns", "\(folder)/vector.so").output == "storm/vector 1.1.0\n")
    let files = try user.plugctl("files", "vector").succeeded().lines
    #expect(files.count == 1)
    for file in files { #expect(try user.plugctl("owns", file).output == "storm/vector 1.1.0\n") }
  }

  @Test("lists what is outdated, and with --exit-code says so with 20")
  func outdated() throws {
    try user.plugctl("install", "vector@1.0.0").succeeded()
    let outdated = try user.plugctl("outdated", "--exit-code")
    #expect(
      outdated.exit == 20 && outdated.output == "stormdb\tstorm/vector\t1.0.0\t1.1.0\t1.1.0\t\n",
      "\(outdated)")
    #expect(try user.plugctl("outdated").exit == 0)
    try user.plugctl("upgrade").succeeded()
    #expect(try user.plugctl("outdated", "--exit-code").exit == 0)
  }

  private func content(_ name: String) throws -> String {
    String(decoding: try FileSystem.read("\(folder)/\(name)"), as: UTF8.self)
  }
}

@Suite("a package with a library beside the plugin")
struct BundledLibraryTests {
  @Test("is linked as a whole folder, so that the plugin finds it")
  func bundled() throws {
    let workshop = try Workshop()
    let helper = try workshop.compile(
      "int helper(void) { return 41; }", "libhelper", flags: ["-Wl,-soname,libhelper.so"])
    let library = try workshop.compile(
      """
      #include <sqlite3ext.h>
      SQLITE_EXTENSION_INIT1
      extern int helper(void);
      static void answer(sqlite3_context *c, int n, sqlite3_value **v) { sqlite3_result_int(c, helper() + 1); }
      int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
        SQLITE_EXTENSION_INIT2(api);
        return sqlite3_create_function(db, "answer", 0, SQLITE_UTF8, 0, answer, 0, 0);
      }
      """, "bundle", flags: [helper, "-Wl,-rpath,$ORIGIN"])
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "bundle", version: "1.0.0", files: [("libhelper.so", try FileSystem.read(helper))]),
      library: library)
    let index = try workshop.makeIndex()
    try index.publish(archive).succeeded()
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "bundle").succeeded()
    #expect(try user.sqlite("SELECT answer();").output == "42\n")
  }
}

@Suite("two versions of a package whose files are the same")
struct SameFilesTests {
  @Test("are two packages: the second's own description counts")
  func library() throws {
    let workshop = try Workshop()
    let one = try workshop.extensionLibrary("one", "1.0.0")
    let two = try FileSystem.read(try workshop.extensionLibrary("two", "1.0.0"))
    let index = try workshop.makeIndex()
    let first = try workshop.source(
      Workshop.Facts(name: "twin", version: "1.0.0", files: [("two.so", two)]), library: one)
    let manifest = "\(first)/plugin.yaml"
    try workshop.author.plugctl("pack", first, "-o", "\(first)/dist", "--sign", "maker").succeeded()
    let text = String(decoding: try FileSystem.read(manifest), as: UTF8.self)
    let changed = text.replacing("version: 1.0.0", with: "version: 1.1.0")
      .replacing("files: [two.so]", with: "files: [one.so]").replacing(
        "library: one.so", with: "library: two.so")
    try FileSystem.replace(manifest, with: Array(changed.utf8))
    let packed = try workshop.author.plugctl(
      "pack", first, "-o", "\(first)/dist", "--sign", "maker"
    ).succeeded()
    #expect(packed.output.contains("1.1.0"))
    let archives = try FileSystem.names(in: "\(first)/dist").filter { $0.hasSuffix(".zst") }.map {
      "\(first)/dist/\($0)"
    }
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "twin@1.0.0").succeeded()
    #expect(try user.sqlite("SELECT one_version();").output == "1.0.0\n")
    try user.plugctl("upgrade").succeeded()
    #expect(try user.sqlite("SELECT two_version();").output == "1.0.0\n")
  }
}
