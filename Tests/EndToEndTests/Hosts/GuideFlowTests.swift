import Files
import PkgCore
import TestSupport
import Testing

/// What the guides have people do by hand, word for word, and plugctl's way beside it.
@Suite(
  "the guides' own ways",
  .enabled(if: SeedGuides.areThere, "the guides are not beside $PLUGCTL_TEST_DATA"))
struct GuideFlowTests {
  let workshop: Workshop
  /// Who does as the guide says.
  let guided: Sandbox
  /// Who uses plugctl.
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    guided = try Sandbox()
    user = workshop.author
  }

  @discardableResult
  private func shell(_ script: String, by sandbox: Sandbox, with more: [String: String] = [:])
    throws
    -> Outcome
  {
    try sandbox.run(["bash", "-c", "set -eu\n" + script], with: more).succeeded()
  }

  /// StormDB's folder of a plugin before it is packaged.
  private func source(_ sandbox: Sandbox) throws -> [UInt8] {
    let library = try FileSystem.read(StormPlugins.library("my_plugin", "1.0.0", workshop))
    try sandbox.folder.write("work/build/plugins/my_plugin.so", library)
    try sandbox.folder.write("work/README.md", "My plugin\n")
    try sandbox.folder.write("work/example_config.yaml", "table_size: 1\n")
    return library
  }

  @Test("StormDB's tarball and script put the same library where an install puts it")
  func packaging() throws {
    let library = try source(guided)
    try shell(SeedGuides.block("stormdb", with: "# Create distribution package"), by: guided)
    let server = try WebServer(guided.work)
    let script = try SeedGuides.block("stormdb", with: "# install_plugin.sh").replacing(
      "https://releases.example.com", with: server.url)
    // The script unpacks into /tmp, whoever else does; a folder of its own does as well.
    try shell(script.replacing("/tmp", with: "\(guided.home)/tmp"), by: try prepared(guided))
    let place = ".stormdb/plugins/my_plugin.so"
    #expect(try FileSystem.read("\(guided.home)/\(place)") == library)
    let scan = try guided.plugctl("--host", "stormdb", "scan").succeeded()
    #expect(scan.output.contains("foreign\tuser\t\(guided.home)/\(place)"), "\(scan)")

    try user.run(["cp", "\(guided.work)/my_plugin-1.0.0.tar.gz", user.work]).succeeded()
    try user.plugctl(
      "import", "my_plugin-1.0.0.tar.gz", "--host", "stormdb", "--publisher", "me", "--as",
      "my_plugin@1.0.0", "-o", "dist"
    ).succeeded()
    let archive = try #require(
      try FileSystem.names(in: "\(user.work)/dist").first { $0.hasSuffix(".tar.zst") })
    try user.plugctl("sign", "dist/\(archive)").succeeded()
    try user.plugctl("install", "./dist/\(archive)").succeeded()
    #expect(try FileSystem.read("\(user.home)/\(place)") == library)
    let files = try user.plugctl("files", "my_plugin").succeeded().output
    #expect(files.contains("README.md") && files.contains("example_config.yaml"), "\(files)")
  }

  private func prepared(_ sandbox: Sandbox) throws -> Sandbox {
    try FileSystem.makeFolders("\(sandbox.home)/tmp")
    return sandbox
  }

  @Test("StormDB's variable with several folders is searched in their order, after its own")
  func variable() throws {
    let library = try FileSystem.read(StormPlugins.library("my_plugin", "1.0.0", workshop))
    let folders = ["plugins1", "plugins2"].map { user.folder.file($0) }
    for folder in folders { try FileSystem.makeFolders(folder) }
    let export = try SeedGuides.block("stormdb", with: "# Multiple paths (Unix-style)")
    #expect(export.contains("STORMDB_PLUGIN_PATH=\"/path/to/plugins1:/path/to/plugins2\""))
    let script = export.replacing("/path/to", with: user.folder.path)
    let value = try shell("\(script)\nprintf %s \"$STORMDB_PLUGIN_PATH\"", by: user).output
    let variables = ["STORMDB_PLUGIN_PATH": value]
    try user.folder.write("plugins2/my_plugin.so", library)
    let found = try user.plugctl("which", "my_plugin", "--host", "stormdb", with: variables)
    #expect(found.lines == ["\(folders[1])/my_plugin.so"], "\(found)")
    // A file in the first folder hides it.
    try user.folder.write("plugins1/my_plugin.so", library)
    let all = try user.plugctl("which", "--all", "my_plugin", "--host", "stormdb", with: variables)
    #expect(all.lines == folders.map { "\($0)/my_plugin.so" }, "\(all)")
    // And an install into one of them is plugctl's own from then on.
    try FileSystem.remove("\(folders[0])/my_plugin.so")
    let archive = try workshop.pack(
      Workshop.Facts(name: "my_plugin", version: "1.0.0", host: "stormdb", type: "workload"),
      library: StormPlugins.library("my_plugin", "1.0.0", workshop))
    try user.plugctl("install", archive, "--into", folders[0], with: variables).succeeded()
    let scan = try user.plugctl("--host", "stormdb", "scan", with: variables).succeeded()
    #expect(
      scan.output.contains("managed\tSTORMDB_PLUGIN_PATH\t\(folders[0])/my_plugin.so"), "\(scan)")
    #expect(
      scan.output.contains("shadowed\tSTORMDB_PLUGIN_PATH\t\(folders[1])/my_plugin.so"), "\(scan)")
    // Without the variable the host does not look there, and who asks is told.
    #expect(try !user.plugctl("doctor", with: variables).output.contains("[variable]"))
    let doctor = try user.plugctl("doctor")
    #expect(doctor.output.contains("warning[variable]: STORMDB_PLUGIN_PATH"), "\(doctor)")
    let lost = try user.plugctl("which", "my_plugin", "--json")
    #expect(lost.output.contains("only where STORMDB_PLUGIN_PATH names the folder"), "\(lost)")
  }

  @Test("distributed-transformer's copy has one of the two names, an install has both")
  func copy() throws {
    let library = try FileSystem.read(
      workshop.compile("void *create_plugin(void) { return 0; }", "libmy_plugin"))
    try guided.folder.write("work/target/release/libmy_plugin.so", library)
    let folder = guided.folder.file("plugins")
    try FileSystem.makeFolders(folder)
    let script = try SeedGuides.block("distributed-transformer", with: "cp target/release")
    try shell(script.replacing("/path/to/plugins", with: folder), by: guided)
    #expect(try FileSystem.names(in: folder) == ["libmy_plugin.so"])
    let archive = try workshop.pack(
      Workshop.Facts(
        name: "my_plugin", version: "0.1.0", host: "distributed-transformer", type: "format"),
      library: workshop.compile("void *create_plugin(void) { return 0; }", "libmy_plugin"))
    try user.plugctl("install", archive).succeeded()
    let live = "\(user.live("distributed-transformer"))/plugins"
    #expect(try FileSystem.names(in: live).sorted() == ["libmy_plugin.so", "my_plugin.so"])
  }

  @Test("StormDB's targets of make build and install what `build` and `install` do")
  func makefile() throws {
    // The guide's commands need StormDB's own Makefile; this one is what it says of the targets.
    try guided.folder.write(
      "work/Makefile",
      """
      PREFIX ?= /usr/local/lib/stormdb
      build-plugins: $(addprefix build/plugins/,$(addsuffix .so,$(notdir $(patsubst %/,%,$(wildcard plugins/*/)))))
      build-plugin: build/plugins/$(PLUGIN).so
      build/plugins/%.so: plugins/%/plugin.c
      \tmkdir -p build/plugins && $(CC) -shared -fPIC -o $@ $<
      install-plugins: build-plugins
      \tmkdir -p $(PREFIX)/plugins && cp build/plugins/*.so $(PREFIX)/plugins/

      """.replacing("\\t", with: "\t"))
    let block = try SeedGuides.block("stormdb", with: "make build-plugin PLUGIN=imdb_plugin")
    #expect(block.contains("sudo make install-plugins"))
    for name in ["imdb_plugin", "vector_plugin"] {
      for (sandbox, folder) in [(guided, "plugins"), (user, "plugins")] {
        try sandbox.folder.write(
          "work/\(folder)/\(name)/plugin.c",
          PlugSource.minimal(id: "storm/\(name)", version: "1.0.0"))
        for header in ["plug.h"] {
          try sandbox.folder.write(
            "work/\(folder)/\(name)/\(header)",
            FileSystem.read("\(Programs.repository)/Sources/CPlug/\(header)"))
        }
      }
      try user.folder.write(
        "work/plugins/\(name)/plugin.yaml",
        """
        schema: 1
        publisher: storm
        name: \(name)
        version: 1.0.0
        host: stormdb
        type: workload
        build: { command: [cc, -shared, -fPIC, -o, \(name).so, plugin.c], sources: [plugin.c, plug.h] }
        variants: [{ platform: \(Platform.current), library: \(name).so }]

        """)
    }
    let commands = block.split(separator: "\n").filter { $0.hasPrefix("make") }.map(String.init)
    #expect(commands.count == 3)
    try shell(commands.joined(separator: "\n"), by: guided)
    let folder = ".stormdb/plugins"
    let names = ["imdb_plugin.so", "vector_plugin.so"]
    #expect(try FileSystem.names(in: "\(guided.home)/\(folder)").sorted() == names)

    try user.plugctl("build", "--all").succeeded()
    try user.plugctl("build", "imdb_plugin", in: "\(user.work)/plugins").succeeded()
    for name in ["imdb_plugin", "vector_plugin"] {
      try user.plugctl("pack", "plugins/\(name)", "-o", "dist", "--sign", "maker").succeeded()
    }
    let archives = try FileSystem.names(in: "\(user.work)/dist").filter { $0.hasSuffix(".tar.zst") }
    try user.plugctl(["install"] + archives.map { "./dist/\($0)" }).succeeded()
    #expect(try FileSystem.names(in: "\(user.home)/\(folder)").sorted() == names)
    let prefix = "\(user.home)/elsewhere/plugins"
    try user.plugctl(["install"] + archives.map { "./dist/\($0)" } + ["--into", prefix]).succeeded()
    #expect(try FileSystem.names(in: prefix).sorted() == names)
  }

  @Test("Benana's folder of a source is discovered, built and in the folder that it loads from")
  func benana() throws {
    let steps = try SeedGuides.block("benana", with: "go mod init myplugin")
    #expect(steps.contains("go mod init myplugin"))
    try user.folder.write("work/core/plugctl.yaml", "schema: 1\n")
    try user.plugctl(
      "init", "plugins/myplugin", "--template", "go-plugin", "--host", "benana", "--publisher", "me"
    ).succeeded()
    // Benana's own manifest has no schema; the folder is Benana's as its guide has it.
    try FileSystem.remove("\(user.work)/plugins/myplugin/plugin.yaml")
    try user.folder.write(
      "work/plugins/myplugin/plugin.yaml",
      "name: myplugin\nversion: 1.0.0\ndescription: My awesome plugin\nauthor: Developer\n")
    let core = "\(user.work)/core"
    let looked = try user.plugctl("build", "--discover", "../plugins", in: core).succeeded()
    #expect(looked.output.contains("myplugin"), "\(looked)")
    #expect(!FileSystem.exists("\(core)/bin/plugins/myplugin.so"))
    try user.plugctl("build", "--discover", "../plugins", "--allow", in: core).succeeded()
    let library = "\(core)/bin/plugins/myplugin.so"
    #expect(FileSystem.target(library)?.kind == .file)
    let test = try user.plugctl("test", library, "--host", "benana", "--level", "1").succeeded()
    #expect(test.output.contains("passed"), "\(test)")
    let scan = try user.plugctl(
      "--host", "benana", "scan", with: ["PLUGCTL_SCOPE": "project"], in: core
    ).succeeded()
    #expect(scan.output.contains(library), "\(scan)")
  }
}
