import Files
import PkgCore
import TestSupport
import Testing

/// Plugins of Debian's for hosts that need no server to be there, and libraries that are none.
@Suite(
  "the profiles of real hosts",
  .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
struct RealProfileTests {
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    user = try Sandbox()
    workshop = try Workshop()
  }

  /// The real plugin of a host.
  private static func library(_ host: String) throws -> String {
    let fetched = Programs.realPlugins ?? ""
    switch host {
    case "postgresql": return "/usr/lib/postgresql/15/lib/hstore.so"
    case "redis": return "\(fetched)/usr/lib/redis/modules/redisearch.so"
    default:
      let folders = try FileSystem.names(in: "\(fetched)/usr/lib")
      return try #require(
        folders.map { "\(fetched)/usr/lib/\($0)/gstreamer-1.0/libgstvolume.so" }
          .first(where: FileSystem.exists))
    }
  }

  @Test("take a plugin of Debian's", arguments: ["gstreamer", "postgresql", "redis"])
  func real(host: String) throws {
    let library = try Self.library(host)
    let outcome = try user.plugctl("test", library, "--host", host, "--level", "2").succeeded()
    #expect(outcome.output.contains("passed, level 2"), "\(outcome)")
  }

  @Test(
    "refuse a library without the entry, and name it",
    arguments: [
      ("gstreamer", "plg-s010", "gst_plugin_ordinary_get_desc"),
      ("postgresql", "plg-s009", "Pg_magic_func"), ("redis", "plg-s009", "RedisModule_OnLoad"),
    ])
  func ordinary(host: String, check: String, entry: String) throws {
    let library = try workshop.compile("int f(void) { return 1; }", "libgstordinary")
    let outcome = try user.plugctl("test", library, "--host", host, "--level", "2")
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(
      outcome.output.contains("\(check) fail: it does not export `\(entry)`"), "\(outcome)")
  }

  @Test("gst-inspect-1.0 finds an element while its plugin is installed")
  func gstreamer() throws {
    try install("volume", "gstreamer", "plugin", Self.library("gstreamer"))
    let folder = "\(user.home)/.local/share/gstreamer-1.0/plugins"
    let searched = try element(in: "")
    #expect(searched.contains("Set volume") && searched.contains("\(folder)/libgstvolume.so"))
    let paths = try user.plugctl("host", "path", "gstreamer").succeeded().output
    let plugins = "\(user.live("gstreamer"))/plugins"
    #expect(paths.contains("variable: GST_PLUGIN_PATH=\(plugins)\n"))
    #expect(try element(in: plugins).contains("\(plugins)/libgstvolume.so"))
    try user.plugctl("remove", "volume").succeeded()
    #expect(try element(in: "").contains("Set volume") == false)
  }

  @Test("GStreamer refuses a plugin that describes nothing, and it is not installed")
  func sulkyElement() throws {
    let library = try workshop.compile(
      "void *gst_plugin_sulky_get_desc(void) { return 0; }", "libgstsulky")
    let outcome = try workshop.author.plugctl(
      "install", signed("sulky", "gstreamer", "plugin", library))
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(
      outcome.errors.contains("`gstreamer` can't load `debian/sulky 1.0.0`\n  libgstsulky.so"),
      "\(outcome)")
    #expect(try workshop.author.list() == [])
  }

  @Test("a server of Redis has the module that is installed")
  func redis() throws {
    try install("redisearch", "redis", "module", Self.library("redis"))
    let socket = user.folder.file("redis.socket")
    let configuration = try user.folder.write(
      "redis.conf",
      """
      port 0
      unixsocket \(socket)
      dir \(user.work)
      save ""
      include \(user.live("redis"))/activate/modules.conf

      """)
    let server = try user.start([try #require(Programs.path(of: "redis-server")), configuration])
    let hasModule = try eventually {
      try user.run(["redis-cli", "-s", socket, "module", "list"]).output.contains("redisearch.so")
    }
    withExtendedLifetime(server) { #expect(hasModule) }
  }

  @Test("Redis refuses a module whose entry fails, and it is not installed")
  func sulkyModule() throws {
    let library = try workshop.compile(
      "int RedisModule_OnLoad(void *c, void **v, int n) { return 1; }", "sulky")
    let outcome = try workshop.author.plugctl(
      "install", signed("sulky", "redis", "module", library))
    #expect(outcome.exit == 8, "\(outcome)")
    #expect(outcome.errors.contains("sulky.so initialization failed"), "\(outcome)")
    #expect(try workshop.author.list() == [])
  }

  @Test("PostgreSQL is told of the folder, and by name of each module")
  func postgresql() throws {
    let report = try install("hstore", "postgresql", "module", Self.library("postgresql"))
    let live = user.live("postgresql")
    #expect(report.output.contains("dynamic_library_path = '\(live)/plugins:$libdir'"))
    #expect(FileSystem.target("\(live)/plugins/hstore.so")?.kind == .file)
    let script = try FileSystem.read("\(live)/activate/load.sql")
    #expect(String(decoding: script, as: UTF8.self) == "LOAD '\(live)/plugins/hstore.so';\n")
  }

  /// What gst-inspect-1.0 says of an element, Debian's own folder left out.
  private func element(in path: String) throws -> String {
    let system = path.isEmpty ? "\(user.home)/.local/share/gstreamer-1.0/plugins" : "/none"
    return try user.run(
      ["gst-inspect-1.0", "volume"],
      with: [
        "GST_PLUGIN_PATH": path, "GST_PLUGIN_SYSTEM_PATH": system,
        "GST_REGISTRY": user.folder.file("registry-\(path.isEmpty)"),
      ]
    ).output
  }

  private func signed(_ name: String, _ host: String, _ type: String, _ library: String) throws
    -> String
  {
    try workshop.pack(
      Workshop.Facts(
        name: name, version: "1.0.0", host: host, type: type, publisher: "debian"),
      library: library)
  }

  /// Publishes a package, and has the user install it from the index.
  @discardableResult
  private func install(_ name: String, _ host: String, _ type: String, _ library: String) throws
    -> Outcome
  {
    let index = try workshop.makeIndex()
    try index.publish(signed(name, host, type, library)).succeeded()
    try user.add(index)
    return try user.plugctl("install", name).succeeded()
  }
}
