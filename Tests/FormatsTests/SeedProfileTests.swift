import Files
import Formats
import PkgCore
import Testing

/// The profiles of the five hosts whose guides are the task: what the guides print, and nothing else.
@Suite("profiles of the guides' hosts")
struct SeedProfileTests {
  struct Guide: Sendable, CustomTestStringConvertible {
    let host: String
    var folders: [String] = []
    var variable: String?
    let types: [String]
    let kind: String
    let entries: [String]
    var testDescription: String { host }
  }

  static let guides = [
    // "Plugin Discovery": four places in this order; workloads; "GetPlugin" of -buildmode=plugin.
    Guide(
      host: "stormdb",
      folders: ["./plugins", "~/.stormdb/plugins", "/usr/local/lib/stormdb/plugins"],
      variable: "STORMDB_PLUGIN_PATH", types: ["workload"], kind: "go-plugin",
      entries: ["GetPlugin"]),
    // "Loading Plugins": ./plugins; "Plugin Types": five; "Implement Plugin Factory".
    Guide(
      host: "phantomdb", folders: ["./plugins"],
      types: [
        "function_extension", "storage_backend", "query_processor", "authentication_provider",
        "data_type",
      ], kind: "cxx-vtable", entries: ["createPlugin", "destroyPlugin"]),
    // "Initializing Plugin Manager": PluginDir; "Creating a Built-in Plugin": init registers a processor.
    Guide(
      host: "databridge", folders: ["./plugins"], types: ["processor"], kind: "go-plugin",
      entries: []),
    // "Deployment": plugin_dir of the configuration, no folder by default; data formats; "create_plugin".
    Guide(
      host: "distributed-transformer", types: ["format"], kind: "rust-dyn",
      entries: ["create_plugin"]),
    // "Core Components": ./bin/plugins; "List All Plugins": type dynamic; "NewPlugin".
    Guide(
      host: "benana", folders: ["./bin/plugins"], types: ["dynamic"], kind: "go-plugin",
      entries: ["NewPlugin"]),
  ]

  private static func profile(_ host: String) throws -> HostProfile {
    var here = #filePath
    for _ in 0..<3 { here = FileSystem.folder(of: here) }
    let bytes = try FileSystem.read("\(here)/registry-index/hosts/\(host).yaml")
    return try #require(HostProfile.read(YAMLReader.read(bytes), findings: Findings()))
  }

  @Test("have the folders, the variable, the types and the entries of the guide", arguments: guides)
  func facts(guide: Guide) throws {
    let profile = try Self.profile(guide.host)
    let folders = profile.paths.compactMap {
      if case .folder(_, let path) = $0 { path } else { nil }
    }
    #expect(folders == guide.folders)
    #expect(profile.variable?.name == guide.variable)
    #expect(profile.types == guide.types)
    #expect(profile.abis.map(\.kind) == [guide.kind, "plug"])
    #expect(profile.abis.first?.required.map(\.name) == guide.entries)
  }

  // "Plugin Directory Structure"; the fifth type has no folder there.
  @Test("sort PhantomDB's plugins into the folders of its guide")
  func phantomFolders() throws {
    let layout = try Self.profile("phantomdb").layout
    #expect(layout.placement == .byType)
    #expect(
      layout.foldersByType.map(\.folder) == [
        "function_extensions", "storage_backends", "query_processors", "authentication",
        "data_types",
      ])
  }

  // DataBridge, "Validation & Security": directory layout; distributed-transformer, "Installation" copies
  // libmy_plugin.so and "Integration Tests" loads my_plugin.so.
  @Test("give DataBridge a folder for each, and distributed-transformer both names")
  func layouts() throws {
    #expect(try Self.profile("databridge").layout.placement == .perPlugin)
    let transformer = try Self.profile("distributed-transformer")
    #expect(transformer.layout.file == "{name}.so")
    #expect(transformer.layout.aliases == ["lib{name}.so"])
    #expect(transformer.activation?.includeHint?.contains("plugin_dir: {plugins}") == true)
  }
}
